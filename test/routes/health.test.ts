import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { errors } from '../../plugins/errors.ts'
import { metrics } from '../../plugins/metrics.ts'
import { rateLimit } from '../../plugins/rate-limit.ts'
import stateStore from '../../plugins/state-store.ts'
import { healthRoutes } from '../../routes/health.ts'
import { createManualClock, type ManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { redisIsLeftOut, startRedisServer, type RedisServer } from '../setup/redis-server.ts'

async function build (t: Test, redis?: RedisServer, enabled = true): Promise<{ app: FastifyInstance, clock: ManualClock }> {
  const app = Fastify()
  const clock = createManualClock(Date.UTC(2026, 10, 21, 3, 4, 5, 678))
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(rateLimit, { rateLimitPerSecond: 1, rateLimitBurst: 1, keyPrefix: '3ds_transaction_rate_limit:' })
  await app.register(metrics, { enabled })
  await app.register(stateStore, {
    ids: randomIds,
    config: {
      useRedis: redis !== undefined,
      redis: { url: redis?.url ?? '', keyPrefix: '3ds_transaction', connectTimeoutMs: 1000, commandTimeoutMs: 300 },
      transactionTtlSeconds: 60,
      memoryMaxTransactions: 100,
      memoryMaxBytes: 1_000_000
    },
    clock,
    events: app.meters.storeEvents
  })
  await app.register(healthRoutes, { clock, version: '1.2.3', compatibility: 'emv' })
  return { app, clock }
}

const paths = ['/health', '/health/live', '/health/ready', '/health/redis', '/health/detailed']

async function ask (app: FastifyInstance, url: string) {
  const response = await app.inject(url)
  return [response.statusCode, response.json()]
}

t.test('/health has the three fields of the original and the kind of store (compatibility §1.8)', async (t) => {
  const { app } = await build(t)
  t.strictSame(await ask(app, '/health'), [200, {
    status: 'healthy', timestamp: '2026-11-21T03:04:05.678+00:00', service: '3ds-mock-server', store: 'memory'
  }])
})

t.test('in memory mode the process is alive and ready, and Redis is said not to be used', async (t) => {
  const { app } = await build(t)
  t.strictSame(await ask(app, '/health/live'), [200, { status: 'alive' }])
  t.strictSame(await ask(app, '/health/ready'), [200, { status: 'ready' }])
  t.strictSame(await ask(app, '/health/redis'), [200, { status: 'not_used', connected: false, store: 'memory' }])
})

t.test('/health/detailed tells everything, with the uptime of the clock', async (t) => {
  const { app, clock } = await build(t)
  clock.advance(90_500)
  const [status, body] = await ask(app, '/health/detailed')
  t.equal(status, 200)
  for (const figure of ['rss', 'heapTotal', 'heapUsed', 'external']) t.ok(body.memory[figure] > 0)
  t.match(body.services.store.latencyMs, Number)
  delete body.memory
  delete body.services.store.latencyMs
  t.strictSame(body, {
    status: 'healthy',
    timestamp: '2026-11-21T03:05:36.178+00:00',
    service: '3ds-mock-server',
    version: '1.2.3',
    environment: 'emv',
    uptime: 90.5,
    services: {
      redis: { status: 'not_used', connected: false, store: 'memory' },
      store: { status: 'healthy', kind: 'memory' },
      api: { status: 'healthy' }
    },
    counts: { transactionsKept: 0, requests: 0, transactions: 0, challengeResults: 0, storeErrors: 0, storeEvictions: 0, storeExpiries: 0 }
  })
})

t.test('without metrics nothing is counted, and no count is given', async (t) => {
  const { app } = await build(t, undefined, false)
  const [, { counts }] = await ask(app, '/health/detailed')
  t.strictSame(counts, { transactionsKept: 0 })
})

t.test('HEAD is answered, and nobody who asks for health is limited (compatibility B46, B42)', async (t) => {
  const { app } = await build(t)
  for (const url of paths) {
    for (let i = 0; i < 3; i++) {
      const { statusCode, body } = await app.inject({ method: 'HEAD', url })
      t.strictSame([statusCode, body], [200, ''])
    }
  }
})

t.test('on Redis every operation is really tried; while it is away, the store is not ready and the process is alive', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { password: 'swordfish' })
  const { app } = await build(t, redis)
  const known = async (url: string) => {
    const [status, { latencyMs, ...body }] = await ask(app, url)
    return [status, body]
  }
  const all = (works: boolean) => ({ ping: works, set: works, get: works, delete: works })

  const { latencyMs } = (await app.inject('/health/redis')).json()
  t.ok(latencyMs > 0)
  const [status, up] = await known('/health/redis')
  t.equal(status, 200)
  t.match(up.url, new RegExp(`127\\.0\\.0\\.1:${redis.port}`))
  t.notMatch(up.url, 'swordfish')
  t.strictSame(up, { status: 'healthy', connected: true, store: 'redis', url: up.url, operations: all(true) })
  t.strictSame(await app.redis.keys('*'), [], 'nothing is left behind')
  t.strictSame(await ask(app, '/health/ready'), [200, { status: 'ready' }])
  t.match((await ask(app, '/health/detailed'))[1], { status: 'healthy', services: { redis: { connected: true }, store: { kind: 'redis' } } })
  t.notOk('transactionsKept' in (await ask(app, '/health/detailed'))[1].counts)

  redis.freeze()
  t.strictSame(await ask(app, '/health/ready'), [503, { status: 'unavailable' }])
  redis.thaw()
  await redis.kill()
  t.strictSame(await known('/health/redis'), [503, { status: 'unavailable', connected: false, store: 'redis', url: up.url, operations: all(false) }])
  t.equal((await app.inject('/health/ready')).headers['retry-after'], '1')
  t.equal((await app.inject({ method: 'HEAD', url: '/health/ready' })).statusCode, 503)
  t.match(await ask(app, '/health/detailed'), [200, { status: 'degraded', services: { redis: { status: 'unavailable' }, store: { status: 'unavailable' }, api: { status: 'healthy' } } }])
  t.match(await ask(app, '/health'), [200, { status: 'healthy', store: 'redis' }])
  t.strictSame(await ask(app, '/health/live'), [200, { status: 'alive' }])
})

t.test('a Redis that answers but does not do all four operations is not ready, and said to be degraded', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const { app } = await build(t, redis)
  const states: [string, () => Promise<unknown>, operations: object, mend: () => Promise<unknown>][] = [
    [
      'no memory left',
      () => app.redis.config('SET', 'maxmemory', '1'),
      { ping: true, set: false, get: true, delete: true },
      () => app.redis.config('SET', 'maxmemory', '0')
    ],
    [
      'a replica that may only be read',
      () => app.redis.call('REPLICAOF', '127.0.0.1', '1'),
      { ping: true, set: false, get: false, delete: false },
      () => app.redis.call('REPLICAOF', 'NO', 'ONE')
    ],
    [
      'a user who may not run scripts, and so nothing that the store does',
      () => app.redis.acl('SETUSER', 'default', '-@scripting'),
      { ping: true, set: false, get: false, delete: false },
      () => app.redis.acl('SETUSER', 'default', '+@scripting')
    ]
  ]
  for (const [state, begin, operations, mend] of states) {
    await begin()
    const answer = await app.inject('/health/redis')
    const { latencyMs, ...body } = answer.json()
    t.type(latencyMs, 'number')
    t.strictSame([answer.statusCode, answer.headers['retry-after'], body], [503, '1', {
      status: 'degraded', connected: true, store: 'redis', url: redis.url, operations
    }], state)
    const ready = await app.inject('/health/ready')
    t.strictSame([ready.statusCode, ready.headers['retry-after'], ready.json()], [503, '1', { status: 'unavailable' }], state)
    t.match(await ask(app, '/health/detailed'), [200, {
      status: 'degraded', services: { redis: { status: 'degraded', connected: true, operations }, store: { status: 'degraded' }, api: { status: 'healthy' } }
    }], state)
    await mend()
    t.strictSame(await ask(app, '/health/ready'), [200, { status: 'ready' }], 'again')
    t.match(await ask(app, '/health/redis'), [200, { status: 'healthy', connected: true }])
    t.match(await ask(app, '/health/detailed'), [200, { status: 'healthy', services: { redis: { status: 'healthy' }, store: { status: 'healthy' } } }])
  }
})
