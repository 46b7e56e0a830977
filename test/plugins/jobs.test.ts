import { fastify, type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { jobs } from '../../plugins/jobs.ts'
import { noteStore } from '../../plugins/note-store.ts'
import stateStore from '../../plugins/state-store.ts'
import { createManualClock, type ManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import type { Job } from '../../src/jobs/job-queue.ts'
import { createSignal, newJob, recorder, START, turn } from '../contracts/job-queue.ts'
import { build as buildWhole } from '../setup/app.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'

const memory = {
  useRedis: false,
  redis: { url: 'redis://127.0.0.1:1', keyPrefix: 'mine', connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 },
  transactionTtlSeconds: 1800,
  memoryMaxTransactions: 2,
  memoryMaxBytes: 1_000_000
}
const onRedis = (url: string) => ({ ...memory, useRedis: true, redis: { ...memory.redis, url } })

/** An app with the queue and the notes, on its own clock; it closes with the test. */
function build (t: Test, config = memory): { app: FastifyInstance, clock: ManualClock } {
  const app = fastify()
  const clock = createManualClock(START)
  app.register(stateStore, { ids: randomIds, config, clock })
  app.register(jobs, { config, clock, onRun () {} })
  app.register(noteStore, { config, clock })
  // What the queue waits with does not keep a process alive.
  const timer = setInterval(() => {}, 60_000)
  t.teardown(() => {
    clearInterval(timer)
    return app.close()
  })
  return { app, clock }
}

t.test('without USE_REDIS jobs run in this process on the given clock, from when the server is ready, and those left are forgotten when it closes', async (t) => {
  const { app, clock } = build(t)
  // What is registered later may still say what it does.
  const ran = createSignal()
  app.after(() => app.jobs.handle('note', async () => {
    ran.give()
    return undefined
  }))
  app.after(() => app.jobs.schedule(newJob()))
  await app.ready()
  await ran.given
  await turn()
  t.equal(app.hasDecorator('redis'), false)
  const later = recorder(app.jobs, 'later')
  await app.jobs.schedule(newJob({ id: 'due', kind: 'later', dueAt: START + 1000 }))
  await app.jobs.schedule(newJob({ id: 'never', kind: 'later', dueAt: START + 2000 }))
  clock.advance(1000)
  t.equal(await app.jobs.runDue(), 1)
  t.strictSame(later, [{ id: 'due', kind: 'later', dueAt: START + 1000, data: {}, attempt: 1 }])
  await app.close()
  t.equal(await app.jobs.cancel('never'), false)
})

t.test('without USE_REDIS notes are kept in memory, within the configured bounds and on the given clock, and are forgotten when the server closes', async (t) => {
  const { app, clock } = build(t)
  await app.ready()
  for (const key of ['a', 'b', 'c']) await app.noteStore.put(key, { key }, 60)
  t.strictSame(await Promise.all(['a', 'b', 'c'].map((key) => app.noteStore.get(key))), [undefined, { key: 'b' }, { key: 'c' }])
  clock.advance(60_001)
  t.equal(await app.noteStore.get('c'), undefined)
  await app.noteStore.put('d', { key: 'd' }, 60)
  await app.close()
  t.equal(await app.noteStore.get('d'), undefined)
})

t.test('with USE_REDIS jobs and notes are kept in Redis under REDIS_KEY_PREFIX: another instance finds them when this one has closed', { skip: redisIsLeftOut }, async (t) => {
  const { url } = await startRedisServer(t)
  const first = build(t, onRedis(url))
  await first.app.ready()
  await first.app.jobs.schedule(newJob({ id: 'left', dueAt: START + 1000 }))
  await first.app.noteStore.put('a', { from: 'first' }, 60)
  const keys = await first.app.redis.keys('*')
  t.strictSame(keys.filter((key) => !key.startsWith('mine')), [])
  t.ok(keys.includes('mine_note:a'))
  await first.app.close()

  const second = build(t, onRedis(url))
  const ran: Job[] = []
  second.app.after(() => second.app.jobs.handle('note', async (job) => {
    ran.push(job)
    return undefined
  }))
  await second.app.ready()
  second.clock.advance(1000)
  t.equal(await second.app.jobs.runDue(), 1)
  t.strictSame(ran, [{ id: 'left', kind: 'note', dueAt: START + 1000, data: {}, attempt: 1 }])
  t.strictSame(await second.app.noteStore.get('a'), { from: 'first' })
})

for (const place of ['memory', 'Redis'] as const) {
  t.test(`a job that runs when the server closes, with ${place}, is waited for, and what it needs is there until it has ended`, { skip: place === 'Redis' && redisIsLeftOut }, async (t) => {
    const { app } = build(t, place === 'memory' ? memory : onRedis((await startRedisServer(t)).url))
    const [begun, closing] = [createSignal(), createSignal()]
    const happened: unknown[] = []
    app.after(() => app.jobs.handle('note', async () => {
      begun.give()
      await closing.given
      happened.push(await app.stateStore.findByAcsTransId('none').catch(({ code }: { code: string }) => code))
      await app.noteStore.put('last', { from: 'job' }, 60)
      happened.push(await app.noteStore.get('last'), app.redisState?.() ?? 'no Redis')
      return undefined
    }))
    // Hooks run last in, first out: this one is the first.
    app.after(() => { app.addHook('onClose', async () => { closing.give() }) })
    await app.ready()
    await app.jobs.schedule(newJob())
    await begun.given
    await app.close()
    t.strictSame(happened, ['transaction_not_found', { from: 'job' }, place === 'Redis' ? 'ready' : 'no Redis'])
  })
}

t.test('the whole server has one queue and one store of notes', async (t) => {
  const app = await buildWhole(t)
  const ran = recorder(app.jobs)
  await app.jobs.schedule(newJob({ dueAt: 0 }))
  await app.jobs.runDue()
  t.equal(ran.length, 1)
  await app.noteStore.put('a', { b: 1 }, 60)
  t.strictSame(await app.noteStore.get('a'), { b: 1 })
})
