import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { answerPage, build, post, START } from '../../setup/app.ts'
import { startReceiver } from '../../setup/receiver.ts'
import { browserRequest, inRuntimeSpelling, resultsRequest } from '../../setup/requests.ts'

const threeDSServerTransID = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'

/** A server whose ids and values are the same every time. */
function buildSeeded (t: Test, env: Record<string, string> = {}): Promise<FastifyInstance> {
  return build(t, { SEED: 'push', ...env })
}

/** Authenticates with an address for the result, and returns the ARes. */
async function authenticate (app: FastifyInstance, resultsResponseNotificationUrl: string, spell = (body: any) => body): Promise<any> {
  const request = browserRequest(threeDSServerTransID)
  const { body } = await post(app, '/3ds/authenticate', spell({ ...request, merchant: { ...request.merchant, resultsResponseNotificationUrl } }))
  return body.authenticationResponse
}

/** Types a code into the challenge page. */
function enter (app: FastifyInstance, acsTransID: string, form: string): Promise<number> {
  return answerPage(app, { threeDSServerTransID, acsTransID }, form)
}

async function deliveryOf (app: FastifyInstance): Promise<object | undefined> {
  return (await app.stateStore.get(threeDSServerTransID)).delivery
}

/** Of the one transaction that each server here has. */
const IDS = { threeDSServerTransID, acsTransID: '13c779fa-a1ef-4684-9af3-50f158c9f532', dsTransID: '2808806c-582c-4e71-b6fc-30b74bcebf6e' }
/** Visa's, of a challenge that was passed (emv3ds-protocol §8). */
const VALUE = 'AAABxRGV1t9P2sSES7ptJdTIZqc='
const R_RES = { messageType: 'RRes', messageVersion: '2.2.0', ...IDS, resultsStatus: '01' }
/** Passed at the first try. */
const PASSED = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  ...IDS,
  messageCategory: '01',
  transStatus: 'Y',
  interactionCounter: '01',
  authenticationType: '02',
  eci: '05',
  authenticationValue: VALUE
}
const PUSHED = { ...PASSED, resultsResponse: R_RES, resultsRequest: PASSED }

/** The same in the original server's spelling (compatibility §0.2). */
const RUNTIME_IDS = { threeDsServerTransId: threeDSServerTransID, acsTransId: IDS.acsTransID, dsTransId: IDS.dsTransID }
const RUNTIME_PASSED = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  ...RUNTIME_IDS,
  messageCategory: '01',
  transStatus: 'Y',
  interactionCounter: '01',
  authenticationType: '02',
  eci: '05',
  authenticationValue: VALUE
}
const RUNTIME_PUSHED = {
  ...RUNTIME_PASSED,
  resultsResponse: { messageType: 'RRes', messageVersion: '2.2.0', ...RUNTIME_IDS, resultsStatus: '01' },
  resultsRequest: RUNTIME_PASSED
}

/** What the original says of every challenge that was passed (compatibility §2.3). */
const ORIGINAL_PASSED = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  ...IDS,
  messageCategory: '01',
  transStatus: 'Y',
  interactionCounter: '01',
  authenticationType: '02',
  authenticationMethod: '02',
  acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' },
  eci: '02',
  authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo='
}

t.test('the result of a challenge is pushed once, as RReq and in the members that Netcetera\'s clients read (clients-and-dialects §3.1)', async (t) => {
  const receiver = await startReceiver(t)
  const app = await buildSeeded(t)
  const { acsTransID } = await authenticate(app, `${receiver.url}/rres`)
  t.equal(await enter(app, acsTransID, 'otp=0000'), 200)
  t.strictSame(receiver.received, [], 'nothing before the ending')
  t.equal(await deliveryOf(app), undefined)
  await enter(app, acsTransID, 'otp=1234')
  await enter(app, acsTransID, 'otp=1234')
  t.strictSame(receiver.received.map(({ method, path, body }) => ({ method, path, body })), [{
    method: 'POST',
    path: '/rres',
    body: { ...PUSHED, interactionCounter: '02', resultsRequest: { ...PASSED, interactionCounter: '02' } }
  }])
  t.strictSame(await deliveryOf(app), { outcome: 'delivered', status: 200, at: START })
})

t.test('it is spelt as the requestor spelt, or as RESPONSE_SPELLING says (compatibility §0.2)', async (t) => {
  const inEmv = (body: any) => body
  for (const [spelling, spell, wanted] of [
    ['as-request', inEmv, PUSHED],
    ['as-request', inRuntimeSpelling, RUNTIME_PUSHED],
    ['emv', inRuntimeSpelling, PUSHED],
    ['legacy', inEmv, RUNTIME_PUSHED]
  ] as const) {
    const receiver = await startReceiver(t)
    const app = await buildSeeded(t, { RESPONSE_SPELLING: spelling })
    await authenticate(app, receiver.url, spell)
    await enter(app, IDS.acsTransID, 'otp=1234')
    t.strictSame(receiver.received.map(({ body }) => body), [wanted], `RESPONSE_SPELLING=${spelling}`)
  }
})

t.test('in COMPATIBILITY=legacy it has the original\'s constants, and null for an sdkTransID that is not there (compatibility §2.3)', async (t) => {
  const receiver = await startReceiver(t)
  const app = await buildSeeded(t, { COMPATIBILITY: 'legacy' })
  const { acsTransID } = await authenticate(app, receiver.url)
  await enter(app, acsTransID, 'otp=1234')
  t.strictSame(receiver.received.map(({ body }) => body), [
    { ...ORIGINAL_PASSED, resultsResponse: { ...R_RES, sdkTransID: null }, resultsRequest: { ...ORIGINAL_PASSED, sdkTransID: null } }
  ])
})

t.test('a cancelled challenge is pushed as N with challengeCancel 01, without a value (emv3ds-protocol §10)', async (t) => {
  const receiver = await startReceiver(t)
  const app = await buildSeeded(t)
  const { acsTransID } = await authenticate(app, receiver.url)
  await enter(app, acsTransID, 'action=cancel')
  const rReq = {
    messageType: 'RReq',
    messageVersion: '2.2.0',
    ...IDS,
    messageCategory: '01',
    transStatus: 'N',
    transStatusReason: '01',
    challengeCancel: '01',
    interactionCounter: '00',
    authenticationType: '02'
  }
  t.strictSame(receiver.received.map(({ body }) => body), [{ ...rReq, resultsResponse: R_RES, resultsRequest: rReq }])
})

t.test('a result that cannot be pushed is recorded and changes nothing else', async (t) => {
  const failing = await startReceiver(t, (response) => response.writeHead(500).end())
  const untouched = await startReceiver(t)
  const final = { threeDSServerTransID, transStatus: 'Y', eci: '05', authenticationValue: VALUE, resultsResponse: R_RES, resultsRequest: PASSED }
  for (const [address, env, delivery] of [
    [failing.url, {}, { outcome: 'failed', status: 500, reason: 'answered with an error', at: START }],
    [untouched.url, { OUTBOUND_ALLOW: 'shop.test' }, { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW', at: START }],
    ['https://bank.com/rres', {}, { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW', at: START }]
  ] as const) {
    const app = await buildSeeded(t, env)
    const { acsTransID } = await authenticate(app, address)
    t.equal(await enter(app, acsTransID, 'otp=1234'), 200, 'the challenge ends all the same')
    t.strictSame(await deliveryOf(app), delivery)
    t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 200, body: final })
  }
  t.strictSame(untouched.received, [])
})

t.test('in COMPATIBILITY=legacy, which takes any text for an address, one that is none is refused when it is to be posted to', async (t) => {
  const app = await buildSeeded(t, { COMPATIBILITY: 'legacy' })
  const { acsTransID } = await authenticate(app, 'no address')
  t.equal(await enter(app, acsTransID, 'otp=1234'), 200)
  t.strictSame(await deliveryOf(app), { outcome: 'refused', reason: 'not an absolute URL', at: START })
  t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), {
    status: 200,
    body: {
      threeDSServerTransID,
      transStatus: 'Y',
      eci: '02',
      authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=',
      resultsResponse: { ...R_RES, sdkTransID: null },
      resultsRequest: { ...ORIGINAL_PASSED, sdkTransID: null }
    }
  })
})

t.test('a result that came in from outside is not pushed: whoever sent it knows it', async (t) => {
  const receiver = await startReceiver(t)
  const app = await buildSeeded(t)
  const aRes = await authenticate(app, receiver.url)
  t.equal((await post(app, '/3ds/results', resultsRequest(aRes))).status, 200)
  await enter(app, aRes.acsTransID, 'otp=1234')
  t.strictSame(receiver.received, [])
  t.equal(await deliveryOf(app), undefined)
})
