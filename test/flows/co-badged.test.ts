import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { build, post } from '../setup/app.ts'
import { startAcs } from '../setup/parties/acs.ts'
import { hangUp } from '../setup/parties/party.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { encoded, postForm, readForms, submit } from '../setup/parties/shop.ts'
import { appRequest, browserRequest } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* A co-badged card is of the scheme that the 3DS Requestor or its card range says, in every message (emv3ds-protocol §8). */

/** Mastercard by its digits; the ending decides what becomes of it. */
const CHALLENGED = '5131000000004001'
const FRICTIONLESS = '5131000000004000'

/** A request for a card of a scheme. @param schemeId absent: the 3DS Requestor says nothing */
function requestOf (acctNumber: string, schemeId?: string): any {
  const request = browserRequest(randomUUID(), acctNumber)
  return { ...request, cardholderAccount: { acctNumber, ...(schemeId === undefined ? {} : { schemeId }) } }
}

/** A file in which the cards of these tests are of a scheme. */
function rangesOf (t: Test, scheme: string): string {
  const path = join(t.testdir({}), 'ranges.json')
  const range = { start: '5131000000000000', end: '5131999999999999', scheme, acsProtocolVersions: [{ version: '2.2.0', acsInfoInd: ['01', '02'] }] }
  writeFileSync(path, JSON.stringify([range]))
  return path
}

const START_OF = { mastercard: 'kA', eftpos: 'AAAB' }

t.test('ECI and value of an ARes: the 3DS Requestor\'s choice, then the range of the card, then its digits', async (t) => {
  const table: [name: string, env: Record<string, string>, schemeId: string | undefined, eci: string, value: string][] = [
    ['nothing said', {}, undefined, '02', START_OF.mastercard],
    ['chosen', {}, 'eftpos', '05', START_OF.eftpos],
    ['a name that nobody knows', {}, 'nobody', '02', START_OF.mastercard],
    ['by range', { CARD_RANGES: rangesOf(t, 'eftpos') }, undefined, '05', START_OF.eftpos],
    ['by range, and chosen otherwise', { CARD_RANGES: rangesOf(t, 'eftpos') }, 'Mastercard', '02', START_OF.mastercard]
  ]
  for (const [name, env, schemeId, eci, value] of table) {
    const app = await build(t, { SEED: 'co-badged', ...env })
    const { body } = await post(app, '/3ds/authenticate', requestOf(FRICTIONLESS, schemeId))
    t.equal(body.authenticationResponse.eci, eci, name)
    t.ok(body.authenticationResponse.authenticationValue.startsWith(value), name)
  }
})

t.test('ECI and value of the RReq are of the scheme of the ARes, and the page names it', async (t) => {
  for (const [name, env, schemeId] of [['chosen', {}, 'eftpos'], ['by range', { CARD_RANGES: rangesOf(t, 'eftpos') }, undefined]] as const) {
    const app = await build(t, env)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const { body: { authenticationResponse: ares } } = await post(app, '/3ds/authenticate', requestOf(CHALLENGED, schemeId))
    const { threeDSServerTransID, acsTransID, messageVersion } = ares
    const creq = { messageType: 'CReq', messageVersion, threeDSServerTransID, acsTransID, challengeWindowSize: '05' }
    const acsURL = `${url}/acs/challenge`
    const { raw } = await postForm(acsURL, { creq: encoded(creq) })
    t.match(raw, '<span>eftpos · 3-D Secure</span>')
    const [form] = readForms(raw)
    if (form === undefined) throw new Error('no form')
    await submit({ ...form, fields: { ...form.fields, otp: '1234', action: 'submit' } }, acsURL)
    const { rReq, scheme } = await app.stateStore.get(threeDSServerTransID)
    t.match(rReq, { transStatus: 'Y', eci: '05', authenticationValue: /^AAAB/ }, name)
    t.equal(scheme, 'eftpos', name)
  }
})

t.test('an attempt that the DS confirms, and the id with which it opens device data (§5.10, §13.1)', async (t) => {
  const acs = await startAcs(t)
  const app = await build(t, { DS_ACS_URL: `${acs.url}/acs` })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const authenticate = async (request: any) => (await post(app, '/3ds/authenticate', request)).body

  const sdkEncData = await new AppSdk(fetchFrom(url)).deviceData('EC', { directoryServerId: 'A000000384' })
  const request = { ...appRequest(randomUUID(), FRICTIONLESS), sdkEncData }
  const inApp = (schemeId: string) => ({ ...request, threeDSServerTransID: randomUUID(), cardholderAccount: { acctNumber: FRICTIONLESS, schemeId } })
  t.match(await authenticate(inApp('eftpos')), { transStatus: 'Y' })
  t.match(JSON.parse(Buffer.from((await acs.received('AReq')).message.deviceInfo, 'base64url').toString()), { DD: { C001: 'Android' } })
  t.match(await authenticate(inApp('Mastercard')), { messageType: 'Erro', errorCode: '302' }, 'another scheme\'s Directory Server has another id')

  acs.onAuthentication(hangUp)
  t.match((await authenticate(requestOf(FRICTIONLESS, 'eftpos'))).authenticationResponse, { transStatus: 'A', eci: '06', authenticationValue: /^AAAB/ })
  t.match((await authenticate(requestOf(FRICTIONLESS))).authenticationResponse, { transStatus: 'A', eci: '01', authenticationValue: /^kF/ })
})
