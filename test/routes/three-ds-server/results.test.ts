import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { answerPage, build, keepLog, post, START } from '../../setup/app.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, SDK_TRANS_ID } from '../../setup/requests.ts'

const threeDSServerTransID = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const unknown = 'ffffffff-ffff-4fff-8fff-ffffffffffff'

/** A server with one authentication, its ARes, and what the server has logged. */
async function authenticated (t: Test, request: object = browserRequest(threeDSServerTransID), env: Record<string, string> = {}): Promise<{ app: FastifyInstance, aRes: any, lines: string[] }> {
  const { logger, lines } = await keepLog()
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', SEED: 'results', ...env }, { logger })
  return { app, aRes: (await post(app, '/3ds/authenticate', request)).body.authenticationResponse, lines }
}

const rResOf = ({ acsTransID, dsTransID }: any, more: object = {}) => ({
  messageType: 'RRes', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, dsTransID, ...more, resultsStatus: '01'
})

/** The members of an Erro to an RReq (emv3ds-protocol §12.1), beside those of the API's own errors. */
function refusal (errorCode: string, errorDescription: string, errorDetail: string, error: string, ids: object = {}): { status: number, body: object } {
  return {
    status: 400,
    body: {
      messageType: 'Erro',
      messageVersion: '2.2.0',
      errorCode,
      errorComponent: 'S',
      errorDescription,
      errorDetail,
      errorMessageType: 'RReq',
      ...ids,
      error,
      code: 'protocol_error'
    }
  }
}
const idsOf = ({ threeDSServerTransID, acsTransID, dsTransID }: any) => ({ threeDSServerTransID, acsTransID, dsTransID })

t.test('results, then final: the first result counts, its very repeat is answered the same', async (t) => {
  const { app, aRes } = await authenticated(t)
  const notYet = { status: 400, body: { error: 'Results not found for this transaction', code: 'results_not_found' } }
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), notYet)

  const rReq = resultsRequest(aRes)
  const answer = { status: 200, body: rResOf(aRes) }
  t.strictSame(await post(app, '/3ds/results', rReq), answer)
  t.strictSame(await post(app, '/3ds/results', rReq), answer)
  t.strictSame(await post(app, '/3ds/results', inRuntimeSpelling(rReq)), { status: 200, body: inRuntimeSpelling(answer.body) })
  const { acsTransID, ...reordered } = { ...rReq, dsTransID: aRes.dsTransID.toUpperCase(), threeDSServerTransID: `{${threeDSServerTransID}}` }
  t.strictSame(await post(app, '/3ds/results', { ...reordered, acsTransID: acsTransID.replaceAll('-', '') }), answer, 'members in another order, ids in another form')

  const { eci, authenticationValue, transStatus } = rReq
  const final = { status: 200, body: { eci, authenticationValue, threeDSServerTransID, resultsResponse: answer.body, resultsRequest: rReq, transStatus } }
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final)
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), final, 'as often as one likes')
})

t.test('a different result after the first is refused and logged (emv3ds-protocol §12.2)', async (t) => {
  const { app, aRes, lines } = await authenticated(t)
  const first = resultsRequest(aRes)
  await post(app, '/3ds/results', first)
  for (const second of [{ transStatus: 'N', transStatusReason: '01' }, { interactionCounter: '02' }, { eci: undefined }, { extra: 1 }]) {
    t.strictSame(await post(app, '/3ds/results', { ...first, ...second }), refusal(
      '305', 'Transaction data is well formed but cannot be used', 'Another results request was received before', 'Another result was received before', idsOf(aRes)))
  }
  t.equal(lines.filter((line) => line.includes('a second, different result was refused')).length, 4)
  t.match((await post(app, '/3ds/final', { threeDSServerTransID })).body, { transStatus: 'Y', resultsRequest: first })
})

t.test('ids that are not the transaction\'s are refused, all of them named', async (t) => {
  const { app, aRes } = await authenticated(t, appRequest(threeDSServerTransID))
  const description = 'Transaction identifier is not known or not valid here'
  const error = 'Transaction ids do not match'
  for (const [wrong, detail] of [
    [{ acsTransID: unknown }, 'acsTransID'],
    [{ dsTransID: unknown }, 'dsTransID'],
    [{ acsTransID: unknown, dsTransID: unknown }, 'acsTransID,dsTransID'],
    [{ sdkTransID: unknown }, 'sdkTransID'],
    [{ sdkTransID: unknown, dsTransID: unknown }, 'sdkTransID,dsTransID']
  ] as const) {
    const rReq = resultsRequest(aRes, wrong)
    t.strictSame(await post(app, '/3ds/results', rReq), refusal('301', description, detail, error, { ...idsOf(rReq), sdkTransID: SDK_TRANS_ID }))
  }
  const rReq = resultsRequest(aRes, { sdkTransID: SDK_TRANS_ID.toUpperCase() })
  const answer = { status: 200, body: rResOf(aRes, { sdkTransID: SDK_TRANS_ID }) }
  t.strictSame(await post(app, '/3ds/results', rReq), answer)
  const upper = ({ threeDSServerTransID, acsTransID, dsTransID }: any) => ({ threeDSServerTransID: threeDSServerTransID.toUpperCase(), acsTransID: acsTransID.toUpperCase(), dsTransID: dsTransID.toUpperCase() })
  t.strictSame(await post(app, '/3ds/results', { ...rReq, ...upper(rReq), sdkTransID: SDK_TRANS_ID }), answer, 'the same, however its ids are written')
})

t.test('a browser\'s RRes has no sdkTransID, even where one was sent with its AReq (emv3ds-protocol §1)', async (t) => {
  const { app, aRes } = await authenticated(t, { ...browserRequest(threeDSServerTransID), sdkTransID: SDK_TRANS_ID })
  t.equal(aRes.sdkTransID, undefined)
  t.strictSame(await post(app, '/3ds/results', resultsRequest(aRes)), { status: 200, body: rResOf(aRes) })
})

t.test('an unknown transaction is 400, with an Erro for results and the original\'s text (compatibility B17)', async (t) => {
  const { app } = await authenticated(t)
  const rReq = resultsRequest({ threeDSServerTransID: unknown, acsTransID: unknown, dsTransID: unknown })
  t.strictSame(await post(app, '/3ds/results', rReq), refusal(
    '301', 'Transaction identifier is not known or not valid here', 'threeDSServerTransID', 'Transaction not found', idsOf(rReq)))
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID: unknown }), {
    status: 400, body: { error: 'Transaction not found', code: 'transaction_not_found' }
  })
  const legacy = await build(t, { COMPATIBILITY: 'legacy' })
  const old = { status: 400, body: { error: 'Transaction not found' } }
  t.strictSame(await post(legacy, '/3ds/results', rReq), old)
  t.strictSame(await post(legacy, '/3ds/final', { threeDSServerTransID: unknown }), old)
})

t.test('a faulty RReq is answered with an Erro that names every element: wrong ones (203) before missing ones (201), emv3ds-protocol §3', async (t) => {
  const { app, aRes } = await authenticated(t)
  t.match((await post(app, '/3ds/results', {})).body, { errorCode: '101', errorDetail: 'messageType', code: 'protocol_error' })
  const missing = async (body: object) => (await post(app, '/3ds/results', body)).body
  t.match(await missing({ messageType: 'RReq' }), { errorCode: '201', errorDetail: 'messageVersion', code: 'protocol_error' })
  t.match(await missing({ messageType: 'RReq', messageVersion: '2.2.0' }), { errorCode: '201', errorDetail: 'acsTransID,dsTransID,threeDSServerTransID' })
  t.match(await missing({ messageType: 'RReq', threeDSServerTransID }), { errorCode: '201', errorDetail: 'acsTransID,dsTransID,messageVersion,transStatus' })
  t.strictSame(await post(app, '/3ds/results', { ...resultsRequest(aRes), transStatus: null, eci: null }), refusal(
    '201', 'A required element is missing', 'transStatus', 'The RReq cannot be used: A required element is missing: transStatus', idsOf(aRes)))
  const { acsTransID, ...wrong } = resultsRequest(aRes, { transStatus: 'C', eci: 5, sdkTransID: 'x', threeDSServerTransID: 'y' })
  const answer = await post(app, '/3ds/results', wrong)
  t.match(answer.body, { errorCode: '203', errorDetail: 'threeDSServerTransID,eci,transStatus,sdkTransID', threeDSServerTransID: undefined, dsTransID: aRes.dsTransID, acsTransID: undefined })
  t.strictSame(await post(app, '/3ds/results', { ...resultsRequest(aRes), threeDsServerTransId: unknown }), refusal(
    '203', 'An element has an invalid format or value', 'threeDSServerTransID',
    'The RReq cannot be used: An element has an invalid format or value: threeDSServerTransID',
    { ...idsOf(aRes), threeDSServerTransID: unknown }))
  t.match(await post(app, '/3ds/results', { ...resultsRequest(aRes), messageType: 'ARes' }), { status: 400, body: { errorCode: '101', errorDetail: 'messageType' } })
})

t.test('results and final refuse one element in two spellings with two values', async (t) => {
  const { app } = await authenticated(t)
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID, threeDsServerTransId: unknown }), {
    status: 400,
    body: {
      error: 'threeDSServerTransID is given twice, in two spellings and with different values',
      code: 'invalid_request',
      faults: [{ element: 'threeDSServerTransID', message: 'is given twice, in two spellings and with different values' }]
    }
  })
  t.match(await post(app, '/3ds/final', { threeDSServerTransID, threeDsServerTransId: threeDSServerTransID }), { status: 400, body: { code: 'results_not_found' } })
})

t.test('final after frictionless is answered from the ARes (compatibility B16), also in legacy', async (t) => {
  for (const COMPATIBILITY of ['emv', 'legacy']) {
    const { app, aRes } = await authenticated(t, browserRequest(threeDSServerTransID, FRICTIONLESS_CARD), { COMPATIBILITY })
    const { eci, authenticationValue } = aRes
    t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), {
      status: 200, body: { eci, authenticationValue, threeDSServerTransID, transStatus: 'Y' }
    })
  }
  const refused = await authenticated(t, browserRequest(threeDSServerTransID, '4000000000001018'))
  t.strictSame(await post(refused.app, '/3ds/final', { threeDSServerTransID }), { status: 200, body: { threeDSServerTransID, transStatus: 'N' } })
})

t.test('RRes says 02 when no CReq was sent, and 2.1.0 has no sdkTransID in it (emv3ds-protocol §10)', async (t) => {
  const { app, aRes } = await authenticated(t, { ...appRequest(threeDSServerTransID), preferredProtocolVersion: '2.1.0' })
  const { body } = await post(app, '/3ds/results', resultsRequest(aRes, {
    messageVersion: '2.1.0', transStatus: 'N', challengeCancel: '05', transStatusReason: '14', eci: undefined, authenticationValue: undefined
  }))
  t.strictSame(body, { ...rResOf(aRes), messageVersion: '2.1.0', resultsStatus: '02' })
})

t.test('what an RReq carries beyond its elements is kept as it came', async (t) => {
  const { app, aRes } = await authenticated(t)
  const more = {
    authenticationMethod: ['02', '03'],
    acsRenderingType: { acsInterface: '01' },
    toString: 'a name that every object has',
    note: { acsTransID: 'not an element here', threeDsServerTransId: 'nor this', deep: [null, 1.5, true] },
    '': '\ud800'
  }
  const rReq = resultsRequest(aRes, more)
  t.equal((await post(app, '/3ds/results', rReq)).status, 200)
  t.equal((await post(app, '/3ds/results', rReq)).status, 200)
  t.strictSame((await post(app, '/3ds/final', { threeDSServerTransID })).body.resultsRequest, rReq)
  const runtime = (await post(app, '/3ds/final', { threeDsServerTransId: threeDSServerTransID })).body.resultsRequest
  t.strictSame(runtime.note, more.note)
  t.equal(runtime.toString, more.toString)
})

t.test('of 40 different results at once exactly one is taken', async (t) => {
  const { app, aRes } = await authenticated(t)
  const results = Array.from({ length: 40 }, (_, index) => resultsRequest(aRes, { interactionCounter: String(index).padStart(2, '0') }))
  const answers = await Promise.all(results.map((rReq) => post(app, '/3ds/results', rReq)))
  const taken = answers.flatMap(({ status }, index) => status === 200 ? [index] : [])
  t.equal(taken.length, 1)
  t.strictSame(answers.filter(({ status }) => status !== 200).map(({ body }) => body.errorCode), Array(39).fill('305'))
  const winner = results[taken[0] as number]
  const finals = await Promise.all(results.map(() => post(app, '/3ds/final', { threeDSServerTransID })))
  for (const { body } of finals) t.strictSame(body.resultsRequest, winner)
})

t.test('a finished challenge refuses another result, and a transaction is forgotten after its time', async (t) => {
  const clock = createManualClock(START)
  const app = await build(t, {}, { clock })
  const { authenticationResponse: aRes } = (await post(app, '/3ds/authenticate', browserRequest(threeDSServerTransID))).body
  await answerPage(app, aRes, 'otp=1234')
  const final = await post(app, '/3ds/final', { threeDSServerTransID })
  t.match(final, { status: 200, body: { transStatus: 'Y', eci: '05', resultsRequest: { interactionCounter: '01' } } })
  t.match(await post(app, '/3ds/results', resultsRequest(aRes)), { status: 400, body: { errorCode: '305' } })
  t.strictSame(await post(app, '/3ds/results', final.body.resultsRequest), { status: 200, body: rResOf(aRes) })
  clock.advance(1_800_000)
  t.equal((await post(app, '/3ds/final', { threeDSServerTransID })).status, 200)
  clock.advance(1_800_001)
  t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 400, body: { code: 'transaction_not_found' } })
})
