import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { build, post, START } from '../../setup/app.ts'
import { startReceiver } from '../../setup/receiver.ts'
import { browserRequest, inRuntimeSpelling, resultsRequest } from '../../setup/requests.ts'

const threeDSServerTransID = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'

/** Authenticates with an address for the result, and returns the ARes. */
async function authenticate (app: FastifyInstance, resultsResponseNotificationUrl: string, spell = (body: any) => body): Promise<any> {
  const request = browserRequest(threeDSServerTransID)
  const { body } = await post(app, '/3ds/authenticate', spell({ ...request, merchant: { ...request.merchant, resultsResponseNotificationUrl } }))
  return body.authenticationResponse
}

/** Types a code into the challenge page. */
async function enter (app: FastifyInstance, acsTransID: string, form: string): Promise<number> {
  const { statusCode } = await app.inject({
    method: 'POST', url: `/acs/challenge/${acsTransID}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: form
  })
  return statusCode
}

async function deliveryOf (app: FastifyInstance): Promise<object | undefined> {
  return (await app.stateStore.get(threeDSServerTransID)).delivery
}

/** The RReq and RRes of a challenge that was passed at the first try. */
function messages ({ acsTransID, dsTransID }: any, more: object): { rReq: any, rRes: any } {
  const ids = { threeDSServerTransID, acsTransID, dsTransID }
  return {
    rReq: { messageType: 'RReq', messageVersion: '2.2.0', ...ids, messageCategory: '01', transStatus: 'Y', interactionCounter: '01', authenticationType: '02', ...more },
    rRes: { messageType: 'RRes', messageVersion: '2.2.0', ...ids, resultsStatus: '01' }
  }
}

t.test('the result of a challenge is pushed once, as RReq and in the members that Netcetera\'s clients read (clients-and-dialects §3.1)', async (t) => {
  const receiver = await startReceiver(t)
  const app = await build(t, { SEED: 'push' })
  const aRes = await authenticate(app, `${receiver.url}/rres`)
  t.equal(await enter(app, aRes.acsTransID, 'otp=0000'), 200)
  t.strictSame(receiver.received, [], 'nothing before the ending')
  t.equal(await deliveryOf(app), undefined)
  await enter(app, aRes.acsTransID, 'otp=1234')
  const { authenticationValue } = (await post(app, '/3ds/final', { threeDSServerTransID })).body
  t.match(authenticationValue, /^AAAB.{23}=$/)
  const { rReq, rRes } = messages(aRes, { eci: '05', authenticationValue, interactionCounter: '02' })
  await enter(app, aRes.acsTransID, 'otp=1234')
  t.strictSame(receiver.received.map(({ path, body }) => ({ path, body })), [
    { path: '/rres', body: { ...rReq, resultsResponse: rRes, resultsRequest: rReq } }
  ])
  t.strictSame(await deliveryOf(app), { outcome: 'delivered', status: 200, at: START })
})

t.test('it is spelt as the requestor spelt, or as RESPONSE_SPELLING says', async (t) => {
  for (const [spelling, spell, wanted] of [['as-request', inRuntimeSpelling, inRuntimeSpelling], ['emv', inRuntimeSpelling, (body: any) => body], ['legacy', (body: any) => body, inRuntimeSpelling]] as const) {
    const receiver = await startReceiver(t)
    const app = await build(t, { SEED: 'push', RESPONSE_SPELLING: spelling })
    await authenticate(app, receiver.url, spell)
    const { acsTransID, dsTransID } = await app.stateStore.get(threeDSServerTransID)
    await enter(app, acsTransID, 'otp=1234')
    const { authenticationValue } = (await app.stateStore.get(threeDSServerTransID)).rReq as any
    const { rReq, rRes } = messages({ acsTransID, dsTransID }, { eci: '05', authenticationValue })
    t.strictSame(receiver.received[0]?.body, wanted({ ...rReq, resultsResponse: rRes, resultsRequest: rReq }), spelling)
  }
})

t.test('in COMPATIBILITY=legacy it has the original\'s constants, and null for an sdkTransID that is not there', async (t) => {
  const receiver = await startReceiver(t)
  const app = await build(t, { COMPATIBILITY: 'legacy' })
  const aRes = await authenticate(app, receiver.url)
  await enter(app, aRes.acsTransID, 'otp=1234')
  const { rReq, rRes } = messages(aRes, {
    eci: '02', authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=', acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' }, authenticationMethod: '02'
  })
  t.strictSame(receiver.received[0]?.body, { ...rReq, resultsResponse: { ...rRes, sdkTransID: null }, resultsRequest: { ...rReq, sdkTransID: null } })
})

t.test('a cancelled challenge is pushed as N with challengeCancel 01', async (t) => {
  const receiver = await startReceiver(t)
  const app = await build(t)
  const aRes = await authenticate(app, receiver.url)
  await enter(app, aRes.acsTransID, 'action=cancel')
  t.match(receiver.received[0]?.body, { transStatus: 'N', challengeCancel: '01', interactionCounter: '00', resultsRequest: { transStatus: 'N', transStatusReason: '01' } })
  t.notOk('authenticationValue' in (receiver.received[0]?.body ?? {}))
})

async function ending (t: Test, address: string, env: Record<string, string> = {}): Promise<{ delivery: any, final: any }> {
  const app = await build(t, env)
  const aRes = await authenticate(app, address)
  t.equal(await enter(app, aRes.acsTransID, 'otp=1234'), 200, 'the challenge ends all the same')
  return { delivery: await deliveryOf(app), final: (await post(app, '/3ds/final', { threeDSServerTransID })).body }
}

t.test('a result that cannot be pushed is recorded and changes nothing else', async (t) => {
  const failing = await startReceiver(t, (response) => response.writeHead(500).end())
  const untouched = await startReceiver(t)
  for (const [address, env, delivery] of [
    [failing.url, {}, { outcome: 'failed', status: 500, reason: 'answered with an error', at: START }],
    [untouched.url, { OUTBOUND_ALLOW: 'shop.test' }, { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW', at: START }],
    ['https://bank.com/rres', {}, { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW', at: START }],
    ['no address', { COMPATIBILITY: 'legacy' }, { outcome: 'refused', reason: 'not an absolute URL', at: START }]
  ] as const) {
    const ended = await ending(t, address, env)
    t.strictSame(ended.delivery, delivery)
    t.equal(ended.final.transStatus, 'Y')
  }
  t.strictSame(untouched.received, [])
})

t.test('a result that came in from outside is not pushed: whoever sent it knows it', async (t) => {
  const receiver = await startReceiver(t)
  const app = await build(t)
  const aRes = await authenticate(app, receiver.url)
  t.equal((await post(app, '/3ds/results', resultsRequest(aRes))).status, 200)
  await enter(app, aRes.acsTransID, 'otp=1234')
  t.strictSame(receiver.received, [])
  t.equal(await deliveryOf(app), undefined)
})
