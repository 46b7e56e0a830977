import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { errors } from '../../plugins/errors.ts'
import { createLogger } from '../../plugins/logger.ts'
import { rateLimit } from '../../plugins/rate-limit.ts'
import redisPlugin from '../../plugins/redis.ts'
import { requestLog } from '../../plugins/request-log.ts'
import { redisIsLeftOut, startRedisServer, type RedisServer } from '../setup/redis-server.ts'

interface Limit { perSecond: number, burst: number, trustProxy?: boolean, redis?: RedisServer }

async function build (t: Test, { perSecond, burst, trustProxy = false, redis }: Limit): Promise<{ app: FastifyInstance, lines: string[] }> {
  const lines: string[] = []
  const loggerInstance = await createLogger({ level: 'info', pretty: false, destination: { write: (line) => { lines.push(line) } } })
  const app = Fastify({ loggerInstance, disableRequestLogging: true, trustProxy })
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(requestLog)
  if (redis !== undefined) await app.register(redisPlugin, { settings: { url: redis.url, connectTimeoutMs: 1000, commandTimeoutMs: 300 } })
  await app.register(rateLimit, { rateLimitPerSecond: perSecond, rateLimitBurst: burst, keyPrefix: '3ds_transaction_rate_limit:' })
  app.get('/', async () => 'ok')
  app.get('/health', { config: { rateLimit: false } }, async () => 'ok')
  return { app, lines }
}

async function statuses (app: FastifyInstance, count: number, url = '/', headers = {}): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await app.inject({ url, headers })).statusCode)
  return found
}

t.test('without a limit there is none, and no header speaks of one', async (t) => {
  const { app } = await build(t, { perSecond: 0, burst: 0 })
  t.strictSame(await statuses(app, 5), [200, 200, 200, 200, 200])
  t.equal((await app.inject('/')).headers['x-ratelimit-limit'], undefined)
})

t.test('the burst comes through at once, more is 429 with the original text and both headers, and is logged (compatibility B42, B47)', async (t) => {
  // One request in 20 minutes, so that the test cannot see the window end.
  const { app, lines } = await build(t, { perSecond: 3 / 3600, burst: 3 })
  t.strictSame(await statuses(app, 3), [200, 200, 200])
  const refused = await app.inject('/')
  t.equal(refused.statusCode, 429)
  t.strictSame(refused.json(), { error: 'Too many requests, retry in 3600s', code: 'too_many_requests' })
  t.equal(refused.headers['content-type'], 'application/json; charset=utf-8')
  t.equal(refused.headers['retry-after'], '3600')
  t.equal(refused.headers['x-ratelimit-after'], '3600')
  t.ok(refused.headers['x-request-id'])
  t.equal(lines.map((line) => JSON.parse(line)).filter((line) => line.status === 429).length, 1)
})

t.test('the window is as long as the burst takes at the allowed rate', async (t) => {
  const { app } = await build(t, { perSecond: 100, burst: 250 })
  const { headers } = await app.inject('/')
  t.equal(headers['x-ratelimit-limit'], '250')
  t.equal(headers['x-ratelimit-reset'], '3', '2.5 seconds, rounded up')
})

t.test('a wait shorter than a second is told as one', async (t) => {
  const { app } = await build(t, { perSecond: 1000, burst: 1 })
  app.get('/limited', { onRequest: async (_request, reply) => { reply.header('retry-after', 0); throw Object.assign(new Error(), { statusCode: 429 }) } }, async () => 'x')
  const refused = await app.inject({ url: '/limited', remoteAddress: '10.9.9.9' })
  t.equal(refused.headers['retry-after'], '1')
})

t.test('health is exempt, unknown paths are not (compatibility B42)', async (t) => {
  const { app } = await build(t, { perSecond: 3 / 3600, burst: 2 })
  t.strictSame(await statuses(app, 5, '/health'), [200, 200, 200, 200, 200])
  t.strictSame(await statuses(app, 3, '/unknown'), [404, 404, 429])
  t.strictSame(await statuses(app, 1, '/health'), [200])
})

t.test('clients are told apart by address, behind a trusted proxy by the forwarded one', async (t) => {
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const trusting = await build(t, { perSecond: 3 / 3600, burst: 1, trustProxy: true })
  t.strictSame(await statuses(trusting.app, 2, '/', from('10.0.0.1')), [200, 429])
  t.strictSame(await statuses(trusting.app, 2, '/', from('10.0.0.2')), [200, 429])
  const wary = await build(t, { perSecond: 3 / 3600, burst: 1 })
  t.strictSame(await statuses(wary.app, 1, '/', from('10.0.0.1')), [200])
  t.strictSame(await statuses(wary.app, 1, '/', from('10.0.0.2')), [429])
})

t.test('on Redis, instances share the limit; its keys stay out of the transactions; while Redis is away nothing is limited', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const limit = { perSecond: 3 / 3600, burst: 2, redis }
  const [first, second] = [await build(t, limit), await build(t, limit)]
  t.strictSame([await statuses(first.app, 1), await statuses(second.app, 1), await statuses(first.app, 1), await statuses(second.app, 1)],
    [[200], [200], [429], [429]])
  t.strictSame(await first.app.redis.keys('*'), ['3ds_transaction_rate_limit:127.0.0.1'])
  await redis.kill()
  t.strictSame(await statuses(first.app, 3), [200, 200, 200])
})
