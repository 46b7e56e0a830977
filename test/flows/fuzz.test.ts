import fc from 'fast-check'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { type FuzzRequest, hostileRequests, openTargets, type Route, ROUTES, routes, SPLIT_HEADER, TAG } from '../../bench/hostile-bodies.js'
import { randomIds } from '../../src/ids.ts'
import { build, post } from '../setup/app.ts'
import { evaluate } from '../setup/parties/evaluate.ts'
import { browserRequest } from '../setup/requests.ts'

const RUNS = 400
const OPEN = 40
/** Far longer than any answer takes: what is not there by then never comes. */
const UNANSWERED_MS = 20_000

/** Whether it is a JSON answer that says `error` when something was wrong. */
function isJson ({ statusCode, headers, body }: LightMyRequestResponse, error: string): boolean {
  if (!/^application\/json\b/.test(String(headers['content-type']))) return false
  const answer = JSON.parse(body)
  return statusCode < 400 || typeof answer[error] === 'string'
}

function isPage ({ headers, body }: LightMyRequestResponse): boolean {
  return headers['content-type'] === 'text/html; charset=utf-8' && headers['content-security-policy'] !== undefined && body.endsWith('</html>\n')
}

/** Answered before there was a route that could have a page. */
function isOfNoRoute ({ statusCode, body }: LightMyRequestResponse): boolean {
  return statusCode === 404 || statusCode === 414 || (statusCode === 400 && body.includes('The URL is malformed'))
}

/** A redirect to a place on the web, or an answer of another kind. */
function isRedirect ({ statusCode, headers }: LightMyRequestResponse): boolean {
  return statusCode === 302 && /^https?:$/.test(new URL(String(headers.location)).protocol)
}

const erroOr = (response: LightMyRequestResponse, error: string) => isJson(response, response.statusCode < 400 ? 'messageType' : error)

/** Everything is a message, or nothing is to be said; what is no fault of a message is told as any other route tells it. */
function isMessage (response: LightMyRequestResponse): boolean {
  const { statusCode, body } = response
  return statusCode === 415 ? isJson(response, 'error') : statusCode === 200 && (body === '' || (isJson(response, 'error') && typeof response.json().messageType === 'string'))
}

/** What is wrong with an answer that is an `Erro`, by the catalogue. */
function faultsOfErro ({ headers, body }: LightMyRequestResponse): string {
  if (body === '' || !/^application\/json\b/.test(String(headers['content-type']))) return ''
  const answer = JSON.parse(body)
  return answer.messageType === 'Erro' ? evaluate(answer).map(({ code, element }) => `${code} ${element}`).join() : ''
}

/** What a family of routes may answer. */
const SHAPES: { readonly [Family in (typeof ROUTES)[Route]]: (response: LightMyRequestResponse, legacy: boolean) => boolean } = {
  json: (response) => isJson(response, 'error'),
  page: (response) => isPage(response) || (isOfNoRoute(response) && isJson(response, 'error')),
  pageOrNothing: (response) => (response.statusCode === 204 && response.body === '') || SHAPES.page(response, false),
  message: isMessage,
  redirect: (response) => isRedirect(response) || (response.statusCode === 200 ? isPage(response) : isJson(response, 'error')),
  sdk: (response, legacy) => String(response.headers['content-type']).startsWith('application/jose')
    ? response.statusCode === 200
    : response.body === '' || erroOr(response, legacy ? 'errorDescription' : 'errorCode')
}

/** What is wrong with an answer, if anything is. */
function faultOf (response: LightMyRequestResponse, route: Route, legacy: boolean): string | undefined {
  const { statusCode, headers, body } = response
  if (statusCode >= 500) return `status ${statusCode}`
  if (SPLIT_HEADER in headers) return 'a header was split'
  const isData = String(headers['content-type']).startsWith('application/json')
  if (!isData && body.includes(TAG)) return 'a text of the request stands in the answer as HTML'
  const wrong = route === '/acs/app' || ROUTES[route] === 'message' ? faultsOfErro(response) : ''
  if (wrong !== '') return `an Erro that is none, ${wrong}: ${body}`
  return SHAPES[ROUTES[route]](response, legacy) ? undefined : `the shape of the answer: ${JSON.stringify(headers)} ${body.slice(0, 500)}`
}

async function send (app: FastifyInstance, { path, type, body }: FuzzRequest): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: path, headers: type === undefined ? {} : { 'content-type': type }, payload: body })
}

/** An answer by its status, and for an Erro by its code: an SDK gets 200 with each. */
function kindOf ({ statusCode, body }: LightMyRequestResponse): string {
  const [, errorCode = ''] = /"errorCode":"(\d{3})"/.exec(body) ?? []
  return `${statusCode} ${errorCode}`.trim()
}

async function fuzz (t: Test, app: FastifyInstance, route: Route, legacy = false): Promise<Record<string, number>> {
  const kinds: Record<string, number> = {}
  const open = await openTargets(async (path, body) => (await post(app, path, body)).body, OPEN)
  const details = await fc.check(fc.asyncProperty(hostileRequests(route, open), async (request) => {
    const response = await send(app, request)
    const kind = kindOf(response)
    kinds[kind] = (kinds[kind] ?? 0) + 1
    const fault = faultOf(response, route, legacy)
    if (fault !== undefined) throw new Error(fault)
  }), { numRuns: RUNS, timeout: UNANSWERED_MS })
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = details
  const [request] = counterexample ?? []
  t.equal(failed ? `${errorInstance} for ${request?.path} ${request?.type} ${request?.body.toString('latin1').slice(0, 2000)}` : '', '',
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

t.test('whatever is posted to it, every route answers, never with 5xx, always in its own shape', async (t) => {
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
