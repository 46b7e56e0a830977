import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { type AppParts, buildApp } from '../../app.ts'
import { createLogger } from '../../plugins/logger.ts'
import { createManualClock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config.ts'
import { createSeededIds } from '../../src/ids.ts'

/** When the clocks of tests start: 2026-11-20T10:15:00Z. */
export const START = Date.UTC(2026, 10, 20, 10, 15)

/**
 * The whole server on memory, with ids that repeat and a clock that stands still. It closes with the test.
 * @param env settings
 * @param parts what to bring along instead
 */
export async function build (t: Test, env: Record<string, string> = {}, parts: AppParts = {}): Promise<FastifyInstance> {
  const app = await buildApp(loadConfig(env).config, { clock: createManualClock(START), ids: createSeededIds('test'), ...parts })
  t.teardown(() => app.close())
  return app
}

/** A logger at `trace` and the lines it has written. */
export async function keepLog (): Promise<{ logger: FastifyBaseLogger, lines: string[] }> {
  const lines: string[] = []
  const logger = await createLogger({ level: 'trace', pretty: false, destination: { write: (line: string) => { lines.push(line) } } })
  return { logger, lines }
}

// With an id of its own, a request takes none from the ids that a test counts.
const JSON_HEADERS = { 'content-type': 'application/json', 'x-request-id': 'test' }

/** Posts the first CReq of a browser challenge, and what the cardholder does on its page; the answer's status. */
export async function answerPage (app: FastifyInstance, { threeDSServerTransID, acsTransID, messageVersion = '2.2.0' }: any, form: string): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const creq = { messageType: 'CReq', messageVersion, threeDSServerTransID, acsTransID, challengeWindowSize: '02' }
  await app.inject({ method: 'POST', url: '/acs/challenge', headers, payload: new URLSearchParams({ creq: JSON.stringify(creq) }).toString() })
  return (await app.inject({ method: 'POST', url: `/acs/challenge/${acsTransID}`, headers, payload: form })).statusCode
}

/** Posts JSON; the answer's status and body. */
export async function post (app: FastifyInstance, url: string, body: unknown): Promise<{ status: number, body: any }> {
  const response = await app.inject({ method: 'POST', url, headers: JSON_HEADERS, payload: JSON.stringify(body) })
  return { status: response.statusCode, body: response.json() }
}
