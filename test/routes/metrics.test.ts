import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { errors } from '../../plugins/errors.ts'
import { jobs } from '../../plugins/jobs.ts'
import { metrics } from '../../plugins/metrics.ts'
import stateStore from '../../plugins/state-store.ts'
import { metricsRoute } from '../../routes/metrics.ts'
import { createManualClock, type ManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { MockError } from '../../src/errors.ts'
import { METRICS } from '../../src/metrics/catalogue.ts'
import { createExposition } from '../../src/metrics/exposition.ts'
import { createMeters } from '../../src/metrics/meters.ts'
import { createFamily, newCount, newDurations, observe } from '../../src/metrics/series.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import { redisIsLeftOut, startRedisServer, type RedisServer } from '../setup/redis-server.ts'

interface Wanted { enabled?: boolean, redis?: RedisServer, maxTransactions?: number }

async function build (t: Test, { enabled = true, redis, maxTransactions = 100 }: Wanted = {}): Promise<{ app: FastifyInstance, clock: ManualClock }> {
  const app = Fastify()
  const clock = createManualClock(0)
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(metrics, { enabled })
  const config = {
    useRedis: redis !== undefined,
    redis: { url: redis?.url ?? '', keyPrefix: '3ds_transaction', connectTimeoutMs: 1000, commandTimeoutMs: 300 },
    transactionTtlSeconds: 60,
    memoryMaxTransactions: maxTransactions,
    memoryMaxBytes: 1_000_000
  }
  await app.register(stateStore, { ids: randomIds, config, clock, events: app.meters.storeEvents })
  // In memory whatever the store: nothing here is done later.
  await app.register(jobs, { config: { ...config, useRedis: false }, clock, onRun: app.meters.jobRan })
  await app.register(metricsRoute)
  return { app, clock }
}

/** Samples of the metrics whose name begins so, without the values that time decides. */
async function samples (app: FastifyInstance, name: string): Promise<string[]> {
  const { body } = await app.inject('/metrics')
  return body.split('\n').filter((line) => line.startsWith(name) && !/_sum\{|_bucket\{le="[0-9]/.test(line)).toSorted()
}

function transaction (number: number): Transaction {
  const id = `8a880dc0-d2d2-4067-bcb1-00000000000${number}`
  return {
    threeDSServerTransID: id,
    acsTransID: id,
    dsTransID: id,
    aReq: { messageType: 'AReq', messageVersion: '2.2.0', threeDSServerTransID: id, deviceChannel: '02', messageCategory: '01', acctNumber: '4000000000001091' },
    preferences: {},
    spelling: 'emv',
    createdAt: 0
  }
}

t.test('requests are counted and timed by route pattern, method and status; unknown paths are one (compatibility §1.9)', async (t) => {
  const { app } = await build(t)
  app.get('/things/:id', async (request) => { if ((request.params as { id: string }).id === '0') throw new Error('no'); return 'x' })
  for (const url of ['/things/1', '/things/2', '/things/0', '/nowhere/4111111111111111', '/elsewhere?otp=1']) await app.inject(url)
  const response = await app.inject('/metrics')
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.notMatch(response.body, /4111|otp/)
  t.match(response.body, '# TYPE api_http_requests_total counter')
  t.match(response.body, '# TYPE api_http_requests_duration_seconds histogram')
  t.strictSame(await samples(app, 'api_http_requests'), [
    'api_http_requests_duration_seconds_bucket{le="+Inf",endpoint="/metrics",method="GET",status="200"} 1',
    'api_http_requests_duration_seconds_bucket{le="+Inf",endpoint="/things/:id",method="GET",status="200"} 2',
    'api_http_requests_duration_seconds_bucket{le="+Inf",endpoint="/things/:id",method="GET",status="500"} 1',
    'api_http_requests_duration_seconds_bucket{le="+Inf",endpoint="unmatched",method="GET",status="404"} 2',
    'api_http_requests_duration_seconds_count{endpoint="/metrics",method="GET",status="200"} 1',
    'api_http_requests_duration_seconds_count{endpoint="/things/:id",method="GET",status="200"} 2',
    'api_http_requests_duration_seconds_count{endpoint="/things/:id",method="GET",status="500"} 1',
    'api_http_requests_duration_seconds_count{endpoint="unmatched",method="GET",status="404"} 2',
    'api_http_requests_total{endpoint="/metrics",method="GET",status="200"} 1',
    'api_http_requests_total{endpoint="/things/:id",method="GET",status="200"} 2',
    'api_http_requests_total{endpoint="/things/:id",method="GET",status="500"} 1',
    'api_http_requests_total{endpoint="unmatched",method="GET",status="404"} 2'
  ])
})

t.test('durations fall into the buckets of compatibility §1.9, upper bounds included, and are cumulated when read', async (t) => {
  const { app } = await build(t)
  for (const seconds of [1 / 256, 0.25, 0.5, 10, 11]) app.meters.storeEvents.onOperation?.('get', seconds)
  const { body } = await app.inject('/metrics')
  const bucket = (bound: string, count: number) => `threeds_store_operation_duration_seconds_bucket{le="${bound}",operation="get"} ${count}`
  t.strictSame(body.split('\n').filter((line) => line.startsWith('threeds_store_operation')), [
    bucket('0.005', 1), bucket('0.01', 1), bucket('0.025', 1), bucket('0.05', 1), bucket('0.1', 1), bucket('0.25', 2), bucket('0.5', 3),
    bucket('1', 3), bucket('2.5', 3), bucket('5', 3), bucket('10', 4), bucket('+Inf', 5),
    'threeds_store_operation_duration_seconds_sum{operation="get"} 21.75390625',
    'threeds_store_operation_duration_seconds_count{operation="get"} 5'
  ])
})

t.test('transactions, challenges, the store and the process are told', async (t) => {
  const { app, clock } = await build(t, { maxTransactions: 2 })
  app.meters.transactionAnswered('browser', 'Y')
  app.meters.transactionAnswered('browser', 'Y')
  app.meters.transactionAnswered('app', 'C')
  app.meters.challengeFinished('app', 'N')
  for (const number of [1, 2, 3]) await app.stateStore.insert(transaction(number))
  await t.rejects(app.stateStore.get('unknown'), { code: 'transaction_not_found' })
  const refusal = new MockError('protocol_error', 'of whoever changes it, and no error of the store')
  await t.rejects(app.stateStore.update(transaction(3).threeDSServerTransID, () => { throw refusal }), refusal)
  t.strictSame(await samples(app, 'threeds_'), [
    'threeds_challenge_results_total{channel="app",status="N"} 1',
    'threeds_jobs_waiting{when="due"} 0',
    'threeds_jobs_waiting{when="later"} 0',
    'threeds_store_errors_total{operation="get",error="transaction_not_found"} 1',
    'threeds_store_evictions_total 1',
    'threeds_store_expiries_total 0',
    'threeds_store_operation_duration_seconds_bucket{le="+Inf",operation="get"} 1',
    'threeds_store_operation_duration_seconds_bucket{le="+Inf",operation="insert"} 3',
    'threeds_store_operation_duration_seconds_bucket{le="+Inf",operation="update"} 1',
    'threeds_store_operation_duration_seconds_count{operation="get"} 1',
    'threeds_store_operation_duration_seconds_count{operation="insert"} 3',
    'threeds_store_operation_duration_seconds_count{operation="update"} 1',
    'threeds_transactions_kept 2',
    'threeds_transactions_total{flow="app",status="C"} 1',
    'threeds_transactions_total{flow="browser",status="Y"} 2'
  ])
  clock.advance(61_000)
  await app.inject('/metrics')
  t.strictSame([await samples(app, 'threeds_store_expiries'), await samples(app, 'threeds_transactions_kept')],
    [['threeds_store_expiries_total 2'], ['threeds_transactions_kept 0']])
  t.match((await samples(app, 'process_cpu_seconds_total')).length, 1)
  t.match((await samples(app, 'nodejs_eventloop_lag_seconds')).length, 1)
  const { requests, ...totals } = app.meters.totals()
  t.ok(requests > 0)
  t.strictSame(totals, { transactions: 3, challengeResults: 1, storeErrors: 1, storeEvictions: 1, storeExpiries: 2 })
})

t.test('whatever others post, the values of a label are few', async (t) => {
  const { app } = await build(t)
  const { meters } = app
  for (const odd of ['4000000000001091', 'x y', '', 7, undefined, null, {}, ['AReq'], '__proto__', 'constructor']) {
    meters.messageReceived('ds', odd)
    meters.messageSent(odd, 'answered', 0)
    meters.erroRaised(odd, odd)
    meters.erroReceived(odd, odd)
  }
  meters.messageReceived('acs', 'AReq')
  meters.messageSent('RReq', 'timed-out', 0)
  meters.erroRaised('D', '203')
  meters.erroReceived('C', '402')
  t.strictSame(await samples(app, 'threeds_messages_received'), ['threeds_messages_received_total{door="acs",message="AReq"} 1', 'threeds_messages_received_total{door="ds",message="other"} 10'])
  t.strictSame(await samples(app, 'threeds_messages_sent_total'), [
    'threeds_messages_sent_total{message="RReq",outcome="timed-out"} 1', 'threeds_messages_sent_total{message="other",outcome="answered"} 10'
  ])
  t.strictSame(await samples(app, 'threeds_erros'), [
    'threeds_erros_raised_total{component="D",code="203"} 1', 'threeds_erros_raised_total{component="other",code="other"} 10',
    'threeds_erros_received_total{component="C",code="402"} 1', 'threeds_erros_received_total{component="other",code="other"} 10'
  ])
})

t.test('every metric of the documents is told, and no other but those of the process', { skip: redisIsLeftOut }, async (t) => {
  const { app } = await build(t, { redis: await startRedisServer(t) })
  const told = [...(await app.inject('/metrics')).body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`)
  t.strictSame(told.filter((line) => !/^(?:process|nodejs)_/.test(line)).toSorted(), Object.values(METRICS).map(({ name, type }) => `${name} ${type}`).toSorted())
})

t.test('two instances in one process count apart; the process is told in both', async (t) => {
  const [one, other] = [await build(t), await build(t)]
  one.app.meters.transactionAnswered('browser', 'Y')
  t.equal((await samples(one.app, 'threeds_transactions_total')).length, 1)
  t.equal((await samples(other.app, 'threeds_transactions_total')).length, 0)
  for (const { app } of [one, other]) t.equal((await samples(app, 'process_resident_memory_bytes')).length, 1)
})

t.test('on Redis the connection is told, and what is kept is not, since it cannot be told without a scan', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const { app } = await build(t, { redis })
  t.strictSame([await samples(app, 'threeds_redis_connected'), await samples(app, 'threeds_transactions_kept')], [['threeds_redis_connected 1'], []])
  await redis.kill()
  t.strictSame(await samples(app, 'threeds_redis_connected'), ['threeds_redis_connected 0'])
})

t.test('a queue that cannot be asked is not said to be empty', async (t) => {
  const { app } = await build(t)
  const read = createExposition(createMeters(), app.stateStore, async () => { throw new MockError('store_connection', 'away') })
  t.notMatch(await read(), /^threeds_jobs_waiting\{/m)
})

t.test('in memory mode nothing is said of Redis', async (t) => {
  const { app } = await build(t)
  t.strictSame(await samples(app, 'threeds_redis_connected'), [])
})

t.test('switched off, nothing is counted and /metrics is 404', async (t) => {
  const { app } = await build(t, { enabled: false })
  app.meters.requestAnswered('/', 'GET', 200, 1)
  app.meters.transactionAnswered('browser', 'Y')
  app.meters.challengeFinished('browser', 'Y')
  app.meters.messageReceived('ds', 'AReq')
  app.meters.messageSent('AReq', 'answered', 1)
  app.meters.erroRaised('D', '203')
  app.meters.erroReceived('D', '203')
  app.meters.resultReported('taken', false)
  app.meters.resultDelivered('delivered')
  app.meters.methodStep('page')
  app.meters.jobRan('report', 'done', 0)
  t.equal((await app.inject('/metrics')).statusCode, 404)
  t.strictSame(app.meters.totals(), { requests: 0, transactions: 0, challengeResults: 0, storeErrors: 0, storeEvictions: 0, storeExpiries: 0 })
})

t.test('values are kept apart by all of their labels', async (t) => {
  const family = createFamily(['a', 'b'], newCount)
  family.at('1', '2').value++
  family.at('1', '2').value++
  family.at('2', '1').value++
  t.strictSame(family.entries().map(({ labels, value }) => [...labels, value.value]), [['1', '2', 2], ['2', '1', 1]])
  const durations = newDurations()
  observe(durations, 0)
  observe(durations, Infinity)
  t.strictSame([durations.buckets[0], durations.buckets.at(-1), durations.count], [1, 1, 2])
})
