import { randomUUID } from 'node:crypto'
import t from 'tap'
import { build, keepLog, post } from '../setup/app.ts'
import { startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq } from '../setup/parties/messages.ts'
import { type DsKey, encryptedDeviceData } from '../setup/parties/sdk-crypto.ts'
import { startThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { appRequest, CHALLENGE_CARD, FRICTIONLESS_CARD, SDK_KEY } from '../setup/requests.ts'

/* The key of an SDK at the ACS, whoever asks it: another Directory Server, the one of this process, the 3DS Server of this process. */

/** The placeholder of sample messages that many paste: a point that no curve of ours has. */
const OFF_THE_CURVE = { kty: 'EC', crv: 'P-256', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE', y: 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE' }
const WITH_PRIVATE_PART = { ...SDK_KEY, d: 'ERERERERERERERERERERERERERERERERERERERERERE' }

/** The server, and its answers to an AReq with that key, at the door of its ACS and of its DS. */
async function doors (env: Record<string, string>, parts: object = {}) {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', ...env }, parts)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const [ds, threeDSServer] = [await startDirectoryServer(t), await startThreeDSServer(t)]
  const message = (acctNumber: string, sdkEphemPubKey: object) => aReq({ channel: '01' }, { acctNumber, sdkEphemPubKey, sdkEncData: undefined })
  return {
    app,
    acs: async (acctNumber: string, key: object) => (await ds.authenticate(`${url}/acs`, message(acctNumber, key))).message,
    ds: async (acctNumber: string, key: object) => (await threeDSServer.authenticate(`${url}/ds`, { ...message(acctNumber, key), sdkEncData: await encrypted(url) })).message
  }
}

async function encrypted (url: string): Promise<string> {
  const { keys } = await (await fetch(`${url}/ds/keys`)).json() as { keys: { kty: string }[] }
  return encryptedDeviceData({ DV: '1.1' }, keys.find(({ kty }) => kty === 'RSA') as DsKey, { enc: 'A128GCM' })
}

t.test('a key that is not on P-256, or private, goes with no challenge: A/203 (emv3ds §12.2, §13.2)', async (t) => {
  const { acs, ds } = await doors({})
  for (const door of [acs, ds]) {
    for (const key of [OFF_THE_CURVE, WITH_PRIVATE_PART]) {
      const { threeDSServerTransID, dsTransID, sdkTransID, ...erro } = await door(CHALLENGE_CARD, key)
      t.strictSame(erro, {
        messageType: 'Erro', messageVersion: '2.2.0', errorCode: '203', errorComponent: 'A', errorDescription: 'An element has an invalid format or value', errorDetail: 'sdkEphemPubKey', errorMessageType: 'AReq'
      })
      t.match([threeDSServerTransID, dsTransID, sdkTransID], [/./, /./, /./], 'every id that is known')
      t.match(await door(FRICTIONLESS_CARD, key), { messageType: 'ARes', transStatus: 'Y' }, 'nobody agrees on anything with it')
    }
    t.match(await door(CHALLENGE_CARD, SDK_KEY), { messageType: 'ARes', transStatus: 'C' })
  }
})

t.test('another curve, another type of key and coordinates that are too short are 203 by the catalogue (emv3ds §3.4)', async (t) => {
  const { acs, ds } = await doors({})
  for (const [door, errorComponent] of [[acs, 'A'], [ds, 'D']] as const) {
    for (const [member, value] of [['crv', 'P-384'], ['kty', 'RSA'], ['x', SDK_KEY.x.slice(1)], ['y', `${SDK_KEY.y}A`]] as const) {
      for (const card of [CHALLENGE_CARD, FRICTIONLESS_CARD]) {
        t.match(await door(card, { ...SDK_KEY, [member]: value }), { messageType: 'Erro', errorCode: '203', errorComponent, errorDetail: `sdkEphemPubKey.${member}` })
      }
    }
  }
})

t.test('where nobody needs the key it is a finding, and VALIDATION=emv-strict refuses it', async (t) => {
  const { logger, lines } = await keepLog()
  const { app, acs } = await doors({ LOG_LEVEL: 'debug' }, { logger })
  t.match(await acs(FRICTIONLESS_CARD, OFF_THE_CURVE), { transStatus: 'Y' })
  t.match(await acs(FRICTIONLESS_CARD, SDK_KEY), { transStatus: 'Y' })
  t.match((await post(app, '/3ds/authenticate', { ...appRequest(randomUUID(), FRICTIONLESS_CARD), sdkEphemPubKey: undefined })).body, { transStatus: 'Y' }, 'none is none at fault')
  const findings = lines.map((line) => JSON.parse(line)).flatMap(({ findings }) => findings ?? []).filter(({ element }) => element === 'sdkEphemPubKey')
  t.strictSame(findings.filter(({ errorCode }) => errorCode === '203'), [{ errorCode: '203', element: 'sdkEphemPubKey', refused: false }])

  const strict = await doors({ VALIDATION: 'emv-strict' })
  t.match(await strict.acs(FRICTIONLESS_CARD, OFF_THE_CURVE), { messageType: 'Erro', errorCode: '203', errorComponent: 'A', errorDetail: 'sdkEphemPubKey' })
  t.match(await strict.acs(FRICTIONLESS_CARD, SDK_KEY), { transStatus: 'Y' })
})

t.test('COMPATIBILITY=legacy signs what it gets, as the original does', async (t) => {
  const app = await build(t, { COMPATIBILITY: 'legacy', ACS_SIGNING_ALG: 'ES256' })
  const { body } = await post(app, '/3ds/authenticate', { ...appRequest(randomUUID()), sdkEphemPubKey: OFF_THE_CURVE })
  t.match(body, { transStatus: 'C' })
})
