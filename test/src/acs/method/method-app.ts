import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { acceptance } from '../../../../plugins/acceptance.ts'
import { errorOptions, errors } from '../../../../plugins/errors.ts'
import { jsonBodies } from '../../../../plugins/json-bodies.ts'
import { metrics } from '../../../../plugins/metrics.ts'
import { requestLog } from '../../../../plugins/request-log.ts'
import { securityHeaders } from '../../../../plugins/security-headers.ts'
import { validation } from '../../../../plugins/validation.ts'
import { methodRoutes } from '../../../../routes/acs/method.ts'
import type { MethodParts } from '../../../../src/acs/method/run-method.ts'
import { createManualClock, type ManualClock } from '../../../../src/clock.ts'
import { createSeededIds } from '../../../../src/ids.ts'
import { createMemoryNotes } from '../../../../src/store/memory-notes.ts'

/** When the clocks of these tests start: 2026-11-20T10:15:00Z. */
export const START = Date.UTC(2026, 10, 20, 10, 15)
export const TTL_SECONDS = 1800

export interface MethodUnderTest { app: FastifyInstance, parts: MethodParts & { clock: ManualClock } }

/** The parts of a 3DS Method on memory, with ids that repeat and a clock that stands still. */
export function methodParts (changed: Partial<MethodParts> = {}): MethodUnderTest['parts'] {
  const clock = createManualClock(START)
  return {
    notes: createMemoryNotes({ maxNotes: 1000, maxBytes: 10_000_000, clock }),
    ids: createSeededIds('test'),
    ttlSeconds: TTL_SECONDS,
    ...changed,
    clock
  }
}

/** A server with nothing but the 3DS Method, with the plugins of the whole one. It closes with the test. */
export async function buildMethod (t: Test, changed: Partial<MethodParts> = {}): Promise<MethodUnderTest> {
  const parts = methodParts(changed)
  const app = Fastify({ ...errorOptions({ compatibility: 'emv' }), forceCloseConnections: true, routerOptions: { maxParamLength: 256 } })
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(jsonBodies)
  await app.register(validation)
  await app.register(requestLog)
  await app.register(securityHeaders, { https: false })
  await app.register(acceptance)
  await app.register(metrics, { enabled: false })
  await app.register(methodRoutes, { prefix: '/acs', method: parts })
  await app.ready()
  return { app, parts }
}
