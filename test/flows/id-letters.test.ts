import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { build, START } from '../setup/app.ts'
import { authenticated, startAcs } from '../setup/parties/acs.ts'
import { startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq, erro, rReq, type Version } from '../setup/parties/messages.ts'
import type { Behaviour } from '../setup/parties/party.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { decoded, encoded, postForm, readForm, readForms, type Shop, startShop, submit } from '../setup/parties/shop.ts'
import { resultsTaken, startThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { browserRequest, CHALLENGE_CARD } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* Ids in capitals, or in both, between this server and others, who may look a transaction up by the text of its id. */

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']

/** In capitals, and in both. */
const WRITTEN = [() => `ABCDEF${randomUUID().slice(6).toUpperCase()}`, () => `aBcDeF${randomUUID().slice(6)}`] as const

type Ids = Record<string, unknown>

/** The ids of a message, as they are written. */
function idsOf ({ threeDSServerTransID, dsTransID, acsTransID, sdkTransID }: any): Ids {
  return Object.fromEntries(Object.entries({ threeDSServerTransID, dsTransID, acsTransID, sdkTransID }).filter(([, id]) => id !== undefined))
}

const inCapitals = (ids: Ids) => Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, String(id).toUpperCase()]))

/** Goes through the challenge in a browser. @returns the CRes that reaches the shop */
async function finish (ares: any, shop: Shop, nth: number): Promise<any> {
  const page = await postForm(ares.acsURL, { creq: encoded(browserCReq(ares)) })
  const form = readForm(page.raw)
  const end = await submit({ ...form, fields: { ...form.fields, otp: '1234', action: 'submit' } }, ares.acsURL)
  await submit(readForm(end.raw), ares.acsURL)
  return (await shop.challengeEnd(nth)).cres
}

/** The Erro on the page that a CReq ends with. */
async function refused (ares: any, creq: any): Promise<any> {
  const { raw } = await postForm(ares.acsURL, { creq: encoded(creq) })
  const { fields } = readForms(raw).find(({ fields }) => 'cres' in fields || 'erro' in fields) as any
  return decoded(fields.erro ?? fields.cres)
}

/** The ACS of this process for a DS of somebody else: browser, timeout, refusals, app. */
async function acsKeepsLetters (t: Test, env: Record<string, string>): Promise<void> {
  const clock = createManualClock(START)
  const [app, ds, shop] = await Promise.all([build(t, { ACS_SIGNING_ALG: 'ES256', VALIDATION: 'emv-strict', ...env }, { clock }), startDirectoryServer(t), startShop(t)])
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const authenticate = async (version: Version, write: () => string, members: object = {}, channel: '01' | '02' = '02') => {
    const ids = { threeDSServerTransID: write(), dsTransID: write() }
    const areq = aReq({ version, channel }, { acctNumber: CHALLENGE_CARD, ...(channel === '02' ? { notificationURL: shop.notificationURL } : {}), ...members, ...ids })
    const { message: ares } = await ds.authenticate(`${url}/acs`, areq, ids)
    t.match(ares, { messageType: 'ARes', transStatus: 'C', ...ids })
    const kept = await app.stateStore.get(ids.threeDSServerTransID)
    t.equal(kept.threeDSServerTransID, ids.threeDSServerTransID.toLowerCase(), 'the key has one form')
    t.equal(kept.aReq.threeDSServerTransID, ids.threeDSServerTransID)
    return ares
  }
  let results = 0
  const nextRReq = async () => (await ds.received('RReq', ++results)).message
  let ends = 0
  for (const version of VERSIONS) {
    for (const write of WRITTEN) {
      const ares = await authenticate(version, write)
      const { threeDSServerTransID, acsTransID } = ares
      t.strictSame(idsOf(await finish(ares, shop, ++ends)), { threeDSServerTransID, acsTransID }, 'the CRes in the browser')
      const rreq = await nextRReq()
      t.match([rreq.transStatus, idsOf(rreq)], ['Y', idsOf(ares)], 'the RReq')

      const late = await authenticate(version, write)
      clock.advance(30_000)
      await app.jobs.runDue()
      t.strictSame(idsOf(await nextRReq()), idsOf(late), 'the RReq after a timeout')

      const faulty = await authenticate(version, write)
      t.strictSame(idsOf(await refused(faulty, browserCReq({ ...faulty, acsTransID: randomUUID() }))), { threeDSServerTransID: faulty.threeDSServerTransID }, 'whoever does not know the acsTransID')
      const toBrowser = await refused(faulty, browserCReq(faulty, { challengeWindowSize: '09' }))
      t.match([toBrowser.errorCode, idsOf(toBrowser)], ['203', idsOf(faulty)], 'the Erro in the browser')
      const unusable = await nextRReq()
      t.strictSame(idsOf(unusable), idsOf(faulty))
      if (version === '2.3.1') t.strictSame(idsOf(unusable.challengeErrorReporting), idsOf(faulty), 'the Erro in the RReq')

      const sdk = new AppSdk(fetchFrom(url), { version, sdkTransID: write() })
      const inApp = await authenticate(version, write, sdk.members(), '01')
      await sdk.accept(inApp)
      await sdk.start()
      t.match(await sdk.enter('1234'), { transStatus: 'Y', threeDSServerTransID: inApp.threeDSServerTransID, sdkTransID: sdk.sdkTransID })
      const { sdkTransID, ...others } = idsOf(inApp)
      t.strictSame(idsOf(await nextRReq()), version === '2.1.0' ? others : { ...others, sdkTransID })

      const second = new AppSdk(fetchFrom(url), { version, sdkTransID: write() })
      const wrong = await authenticate(version, write, second.members(), '01')
      await second.accept(wrong)
      t.strictSame(idsOf(await second.refused({ messageVersion: '2.0.0' })), idsOf(wrong), 'the Erro to the SDK')
      t.equal((await nextRReq()).threeDSServerTransID, wrong.threeDSServerTransID)
    }
  }
  t.strictSame([ds.faults, shop.faults], [[], []])
}

t.test('the ACS writes the ids of a transaction as its AReq has them: in ARes, RReq, CRes and Erro (emv3ds-protocol §1, §12.4)', (t) => acsKeepsLetters(t, {}))

t.test('… with Redis too', { skip: redisIsLeftOut }, async (t) => {
  await acsKeepsLetters(t, { USE_REDIS: 'true', REDIS_URL: (await startRedisServer(t)).url })
})

t.test('DS and ACS of this process write a foreign 3DS Server\'s id as it does (§1)', async (t) => {
  const [app, theirs, shop] = await Promise.all([build(t), startThreeDSServer(t), startShop(t)])
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  let at = 0
  for (const version of VERSIONS) {
    for (const write of WRITTEN) {
      const threeDSServerTransID = write()
      const { message: ares } = await theirs.authenticate(`${url}/ds`, aReq({ version }, { threeDSServerTransID, acctNumber: CHALLENGE_CARD, notificationURL: shop.notificationURL }))
      t.equal((await finish(ares, shop, ++at)).threeDSServerTransID, threeDSServerTransID)
      const { message: rreq } = await theirs.received('RReq', at)
      t.match([rreq.transStatus, idsOf(rreq)], ['Y', { ...idsOf(ares), threeDSServerTransID }])
    }
  }
  t.strictSame([theirs.faults, shop.faults], [[], []])
})

/** Answers with every id in other letters than it was asked with. */
const inOtherLetters = (behaviour: Behaviour): Behaviour => async (arrival) => {
  const { json } = await behaviour(arrival) as { json: any }
  return { json: { ...json, ...inCapitals(idsOf(json)) } }
}

t.test('the DS puts ids back into the letters that it was asked with, whatever ACS and 3DS Server make of them (§1)', async (t) => {
  const [theirs, acs] = await Promise.all([startThreeDSServer(t), startAcs(t)])
  const app = await build(t, { DS_ACS_URL: acs.url, ACS_SIGNING_ALG: 'ES256' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  theirs.onResults(inOtherLetters(resultsTaken()))
  let results = 0
  for (const version of VERSIONS) {
    for (const channel of ['01', '02'] as const) {
      const sdk = new AppSdk(fetchFrom(url), { version })
      const members = channel === '01' ? { ...sdk.members(), sdkEncData: await sdk.deviceData('EC', { directoryServerId: 'A000000003' }) } : {}
      acs.onAuthentication(inOtherLetters(authenticated({ transStatus: 'C' })))
      const sent = aReq({ version, channel }, members)
      const { message: ares } = await theirs.authenticate(`${url}/ds`, sent)
      const { areq: atAcs, ares: asSent } = acs.transaction(sent.threeDSServerTransID)
      const { acsTransID } = asSent
      t.equal(acsTransID, acsTransID.toUpperCase(), 'its own id an ACS writes as it likes')
      const { threeDSServerTransID, sdkTransID } = sent
      const ids = { ...idsOf({ threeDSServerTransID, dsTransID: atAcs.dsTransID, acsTransID, sdkTransID }) }
      t.strictSame(idsOf(ares), ids, 'the ARes')
      t.strictSame(Object.keys(ares), Object.keys(asSent), 'in the order that it had')

      // The result, with every id in other letters than before.
      const theirIds = { ...inCapitals(idsOf(atAcs)), acsTransID: acsTransID.toLowerCase() }
      const { sdkTransID: _sdk, ...withoutSdk } = ids
      const ofResults = version === '2.1.0' ? withoutSdk : ids
      const result = rReq(atAcs, asSent)
      const asAcsWrites = { ...result, ...Object.fromEntries(Object.entries(theirIds).filter(([name]) => name in result)) }
      const wrong = (await acs.post(`${url}/ds`, { ...asAcsWrites, transStatus: 'Q' })).message
      t.match([wrong.errorCode, idsOf(wrong)], ['203', idsOf(asAcsWrites)], 'an Erro goes in the letters of what it is about')
      const { message: complaint } = await theirs.received('Erro', ++results)
      t.match([complaint.errorCode, idsOf(complaint)], ['203', ofResults], 'and to the 3DS Server in its own')

      const { message: rres } = await acs.post(`${url}/ds`, asAcsWrites)
      t.strictSame(idsOf((await theirs.received('RReq', results)).message), ofResults, 'the RReq, as the 3DS Server knows the transaction')
      t.match([rres.messageType, idsOf(rres)], ['RRes', idsOf(asAcsWrites)], 'the RRes, as the ACS asked')
    }
  }
  t.strictSame([theirs.faults, acs.faults], [[], []])

  const unusable = aReq()
  acs.onAuthentication(inOtherLetters(authenticated({ transStatus: 'Q' })))
  const { message: toServer } = await theirs.authenticate(`${url}/ds`, unusable)
  const { dsTransID } = acs.of('AReq').at(-1)?.message
  t.match([toServer.errorCode, toServer.threeDSServerTransID, toServer.dsTransID], ['203', unusable.threeDSServerTransID, dsTransID], 'an Erro about an ARes')
  t.strictSame((await acs.received('Erro')).message, toServer)
  acs.onAuthentication(inOtherLetters(({ message }) => ({ json: erro(message, 'A', '305', 'acctNumber') })))
  const passedOn = (await acs.post(`${url}/ds`, aReq())).message
  t.equal(passedOn.threeDSServerTransID, passedOn.threeDSServerTransID.toUpperCase(), 'an Erro of somebody else goes as it came (§12.3)')
})

t.test('a foreign 3DS Server that refuses or answers nonsense: what the DS says itself is in the letters of the ACS\'s RReq, an Erro goes as it came (§1, §12.3)', async (t) => {
  const [theirs, acs] = await Promise.all([startThreeDSServer(t), startAcs(t)])
  const app = await build(t, { DS_ACS_URL: acs.url })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  for (const version of VERSIONS) {
    const sent = aReq({ version })
    const { message: ares } = await theirs.authenticate(`${url}/ds`, sent)
    const result = rReq(acs.transaction(sent.threeDSServerTransID).areq, ares)
    const capitals = { ...result, ...inCapitals(idsOf(result)) }
    theirs.onResults(resultsTaken({ resultsStatus: undefined }))
    const { message: faulty } = await acs.post(`${url}/ds`, capitals)
    t.match([faulty.errorCode, faulty.errorMessageType, idsOf(faulty)], ['201', 'RRes', idsOf(capitals)])
    theirs.onResults(({ message }) => ({ json: erro(message, 'S', '305', 'x') }))
    t.match((await acs.post(`${url}/ds`, capitals)).message, { errorCode: '305', errorComponent: 'S', ...idsOf(result) })
  }
})

t.test('the 3DS Server of this process answers a foreign ACS in the letters of its RReq, and keeps the transaction\'s (§1)', async (t) => {
  const acs = await startAcs(t)
  const app = await build(t, { DS_ACS_URL: acs.url })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  for (const preferredProtocolVersion of VERSIONS) {
    const id = randomUUID()
    const { body } = await fetchJson(`${url}/3ds/authenticate`, { ...browserRequest(id), preferredProtocolVersion })
    const { areq } = acs.transaction(id)
    const result = rReq(areq, body.authenticationResponse)
    const capitals = { ...result, ...inCapitals(idsOf(result)) }
    t.match((await acs.post(`${url}/ds`, capitals)).message, { messageType: 'RRes', messageVersion: preferredProtocolVersion, ...idsOf(capitals) })
    const { message: second } = await acs.post(`${url}/ds`, { ...capitals, interactionCounter: '02' })
    t.match(second, { messageType: 'Erro', errorComponent: 'S', errorCode: preferredProtocolVersion === '2.3.1' ? '312' : '305', ...idsOf(capitals) })
    t.match((await fetchJson(`${url}/3ds/final`, { threeDSServerTransID: id })).body.resultsRequest, idsOf(result))
  }
  t.strictSame(acs.faults.filter(({ messageType }) => messageType !== 'AReq'), [])
})

async function fetchJson (url: string, body: unknown): Promise<{ body: any }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { body: await response.json() }
}
