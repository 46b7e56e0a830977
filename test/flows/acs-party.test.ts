import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createManualClock, type ManualClock } from '../../src/clock.ts'
import { build, START } from '../setup/app.ts'
import { type DirectoryServer, resultsRefusedByDs, startDirectoryServer } from '../setup/parties/directory-server.ts'
import { evaluate } from '../setup/parties/evaluate.ts'
import { aReq, browserCReq, type Channel, erro, forwarded, oReq, rReq, rRes, type Version } from '../setup/parties/messages.ts'
import { type Behaviour, hangUp, notJson, postJson, serverError, silence } from '../setup/parties/party.ts'
import { AppSdk } from '../setup/parties/sdk.ts'
import { encoded, postForm, readForm, readForms, type Shop, startShop, submit } from '../setup/parties/shop.ts'
import { resultsOfAnother, resultsTaken, resultsWithoutStatus } from '../setup/parties/three-ds-server.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { CHALLENGE_CARD } from '../setup/requests.ts'
import { fetchFrom } from '../setup/sdk-client.ts'

/* This ACS for a foreign Directory Server. */

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']
const CHANNELS: readonly Channel[] = ['01', '02', '03']

interface Between { app: FastifyInstance, clock: ManualClock, url: string, acs: string, ds: DirectoryServer }

/** Starts both. */
async function start (t: Test, env: Record<string, string> = {}): Promise<Between> {
  const clock = createManualClock(START)
  const [app, ds] = await Promise.all([build(t, { ACS_SIGNING_ALG: 'ES256', ...env }, { clock }), startDirectoryServer(t)])
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, clock, url, acs: `${url}/acs`, ds }
}

/** An AReq that gets C in a browser. */
const challenged = (version: Version = '2.2.0', members: object = {}) => aReq({ version }, { acctNumber: CHALLENGE_CARD, ...members })

/** Opens the challenge as a shop's page does. @returns the page */
const open = (ares: any) => postForm(ares.acsURL, { creq: encoded(browserCReq(ares)) })

/** Goes through the challenge in a browser. @returns the CRes that reaches the shop */
async function finish (ares: any, url: string, shop: Shop, otp = '1234'): Promise<any> {
  const [form] = readForms((await open(ares)).raw)
  if (form === undefined) throw new Error('no form')
  const end = await submit({ ...form, fields: { ...form.fields, otp, action: 'submit' } }, ares.acsURL)
  await submit(readForm(end.raw), url)
  return (await shop.challengeEnd()).cres
}

t.test('AReq → ARes for a foreign DS, whole, in every version and channel (emv3ds-protocol §5.2)', async (t) => {
  const { app, acs, ds } = await start(t)
  for (const version of VERSIONS) {
    for (const channel of CHANNELS) {
      const message = aReq({ version, channel })
      const { status, headers, message: ares } = await ds.authenticate(acs, message)
      const { dsTransID, dsReferenceNumber } = forwardedTo(ds, message)
      const { acsTransID, ...rest } = ares
      const isPayment = message.messageCategory === '01'
      t.strictSame([status, rest], [200, {
        messageType: 'ARes',
        messageVersion: version,
        threeDSServerTransID: message.threeDSServerTransID,
        dsTransID,
        acsOperatorID: 'MOCK_ACS',
        acsReferenceNumber: 'issuer1',
        dsReferenceNumber,
        transStatus: 'Y',
        ...(channel === '01' ? { sdkTransID: message.sdkTransID } : {}),
        ...(channel === '01' && version === '2.3.1' ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'Y' } : {}),
        ...(isPayment ? { eci: '05', authenticationValue: ares.authenticationValue } : {})
      }], `${version} ${channel}`)
      t.strictSame([headers['content-type'], headers['x-response-id']], ['application/json; charset=UTF-8', version === '2.3.1' ? acsTransID : undefined])
      t.match(await app.stateStore.get(message.threeDSServerTransID), { parties: { threeDSServer: 'elsewhere', ds: 'elsewhere', acs: 'here' }, acsTransID, dsTransID })
    }
  }
  t.strictSame(ds.faults, [])
})

/** The AReq as the DS sent it on. */
function forwardedTo (ds: DirectoryServer, { threeDSServerTransID }: any): any {
  return ds.transaction(threeDSServerTransID).areq
}

t.test('a challenge in a browser: RReq to the DS before the CRes, for each result (§5.3, §10)', async (t) => {
  for (const version of VERSIONS) {
    const [{ app, url, acs, ds }, shop] = await Promise.all([start(t, { OTP_MAX_ATTEMPTS: '1' }), startShop(t)])
    const { message: ares } = await ds.authenticate(acs, challenged(version, { notificationURL: shop.notificationURL }))
    const { threeDSServerTransID, acsTransID, dsTransID } = ares
    const ids = { messageVersion: version, threeDSServerTransID, acsTransID, dsTransID }
    t.match(ares, { transStatus: 'C', acsURL: `${url}/acs/challenge` })
    ds.onResults((arrival) => {
      t.equal(shop.arrivals.length, 0, 'the RReq is first')
      return resultsTaken()(arrival)
    })
    t.match(await finish(ares, url, shop), { messageType: 'CRes', messageVersion: version, threeDSServerTransID, acsTransID, transStatus: 'Y' })
    const { headers, message: rreq } = await ds.received('RReq')
    t.strictSame(rreq, {
      messageType: 'RReq',
      ...ids,
      messageCategory: '01',
      transStatus: 'Y',
      ...(version === '2.3.1' ? { authenticationMethod: ['02'] } : { authenticationType: '02' }),
      interactionCounter: '01',
      eci: '05',
      authenticationValue: rreq.authenticationValue
    })
    t.equal(headers['x-request-id'], version === '2.3.1' ? acsTransID : undefined)
    t.match((await app.stateStore.get(threeDSServerTransID)).challenge, { state: 'ended', reports: [{ at: START, outcome: 'answered', answer: rRes(rreq) }] })

    ds.onResults(resultsTaken())
    const { message: other } = await ds.authenticate(acs, challenged(version, { notificationURL: shop.notificationURL }))
    const page = await open(other)
    const [form] = readForms(page.raw)
    await submit({ ...form as any, fields: { ...form?.fields, otp: '0000', action: 'submit' } }, other.acsURL)
    t.match((await ds.received('RReq', 2)).message, { transStatus: 'N', transStatusReason: '19', interactionCounter: '01', authenticationValue: undefined })
    t.strictSame([ds.faults, shop.faults], [[], []])
  }
})

t.test('a challenge in an app (§5.4)', async (t) => {
  for (const version of VERSIONS) {
    const { url, acs, ds } = await start(t)
    const sdk = new AppSdk(fetchFrom(url), { version })
    const { message: ares } = await ds.authenticate(acs, aReq({ version, channel: '01' }, { ...sdk.members(), acctNumber: CHALLENGE_CARD }))
    await sdk.accept(ares)
    await sdk.start()
    t.match(await sdk.enter('1234'), { transStatus: 'Y' })
    t.match((await ds.received('RReq')).message, { messageVersion: version, transStatus: 'Y', acsTransID: ares.acsTransID })
    t.strictSame(ds.faults, [])
  }
})

t.test('what cannot be used is A with its code, whole by the catalogue (§12.3)', async (t) => {
  const { acs, ds } = await start(t)
  const areq = forwarded(aReq(), ds.url)
  const without = (...names: string[]) => Object.fromEntries(Object.entries(areq).filter(([name]) => !names.includes(name)))
  const table: [name: string, message: unknown, code: string, detail: string][] = [
    ['no JSON', 'x', '101', 'The message is no JSON object in UTF-8'],
    ['an RReq', { ...areq, messageType: 'RReq' }, '101', 'messageType'],
    ['a type that is no text', { ...areq, messageType: { toString: 1, valueOf: 1 } }, '101', 'messageType'],
    ['nested without end', JSON.stringify(areq).replace(/\}$/, `,"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), '101', 'The message is no JSON object in UTF-8'],
    ['a version nobody has', { ...areq, messageVersion: '2.0.0' }, '102', '2.1.0,2.2.0,2.3.1'],
    ['from a 3DS Server', without('dsTransID', 'dsURL', 'dsReferenceNumber'), '201', 'dsReferenceNumber,dsTransID,dsURL'],
    ['wrong', { ...areq, dsURL: '/ds' }, '203', 'dsURL'],
    ['twice', JSON.stringify(areq).replace(/\}$/, ',"mcc":"5999"}'), '204', 'mcc'],
    ['with a critical extension', { ...areq, messageExtension: [{ name: 'x', id: 'A000000003-x', criticalityIndicator: true, data: { a: 'b' } }] }, '202', 'A000000003-x'],
    ['reserved in 2.3.1', forwarded(aReq({ version: '2.3.1' }, { threeDSRequestorAuthenticationInd: '11' }), ds.url), '207', 'threeDSRequestorAuthenticationInd']
  ]
  for (const [name, message, code, detail] of table) {
    const { status, message: answer } = await postJson(acs, message)
    t.match({ status, ...answer }, { status: 200, messageType: 'Erro', errorCode: code, errorComponent: 'A' }, name)
    t.equal(answer.errorDetail.split(',').sort().join(','), detail, name)
    t.strictSame(evaluate(answer), [], name)
  }
  const { status, raw } = await postJson(acs, erro(areq, 'D', '203', 'eci'))
  t.strictSame([status, raw], [200, ''])
  t.equal((await postJson(acs, areq, { 'content-type': 'text/plain' })).status, 415)
  const strict = await start(t, { VALIDATION: 'emv-strict' })
  t.match((await postJson(strict.acs, { ...areq, purchaseCurrency: '999' })).message, { messageType: 'Erro', errorCode: '304', errorComponent: 'A', errorDetail: 'purchaseCurrency' })
})

t.test('whatever becomes of the RReq, the browser gets its CRes, and what came of it is kept (§10)', async (t) => {
  const table: [name: string, behaviour: Behaviour, report: object, erro: object | undefined][] = [
    ['an Erro', resultsRefusedByDs('405', 'threeDSServerURL'), { outcome: 'answered', answer: { messageType: 'Erro', errorCode: '405' } }, undefined],
    ['an Erro that is none by the catalogue', () => ({ json: { messageType: 'Erro', messageVersion: '2.2.0', errorCode: '7', errorComponent: 'D', errorDetail: 'x'.repeat(5000), ofTheirOwn: 'y'.repeat(50_000) } }), {
      outcome: 'faulty',
      answer: { messageType: 'Erro', errorCode: undefined, errorDetail: 'x'.repeat(2048), ofTheirOwn: undefined },
      erro: { errorCode: '203', errorDetail: 'errorCode,errorDetail', errorMessageType: 'Erro' }
    }, undefined],
    ['an Erro without end', () => ({ text: `{"messageType":"Erro","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}` }), { outcome: 'faulty', answer: { messageType: 'Erro' }, erro: { errorCode: '201', errorDetail: 'messageVersion' } }, undefined],
    ['without status', resultsWithoutStatus, { outcome: 'faulty', erro: { errorCode: '201', errorDetail: 'resultsStatus' } }, { errorCode: '201', errorDetail: 'resultsStatus' }],
    ['of another', resultsOfAnother, { outcome: 'faulty' }, { errorCode: '301', errorDetail: 'threeDSServerTransID,acsTransID,dsTransID' }],
    ['no JSON', notJson, { outcome: 'faulty' }, { errorCode: '101' }],
    ['out of order', serverError, { outcome: 'faulty', erro: { errorCode: '403', errorDetail: 'The answer was HTTP status 500', errorMessageType: 'RReq' } }, undefined],
    ['silent', silence, { outcome: 'timed-out' }, { errorCode: '402', errorMessageType: 'RReq' }]
  ]
  for (const [name, behaviour, report, told] of table) {
    const [{ app, url, acs, ds }, shop] = await Promise.all([start(t, name === 'silent' ? { ACS_RRES_TIMEOUT_MS: '300' } : {}), startShop(t)])
    ds.onResults(behaviour)
    const { message: ares } = await ds.authenticate(acs, challenged('2.2.0', { notificationURL: shop.notificationURL }))
    t.match(await finish(ares, url, shop), { transStatus: 'Y' }, name)
    t.match((await app.stateStore.get(ares.threeDSServerTransID)).challenge, { state: 'ended', reports: [{ at: START, ...report }] }, name)
    if (told !== undefined) t.match((await ds.received('Erro')).message, { errorComponent: 'A', acsTransID: ares.acsTransID, dsTransID: ares.dsTransID, ...told }, name)
    t.equal(await app.jobs.runDue(), 0)
    t.equal(ds.of('RReq').length, 1, 'and once only')
    t.strictSame(ds.faults, [], name)
  }
})

t.test('a DS that cannot be reached: at once again, then every 10 s with U, until it is (§10)', async (t) => {
  const [{ app, clock, url, acs, ds }, shop] = await Promise.all([start(t), startShop(t)])
  for (const version of VERSIONS) {
    const before = ds.of('RReq').length
    ds.onResults(hangUp)
    const { message: ares } = await ds.authenticate(acs, challenged(version, { notificationURL: shop.notificationURL }))
    const stored = async () => (await app.stateStore.get(ares.threeDSServerTransID)).challenge
    const page = await open(ares)
    const [form] = readForms(page.raw)
    await submit({ ...form as any, fields: { ...form?.fields, otp: '1234', action: 'submit' } }, ares.acsURL)
    t.equal(ds.of('RReq').length, before + 2)
    t.match(await stored(), { state: 'reporting', reports: [{ outcome: 'unreachable', reason: 'ECONNRESET' }] })
    clock.advance(9_999)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, before + 2)
    clock.advance(1)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, before + 3)
    ds.onResults(resultsTaken())
    clock.advance(10_000)
    await app.jobs.runDue()
    const { message: rreq } = await ds.received('RReq', before + 4)
    t.match(rreq, { transStatus: 'U', transStatusReason: version === '2.1.0' ? '07' : '22', acsTransID: ares.acsTransID, interactionCounter: '01' })
    t.match(await stored(), { state: 'ended', reports: [{ outcome: 'unreachable' }, { outcome: 'unreachable' }, { outcome: 'answered', answer: rRes(rreq) }] })
    clock.advance(700_000)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, before + 4)
  }
  t.strictSame([ds.faults, url.length > 0], [[], true])
})

t.test('no CReq in 30 s: N, 14, 05; a page without an answer for 600 s: N, 14, 04 (§11)', async (t) => {
  for (const version of VERSIONS) {
    const { app, clock, acs, ds } = await start(t)
    const { message: ares } = await ds.authenticate(acs, challenged(version))
    clock.advance(29_999)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, 0)
    clock.advance(1)
    await app.jobs.runDue()
    const { threeDSServerTransID, acsTransID, dsTransID } = ares
    const { message: rreq } = await ds.received('RReq')
    t.strictSame(rreq, {
      messageType: 'RReq',
      messageVersion: version,
      threeDSServerTransID,
      acsTransID,
      dsTransID,
      messageCategory: '01',
      transStatus: 'N',
      transStatusReason: '14',
      challengeCancel: '05',
      ...(version === '2.3.1' ? { authenticationMethod: ['02'] } : { authenticationType: '02' }),
      interactionCounter: '00'
    })
    t.match((await app.stateStore.get(threeDSServerTransID)).challenge, { state: 'ended', reports: [{ outcome: 'answered', answer: { resultsStatus: '02' } }] })

    const { message: later } = await ds.authenticate(acs, challenged(version))
    clock.advance(29_000)
    await open(later)
    clock.advance(599_999)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, 1)
    clock.advance(1)
    await app.jobs.runDue()
    t.match((await ds.received('RReq', 2)).message, { acsTransID: later.acsTransID, transStatus: 'N', transStatusReason: '14', challengeCancel: '04', interactionCounter: '00' })
    clock.advance(10_000_000)
    await app.jobs.runDue()
    t.equal(ds.of('RReq').length, 2, 'each once')
    t.strictSame(ds.faults, [])
  }
})

t.test('decoupled: the time that the 3DS Requestor gave, longer than a transaction is kept for; then U, 24, 03 (§5.7, §11)', async (t) => {
  for (const version of ['2.2.0', '2.3.1'] as const) {
    const { app, clock, acs, ds } = await start(t, { TRANSACTION_TTL_SECONDS: '1800' })
    app.roles.acs.scenarios = [{ name: 'decoupled', description: '', match: {}, outcome: { transStatus: 'D' } }]
    const { message: ares } = await ds.authenticate(acs, aReq({ version }, { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00180' }))
    t.equal(ares.transStatus, 'D')
    for (let minutes = 0; minutes < 180; minutes++) {
      await app.jobs.runDue()
      t.equal(ds.of('RReq').length, 0)
      clock.advance(60_000)
    }
    await app.jobs.runDue()
    t.match((await ds.received('RReq')).message, { transStatus: 'U', transStatusReason: '24', challengeCancel: '03', interactionCounter: undefined })
    t.strictSame(ds.faults, [])
  }
})

t.test('OReq → ORes after the last of a sequence (§15)', async (t) => {
  const { acs, ds } = await start(t)
  const first = oReq()
  const { status, headers, message } = await ds.inform(acs, first)
  const { acsTransID } = message
  t.strictSame([status, message], [200, { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: first.dsTransID, acsTransID, acsReferenceNumber: 'issuer1', opStatus: '01' }])
  t.equal(headers['x-response-id'], acsTransID)
  const { seqId } = first.opSeq
  t.strictSame((await ds.inform(acs, oReq({ opSeq: { seqId, seqNum: '01', seqTotal: '02' } }))).raw, '')
  t.match((await ds.inform(acs, oReq({ opSeq: { seqId, seqNum: '02', seqTotal: '02' } }))).message, { messageType: 'ORes' })
  t.match((await ds.inform(acs, oReq({ opSeverity: 'x' }))).message, { messageType: 'Erro', errorCode: '203', errorComponent: 'A', errorDetail: 'opSeverity', errorMessageType: 'OReq' })
  t.strictSame(ds.faults, [])
})

t.test('a store that is away: 503 and an Erro 403, to be tried again; one that goes while the result is reported holds nobody up', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const [{ app, url, acs, ds }, shop] = await Promise.all([
    start(t, { USE_REDIS: 'true', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '2000', REDIS_CONNECT_TIMEOUT_MS: '2000' }), startShop(t)
  ])
  const { message: ares } = await ds.authenticate(acs, challenged('2.2.0', { notificationURL: shop.notificationURL }))
  t.match(await app.stateStore.get(ares.threeDSServerTransID), { parties: { threeDSServer: 'elsewhere', ds: 'elsewhere', acs: 'here' }, challenge: { deadline: START + 30_000 } })
  ds.onResults(async (arrival) => {
    await redis.kill()
    return resultsTaken()(arrival)
  })
  t.match(await finish(ares, url, shop), { transStatus: 'Y' })
  const { status, headers, message } = await ds.authenticate(acs, challenged())
  t.match({ status, headers, message }, { status: 503, headers: { 'retry-after': '1' }, message: { messageType: 'Erro', errorCode: '403', errorComponent: 'A' } })
  t.strictSame([ds.faults, shop.faults], [[], []])
})

t.test('a process that ended before it reported a result has left it to the timer; a transaction that is gone or replaced has none (§10, §11)', async (t) => {
  const { app, clock, acs, ds } = await start(t)
  const due = async (milliseconds: number) => {
    clock.advance(milliseconds)
    await app.jobs.runDue()
    return ds.of('RReq').map(({ message }) => message.acsTransID)
  }
  const { message: left } = await ds.authenticate(acs, challenged())
  const { areq } = ds.transaction(left.threeDSServerTransID)
  const stored = rReq(areq, left)
  await app.stateStore.update(left.threeDSServerTransID, (current) => ({ ...current, challenge: { ...current.challenge as any, state: 'reporting', deadline: undefined, rReq: stored } }))
  t.strictSame(await due(30_000), [left.acsTransID])
  t.strictSame((await ds.received('RReq')).message, stored, 'as it was decided: nobody has tried yet')
  t.match((await app.stateStore.get(left.threeDSServerTransID)).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })

  const { message: gone } = await ds.authenticate(acs, challenged())
  await app.stateStore.delete(gone.threeDSServerTransID)
  const twice = challenged()
  await ds.authenticate(acs, twice)
  clock.advance(10_000)
  const { message: second } = await ds.authenticate(acs, twice)
  t.strictSame(await due(20_000), [left.acsTransID], 'the first of the two is no more')
  t.strictSame(await due(10_000), [left.acsTransID, second.acsTransID])
  t.strictSame(await due(10_000_000), [left.acsTransID, second.acsTransID])
  t.strictSame(ds.faults, [])
})
