import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, importX509 } from 'jose'
import t, { type Test } from 'tap'
import { createCertificateSource } from '../../src/crypto/certificates.ts'
import { randomIds } from '../../src/ids.ts'
import { answerPage, build, post } from '../setup/app.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, SDK_KEY } from '../setup/requests.ts'

const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const pem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`

/** An operator's own chain and key in files. */
async function certificateFiles (t: Test): Promise<{ CERT_PATH: string, KEY_PATH: string, x5c: string[], rootPem: string }> {
  const source = createCertificateSource({ seed: 'the operator', alg: 'ES256' })
  const [{ key, x5c }, rootPem] = await Promise.all([source.signingMaterial(), source.rootPem()])
  const folder = t.testdir({})
  const [CERT_PATH, KEY_PATH] = [join(folder, 'chain.pem'), join(folder, 'key.pem')]
  writeFileSync(CERT_PATH, x5c.map(pem).join('') + rootPem)
  writeFileSync(KEY_PATH, key.export({ type: 'pkcs8', format: 'pem' }))
  return { CERT_PATH, KEY_PATH, x5c, rootPem }
}

t.test('with CERT_PATH and KEY_PATH, acsSignedContent is signed by that key and carries that chain without its root (emv3ds-protocol §13.2)', async (t) => {
  const { CERT_PATH, KEY_PATH, x5c, rootPem } = await certificateFiles(t)
  const app = await build(t, { CERT_PATH, KEY_PATH })
  const { body } = await post(app, '/3ds/authenticate', appRequest(id))
  const { payload, protectedHeader } = await compactVerify(body.acsSignedContent, await importX509(pem(x5c[0] as string), 'ES256'))
  t.equal(protectedHeader.alg, 'ES256', 'the key decides')
  t.strictSame(protectedHeader['x5c'], x5c)
  const { acsEphemPubKey } = JSON.parse(Buffer.from(payload).toString())
  t.strictSame(JSON.parse(Buffer.from(payload).toString()), {
    acsURL: 'http://127.0.0.1:8080/acs/app',
    acsEphemPubKey,
    sdkEphemPubKey: SDK_KEY
  })
  t.strictSame((await app.stateStore.get(id)).ephemeralKeys?.publicKey, acsEphemPubKey)
  t.equal((await app.inject('/ds/ca.pem')).body, rootPem)
})

t.test('the same SEED gives the same root certificate and, for the same acsTransID, the same authentication value; another or none does not', async (t) => {
  const values = async (env: Record<string, string>, parts = {}) => {
    const app = await build(t, env, parts)
    const { body } = await post(app, '/3ds/authenticate', browserRequest(id, FRICTIONLESS_CARD))
    return [body.authenticationValue, (await app.inject('/ds/ca.pem')).body]
  }
  t.strictSame(await values({ SEED: 'one' }), await values({ SEED: 'one' }))
  const [one, two] = [await values({ SEED: 'one' }), await values({ SEED: 'two' })]
  t.not(one[0], two[0])
  t.not(one[1], two[1])
  const [first, second] = [await values({}, { ids: randomIds }), await values({}, { ids: randomIds })]
  t.not(first[0], second[0])
  t.not(first[1], second[1])
})

t.test('answered transactions are counted by flow and status, a finished challenge once by channel and first ending (compatibility §1.9)', async (t) => {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
  await post(app, '/3ds/authenticate', browserRequest(id, FRICTIONLESS_CARD))
  const { authenticationResponse } = (await post(app, '/3ds/authenticate', browserRequest(id))).body
  await post(app, '/3ds/authenticate', appRequest('8a2d4e90-15c3-4f7b-a6d2-70b9c1e3f524'))
  await answerPage(app, authenticationResponse, 'action=cancel')
  await answerPage(app, authenticationResponse, 'otp=1234')
  const lines = (await app.inject('/metrics')).body.split('\n').filter((line) => /^threeds_(?:transactions|challenge_results)_total\{/.test(line))
  t.strictSame(lines.sort(), [
    'threeds_challenge_results_total{channel="browser",status="N"} 1',
    'threeds_transactions_total{flow="app",status="C"} 1',
    'threeds_transactions_total{flow="browser",status="C"} 1',
    'threeds_transactions_total{flow="browser",status="Y"} 1'
  ])
})

t.test('with ECI_ON_FAILURE=07 what ends with N, U or R has an ECI in ARes and RReq: 07, 00 with Mastercard; without it none (emv3ds-protocol §8, §17)', async (t) => {
  const ranges = [{ start: '5200000000000000', end: '5299999999999999' }, { start: '4000400000000000', end: '4999999999999999' }].map((range) => ({ ...range, acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01'] }] }))
  const CARD_RANGES = join(t.testdir({ 'ranges.json': JSON.stringify(ranges) }), 'ranges.json')
  for (const [env, visa, mastercard] of [[{}, undefined, undefined], [{ ECI_ON_FAILURE: '07' }, '07', '00']] as const) {
    const app = await build(t, env)
    const authenticated = async (acctNumber: string, on = app) => (await post(on, '/3ds/authenticate', browserRequest(id, acctNumber))).body
    const told = ({ transStatus, eci }: { transStatus: string, eci?: string }) => [transStatus, eci]
    t.strictSame(told(await authenticated('4000000000001018')), ['N', visa])
    t.strictSame(told(await authenticated('5200000000001018')), ['N', mastercard])
    t.strictSame(told(await authenticated(FRICTIONLESS_CARD)), ['Y', '05'])
    const { authenticationResponse } = await authenticated('4000400040004001')
    await answerPage(app, authenticationResponse, 'action=cancel')
    t.strictSame(told((await post(app, '/3ds/final', { threeDSServerTransID: id })).body.resultsRequest), ['N', visa])
    t.strictSame(told(await authenticated('4000000000001018', await build(t, { ...env, CARD_RANGES }))), ['U', visa], 'a card that takes no part, answered by the DS')
  }
})
