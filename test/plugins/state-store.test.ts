import { fastify } from 'fastify'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import stateStore from '../../plugins/state-store.ts'
import { createManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { newTransaction } from '../contracts/state-store.ts'
import { build as buildWhole, keepLog, post } from '../setup/app.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { browserRequest, resultsRequest } from '../setup/requests.ts'

/** Reserved by IANA (tcpmux): nothing listens there, and no test is given it as a free port. */
const REFUSING_PORT = 1

const config = {
  useRedis: false,
  redis: { url: `redis://127.0.0.1:${REFUSING_PORT}`, keyPrefix: '3ds_transaction', connectTimeoutMs: 30_000, commandTimeoutMs: 500 },
  transactionTtlSeconds: 1800,
  memoryMaxTransactions: 2,
  memoryMaxBytes: 1_000_000
}

/** @returns an app with the plugin registered, the messages that it logged, and a promise of the next message like that. */
function build (t: Test, changed: { useRedis?: boolean, redis?: Partial<typeof config.redis> }, events = {}) {
  const lines: string[] = []
  const waiting = new Map<string, () => void>()
  const stream = {
    write (line: string) {
      const { msg } = JSON.parse(line) as { msg: string }
      lines.push(msg)
      waiting.get(msg)?.()
    }
  }
  const app = fastify({ logger: { level: 'debug', stream } })
  const clock = createManualClock(1_700_000_000_000)
  app.register(stateStore, { ids: randomIds, config: { ...config, ...changed, redis: { ...config.redis, ...changed.redis } }, clock, events })
  t.teardown(() => app.close())
  return { app, lines, clock, logged: (msg: string) => new Promise<void>((resolve) => { waiting.set(msg, resolve) }) }
}

t.test('without USE_REDIS transactions are kept in memory, within the configured bounds and on the given clock', async (t) => {
  const left: string[] = []
  const { app, lines, clock } = build(t, {}, { onEvicted () { left.push('evicted') }, onExpired () { left.push('expired') } })
  await app.ready()
  t.strictSame(lines, ['Initializing in-memory state store'])
  t.equal(app.stateStore.kind, 'memory')
  t.equal(app.hasDecorator('redis'), false)
  t.equal(app.redisState, undefined)
  const transaction = newTransaction()
  await app.stateStore.insert(newTransaction())
  await app.stateStore.insert(newTransaction())
  await app.stateStore.insert(transaction)
  t.strictSame(await app.stateStore.get(transaction.threeDSServerTransID), transaction)
  t.strictSame(left, ['evicted'])
  clock.advance(1_800_001)
  await t.rejects(app.stateStore.get(transaction.threeDSServerTransID), { code: 'transaction_not_found' })
  await app.close()
  t.equal(await app.stateStore.size(), 0, 'closed with the app')
})

t.test('with USE_REDIS transactions are kept in Redis under REDIS_KEY_PREFIX; the connection comes back by itself and closes with the app', { skip: redisIsLeftOut }, async (t) => {
  const server = await startRedisServer(t, { password: 'secret-pass' })
  const { app, lines, logged } = build(t, { useRedis: true, redis: { url: `${server.url}/2`, keyPrefix: 'mine' } })
  await app.ready()
  const url = `redis://***@127.0.0.1:${server.port}/2`
  t.strictSame(lines, [`Initializing Redis state store at ${url}`])
  t.match(await app.stateStore.check(), { kind: 'redis', connected: true, url })
  const transaction = newTransaction()
  await app.stateStore.insert(transaction)
  t.equal(await app.redis.exists(`mine:${transaction.threeDSServerTransID}`), 1)
  t.equal(app.redisState?.(), 'ready')

  const lost = logged('Redis connection lost')
  await server.kill()
  await lost
  t.equal(app.redisState?.(), 'reconnecting')
  await t.rejects(app.stateStore.get(transaction.threeDSServerTransID), { code: 'store_connection' })
  await logged('Redis connection failed')
  const back = logged('Redis connection is back')
  await server.restart()
  await back
  t.equal(app.redisState?.(), 'ready')
  t.equal(await app.stateStore.insert(transaction), false)
  t.equal(lines.filter((line) => line === 'Redis connection lost').length, 1, 'logged once, not with every attempt')
  t.notMatch(lines.join('\n'), 'secret-pass')
  await app.close()
  t.equal(app.redisState?.(), 'ended')
  await t.rejects(app.stateStore.get(transaction.threeDSServerTransID), { code: 'store_connection' })
})

t.test('with USE_REDIS and no Redis the app does not start, and does not fall back to memory', async (t) => {
  const { app, lines } = build(t, { useRedis: true, redis: { url: `redis://shop:secret@127.0.0.1:${REFUSING_PORT}` } })
  await t.rejects(async () => { await app.ready() }, {
    name: 'MockError',
    code: 'store_connection',
    message: `Redis at redis://***@127.0.0.1:${REFUSING_PORT} cannot be reached: connect ECONNREFUSED 127.0.0.1:${REFUSING_PORT}`
  })
  t.strictSame(lines, [`Initializing Redis state store at redis://***@127.0.0.1:${REFUSING_PORT}`])
})

t.test('an authenticate whose id belongs to an unreadable record is refused with 500 like a final, and leaves the record unchanged', { skip: redisIsLeftOut }, async (t) => {
  const { url } = await startRedisServer(t)
  for (const [compatibility, body] of [
    ['emv', { error: 'The stored transaction cannot be read', code: 'store_serialization' }],
    ['legacy', { error: 'The stored transaction cannot be read' }]
  ] as const) {
    const app = await buildWhole(t, { USE_REDIS: 'true', REDIS_URL: url, COMPATIBILITY: compatibility })
    const id = randomUUID()
    const key = `3ds_transaction:${id}`
    for (const obstacle of [() => app.redis.set(key, '{"acs_trans_id":'), () => app.redis.rpush(key, 'a list')]) {
      await app.redis.del(key)
      await obstacle()
      const dump = await app.redis.dump(key)
      t.strictSame(await post(app, '/3ds/authenticate', browserRequest(id)), { status: 500, body })
      t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID: id }), { status: 500, body })
      t.equal(await app.redis.dump(key), dump)
    }
    await app.redis.del(key)
    for (const replaced of [false, true]) {
      t.match(await post(app, '/3ds/authenticate', browserRequest(id)), { status: 200 }, `a transaction is ${replaced ? '' : 'not '}replaced`)
    }
  }
})

t.test('while Redis refuses to write (OOM, READONLY, NOPERM), authenticate and results are answered with 503 and Retry-After, and change nothing', { skip: redisIsLeftOut }, async (t) => {
  const { url } = await startRedisServer(t)
  const { logger, lines } = await keepLog()
  const app = await buildWhole(t, { USE_REDIS: 'true', REDIS_URL: url }, { logger })
  const admin = new Redis(url)
  t.teardown(() => admin.quit())
  const kept = (await post(app, '/3ds/authenticate', browserRequest(randomUUID()))).body.authenticationResponse
  // What wakes up workers comes and goes by itself.
  const keysNow = async () => (await admin.keys('*')).filter((key) => !key.startsWith('3ds_transaction_jobs:rings:')).sort()
  const keys = await keysNow()
  const refusals: [reason: string, begin: () => Promise<unknown>, end: () => Promise<unknown>][] = [
    ['OOM', () => admin.config('SET', 'maxmemory', '1'), () => admin.config('SET', 'maxmemory', '0')],
    ['READONLY', () => admin.call('REPLICAOF', '127.0.0.1', '1'), () => admin.call('REPLICAOF', 'NO', 'ONE')],
    ['NOPERM', () => admin.acl('SETUSER', 'default', '-@scripting'), () => admin.acl('SETUSER', 'default', '+@scripting')]
  ]
  for (const [reason, begin, end] of refusals) {
    await begin()
    for (const [path, body] of [
      ['authenticate', browserRequest(randomUUID())],
      ['authenticate', browserRequest(kept.threeDSServerTransID)],
      ['results', resultsRequest(kept)]
    ] as const) {
      const answer = await app.inject({ method: 'POST', url: `/3ds/${path}`, payload: body })
      t.match(answer.json(), { error: 'The transaction store refuses the operation', code: 'store_connection' }, `${reason}, ${path}`)
      t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '1'])
    }
    t.ok(lines.some((line) => line.includes('"level":"warn"') && line.includes(reason)), 'the reason is in the log')
    await end()
  }
  t.strictSame(await keysNow(), keys, 'nothing was kept, nothing replaced')
  t.match(await post(app, '/3ds/results', resultsRequest(kept)), { status: 200 })
})
