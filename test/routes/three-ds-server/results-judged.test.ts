import type { FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { build, keepLog, post } from '../../setup/app.ts'
import { appRequest, browserRequest, CHALLENGE_CARD, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, SDK_TRANS_ID } from '../../setup/requests.ts'

/** Any card but those of the table: no challenge. */
const LOAD_TEST_CARD = '5155010000000001'
const TEXTS: Readonly<Record<string, string>> = {
  101: 'Message is not readable or not meant for this component',
  102: 'Message version is not supported',
  201: 'A required element is missing',
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

const refusal101 = (fault: string, ids: object, messageVersion: string) => refusal('101', 'messageType', unusable(fault), ids, messageVersion)

const rResOf = (aRes: any, more: object = {}) => ({ messageType: 'RRes', messageVersion: '2.2.0', ...idsOf(aRes), ...more, resultsStatus: '01' })

/** A result that failed: no proof, but a reason. */
const failed = (more: object = {}) => ({ transStatus: 'N', transStatusReason: '19', eci: undefined, authenticationValue: undefined, ...more })

const unusable = (...faults: string[]) => `The RReq cannot be used: ${faults.join('; ')}`
const pattern = (element: string, expression: string) => `${element} must match pattern "^${expression}$"`

const CODED: Readonly<Record<string, { expression: string, right: string[], wrong: string[] }>> = {
  messageCategory: { expression: '(?:[0-9]{2})', right: ['01'], wrong: ['1', '001', 'PA', ''] },
  eci: { expression: '(?:[0-9A-Za-z]{2})', right: ['05', '02', 'N2'], wrong: ['5', '005', '--', ''] },
  authenticationType: { expression: '(?:0[1-4]|[89][0-9])', right: ['01', '04', '80', '99'], wrong: ['00', '05', '79', '2', ''] },
  interactionCounter: { expression: '(?:[0-9]{2})', right: ['00', '99'], wrong: ['1', '100', '0x', ''] },
  whiteListStatus: { expression: '(?:[YNEPRU])', right: ['Y', 'E'], wrong: ['X', 'y', ''] },
  whiteListStatusSource: { expression: '(?:0[1-3]|[89][0-9])', right: ['03', '80'], wrong: ['04', '3', ''] }
}
const CODED_OF_FAILURES: typeof CODED = {
  transStatusReason: { expression: '(?:0[1-9]|1[0-9]|2[0-6]|[89][0-9])', right: ['01', '26', '80'], wrong: ['00', '27', '79', '1', ''] },
  challengeCancel: { expression: '(?:0[13-8]|[89][0-9])', right: ['01', '03', '08', '80'], wrong: ['00', '02', '09', '10', '1', ''] }
}

t.test('an element that is there has its format, a reserved value is wrong: Erro 203 (emv3ds-protocol §3, §6–§9)', async (t) => {
  const app = await build(t)
  const judge = async (element: string, { expression, right, wrong }: typeof CODED[string], base: object) => {
    const aRes = await authenticate(app)
    for (const value of wrong) {
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...base, [element]: value })),
        refusal('203', element, unusable(pattern(element, expression)), idsOf(aRes)), `${element} ${value}`)
    }
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...base, [element]: 5 })),
      refusal('203', element, unusable(`${element} must be string`), idsOf(aRes)), `${element} 5`)
    for (const value of right) {
      const other = await authenticate(app)
      t.strictSame(await post(app, '/3ds/results', resultsRequest(other, { ...base, [element]: value })), { status: 200, body: rResOf(other) }, `${element} ${value}`)
    }
  }
  for (const [element, values] of Object.entries(CODED)) await judge(element, values, { whiteListStatusSource: '03' })
  for (const [element, values] of Object.entries(CODED_OF_FAILURES)) await judge(element, values, failed())
})

t.test('rendering type and method have their formats: Erro 203 (emv3ds-protocol §5.4, §6)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  for (const [element, value, error] of [
    ['acsRenderingType', '01', 'acsRenderingType must be object'],
    ['acsRenderingType.acsInterface', { acsInterface: '03', acsUiTemplate: '01' }, pattern('acsRenderingType.acsInterface', '(?:0[12])')],
    ['acsRenderingType.acsUiTemplate', { acsInterface: '01', acsUiTemplate: '06' }, pattern('acsRenderingType.acsUiTemplate', '(?:0[1-5])')],
    ['authenticationMethod', '12', 'authenticationMethod has none of the allowed forms'],
    ['authenticationMethod', [], 'authenticationMethod has none of the allowed forms'],
    ['authenticationMethod', ['02', '2'], `authenticationMethod has none of the allowed forms; ${pattern('authenticationMethod.1', '(?:0[1-9]|1[01]|[89][0-9])')}`],
    ['authenticationValue', '', 'authenticationValue must not have fewer than 1 characters'],
    ['authenticationValue', 'A'.repeat(4001), 'authenticationValue must not have more than 4000 characters']
  ] as const) {
    const [name] = element.split('.') as [string]
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { [name]: value })), refusal('203', element, unusable(error), idsOf(aRes)), error)
  }
  for (const more of [{ acsRenderingType: { acsUiTemplate: '05', acsInterface: '02' } }, { acsRenderingType: {} }, { authenticationMethod: '11' }, { authenticationMethod: ['02', '99'] }]) {
    const other = await authenticate(app)
    t.strictSame(await post(app, '/3ds/results', resultsRequest(other, more)), { status: 200, body: rResOf(other) })
  }
})

t.test('all elements of a wrong format are named at once, in either spelling', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const all = { ...CODED, ...CODED_OF_FAILURES }
  const names = [
    'messageCategory', 'eci', 'authenticationType', 'interactionCounter', 'transStatusReason', 'challengeCancel', 'whiteListStatus', 'whiteListStatusSource'
  ]
  const rReq = resultsRequest(aRes, Object.fromEntries(names.map((name) => [name, 'wrong'])))
  const wanted = refusal('203', names.join(','), unusable(...names.map((name) => pattern(name, all[name]?.expression as string))), idsOf(aRes))
  t.strictSame(await post(app, '/3ds/results', rReq), wanted)
  t.strictSame(await post(app, '/3ds/results', inRuntimeSpelling(rReq)), wanted)
})

t.test('a version that nobody here speaks is Erro 102 with those that are spoken, whatever else is wrong (emv3ds-protocol §4, §12.2)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  for (const messageVersion of ['2.3.0', '2.0.0', '1.0.2', '10.0.0']) {
    const error = pattern('messageVersion', '(?:2\\.1\\.0|2\\.2\\.0|2\\.3\\.1)')
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion })),
      refusal('102', '2.1.0,2.2.0,2.3.1', unusable(error), idsOf(aRes), '2.3.1'))
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion, eci: '5' })),
      refusal('102', '2.1.0,2.2.0,2.3.1', unusable(error, pattern('eci', '(?:[0-9A-Za-z]{2})')), idsOf(aRes), '2.3.1'))
  }
  for (const messageVersion of ['', '2.2', 'two', '2.2.0 ', '2.2.100', ['2.2.0'], 2.2]) {
    t.match((await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion }))).body, { errorCode: '102', errorDetail: '2.1.0,2.2.0,2.3.1' }, String(messageVersion))
  }
  t.match((await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion: '2.1.0', eci: '5' }))).body, { errorCode: '203', messageVersion: '2.1.0' })
})

t.test('what is no RReq at all is Erro 101, and says nothing of its elements (emv3ds-protocol §12.2)', async (t) => {
  const app = await build(t)
  t.strictSame(await post(app, '/3ds/results', []), refusal101('must be object', {}, '2.3.1'))
  const aRes = await authenticate(app, { preferredProtocolVersion: '2.1.0' })
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { messageVersion: '2.1.0', messageType: 'ARes' })),
    refusal101('messageType must be equal to constant', idsOf(aRes), '2.1.0'))
})

t.test('version and category are those of the transaction, both named at once: Erro 203 in its version (emv3ds-protocol §4, §10)', async (t) => {
  const app = await build(t)
  for (const [preferredProtocolVersion, other] of [['2.2.0', '2.1.0'], ['2.1.0', '2.2.0']] as const) {
    for (const [messageCategory, otherCategory] of [['01', '02'], ['02', '01'], ['85', '01']] as const) {
      const aRes = await authenticate(app, { preferredProtocolVersion, messageCategory })
      const right = { messageVersion: preferredProtocolVersion, messageCategory }
      const refused = async (wrong: object, elements: string[]) => {
        t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, { ...right, ...wrong })), refusal(
          '203', elements.join(','), unusable(...elements.map((element) => `${element} is not that of the transaction`)), idsOf(aRes), preferredProtocolVersion))
      }
      await refused({ messageVersion: other }, ['messageVersion'])
      await refused({ messageCategory: otherCategory }, ['messageCategory'])
      await refused({ messageVersion: other, messageCategory: otherCategory }, ['messageVersion', 'messageCategory'])
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, right)), { status: 200, body: { ...rResOf(aRes), messageVersion: preferredProtocolVersion } })
    }
  }
})

const NO_VALUE = ['authenticationValue', 'does not go with this transStatus'] as const
const NO_CANCEL = ['challengeCancel', 'does not go with this transStatus'] as const
const REASON = ['transStatusReason', 'is required with this transStatus'] as const
const value = { authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=' }

t.test('nothing in a payment\'s result contradicts its status, and a failure has its reason: Erro 203, then 201 (emv3ds-protocol §6, §9.1)', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  const cases: [object, string, (readonly [string, string])[], number?][] = [
    ...['N', 'U', 'R'].flatMap((transStatus): typeof cases => [
      [failed({ transStatus, ...value }), '203', [NO_VALUE]],
      [failed({ transStatus, transStatusReason: undefined }), '201', [REASON]],
      [failed({ transStatus, transStatusReason: undefined, ...value }), '203', [NO_VALUE, REASON], 1]
    ]),
    [{ challengeCancel: '01' }, '203', [NO_CANCEL]],
    [failed({ transStatusReason: '14' }), '201', [['challengeCancel', 'is required with transStatusReason 14']]],
    [failed({ transStatusReason: '14', challengeCancel: '01' }), '203', [['challengeCancel', 'must be 04 or 05 with transStatusReason 14']]],
    [failed({ transStatusReason: '14', challengeCancel: '08', ...value }), '203', [NO_VALUE, ['challengeCancel', 'must be 04 or 05 with transStatusReason 14']]],
    [{ transStatusReason: '14', challengeCancel: '06' }, '203', [NO_CANCEL, ['challengeCancel', 'must be 04 or 05 with transStatusReason 14']]],
    [{ whiteListStatus: 'Y' }, '201', [['whiteListStatusSource', 'is required with whiteListStatus']]],
    [failed({ transStatusReason: undefined, whiteListStatus: 'Y' }), '201', [REASON, ['whiteListStatusSource', 'is required with whiteListStatus']]]
  ]
  for (const [more, errorCode, faults, named = faults.length] of cases) {
    const elements = new Set(faults.slice(0, named).map(([element]) => element))
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, more)),
      refusal(errorCode, [...elements].join(','), unusable(...faults.map((fault) => fault.join(' '))), idsOf(aRes)), JSON.stringify(more))
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
    { transStatus: 'A', challengeCancel: '04' }, { authenticationValue: undefined }, { transStatus: 'A', authenticationValue: undefined },
    failed({ transStatusReason: '89', eci: '07', ...value }),
    { authenticationType: undefined, interactionCounter: undefined, messageCategory: undefined, eci: undefined },
    { authenticationValue: 'kBNzaGFsbG93LXZhbHVlLWhlcmUX' }, { authenticationValue: 'test_auth_value' },
    { sdkTransID: null, whiteListStatus: null }, { cardholderInfo: '', messageExtension: [] },
    { whiteListStatus: 'N', whiteListStatusSource: '03', transStatusReasonInfo: 'x' }
  ]
  for (const more of payments) {
    const aRes = await authenticate(app)
    t.strictSame((await post(app, '/3ds/results', resultsRequest(aRes, more))).body.error, undefined, JSON.stringify(more))
  }
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
  t.strictSame(await post(app, '/3ds/results', resultsRequest(old, { ...later, messageVersion: '2.1.0' })), refusal(
    '203', names.join(','), unusable(...names.map((name) => `${name} has a value that 2.1.0 reserves`)), idsOf(old), '2.1.0'))
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

t.test('after a frictionless flow a result that agrees with the ARes is acknowledged, and final tells the ARes as before (emv3ds-protocol §5.2)', async (t) => {
  const app = await build(t)
  for (const [card, result] of [
    [FRICTIONLESS_CARD, {}], [LOAD_TEST_CARD, { eci: '05', authenticationValue: 'test_auth_value' }],
    ['4000000000001018', failed()], ['4000000000001026', { transStatus: 'A', eci: '06' }],
    ['4000000000001034', failed({ transStatus: 'U' })], ['4000000000001042', failed({ transStatus: 'R' })]
  ] as const) {
    const aRes = await authenticate(app, {}, card)
    const { threeDSServerTransID, transStatus, eci, authenticationValue } = aRes
    const final = { status: 200, body: { ...(eci && { eci }), ...(authenticationValue && { authenticationValue }), threeDSServerTransID, transStatus } }
    t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final)
    const rReq = resultsRequest(aRes, result)
    t.strictSame(await post(app, '/3ds/results', rReq), { status: 200, body: rResOf(aRes) }, card)
    t.strictSame(await post(app, '/3ds/results', rReq), { status: 200, body: rResOf(aRes) })
    t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final)
  }
})

t.test('after a frictionless flow a result other than that of the ARes is refused and logged: Erro 305, as 313 is not before 2.3.1 (emv3ds-protocol §12.2)', async (t) => {
  const { logger, lines } = await keepLog()
  const app = await build(t, {}, { logger })
  const wanted = (aRes: any) => refusal('305', 'transStatus', 'There was no challenge: the result is that of the ARes', idsOf(aRes))
  for (const [card, results] of [
    [FRICTIONLESS_CARD, [failed(), failed({ transStatus: 'U' }), failed({ transStatus: 'R' }), { transStatus: 'A' }]],
    ['4000000000001018', [{}, failed({ transStatus: 'R' })]], ['4000000000001042', [{}]]
  ] as const) {
    const aRes = await authenticate(app, {}, card)
    const final = await post(app, '/3ds/final', aRes)
    t.equal(final.status, 200)
    for (const result of results) {
      t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, result)), wanted(aRes))
      t.strictSame(await post(app, '/3ds/final', aRes), final)
    }
  }
  const informational = await authenticate(app, { threeDSRequestor: { threeDSRequestorChallengeInd: '05' } })
  t.strictSame(await post(app, '/3ds/results', resultsRequest(informational, failed())), wanted(informational))
  const contradictory = await authenticate(app, {}, FRICTIONLESS_CARD)
  t.strictSame(await post(app, '/3ds/results', resultsRequest(contradictory, { transStatus: 'N' })), refusal(
    '203', 'authenticationValue', unusable(NO_VALUE.join(' '), REASON.join(' ')), idsOf(contradictory)), 'faults of the message itself come first (§3)')
  t.equal(lines.filter((line) => line.includes('a result without a challenge, other than that of the ARes, was refused')).length, 8)
})

t.test('what final has answered stands: neither results nor the challenge change it', async (t) => {
  const app = await build(t)
  const aRes = await authenticate(app)
  t.equal((await post(app, '/3ds/results', resultsRequest(aRes, failed()))).status, 200, 'a result before the challenge starts')
  const final = await post(app, '/3ds/final', aRes)
  t.match(final, { status: 200, body: { transStatus: 'N' } })
  await app.inject({ method: 'POST', url: `/acs/challenge/${aRes.acsTransID}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'otp=1234' })
  t.strictSame(await post(app, '/3ds/final', aRes), final)
  for (const result of [{}, failed({ interactionCounter: '02' }), { transStatus: 'N' }, { messageVersion: '2.1.0' }]) {
    t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes, result)), refusal('305', 'transStatus', 'Another result was received before', idsOf(aRes)))
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
