import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { METHODS } from 'node:http'
import t, { type Test } from 'tap'
import { faultOf, type HostileAnswer, kindOf } from '../../bench/hostile-answers.ts'
import { deviceData, type FuzzRequest, hostileRequests, openTargets, type Route, routes } from '../../bench/hostile-bodies.js'
import { randomIds } from '../../src/ids.ts'
import { build, post } from '../setup/app.ts'
import { browserRequest } from '../setup/requests.ts'

const RUNS = 400
const OPEN = 40
/** Far longer than any answer takes: what is not there by then never comes. */
const UNANSWERED_MS = 20_000

/** Other methods only a socket can carry. */
const isInjectable = ({ method = 'POST' }: FuzzRequest): boolean => METHODS.includes(method)

async function send (app: FastifyInstance, { method = 'POST', path, type, headers, body }: FuzzRequest): Promise<HostileAnswer> {
  const answer = await app.inject({ method: method as 'POST', url: path, headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers }, payload: body })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body }
}

async function fuzz (t: Test, app: FastifyInstance, route: Route, legacy = false): Promise<Record<string, number>> {
  const kinds: Record<string, number> = {}
  const open = await openTargets(async (path, body) => (await post(app, path, body)).body, OPEN, await deviceData((await app.inject('/ds/keys')).json().keys))
  const details = await fc.check(fc.asyncProperty(hostileRequests(route, open).filter(isInjectable), async (request) => {
    const answer = await send(app, request)
    const kind = kindOf(answer)
    kinds[kind] = (kinds[kind] ?? 0) + 1
    const fault = faultOf(answer, route, request, legacy)
    if (fault !== undefined) throw new Error(`${fault}: ${JSON.stringify(answer).slice(0, 1000)}`)
  }), { numRuns: RUNS, timeout: UNANSWERED_MS })
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = details
  const [request] = counterexample ?? []
  t.equal(failed ? `${errorInstance} for ${request?.method ?? 'POST'} ${request?.path} ${request?.type} ${JSON.stringify(request?.headers)} ${request?.body.toString('latin1').slice(0, 2000)}` : '', '',
    `seed ${seed}, path ${counterexamplePath}`)
  return kinds
}

/** It still works as if nothing had been. */
async function checkSane (t: Test, app: FastifyInstance): Promise<void> {
  const threeDSServerTransID = '6a3c1f0e-2f0a-4d3a-9a53-9d6f0c6f0b11'
  t.match(await post(app, '/3ds/authenticate', browserRequest(threeDSServerTransID)), { status: 200, body: { threeDSServerTransID, transStatus: 'C' } })
  t.match((await app.inject('/health/ready')).json(), { status: 'ready' })
  t.equal(({} as Record<string, unknown>)['a'], undefined, 'no prototype was changed')
}

const ENV = { ACS_SIGNING_ALG: 'ES256', OTP_MAX_ATTEMPTS: '99', SEED: 'fuzz' }

t.test('whatever is sent to it, every route answers, never with 5xx, always in its own shape', async (t) => {
  for (const compatibility of ['emv', 'legacy']) {
    const legacy = compatibility === 'legacy'
    const app = await build(t, { ...ENV, COMPATIBILITY: compatibility }, { ids: randomIds })
    for (const route of routes) {
      await t.test(`${route}, ${compatibility}`, async (t) => {
        const kinds = await fuzz(t, app, route, legacy)
        t.ok(Object.keys(kinds).length >= 2, `not all of them end at the door: ${JSON.stringify(kinds)}`)
      })
    }
    await checkSane(t, app)
  }
})
