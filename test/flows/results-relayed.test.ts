import { randomUUID } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { build, post } from '../setup/app.ts'
import { type Acs, aResOfAnother, aResWithoutStatus, aResWithReservedReason, authenticated, authenticationRefused, startAcs } from '../setup/parties/acs.ts'
import { aReq, aRes, erro, rReq, type Version } from '../setup/parties/messages.ts'
import { emptyAnswer, hangUp, notJson, serverError, silence } from '../setup/parties/party.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { decoded, readForm } from '../setup/parties/shop.ts'
import { resultsOfAnother, resultsRefused, resultsTaken, resultsWithoutStatus, startThreeDSServer, type ThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { browserRequest } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* This Directory Server between a foreign 3DS Server and a foreign ACS. */

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']

interface Between { app: FastifyInstance, url: string, ds: string, theirs: ThreeDSServer, acs: Acs }

/** Starts all three. */
async function start (t: Test, env: Record<string, string> = {}): Promise<Between> {
  const [theirs, acs] = await Promise.all([startThreeDSServer(t), startAcs(t)])
  const app = await build(t, { DS_ACS_URL: acs.url, ACS_SIGNING_ALG: 'ES256', ...env })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, ds: `${url}/ds`, theirs, acs }
}

const EXTENSION = [{ name: 'ü', zzz: 1, id: 'A000000003-x', criticalityIndicator: false, data: { zzz: { a: ['b', 1, null] }, 2: 'x' } }]

/** A file of card ranges whose ACS makes no attempts. */
const withoutAttempts = (t: Test) => {
  const ranges = [{ start: '4000000000000000', end: '4999999999999999', acsProtocolVersions: VERSIONS.map((version) => ({ version, acsInfoInd: ['01'] })) }]
  return { CARD_RANGES: `${t.testdir({ 'ranges.json': JSON.stringify(ranges) })}/ranges.json` }
}

t.test('AReq → a foreign ACS → ARes: what the DS adds, and else not a character less or more, in the sender\'s order (emv3ds-protocol §5.2)', async (t) => {
  const { app, url, ds, theirs, acs } = await start(t)
  for (const version of VERSIONS) {
    const message = aReq({ version }, { messageExtension: EXTENSION, acctInfo: { zzz: { a: [] }, chAccAgeInd: '01' } })
    acs.onAuthentication(authenticated({ transStatus: 'C', acsOperatorID: 'THEIR-ACS', messageExtension: EXTENSION }))
    const { message: ares, headers } = await theirs.authenticate(ds, message)
    const { message: forwarded, headers: sent } = acs.of('AReq').at(-1) as any
    const { dsTransID } = forwarded
    t.equal(JSON.stringify(forwarded), JSON.stringify({ ...message, threeDSServerURL: theirs.url, dsTransID, dsReferenceNumber: 'MOCK_DS', dsURL: ds }))
    t.equal(JSON.stringify(ares), JSON.stringify(acs.transaction(message.threeDSServerTransID).ares))
    t.equal(ares.dsTransID, dsTransID)
    t.strictSame([sent['x-request-id'], headers['x-response-id']], version === '2.3.1' ? [dsTransID, dsTransID] : [undefined, undefined])
    t.match(await app.stateStore.get(message.threeDSServerTransID), { acsTransID: ares.acsTransID, parties: { threeDSServer: 'elsewhere', ds: 'here', acs: 'elsewhere' } })

    for (const kty of ['RSA', 'EC'] as const) {
      const sdk = new AppSdk(fetchFrom(url), { version })
      const data = { DV: '1.1', DD: { C001: 'Android' } }
      const members = { ...sdk.members(), sdkEncData: await sdk.deviceData(kty, { deviceData: data, directoryServerId: 'A000000003' }) }
      const inApp = aReq({ version, channel: '01' }, members)
      acs.onAuthentication(authenticated())
      t.match((await theirs.authenticate(ds, inApp)).message, { messageType: 'ARes', transStatus: 'Y', sdkTransID: sdk.sdkTransID })
      const { deviceInfo, ...rest } = acs.of('AReq').at(-1)?.message
      const { sdkEncData, ...asSent } = inApp
      t.strictSame(JSON.parse(Buffer.from(deviceInfo, 'base64url').toString()), data)
      t.match(rest, { ...asSent, threeDSServerURL: theirs.url, dsURL: ds })
      t.notOk('sdkEncData' in rest)
    }
  }
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('the DS hands on no element that nobody knows, or that is of another channel, category, version or leg, in either direction (§3.6, §3.7)', async (t) => {
  const { app, url, ds, theirs, acs } = await start(t)
  for (const version of VERSIONS) {
    const later = version === '2.3.1' ? { whiteListStatus: 'Y' } : { trustListStatus: 'Y' }
    const ofOthers = { zzz: 1, '': 'x', sdkAppID: randomUUID(), sdkTransID: randomUUID(), threeRIInd: '05', deviceInfo: 'e30', ...later }
    const message = aReq({ version })
    acs.onAuthentication(authenticated({ transStatus: 'C', zzz: [1], acsSignedContent: 'a.b.c', sdkTransID: randomUUID(), eci: '05', ...(version === '2.1.0' ? { acsDecConInd: 'N' } : {}) }))
    const { message: ares } = await theirs.authenticate(ds, { ...ofOthers, ...message })
    t.match(ares, { messageType: 'ARes', transStatus: 'C' })
    const { areq: atAcs, ares: asSent } = acs.transaction(message.threeDSServerTransID)
    const { dsTransID } = atAcs
    t.strictSame(atAcs, { ...message, threeDSServerURL: theirs.url, dsTransID, dsReferenceNumber: 'MOCK_DS', dsURL: ds })
    const { zzz, acsSignedContent, sdkTransID, acsDecConInd, ...known } = asSent
    t.strictSame(ares, known)

    theirs.onResults(resultsTaken({ zzz: {}, sdkTransID: randomUUID(), eci: '05' }))
    const { message: rres } = await acs.sendResults(message.threeDSServerTransID, { zzz: 1, sdkTransID: randomUUID(), ...(version === '2.3.1' ? { authenticationType: '02' } : { authenticationMethod: '02' }) })
    t.strictSame((await theirs.received('RReq', VERSIONS.indexOf(version) + 1)).message, rReq(atAcs, ares))
    t.strictSame(rres, { messageType: 'RRes', messageVersion: version, threeDSServerTransID: message.threeDSServerTransID, dsTransID, acsTransID: ares.acsTransID, resultsStatus: '01' })
    t.strictSame([theirs.faults, acs.faults], [[], []])
  }
  const nonPayment = aReq({ category: '02' })
  acs.onAuthentication(authenticated())
  await theirs.authenticate(ds, { ...nonPayment, mcc: '5999', transType: '01' })
  t.match(acs.transaction(nonPayment.threeDSServerTransID).areq, { mcc: '5999', transType: undefined })
  const ofDs = aReq()
  await theirs.authenticate(ds, { ...ofDs, messageCategory: '85', zzz: 1 })
  const { areq: programme } = acs.transaction(ofDs.threeDSServerTransID)
  t.match(programme, { messageCategory: '85', purchaseAmount: ofDs.purchaseAmount, zzz: undefined }, 'a category of a DS has what any has')

  const id = randomUUID()
  acs.onAuthentication(authenticated({ transStatus: 'C', zzz: 1 }))
  const { body } = await post(app, '/3ds/authenticate', browserRequest(id))
  t.notOk('zzz' in body.authenticationResponse, url)
  await acs.sendResults(id, { zzz: 1 })
  t.notOk('zzz' in (await post(app, '/3ds/final', { threeDSServerTransID: id })).body.resultsRequest, 'nor to the 3DS Server of this process')
})

t.test('an Erro of the ACS is passed on unaltered (§12.3)', async (t) => {
  const { ds, theirs, acs } = await start(t)
  acs.onAuthentication(authenticationRefused('305', 'acctNumber'))
  const { status, raw } = await theirs.authenticate(ds, aReq())
  const asSent = await theirs.authenticate(acs.url, { ...acs.of('AReq')[0]?.message, threeDSServerURL: undefined })
  t.strictSame([status, JSON.parse(raw)], [200, asSent.message])
  t.equal(JSON.parse(raw).errorDescription, 'Error 305 found by a party of the test')
  acs.onAuthentication(({ message }) => ({ json: { ...erro(message, 'A', '102', '2.4.0'), messageVersion: '2.4.0' } }))
  t.match((await theirs.authenticate(ds, aReq())).message, { errorCode: '102', errorComponent: 'A', errorDetail: '2.4.0', messageVersion: '2.4.0' }, 'also in a version that only the ACS speaks')
  theirs.faults.length = 0
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  acs.onAuthentication(({ message }) => ({ text: JSON.stringify({ ...erro(message, 'A', '305', 'x'), zzz: 1 }).replace(/\}$/, `,"own":${deep}}`) }))
  const { message } = await theirs.authenticate(ds, aReq())
  t.match(message, { errorCode: '305', errorComponent: 'A' })
  t.notOk('own' in message || 'zzz' in message, 'but for what is none of its elements (§3.6)')
  t.equal(acs.of('Erro').length, 0)
})

t.test('an Erro of the ACS that is none by the catalogue is not passed on: the 3DS Server gets D with what is wrong, the ACS nothing (§12.1, §12.3)', async (t) => {
  const { app, ds, theirs, acs } = await start(t)
  const table: [given: (message: any) => object, code: string, detail: string][] = [
    [() => ({ messageType: 'Erro' }), '201', 'messageVersion'],
    [() => ({ messageType: 'Erro', messageVersion: '2.2.0' }), '201', 'errorCode,errorComponent,errorDescription,errorDetail'],
    [(message) => ({ ...erro(message, 'A', '305', 'x'), errorCode: 9 }), '203', 'errorCode'],
    [(message) => ({ ...erro(message, 'A', '305', 'x'), errorDetail: { a: 1 } }), '203', 'errorDetail'],
    [(message) => ({ ...erro(message, 'A', '305', 'x'), messageVersion: '2.4.0', errorCode: 9 }), '203', 'errorCode'],
    [(message) => ({ ...erro(message, 'A', '305', 'x'), messageVersion: 2 }), '102', '2.1.0,2.2.0,2.3.1']
  ]
  for (const [given, errorCode, errorDetail] of table) {
    acs.onAuthentication(({ message }) => ({ json: given(message) }))
    const message = aReq()
    const { message: toServer } = await theirs.authenticate(ds, message)
    const { dsTransID } = acs.of('AReq').at(-1)?.message
    t.strictSame({ ...toServer, errorDetail: toServer.errorDetail.split(',').sort().join(',') }, {
      messageType: 'Erro', messageVersion: '2.2.0', errorCode, errorComponent: 'D', errorDescription: toServer.errorDescription, errorDetail, errorMessageType: 'Erro', threeDSServerTransID: message.threeDSServerTransID, dsTransID
    })
  }
  acs.onAuthentication(() => ({ json: { messageType: 'Erro' } }))
  t.match(await post(app, '/3ds/authenticate', browserRequest(randomUUID())), { status: 400, body: { messageType: 'Erro', errorComponent: 'D', errorCode: '201' } })
  t.equal(acs.of('Erro').length, 0)
  t.strictSame(theirs.faults, [])
})

t.test('an ARes that cannot be used is told to both: D and the same code (§12.3, §12.4)', async (t) => {
  const { app, ds, theirs, acs } = await start(t)
  const deep = `"x":${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const table: [name: string, behaviour: Parameters<Acs['onAuthentication']>[0], code: string, detail: string][] = [
    ['without status', aResWithoutStatus, '201', 'transStatus'],
    ['with a reserved reason', aResWithReservedReason, '203', 'transStatusReason'],
    ['of another', aResOfAnother, '301', 'threeDSServerTransID,dsTransID'],
    ['of another version', authenticated({ messageVersion: '2.1.0' }), '203', 'messageVersion'],
    ['wrong, and of another', authenticated({ transStatus: 'N', transStatusReason: '79', threeDSServerTransID: randomUUID() }), '203', 'transStatusReason'],
    ['of another DS', authenticated({ dsReferenceNumber: 'ANOTHER_DS' }), '303', 'dsReferenceNumber'],
    ['informational, which nobody asked for', authenticated({ transStatus: 'I' }), '203', 'transStatus'],
    ['no JSON', notJson, '101', 'The answer is no JSON object'],
    ['nothing', emptyAnswer, '101', 'The answer is empty'],
    ['not in UTF-8', () => ({ bytes: Buffer.from('{"messageType":"ARes","acsOperatorID":"ü"}', 'latin1') }), '101', 'The answer is not in UTF-8'],
    ['with a byte order mark', ({ message }) => ({ text: `\uFEFF${JSON.stringify(aRes(message))}` }), '101', 'The answer is no JSON object'],
    ['without a type', () => ({ json: { transStatus: 'Y' } }), '101', 'messageType'],
    ['an AReq', ({ message }) => ({ json: message }), '101', 'messageType'],
    ['nested without end', () => ({ text: `{"messageType":"ARes",${deep}}` }), '101', 'The answer is no JSON object']
  ]
  for (const [at, [name, behaviour, code, detail]] of table.entries()) {
    acs.onAuthentication(behaviour)
    const message = aReq()
    const { threeDSServerTransID } = message
    const { message: toServer } = await theirs.authenticate(ds, message)
    const { dsTransID } = acs.of('AReq').at(-1)?.message
    t.match(toServer, { messageType: 'Erro', messageVersion: '2.2.0', errorCode: code, errorComponent: 'D', errorDetail: detail, threeDSServerTransID, dsTransID }, name)
    t.strictSame((await acs.received('Erro', at + 1)).message, toServer, name)
    await t.rejects(app.stateStore.get(threeDSServerTransID), { code: 'transaction_not_found' })
  }
  const sdk = new AppSdk(fetchFrom(ds.replace(/\/ds$/, '')))
  const members = { ...sdk.members(), sdkEncData: await sdk.deviceData('EC', { directoryServerId: 'A000000003' }) }
  acs.onAuthentication(authenticated({ sdkTransID: randomUUID() }))
  t.match((await theirs.authenticate(ds, aReq({ channel: '01' }, members))).message, { errorCode: '301', errorDetail: 'sdkTransID', sdkTransID: undefined })
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('an ARes D that was not asked for is refused: 203 (§5.7); F asks for the end of a challenge', async (t) => {
  const { ds, theirs, acs } = await start(t)
  acs.onAuthentication(authenticated({ transStatus: 'D' }))
  const answerTo = async (version: '2.2.0' | '2.3.1', members: Record<string, string>) => (await theirs.authenticate(ds, aReq({ version }, members))).message
  const unasked = { errorCode: '203', errorComponent: 'D', errorDetail: 'transStatus', errorMessageType: 'ARes' }
  for (const version of ['2.2.0', '2.3.1'] as const) {
    for (const wish of [{}, { threeDSRequestorDecReqInd: 'N' }]) t.match(await answerTo(version, wish), unasked)
  }
  const threeDSRequestorDecMaxTime = '00005'
  t.match(await answerTo('2.3.1', { threeDSRequestorDecReqInd: 'F', threeDSRequestorDecMaxTime }), unasked)
  t.match(await answerTo('2.3.1', { threeDSRequestorDecReqInd: 'B', threeDSRequestorDecMaxTime }), { transStatus: 'D' })
})

t.test('an ARes D with acsDecConInd N is refused: 203 to both (§5.7); I without challenge indicator 05, 06 or 07 too, but in 2.3.1, where that is for the DS to allow (§5.11)', async (t) => {
  const { ds, theirs, acs } = await start(t)
  const decoupled = { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00005' }
  for (const version of ['2.2.0', '2.3.1'] as const) {
    acs.onAuthentication(authenticated({ transStatus: 'D', acsDecConInd: 'N' }))
    const { message: toServer } = await theirs.authenticate(ds, aReq({ version }, decoupled))
    t.match(toServer, { errorCode: '203', errorComponent: 'D', errorDetail: 'acsDecConInd', errorMessageType: 'ARes' })
    t.strictSame((await acs.received('Erro', version === '2.2.0' ? 1 : 2)).message, toServer)
    acs.onAuthentication(authenticated({ transStatus: 'D' }))
    t.match((await theirs.authenticate(ds, aReq({ version }, decoupled))).message, { transStatus: 'D' })

    acs.onAuthentication(authenticated({ transStatus: 'I' }))
    for (const code of ['05', '06', '07']) {
      t.match((await theirs.authenticate(ds, aReq({ version }, { threeDSRequestorChallengeInd: version === '2.3.1' ? [code, '02'] : code }))).message, { transStatus: 'I' }, code)
    }
  }
  t.match((await theirs.authenticate(ds, aReq({ version: '2.3.1' }))).message, { transStatus: 'I' })
  t.match((await theirs.authenticate(ds, aReq({}, { threeDSRequestorChallengeInd: '02' }))).message, { errorCode: '203', errorDetail: 'transStatus' })
  theirs.faults.length = 0
  t.strictSame(acs.faults, [])
})

t.test('an ACS that is silent or away: an attempt where its range has them (§5.10)', async (t) => {
  const { app, ds, theirs, acs } = await start(t, { DS_ACS_TIMEOUT_MS: '300' })
  for (const [at, [version, channel]] of ([['2.1.0', '02'], ['2.2.0', '02'], ['2.3.1', '02'], ['2.2.0', '03'], ['2.3.1', '03']] as const).entries()) {
    acs.onAuthentication(silence)
    const message = aReq({ version, channel })
    const { message: ares } = await theirs.authenticate(ds, message)
    const { acsTransID, authenticationValue } = ares
    const { dsTransID } = (await acs.received('AReq', at + 1)).message
    t.strictSame(ares, {
      messageType: 'ARes',
      messageVersion: version,
      threeDSServerTransID: message.threeDSServerTransID,
      acsTransID,
      dsTransID,
      acsReferenceNumber: 'MOCK_DS',
      dsReferenceNumber: 'MOCK_DS',
      transStatus: 'A',
      eci: '06',
      authenticationValue
    }, `${version} ${channel}`)
    t.match(await app.stateStore.get(message.threeDSServerTransID), { parties: { acs: 'here' }, acsTransID })
  }
  t.match((await acs.received('Erro', 5)).message, { errorCode: '402', errorComponent: 'D', errorMessageType: 'AReq' }, 'and the ACS hears of it')
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('a connection that fails is tried once more at once (§11)', async (t) => {
  const { ds, theirs, acs } = await start(t)
  acs.onAuthentication(hangUp)
  t.match((await theirs.authenticate(ds, aReq())).message, { transStatus: 'A' })
  t.equal(acs.of('AReq').length, 2)
  await acs.close()
  t.match((await theirs.authenticate(ds, aReq())).message, { transStatus: 'A', acsReferenceNumber: 'MOCK_DS' })
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('… otherwise 402 and 405 (§11)', async (t) => {
  const { app, ds, theirs, acs } = await start(t, { DS_ACS_TIMEOUT_MS: '300', ...withoutAttempts(t) })
  acs.onAuthentication(silence)
  const message = aReq()
  const { message: toServer } = await theirs.authenticate(ds, message)
  t.match(toServer, { messageType: 'Erro', errorCode: '402', errorComponent: 'D', errorMessageType: 'AReq', threeDSServerTransID: message.threeDSServerTransID, dsTransID: (await acs.received('AReq')).message.dsTransID })
  t.strictSame((await acs.received('Erro')).message, toServer)
  const api = await post(app, '/3ds/authenticate', browserRequest(randomUUID()))
  t.match(api, { status: 400, body: { messageType: 'Erro', errorCode: '402', errorComponent: 'D' } })
  await acs.close()
  t.match((await theirs.authenticate(ds, aReq())).message, { messageType: 'Erro', errorCode: '405', errorComponent: 'D', errorDetail: 'The ACS cannot be reached: ECONNREFUSED' })
  t.strictSame(theirs.faults, [])
})

t.test('an ACS that takes up no connection in OUTBOUND_CONNECT_TIMEOUT_MS cannot be reached: 405, not 402, after one more try (§11)', async (t) => {
  let connections = 0
  const held = createServer(() => { connections++ })
  await new Promise<void>((resolve) => { held.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { held.close() })
  // Where a connection without TLS is none yet.
  const DS_ACS_URL = `https://127.0.0.1:${(held.address() as AddressInfo).port}/`
  const { ds, theirs } = await start(t, { DS_ACS_URL, OUTBOUND_CONNECT_TIMEOUT_MS: '50', ...withoutAttempts(t) })
  t.match((await theirs.authenticate(ds, aReq())).message, { messageType: 'Erro', errorCode: '405', errorComponent: 'D', errorDetail: 'The ACS cannot be reached: CONNECT_TIMEOUT' })
  t.equal(connections, 2)
})

t.test('an ACS that answers with a failure of HTTP and no message: an attempt where its range has them, otherwise D/403 for what may pass and D/404 for what will not; a message counts with any status (§2, §11, §12.2)', async (t) => {
  const { ds, theirs, acs } = await start(t)
  const { ds: strict, theirs: others, acs: failing } = await start(t, withoutAttempts(t))
  for (const [status, code] of [[500, '403'], [503, '403'], [429, '403'], [302, '404'], [404, '404']] as const) {
    for (const party of [acs, failing]) party.onAuthentication(() => ({ text: '{"error":"out of order"}', status, headers: { location: `${acs.url}/elsewhere` } }))
    t.match((await theirs.authenticate(ds, aReq())).message, { messageType: 'ARes', transStatus: 'A', acsReferenceNumber: 'MOCK_DS' })
    t.match((await others.authenticate(strict, aReq())).message, { messageType: 'Erro', errorCode: code, errorComponent: 'D', errorDetail: `The answer was HTTP status ${status}`, errorMessageType: 'AReq' })
  }
  t.strictSame([acs.of('').length, failing.of('Erro').length], [0, 0], 'no redirect is followed, and who fails is not told so')
  failing.onAuthentication(({ message }) => ({ json: aRes(message), status: 500 }))
  t.match((await others.authenticate(strict, aReq())).message, { messageType: 'ARes', transStatus: 'Y' })
  failing.onAuthentication(({ message }) => ({ json: erro(message, 'A', '305', 'acctNumber'), status: 400 }))
  t.match((await others.authenticate(strict, aReq())).message, { messageType: 'Erro', errorCode: '305', errorComponent: 'A' })
  t.strictSame([theirs.faults, acs.faults, others.faults, failing.faults], [[], [], [], []])
})

t.test('an ACS that may not be called is one that cannot be reached', async (t) => {
  const { ds, theirs } = await start(t, { OUTBOUND_ALLOW: 'nobody.test', ...withoutAttempts(t) })
  t.match((await theirs.authenticate(ds, aReq())).message, { errorCode: '405', errorDetail: 'The ACS cannot be reached: host not in OUTBOUND_ALLOW' })
})

t.test('RReq of a foreign ACS → a foreign 3DS Server, and its RRes back, both to the byte (§10)', async (t) => {
  for (const version of VERSIONS) {
    const { app, ds, theirs, acs } = await start(t)
    acs.onAuthentication(authenticated({ transStatus: 'C' }))
    const areq = aReq({ version })
    const { message: ares } = await theirs.authenticate(ds, areq)
    const { threeDSServerTransID, dsTransID, acsTransID } = ares
    const more = version === '2.3.1' ? {} : { authenticationMethod: '02' }
    const { message: rres, headers } = await acs.sendResults(threeDSServerTransID, { ...more, messageExtension: EXTENSION })
    const { message: rreq, headers: sent } = await theirs.received('RReq')
    const { areq: atAcs } = acs.transaction(threeDSServerTransID)
    t.equal(JSON.stringify(rreq), JSON.stringify(rReq(atAcs, ares, { messageExtension: EXTENSION })), 'without authenticationMethod before 2.3.1 (§6)')
    t.strictSame(rres, { messageType: 'RRes', messageVersion: version, threeDSServerTransID, dsTransID, acsTransID, resultsStatus: '01' })
    t.strictSame([sent['x-request-id'], headers['x-response-id']], version === '2.3.1' ? [dsTransID, dsTransID] : [undefined, undefined])

    // The same again gets the same; another does not, and nobody else hears of either.
    t.strictSame((await acs.sendResults(threeDSServerTransID, { ...more, messageExtension: EXTENSION })).message, rres)
    t.match((await acs.sendResults(threeDSServerTransID, { ...more, transStatus: 'N' })).message, {
      messageType: 'Erro', messageVersion: version, errorCode: version === '2.3.1' ? '312' : '305', errorComponent: 'D', errorMessageType: 'RReq', threeDSServerTransID, dsTransID, acsTransID
    })
    t.equal(theirs.of('RReq').length, 1)
    t.equal((await app.stateStore.get(threeDSServerTransID)).relayed?.rReq.transStatus, 'Y')
    t.strictSame([theirs.faults, acs.faults], [[], []])
  }
})

t.test('of two identical RReq at the very same moment one is relayed; the other is its repeat: the same RRes, strictly in 2.3.1 312 (§10, §12.2)', async (t) => {
  for (const VALIDATION of ['emv', 'emv-strict']) {
    const { ds, theirs, acs } = await start(t, { VALIDATION })
    acs.onAuthentication(authenticated({ transStatus: 'C' }))
    for (const version of VERSIONS) {
      const areq = aReq({ version })
      const { message: ares } = await theirs.authenticate(ds, areq)
      const result = rReq(acs.transaction(areq.threeDSServerTransID).areq, ares)
      const before = theirs.of('RReq').length
      const answers = (await Promise.all([acs.post(ds, result), acs.post(ds, result)])).map(({ message }) => message)
      t.equal(theirs.of('RReq').length, before + 1)
      if (VALIDATION === 'emv' || version !== '2.3.1') t.strictSame(answers[0], answers[1])
      else t.strictSame(answers.map(({ errorCode }) => errorCode).sort(), ['312', undefined])
      t.match(answers.find(({ messageType }) => messageType === 'RRes'), { messageVersion: version, resultsStatus: '01' })
    }
    t.strictSame([theirs.faults, acs.faults], [[], []])
  }
})

t.test('two instances relay an RReq that reaches both at once only once (§10)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url }
  const { ds, theirs, acs } = await start(t, env)
  const second = await build(t, { ...env, DS_ACS_URL: acs.url })
  const another = `${await second.listen({ host: '127.0.0.1', port: 0 })}/ds`
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const areq = aReq()
  const { message: ares } = await theirs.authenticate(ds, areq)
  const result = rReq(acs.transaction(areq.threeDSServerTransID).areq, ares)
  const [one, two] = await Promise.all([acs.post(ds, result), acs.post(another, result)])
  t.match(one.message, { messageType: 'RRes' })
  t.strictSame(two.message, one.message)
  t.equal(theirs.of('RReq').length, 1)
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('in VALIDATION=emv-strict and 2.3.1 a repeated RReq is 312 (§12.2)', async (t) => {
  const { ds, theirs, acs } = await start(t, { VALIDATION: 'emv-strict' })
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  for (const version of ['2.2.0', '2.3.1'] as const) {
    const areq = aReq({ version })
    await theirs.authenticate(ds, areq)
    const { message } = await acs.sendResults(areq.threeDSServerTransID)
    t.equal(message.messageType, 'RRes')
    const again = await acs.sendResults(areq.threeDSServerTransID)
    if (version === '2.2.0') t.strictSame(again.message, message)
    else t.match(again.message, { errorCode: '312', errorDetail: 'The results request was received before' })
  }
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('an RReq that cannot be used is told to both: D and the same code (§12.3)', async (t) => {
  const { ds, theirs, acs } = await start(t)
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const areq = aReq()
  const { message: ares } = await theirs.authenticate(ds, areq)
  const { areq: atAcs } = acs.transaction(areq.threeDSServerTransID)
  const another = randomUUID()
  const table: [name: string, members: object, code: string, detail: string][] = [
    ['missing', { transStatus: undefined }, '201', 'transStatus'],
    ['without value', { authenticationValue: undefined }, '201', 'authenticationValue'],
    ['wrong', { interactionCounter: '1' }, '203', 'interactionCounter'],
    ['of another version', { messageVersion: '2.1.0' }, '203', 'messageVersion'],
    ['of another category', { messageCategory: '02' }, '203', 'messageCategory'],
    ['timed out, and does not say so', { transStatus: 'N', transStatusReason: '14', challengeCancel: '01', authenticationValue: undefined }, '203', 'challengeCancel'],
    ['wrong, and of another ACS', { interactionCounter: '1', acsTransID: another }, '203', 'interactionCounter'],
    ['of another ACS', { acsTransID: another }, '301', 'acsTransID'],
    ['of nobody', { acsTransID: another, dsTransID: another }, '301', 'acsTransID,dsTransID']
  ]
  for (const [at, [name, members, code, detail]] of table.entries()) {
    const message = Object.fromEntries(Object.entries({ ...rReq(atAcs, ares), ...members }).filter(([, value]) => value !== undefined))
    const { message: toAcs } = await acs.post(ds, message)
    t.match(toAcs, { messageType: 'Erro', messageVersion: '2.2.0', errorCode: code, errorComponent: 'D', errorDetail: detail, errorMessageType: 'RReq', threeDSServerTransID: areq.threeDSServerTransID, acsTransID: ares.acsTransID, dsTransID: ares.dsTransID }, name)
    t.strictSame((await theirs.received('Erro', at + 1)).message, toAcs, name)
  }
  acs.faults.length = 0
  t.match((await acs.post(ds, rReq(atAcs, ares, { threeDSServerTransID: another }))).message, { errorCode: '301', errorDetail: 'threeDSServerTransID' })
  t.equal(theirs.of('RReq').length, 0)
  t.match((await acs.sendResults(areq.threeDSServerTransID)).message, { messageType: 'RRes' }, 'and it counts for nothing')
  t.strictSame(theirs.faults, [])
})

t.test('without a challenge there is no RReq: 313, before 2.3.1 305 (§10, §12.2); with D and S there is one', async (t) => {
  const { ds, theirs, acs } = await start(t)
  for (const version of VERSIONS) {
    acs.onAuthentication(authenticated({ transStatus: 'Y' }))
    const areq = aReq({ version })
    await theirs.authenticate(ds, areq)
    t.match((await acs.sendResults(areq.threeDSServerTransID)).message, { messageType: 'Erro', errorCode: version === '2.3.1' ? '313' : '305', errorComponent: 'D' })
    if (version === '2.1.0') continue
    acs.onAuthentication(authenticated({ transStatus: 'D' }))
    const decoupled = aReq({ version }, { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00005' })
    t.equal((await theirs.authenticate(ds, decoupled)).message.transStatus, 'D')
    t.match((await acs.sendResults(decoupled.threeDSServerTransID)).message, { messageType: 'RRes', resultsStatus: '01' })
  }
  acs.onAuthentication(authenticated({ transStatus: 'S' }))
  const spc = aReq({ version: '2.3.1' }, { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.test' })
  t.equal((await theirs.authenticate(ds, spc)).message.transStatus, 'S')
  t.match((await acs.sendResults(spc.threeDSServerTransID, { transStatus: 'N', transStatusReason: '14', challengeCancel: '04', authenticationMethod: ['14'] })).message, { messageType: 'RRes' })
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('a 3DS Server that refuses, answers nonsense or is away (§10)', async (t) => {
  const { app, ds, theirs, acs } = await start(t)
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const areq = aReq()
  await theirs.authenticate(ds, areq)
  const id = areq.threeDSServerTransID
  const results = async () => (await acs.sendResults(id)).message
  const { areq: { dsTransID }, ares: { acsTransID } } = acs.transaction(id)
  const erro = { messageType: 'Erro', messageVersion: '2.2.0', errorComponent: 'D', threeDSServerTransID: id, dsTransID, acsTransID }

  let told = 0
  const deep = `{"messageType":"RRes","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  for (const [behaviour, errorCode, errorDetail] of [
    [resultsWithoutStatus, '201', 'resultsStatus'], [resultsTaken({ resultsStatus: 1 }), '203', 'resultsStatus'], [notJson, '101', 'The answer is no JSON object'],
    [resultsTaken({ messageVersion: '2.1.0' }), '203', 'messageVersion'], [() => ({ text: deep }), '101', 'The answer is no JSON object'], [resultsOfAnother, '301', 'threeDSServerTransID,acsTransID,dsTransID']
  ] as const) {
    theirs.onResults(behaviour)
    const toAcs = await results()
    t.match(toAcs, { ...erro, errorCode, errorDetail, errorMessageType: 'RRes' })
    t.strictSame((await theirs.received('Erro', ++told)).message, toAcs, 'both hear of it')
  }
  const before = theirs.of('RReq').length
  theirs.onResults(hangUp)
  t.match(await results(), { ...erro, errorCode: '405', errorDetail: 'The 3DS Server cannot be reached: ECONNRESET' })
  t.equal(theirs.of('RReq').length, before + 2, 'once more at once')
  theirs.onResults(serverError)
  t.match(await results(), { ...erro, errorCode: '403', errorDetail: 'The answer was HTTP status 500', errorMessageType: 'RReq' })
  theirs.onResults(() => ({ json: { messageType: 'Erro' } }))
  t.match(await results(), { ...erro, errorCode: '201', errorDetail: 'messageVersion', errorMessageType: 'Erro' })
  t.equal(theirs.of('Erro').length, told, 'of neither it is told')
  t.equal((await app.stateStore.get(id)).relayed, undefined, 'nothing of this is an answer')

  theirs.onResults(resultsRefused('203', 'eci'))
  const refused = await results()
  t.match(refused, { messageType: 'Erro', errorCode: '203', errorComponent: 'S', errorDescription: 'Error 203 found by a party of the test' })
  theirs.onResults(resultsTaken())
  t.strictSame(await results(), refused, 'an Erro is an answer: the same RReq gets it again')
  acs.faults.length = 0
  await theirs.close()
  t.strictSame(theirs.faults, [])
})

t.test('a 3DS Server that is silent: 402 (§10)', async (t) => {
  const { ds, theirs, acs } = await start(t, { DS_RRES_TIMEOUT_MS: '300' })
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const { message: ares } = await theirs.authenticate(ds, aReq())
  const { threeDSServerTransID, dsTransID, acsTransID } = ares
  theirs.onResults(silence)
  t.match((await acs.sendResults(threeDSServerTransID)).message, {
    messageType: 'Erro', messageVersion: '2.2.0', errorCode: '402', errorComponent: 'D', errorMessageType: 'RReq', threeDSServerTransID, dsTransID, acsTransID
  })
  t.strictSame([theirs.faults, acs.faults], [[], []])
})

t.test('RReq of a foreign ACS → the 3DS Server of this process, where /3ds/final has it (§10)', async (t) => {
  const { app, ds, acs } = await start(t)
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const id = randomUUID()
  const { status, body } = await post(app, '/3ds/authenticate', browserRequest(id))
  t.match({ status, body }, { status: 200, body: { transStatus: 'C', acsURL: 'https://acs.test/challenge' } })
  t.equal((await acs.received('AReq')).message.dsURL, ds)
  const challenge = await app.inject({ method: 'GET', url: `/acs/challenge/${body.authenticationResponse.acsTransID}` })
  t.match(decoded(readForm(challenge.body).fields['cres'] as string), { messageType: 'Erro', errorCode: '305', errorComponent: 'A' }, 'the challenge is not ours')
  const { message: rres } = await acs.sendResults(id)
  t.match(rres, { messageType: 'RRes', resultsStatus: '01', threeDSServerTransID: id })
  const final = await post(app, '/3ds/final', { threeDSServerTransID: id })
  t.match(final, { status: 200, body: { transStatus: 'Y', eci: '05', authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=' } })
  t.strictSame((await acs.sendResults(id)).message, rres)
  t.match((await acs.sendResults(id, { transStatus: 'N' })).message, { messageType: 'Erro', errorCode: '305', errorComponent: 'S' })
  t.match((await acs.sendResults(id, { authenticationValue: undefined })).message, { errorCode: '201', errorComponent: 'D' })
})

t.test('a result of a foreign ACS is counted once, for the 3DS Server of this process and for a foreign one', async (t) => {
  const { app, ds, theirs, acs } = await start(t)
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const id = randomUUID()
  await post(app, '/3ds/authenticate', browserRequest(id))
  const areq = aReq()
  await theirs.authenticate(ds, areq)
  for (const [threeDSServerTransID, transStatus] of [[id, 'Y'], [areq.threeDSServerTransID, 'U']] as const) {
    t.match((await acs.sendResults(threeDSServerTransID, { transStatus })).message, { messageType: 'RRes' })
    t.match((await acs.sendResults(threeDSServerTransID, { transStatus })).message, { messageType: 'RRes' })
  }
  const { body } = await app.inject('/metrics')
  t.strictSame(body.split('\n').filter((line) => line.startsWith('threeds_challenge_results_total{')), [
    'threeds_challenge_results_total{channel="browser",status="Y"} 1', 'threeds_challenge_results_total{channel="browser",status="U"} 1'
  ])
})

t.test('what was relayed is known to every instance, and when the store goes meanwhile the ACS still gets the answer', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '2000', REDIS_CONNECT_TIMEOUT_MS: '2000' }
  const { ds, theirs, acs } = await start(t, env)
  const second = await build(t, { ...env, DS_ACS_URL: acs.url })
  const another = `${await second.listen({ host: '127.0.0.1', port: 0 })}/ds`
  acs.onAuthentication(authenticated({ transStatus: 'C' }))
  const [one, two] = [aReq(), aReq({ version: '2.3.1' })]
  await theirs.authenticate(ds, one)
  await theirs.authenticate(ds, two)
  const resultOf = ({ threeDSServerTransID }: any, members = {}) => {
    const { areq, ares } = acs.transaction(threeDSServerTransID)
    return rReq(areq, ares, members)
  }
  const { message: rres } = await acs.post(ds, resultOf(one))
  t.match(rres, { messageType: 'RRes' })
  t.strictSame((await acs.post(another, resultOf(one))).message, rres)
  t.match((await acs.post(another, resultOf(one, { transStatus: 'N' }))).message, { messageType: 'Erro', errorCode: '305' })
  t.equal(theirs.of('RReq').length, 1)

  theirs.onResults(async (arrival) => {
    await redis.kill()
    return resultsTaken()(arrival)
  })
  t.match((await acs.post(ds, resultOf(two))).message, { messageType: 'RRes', resultsStatus: '01' })
  const { status, message } = await acs.post(ds, resultOf(two))
  t.match({ status, message }, { status: 503, message: { messageType: 'Erro', errorCode: '403', errorComponent: 'D' } })
  t.strictSame([theirs.faults, acs.faults], [[], []])
})
