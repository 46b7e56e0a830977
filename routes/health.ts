import type { FastifyInstance, FastifyReply } from 'fastify'
import type {} from '@fastify/swagger'
import { errorAnswers, inJson, OF_OPERATION } from '../plugins/error-schemas.ts'
import { Type, type TSchema } from 'typebox'
import { ErrorSchema } from '../plugins/error-answer.ts'
import type {} from '../plugins/metrics.ts'
import type {} from '../plugins/state-store.ts'
import type { Clock } from '../src/clock.ts'
import { NAME } from '../src/config/name.ts'
import type { StoreHealth } from '../src/store/state-store.ts'
import { DetailedSchema, HealthSchema, RedisSchema, StatusSchema, type Detailed, type Health, type RedisStatus } from './health-schemas.ts'

export interface HealthOptions {
  clock: Clock
  /** The package's version. */
  version: string
  /** `COMPATIBILITY`; the answer has it as `environment`. */
  compatibility: string
}

/** The same as when it is well; while the server closes, the answer of every path. */
const notNow = (schema: TSchema) => inJson('It is not; or the server is closing.', Type.Union([schema, ErrorSchema]))

/** Health for people and probes: compatibility §1.8, B46. `HEAD` is answered too, and nothing here is rate limited. */
export async function healthRoutes (app: FastifyInstance, options: HealthOptions): Promise<void> {
  const { clock } = options
  const startedAt = clock.now()
  const route = (summary: string, answers: object) => ({
    config: { rateLimit: false as const },
    schema: { tags: ['Operation'], summary, response: { ...errorAnswers(OF_OPERATION), ...answers } }
  })

  app.get('/health', route('The process answers', { 200: HealthSchema }), async (): Promise<Health> => ({
    status: 'healthy',
    timestamp: toTimestamp(clock),
    service: NAME,
    store: app.stateStore.kind
  }))

  app.get('/health/live', route('The process is alive', { 200: StatusSchema }), async () => ({ status: 'alive' }))

  app.get('/health/ready', route('Transactions can be kept', { 200: StatusSchema, 503: notNow(StatusSchema) }), async (_request, reply) => {
    const isUsable = storeCondition(await app.stateStore.check()) === 'healthy'
    return answer(reply, isUsable, { status: isUsable ? 'ready' : 'unavailable' })
  })

  app.get('/health/redis', route('What Redis can do right now', { 200: RedisSchema, 503: notNow(RedisSchema) }), async (_request, reply) => {
    const health = await app.stateStore.check()
    return answer(reply, storeCondition(health) === 'healthy', describeRedis(health))
  })

  app.get('/health/detailed', route('Everything there is to tell', { 200: DetailedSchema }), async () => describeAll(app, options, startedAt))
}

/** A Redis that answers and refuses to write, for instance as a replica or without memory, is of no use to anybody. */
function storeCondition ({ connected, operations }: StoreHealth): 'healthy' | 'degraded' | 'unavailable' {
  if (Object.values(operations).every((succeeded) => succeeded)) return 'healthy'
  return connected ? 'degraded' : 'unavailable'
}

// What does not work now may work again within a second.
function answer<Body> (reply: FastifyReply, up: boolean, body: Body): Body {
  if (!up) reply.code(503).header('retry-after', '1')
  return body
}

function toTimestamp (clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '+00:00')
}

function describeRedis (health: StoreHealth): RedisStatus {
  if (health.kind === 'memory') return { status: 'not_used', connected: false, store: 'memory' }
  return {
    status: storeCondition(health),
    connected: health.connected,
    store: 'redis',
    // Only memory has none.
    url: health.url as string,
    latencyMs: health.latencyMs,
    operations: health.operations
  }
}

async function describeAll (app: FastifyInstance, options: HealthOptions, startedAt: number): Promise<Detailed> {
  const { clock, version, compatibility } = options
  const health = await app.stateStore.check()
  const state = storeCondition(health)
  const transactionsKept = await app.stateStore.size().catch(() => undefined)
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  return {
    status: state === 'healthy' ? 'healthy' : 'degraded',
    timestamp: toTimestamp(clock),
    service: NAME,
    version,
    environment: compatibility,
    uptime: (clock.now() - startedAt) / 1000,
    services: { redis: describeRedis(health), store: { status: state, kind: health.kind, latencyMs: health.latencyMs }, api: { status: 'healthy' } },
    memory: { rss, heapTotal, heapUsed, external },
    counts: {
      ...transactionsKept === undefined ? {} : { transactionsKept },
      // What is not counted is not zero.
      ...app.readMetrics === null ? {} : app.meters.totals()
    }
  }
}
