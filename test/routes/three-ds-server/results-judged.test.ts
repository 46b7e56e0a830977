import type { FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { answerPage, build, keepLog, post } from '../../setup/app.ts'
import { aReq } from '../../setup/parties/messages.ts'
import { appRequest, browserRequest, CHALLENGE_CARD, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, SDK_TRANS_ID } from '../../setup/requests.ts'

/** Any card but those of the table: no challenge. */
const LOAD_TEST_CARD = '5155010000000001'
const TEXTS: Readonly<Record<string, string>> = {
  101: 'Message is not readable or not meant for this component',
  102: 'Message version is not supported',
  201: 'A required element is missing',
  202: 'A critical message extension is not known',
  204: 'An element occurs more than once',
  207: 'An element has a reserved value',
  203: 'An element has an invalid format or value',
  301: 'Transaction identifier is not known or not valid here',
  305: 'Transaction data is well formed but cannot be used'
}

/** Authenticates; what was answered. */
async function authenticate (app: FastifyInstance, more: object = {}, acctNumber = CHALLENGE_CARD): Promise<any> {
  const { status, body } = await post(app, '/3ds/authenticate', { ...browserRequest(randomUUID(), acctNumber), ...more })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.authenticationResponse
}

const idsOf = ({ threeDSServerTransID, acsTransID, dsTransID }: any) => ({ threeDSServerTransID, acsTransID, dsTransID })

/** The whole answer to an RReq that is refused (emv3ds-protocol §12.1). */
function refusal (errorCode: string, errorDetail: string, error: string, ids: object, messageVersion = '2.2.0'): { status: number, body: object } {
  return {
    status: 400,
    body: {
      messageType: 'Erro',
      messageVersion,
      errorCode,
      errorComponent: 'S',
      errorDescription: TEXTS[errorCode],
      errorDetail,
      errorMessageType: 'RReq',
      ...ids,
      error,
      code: 'protocol_error'
    }
  }
}

/** The same of an RReq that the judge has refused. */
const judged = (errorCode: string, errorDetail: string, ids: object, messageVersion = '2.2.0') =>
  refusal(errorCode, errorDetail, `The RReq cannot be used: ${TEXTS[errorCode]}: ${errorDetail}`, ids, messageVersion)

const rResOf = (aRes: any, more: object = {}) => ({ messageType: 'RRes', messageVersion: '2.2.0', ...idsOf(aRes), ...more, resultsStatus: '01' })

/** A result that failed: no proof, but a reason. */
const failed = (more: object = {}) => ({ transStatus: 'N', transStatusReason: '19', eci: undefined, authenticationValue: undefined, ...more })

const unusable = (...faults: string[]) => `The RReq cannot be used: ${faults.join('; ')}`

const CODED: Readonly<Record<string, { right: string[], wrong: string[] }>> = {
  messageCategory: { right: ['01'], wrong: ['1', '001', 'PA', '02'] },
  eci: { right: ['05', '02', 'N2'], wrong: ['5', '005'] },
  authenticationType: { right: ['01', '04', '80', '99'], wrong: ['00', '05', '79', '2'] },
  interactionCounter: { right: ['00', '99'], wrong: ['1', '100', '0x'] },
  whiteListStatus: { right: ['Y', 'E'], wrong: ['X', 'y'] },
  whiteListStatusSource: { right: ['03', '80'], wrong: ['04', '3'] }
}
const CODED_OF_FAILURES: typeof CODED = {
  transStatusReason: { right: ['01', '26', '80'], wrong: ['00', '27', '79', '1'] },
  challengeCancel: { right: ['01', '03', '08', '80'], wrong: ['00', '02', '09', '10', '1'] }
}

t.test('an element that is there has its format, a reserved value is wrong: Erro 203 (emv3ds-protocol §3, §6–§9)', async (t) => {
  const app = await build(t)
  const judge = async (element: string, { right, wrong }: typeof CODED[string], base: object) => {
    const aRes = await authenticate(app)
    for (const value of [...wrong, 5, true, ['x']]) {
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...base, [element]: value })), judged('203', element, idsOf(aRes)), `${element} ${value}`)
    }
    for (const value of right) {
      const other = await authenticate(app)
      t.strictSame(await post(app, '/3ds/results', resultsRequest(other, { ...base, [element]: value })), { status: 200, body: rResOf(other) }, `${element} ${value}`)
    }
  }
  for (const [element, values] of Object.entries(CODED)) await judge(element, values, { whiteListStatusSource: '03' })
  for (const [element, values] of Object.entries(CODED_OF_FAILURES)) await judge(element, values, failed())
})

t.test('the rendering type is of apps, and authenticationMethod only on the way to the DS before 2.3.1 (emv3ds-protocol §3.7, §5.4, §6)', async (t) => {
  const app = await build(t)
  const inApp = (await post(app, '/3ds/authenticate', appRequest(randomUUID()))).body.authenticationResponse
  const base = { sdkTransID: SDK_TRANS_ID }
  for (const [errorCode, errorDetail, acsRenderingType] of [
    ['203', 'acsRenderingType', '01'], ['203', 'acsRenderingType.acsInterface', { acsInterface: '03', acsUiTemplate: '01' }],
    ['203', 'acsRenderingType.acsUiTemplate', { acsInterface: '01', acsUiTemplate: '06' }], ['201', 'acsRenderingType.acsUiTemplate', { acsInterface: '01' }]
  ] as const) {
    t.strictSame(await post(app, '/3ds/results', resultsRequest(inApp, { ...base, acsRenderingType })), judged(errorCode, errorDetail, { ...idsOf(inApp), ...base }), errorDetail)
  }
  t.equal((await post(app, '/3ds/results', resultsRequest(inApp, { ...base, acsRenderingType: { acsUiTemplate: '05', acsInterface: '02' } }))).status, 200)
  for (const more of [{ acsRenderingType: '01' }, { authenticationMethod: '11' }, { authenticationMethod: ['02', '99'] }, { authenticationMethod: '12' }]) {
    const other = await authenticate(app)
    t.strictSame(await post(app, '/3ds/results', resultsRequest(other, more)), { status: 200, body: rResOf(other) })
  }
})

t.test('an authentication value is any text of a bearable length: clients that only want an answer send words (emv3ds-protocol §8)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  for (const authenticationValue of [5, ['x'], 'A'.repeat(4001)]) {
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { authenticationValue })), judged('203', 'authenticationValue', idsOf(aRes)))
  }
  t.equal((await post(app, '/3ds/results', resultsRequest(aRes, { authenticationValue: 'A'.repeat(4000) }))).status, 200)
})

t.test('all elements of a wrong format are named at once, in either spelling', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const names = [
    'messageCategory', 'eci', 'authenticationType', 'interactionCounter', 'transStatusReason', 'challengeCancel', 'whiteListStatus', 'whiteListStatusSource'
  ]
  const rReq = resultsRequest(aRes, Object.fromEntries(names.map((name) => [name, 'wrong'])))
  const [given, runtime] = [rReq, inRuntimeSpelling(rReq)].map((body) => Object.keys(body).filter((name) => names.includes(name)))
  t.strictSame(await post(app, '/3ds/results', rReq), judged('203', (given as string[]).join(','), idsOf(aRes)))
  t.strictSame(await post(app, '/3ds/results', inRuntimeSpelling(rReq)), judged('203', (runtime as string[]).join(','), idsOf(aRes)))
})

t.test('a version that nobody here speaks is Erro 102 with those that are spoken, whatever else is wrong (emv3ds-protocol §4, §12.2)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  for (const messageVersion of ['2.3.0', '2.0.0', '1.0.2', '10.0.0', '2.2', 'two', '2.2.0 ', '2.2.100', ['2.2.0'], 2.2]) {
    for (const more of [{}, { eci: '5' }]) {
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...more, messageVersion })), judged('102', '2.1.0,2.2.0,2.3.1', idsOf(aRes)))
    }
    const ofNobody = { threeDSServerTransID: randomUUID(), messageVersion }
    t.match((await post(app, '/3ds/results', resultsRequest(aRes, ofNobody))).body, { errorCode: '102', messageVersion: '2.3.1', acsTransID: aRes.acsTransID }, 'in the newest where the transaction is not known')
  }
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion: '' })), judged('201', 'messageVersion', idsOf(aRes)))
})

t.test('what is no RReq at all is Erro 101, and says nothing of its elements (emv3ds-protocol §12.2)', async (t) => {
  const app = await build(t)
  t.strictSame(await post(app, '/3ds/results', []), judged('101', 'messageType', {}, '2.3.1'))
  const aRes = await authenticate(app, { preferredProtocolVersion: '2.1.0' })
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion: '2.1.0', messageType: 'ARes' })), judged('101', 'messageType', idsOf(aRes), '2.1.0'))
  t.match((await post(app, '/3ds/results', { messageType: 'ARes', messageVersion: '2.1.0' })).body, { errorCode: '101', messageVersion: '2.1.0', threeDSServerTransID: undefined })
})

t.test('critical extensions are Erro 202, keys that stand twice 204, in whichever spelling; what is wrong comes first (emv3ds-protocol §3.5, §3.8)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const messageExtension = [{ name: 'x', id: 'A000000004-x', criticalityIndicator: true, data: { a: 'b' } }]
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageExtension })), judged('202', 'A000000004-x', idsOf(aRes)))
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageExtension, eci: '5' })), judged('203', 'eci', idsOf(aRes)))
  const text = JSON.stringify(inRuntimeSpelling(resultsRequest(aRes, { messageExtension, eci: '5' })))
    .replace('"acsTransId"', '"acsTransId":"x","acsTransId"').replace('"a":"b"', '"a":"b","a":"b"')
  const { body } = await app.inject({ method: 'POST', url: '/3ds/results', headers: { 'content-type': 'application/json' }, payload: text })
  t.match(JSON.parse(body), { errorCode: '204', errorDetail: 'acsTransID,messageExtension.data.a', acsTransId: undefined })
})

t.test('a reserved value is Erro 207 in 2.3.1 (emv3ds-protocol §3.4)', async (t) => {
  const app = await build(t)
  const aRes = (await post(app, '/ds', aReq({ version: '2.3.1' }, { acctNumber: CHALLENGE_CARD }))).body
  const rReq = resultsRequest(aRes, { messageVersion: '2.3.1', authenticationMethod: ['02'], ...failed(), transStatusReason: '79' })
  t.match(await post(app, '/3ds/results', rReq), { status: 400, body: { errorCode: '207', errorDetail: 'transStatusReason', errorComponent: 'S', messageVersion: '2.3.1' } })
})

t.test('what cannot be named still gives an Erro a detail: a member without a name that is nested too deeply (emv3ds-protocol §12.1)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  let deep: unknown = 1
  for (let level = 0; level < 40; level++) deep = [deep]
  t.match((await post(app, '/3ds/results', resultsRequest(aRes, { '': deep }))).body, { errorCode: '203', errorDetail: 'The RReq is nested too deeply' })
  const { body } = await app.inject({ method: 'POST', url: '/3ds/results', headers: { 'content-type': 'application/json' }, payload: JSON.stringify(resultsRequest(aRes)).replace('{', '{"":1,"":2,') })
  t.match(JSON.parse(body), { errorCode: '204', errorDetail: TEXTS['204'] })
})

t.test('VALIDATION=emv-strict takes no RReq that EMV does not: Erro 201, 203, 305, and in 2.3.1 312 for a repeat (emv3ds-protocol §3, §12.2)', async (t) => {
  const app = await build(t, { VALIDATION: 'emv-strict' })
  const strict = async (more: object) => {
    const aRes = (await post(app, '/ds', aReq({}, { acctNumber: CHALLENGE_CARD }))).body
    return post(app, '/3ds/results', resultsRequest(aRes, more))
  }
  t.match(await strict({}), { status: 200 })
  for (const name of ['messageCategory', 'authenticationType', 'authenticationValue', 'interactionCounter']) {
    t.match((await strict({ [name]: undefined })).body, { errorCode: '201', errorDetail: name })
  }
  t.match((await strict({ authenticationValue: 'test_auth_value' })).body, { errorCode: '203', errorDetail: 'authenticationValue' })
  t.match((await strict({ messageExtension: [] })).body, { errorCode: '203', errorDetail: 'messageExtension' })
  const frictionless = (await post(app, '/ds', aReq({}, { acctNumber: FRICTIONLESS_CARD }))).body
  t.match((await post(app, '/3ds/results', resultsRequest(frictionless))).body, { errorCode: '305', errorDetail: 'The ARes announced no results request' }, 'without a challenge')

  for (const [VALIDATION, again] of [['emv', { status: 200, body: { messageType: 'RRes' } }], ['emv-strict', { status: 400, body: { errorCode: '312', errorComponent: 'S' } }]] as const) {
    const one = await build(t, { VALIDATION })
    const aRes = (await post(one, '/ds', aReq({ version: '2.3.1' }, { acctNumber: CHALLENGE_CARD }))).body
    const rReq = resultsRequest(aRes, { messageVersion: '2.3.1', authenticationMethod: ['02'] })
    t.match(await post(one, '/3ds/results', rReq), { status: 200, body: { messageType: 'RRes' } })
    t.match(await post(one, '/3ds/results', rReq), again)
  }
})

t.test('FIRST_ERROR_CODE=201: missing elements are told before wrong ones (emv3ds-protocol §3)', async (t) => {
  for (const [FIRST_ERROR_CODE, errorDetail] of [['203', 'eci'], ['201', 'transStatus']] as const) {
    const app = await build(t, { FIRST_ERROR_CODE })
    const aRes = await authenticate(app)
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { eci: '5', transStatus: undefined })), judged(FIRST_ERROR_CODE, errorDetail, idsOf(aRes)))
  }
})

t.test('of two identical results at the very same moment one is taken, and both get the same RRes (emv3ds-protocol §10)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const answers = await Promise.all([1, 2, 3].map(() => post(app, '/3ds/results', resultsRequest(aRes))))
  for (const answer of answers) t.strictSame(answer, { status: 200, body: rResOf(aRes) })
})

t.test('version and category are those of the transaction: Erro 203 in its version (emv3ds-protocol §4, §10)', async (t) => {
  const app = await build(t)
  for (const [preferredProtocolVersion, other] of [['2.2.0', '2.1.0'], ['2.1.0', '2.2.0']] as const) {
    for (const [messageCategory, otherCategory] of [['01', '02'], ['02', '01'], ['85', '01']] as const) {
      const aRes = await authenticate(app, { preferredProtocolVersion, messageCategory })
      const right = { messageVersion: preferredProtocolVersion, messageCategory }
      const refused = async (wrong: object, element: string) => {
        t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...right, ...wrong })), judged('203', element, idsOf(aRes), preferredProtocolVersion))
      }
      await refused({ messageVersion: other }, 'messageVersion')
      await refused({ messageCategory: otherCategory }, 'messageCategory')
      await refused({ messageVersion: other, messageCategory: otherCategory }, 'messageVersion')
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, right)), { status: 200, body: { ...rResOf(aRes), messageVersion: preferredProtocolVersion } })
    }
  }
})

const value = { authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=' }

t.test('a payment that is authenticated has its proof, one that failed its reason, and who timed out says so: Erro 203, then 201 (emv3ds-protocol §6, §9.1)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const cases: [object, string, string][] = [
    ...['N', 'U', 'R'].flatMap((transStatus): typeof cases => [
      [failed({ transStatus, transStatusReason: undefined }), '201', 'transStatusReason'],
      [failed({ transStatus, transStatusReason: undefined, messageCategory: undefined }), '201', 'transStatusReason']
    ]),
    [failed({ transStatusReason: '14' }), '201', 'challengeCancel'],
    [failed({ transStatusReason: '14', challengeCancel: '01' }), '203', 'challengeCancel'],
    [failed({ transStatusReason: '14', challengeCancel: '08', whiteListStatus: 'Y' }), '203', 'challengeCancel'],
    [{ whiteListStatus: 'Y' }, '201', 'whiteListStatusSource'],
    [failed({ transStatusReason: undefined, whiteListStatus: 'Y' }), '201', 'transStatusReason,whiteListStatusSource'],
    [{ transStatus: '' }, '201', 'transStatus'],
    ...['Y', 'A'].flatMap((transStatus): typeof cases => [undefined, '', null].map((authenticationValue) => [{ transStatus, authenticationValue }, '201', 'authenticationValue'])),
    [{ authenticationValue: undefined, messageCategory: undefined }, '201', 'authenticationValue']
  ]
  for (const [more, errorCode, errorDetail] of cases) {
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, more)), judged(errorCode, errorDetail, idsOf(aRes)), JSON.stringify(more))
  }
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID: aRes.threeDSServerTransID }), {
    status: 400, body: { error: 'Results not found for this transaction', code: 'results_not_found' }
  }, 'nothing of a refused result is kept')
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, failed())), { status: 200, body: rResOf(aRes) })
})

t.test('what payment systems and real clients do is no contradiction (emv3ds-protocol §6–§8, §10)', async (t) => {
  const app = await build(t)
  const payments = [
    failed(), failed({ transStatus: 'U', transStatusReason: '22', challengeCancel: '06' }), failed({ transStatus: 'R', eci: '07' }),
    failed({ transStatusReason: '14', challengeCancel: '05', interactionCounter: '00' }), failed({ transStatusReason: '14', challengeCancel: '04' }),
    { transStatus: 'A', eci: '06' }, { transStatus: 'A', transStatusReason: '13' }, { transStatusReason: '80' },
    { transStatus: 'A', challengeCancel: '04' },
    failed({ transStatusReason: '89', eci: '07', ...value }),
    { authenticationType: undefined, interactionCounter: undefined, messageCategory: undefined, eci: undefined },
    { authenticationValue: 'kBNzaGFsbG93LXZhbHVlLWhlcmUX' }, { authenticationValue: 'test_auth_value' },
    { sdkTransID: null, whiteListStatus: null }, { cardholderInfo: '', messageExtension: [] },
    { whiteListStatus: 'N', whiteListStatusSource: '03', transStatusReasonInfo: 'x' },
    // Receivers tolerate what senders leave out by habit (§3.7).
    failed(value), { challengeCancel: '01' }
  ]
  for (const more of payments) {
    const aRes = await authenticate(app)
    t.strictSame((await post(app, '/3ds/results', resultsRequest(aRes, more))).body.error, undefined, JSON.stringify(more))
  }
  t.match(await post(app, '/3ds/results', resultsRequest(await authenticate(app, { messageCategory: '02' }), { messageCategory: '02', transStatus: undefined })),
    { status: 400, body: { errorCode: '201', errorDetail: 'transStatus' } }, 'a result without a status is none')
  for (const more of [{ authenticationValue: undefined, eci: undefined }, failed({ transStatusReason: undefined }), failed(value), {}]) {
    const aRes = await authenticate(app, { messageCategory: '02' })
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageCategory: '02', ...more })), { status: 200, body: rResOf(aRes) }, JSON.stringify(more))
  }
})

t.test('what 2.1.0 reserves is wrong in it, all named at once: Erro 203 (emv3ds-protocol §6, §7, §9.1)', async (t) => {
  const app = await build(t)
  const later = failed({ authenticationType: '04', transStatusReason: '26', challengeCancel: '03' })
  const old = await authenticate(app, { preferredProtocolVersion: '2.1.0' })
  const names = ['authenticationType', 'transStatusReason', 'challengeCancel']
  t.strictSame(await post(app, '/3ds/results', resultsRequest(old, { ...later, messageVersion: '2.1.0' })), judged('203', names.join(','), idsOf(old), '2.1.0'))
  t.equal((await post(app, '/3ds/results', resultsRequest(old, { messageVersion: '2.1.0', whiteListStatus: 'Y' }))).status, 200, 'no element of 2.1.0')
  const aRes = await authenticate(app)
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, later)), { status: 200, body: rResOf(aRes) })
})

t.test('sdkTransID is of app transactions: elsewhere it is an id that is not valid, Erro 301 (emv3ds-protocol §1)', async (t) => {
  const app = await build(t)
  const browser = await authenticate(app)
  const error = 'Transaction ids do not match'
  t.strictSame(await post(app, '/3ds/results', resultsRequest(browser, { sdkTransID: SDK_TRANS_ID })), refusal('301', 'sdkTransID', error, idsOf(browser)))
  const other = { sdkTransID: SDK_TRANS_ID, acsTransID: randomUUID(), dsTransID: randomUUID() }
  t.strictSame(await post(app, '/3ds/results', resultsRequest(browser, other)),
    refusal('301', 'sdkTransID,acsTransID,dsTransID', error, { ...idsOf(browser), acsTransID: other.acsTransID, dsTransID: other.dsTransID }))

  for (const sdkTransID of [SDK_TRANS_ID, undefined]) {
    const { body } = await post(app, '/3ds/authenticate', appRequest(randomUUID()))
    const inApp = body.authenticationResponse
    t.strictSame(await post(app, '/3ds/results', resultsRequest(inApp, { sdkTransID })), { status: 200, body: rResOf(inApp, { sdkTransID: SDK_TRANS_ID }) }, 'clients leave it out')
  }
  const sent = await authenticate(app, { sdkTransID: SDK_TRANS_ID })
  t.equal((await post(app, '/3ds/results', resultsRequest(sent, { sdkTransID: SDK_TRANS_ID }))).status, 200, 'a browser\'s AReq that had one')
})

t.test('after a frictionless flow a result of the ARes\'s status is acknowledged, another refused and logged: Erro 305 before 2.3.1; final tells the ARes as before (emv3ds-protocol §5.2, §10, §12.2)', async (t) => {
  const { logger, lines } = await keepLog()
  const app = await build(t, {}, { logger })
  const wanted = (aRes: any) => refusal('305', 'The ARes announced no results request', 'There was no challenge: the result is that of the ARes', idsOf(aRes))
  const results = { Y: {}, A: { transStatus: 'A', eci: '06' }, N: failed(), U: failed({ transStatus: 'U' }), R: failed({ transStatus: 'R' }) }
  const cards = [FRICTIONLESS_CARD, LOAD_TEST_CARD, '4000000000001018', '4000000000001026', '4000000000001034', '4000000000001042']
  for (const card of cards) {
    const aRes = await authenticate(app, {}, card)
    const { threeDSServerTransID, transStatus, eci, authenticationValue } = aRes
    const final = { status: 200, body: { ...(eci && { eci }), ...(authenticationValue && { authenticationValue }), threeDSServerTransID, transStatus } }
    t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final)
    for (const [status, result] of Object.entries(results)) {
      const answer = status === transStatus ? { status: 200, body: rResOf(aRes) } : wanted(aRes)
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, result)), answer, `${card} ${status}`)
      t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final)
    }
  }
  const informational = await authenticate(app, { threeDSRequestor: { threeDSRequestorChallengeInd: '05' } })
  t.strictSame(await post(app, '/3ds/results', resultsRequest(informational, failed())), wanted(informational))
  const contradictory = await authenticate(app, {}, FRICTIONLESS_CARD)
  t.strictSame(await post(app, '/3ds/results', resultsRequest(contradictory, { transStatus: 'N' })), judged('201', 'transStatusReason', idsOf(contradictory)), 'faults of the message itself come first (§3)')
  t.equal(lines.filter((line) => line.includes('a result without a challenge was refused')).length, 4 * cards.length + 1)
})

t.test('both receivers of an RReq say the same: unannounced 313, a second one that differs 312 in 2.3.1, both 305 before (emv3ds-protocol §10, §12.2)', async (t) => {
  const app = await build(t)
  for (const [version, unannounced, second] of [['2.1.0', '305', '305'], ['2.2.0', '305', '305'], ['2.3.1', '313', '312']] as const) {
    const method = version === '2.3.1' ? { authenticationType: undefined, authenticationMethod: ['02'] } : {}
    const sent = async (path: string, aRes: any, more: object) => (await post(app, path, resultsRequest(aRes, { messageVersion: version, ...method, ...more }))).body
    const answers = async (acctNumber: string, more: object[]) => {
      const answered: any[] = []
      for (const path of ['/3ds/results', '/ds']) {
        const aRes = await authenticate(app, { preferredProtocolVersion: version }, acctNumber)
        for (const one of more) answered.push(await sent(path, aRes, one))
      }
      return answered.filter(({ messageType }) => messageType !== 'RRes').map(({ errorCode, errorDetail, messageVersion, errorComponent }) => [errorCode, errorDetail, messageVersion, errorComponent])
    }
    const none = [unannounced, 'The ARes announced no results request', version]
    t.strictSame(await answers(FRICTIONLESS_CARD, [failed()]), [[...none, 'S'], [...none, 'D']])
    const other = [second, 'Another results request was received before', version, 'S']
    t.strictSame(await answers(CHALLENGE_CARD, [{}, failed()]), [other, other], 'where both are here, the 3DS Server keeps the first')
  }
})

t.test('an RReq that comes over /ds with its ids in capitals is answered in capitals, and kept as one with the transaction\'s ids (emv3ds-protocol §1)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const inCapitals = Object.fromEntries(Object.entries(idsOf(aRes)).map(([name, id]) => [name, (id as string).toUpperCase()]))
  t.match((await post(app, '/ds', resultsRequest(inCapitals))).body, { messageType: 'RRes', ...inCapitals })
  t.match((await post(app, '/3ds/final', aRes)).body.resultsRequest, idsOf(aRes))
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes)), { status: 200, body: rResOf(aRes) }, 'the same again')
})

t.test('what final has answered stands: neither results nor the challenge change it', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  t.equal((await post(app, '/3ds/results', resultsRequest(aRes, failed()))).status, 200, 'a result before the challenge starts')
  const final = await post(app, '/3ds/final', aRes)
  t.match(final, { status: 200, body: { transStatus: 'N' } })
  await answerPage(app, aRes, 'otp=1234')
  t.strictSame(await post(app, '/3ds/final', aRes), final)
  for (const result of [{}, failed({ interactionCounter: '02' }), failed({ transStatusReason: '01' })]) {
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, result)), refusal('305', 'Another results request was received before', 'Another result was received before', idsOf(aRes)))
    t.strictSame(await post(app, '/3ds/final', aRes), final)
  }
})

t.test('the results of the original\'s load test and of its documents are taken, with and without a challenge (compatibility §5.4, §7.5)', async (t) => {
  for (const COMPATIBILITY of ['emv', 'legacy']) {
    const app = await build(t, { COMPATIBILITY })
    for (const card of [LOAD_TEST_CARD, CHALLENGE_CARD]) {
      for (const result of [
        { eci: '05', authenticationValue: 'test_auth_value', transStatus: 'Y', messageType: 'RReq', messageVersion: '2.2.0' },
        resultsRequest({}, { acsRenderingType: { acsUiTemplate: '01', acsInterface: '02' }, authenticationMethod: '02' })
      ]) {
        const aRes = await authenticate(app, {}, card)
        const rRes = { ...rResOf(aRes), ...(COMPATIBILITY === 'legacy' ? { sdkTransID: null } : {}) }
        t.strictSame(await post(app, '/3ds/results', { ...result, ...idsOf(aRes) }), { status: 200, body: rRes })
        t.match(await post(app, '/3ds/final', aRes), { status: 200, body: { transStatus: 'Y' } })
      }
    }
  }
})

t.test('COMPATIBILITY=legacy takes any text, and whatever contradicts (compatibility §1.3, B17)', async (t) => {
  const app = await build(t, { COMPATIBILITY: 'legacy' })
  for (const card of [CHALLENGE_CARD, LOAD_TEST_CARD]) {
    for (const more of [
      failed({ transStatusReason: undefined, eci: '07', authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAA==' }), { messageVersion: '2.1.0', messageCategory: '02' }, { authenticationValue: '', eci: '' },
      { interactionCounter: 'many', challengeCancel: '2', authenticationType: 'x', acsRenderingType: 'x' }, { sdkTransID: SDK_TRANS_ID }
    ]) {
      const aRes = await authenticate(app, {}, card)
      const rReq = resultsRequest(aRes, more)
      t.strictSame(await post(app, '/3ds/results', rReq), { status: 200, body: { ...rResOf(aRes), sdkTransID: null } })
      t.match(await post(app, '/3ds/final', aRes), { status: 200, body: { transStatus: rReq.transStatus, resultsRequest: { eci: rReq.eci } } })
    }
    const aRes = await authenticate(app, {}, card)
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { eci: 5 })), { status: 400, body: { error: unusable('eci must be string') } })
  }
})
