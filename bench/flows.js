// Whole challenges, request by request, against a bare Fastify that answers as many requests with bodies of the same sizes.
import { authenticateRequests, finalRequest } from './bodies.js'
import { median, post, runLoad } from './load.js'
import { SDK_TRANS_ID, seal, sessionKey, unseal } from './sdk.js'
import { startBare, startMock } from './servers.js'

/** Yields a request, and is given the body of its answer. @typedef {Generator<Buffer, void, string>} Flow */

const FORM = 'application/x-www-form-urlencoded'
const JOSE = 'application/jose; charset=UTF-8'
const challenge = authenticateRequests('challenge')
const appChallenge = authenticateRequests('app')

/** authenticate, the CReq, the code on the page, the result. @returns {Flow} */
export function * browserFlow () {
  const { authenticationResponse, base64EncodedChallengeRequest } = JSON.parse(yield challenge(0))
  const { threeDSServerTransID, acsTransID } = authenticationResponse
  yield post('/acs/challenge', `creq=${base64EncodedChallengeRequest}`, FORM)
  yield post(`/acs/challenge/${acsTransID}`, 'otp=1234&action=submit', FORM)
  const { resultsRequest } = JSON.parse(yield finalRequest({ threeDSServerTransID }))
  if (resultsRequest.transStatus !== 'Y') throw new Error(`the browser flow ended with ${resultsRequest.transStatus}`)
}

/** authenticate, the first CReq, the code, all by JWE. @returns {Flow} */
export function * appFlow () {
  const { acsSignedContent, threeDSServerTransID, acsTransID } = JSON.parse(yield appChallenge(0)).authenticationResponse
  const key = sessionKey(acsSignedContent)
  const creq = (/** @type {object} */ members) => post('/acs/app', seal(JSON.stringify({
    messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, sdkTransID: SDK_TRANS_ID, ...members
  }), key, { alg: 'dir', enc: 'A128CBC-HS256', kid: acsTransID }), JOSE)
  yield creq({ sdkCounterStoA: '000' })
  const { transStatus } = unseal(yield creq({ sdkCounterStoA: '001', challengeDataEntry: '1234' }), key)
  if (transStatus !== 'Y') throw new Error(`the app flow ended with ${transStatus}`)
}

/** Requests of flows, as many at once as there are connections. @param {() => Flow} begin */
function inTurns (begin) {
  /** @type {{ flow: Flow, request: Buffer }[]} */
  const ready = []
  /** @type {Map<number, Flow>} */
  const waiting = new Map()
  return {
    request: (/** @type {number} */ index) => {
      const next = ready.pop()
      const flow = next?.flow ?? begin()
      waiting.set(index, flow)
      return next?.request ?? /** @type {Buffer} */ (flow.next().value)
    },
    onAnswer: (/** @type {number} */ _status, /** @type {Buffer} */ body, /** @type {number} */ index) => {
      const flow = /** @type {Flow} */ (waiting.get(index))
      waiting.delete(index)
      const { value, done } = flow.next(body.toString())
      if (done !== true) ready.push({ flow, request: value })
    }
  }
}

/**
 * One flow with what was answered, and the same flow as the base gets it.
 * @param {number} port @param {() => Flow} begin
 */
async function record (port, begin) {
  /** @type {{ type: string, answer: string }[]} */ const steps = []
  /** @type {Buffer[]} */ const requests = []
  const flow = begin()
  for (let { value } = flow.next(); value !== undefined;) {
    const text = value.toString()
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const [, path = '', type = ''] = /^POST (\S+)[\s\S]*content-type: ([^\r]*)/.exec(head) ?? []
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { 'content-type': type }, body })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer}`)
    steps.push({ type: response.headers.get('content-type') ?? '', answer })
    requests.push(post(`/step/${requests.length}`, body, type))
    value = /** @type {Buffer} */ (flow.next(answer).value)
  }
  return { steps, * again () { for (const request of requests) yield request } }
}

/**
 * Flows per second as a ratio to the base.
 * @param {() => Flow} begin @param {{ rounds: number, seconds: number, connections: number, warmUp: number }} measure
 * @returns {Promise<{ ratio: number, perSecond: number, requests: number }>}
 */
export async function measureFlow (begin, { rounds, seconds, connections, warmUp }) {
  const server = await startMock({ ACS_SIGNING_ALG: 'ES256', MEMORY_MAX_TRANSACTIONS: '10000' })
  const { steps, again } = await record(server.port, begin)
  const base = await startBare('{}', { BENCH_STEPS: JSON.stringify(steps) })
  const load = (/** @type {number} */ port, /** @type {() => Flow} */ flow, limit = Infinity) =>
    runLoad({ port, connections, seconds: limit === Infinity ? seconds : 60, limit, ...inTurns(flow) })
  await load(base.port, again, warmUp)
  await load(server.port, begin, warmUp)
  /** @type {number[]} */ const ratios = []
  let perSecond = 0
  for (let round = 0; round < rounds; round++) {
    const of = await load(base.port, again)
    const ours = await load(server.port, begin)
    if (Object.keys(ours.statuses).join() !== '200') throw new Error(`a flow was answered ${JSON.stringify(ours.statuses)}`)
    ratios.push(ours.perSecond / of.perSecond)
    perSecond = ours.perSecond / steps.length
  }
  await base.stop()
  await server.stop()
  return { ratio: median(ratios), perSecond, requests: steps.length }
}
