import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { createManualClock, systemClock } from '../../../src/clock.ts'
import type { Job, JobQueue } from '../../../src/jobs/job-queue.ts'
import { createRedisJobs } from '../../../src/jobs/redis-jobs.ts'
import { closeRedis, openRedis } from '../../../src/store/redis-connection.ts'
import { createReadLog, createSignal, newJob, recorder, START, testJobQueue, turn, type QueueParts } from '../../contracts/job-queue.ts'
import { redisIsLeftOut, startRedisServer } from '../../setup/redis-server.ts'

const skip = redisIsLeftOut
const patient = { connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 }

async function connect (t: Test, url: string, timeouts = patient): Promise<Redis> {
  const redis = await openRedis({ url, ...timeouts })
  t.teardown(() => closeRedis(redis))
  return redis
}

/** @returns an instance with a connection of its own, closed when the test ends. */
async function instance (t: Test, url: string, keyPrefix: string, parts: Partial<QueueParts> = {}, timeouts = patient): Promise<JobQueue> {
  const redis = await connect(t, url, timeouts)
  const queue = await createRedisJobs({ redis, keyPrefix, clock: createManualClock(START), log: createReadLog(), ...parts })
  t.teardown(() => queue.close())
  return queue
}

/** Waits for the connection's next change to that status. */
function status (redis: Redis, name: 'ready' | 'reconnecting'): Promise<void> {
  return new Promise((resolve) => redis.once(name, () => resolve()))
}

t.test('the job contract, on Redis', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  await testJobQueue(t, (t, parts) => instance(t, url, randomUUID(), parts))
})

t.test('with three instances each job runs once, on any of them, also those that come back', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const queues = await Promise.all([1, 2, 3].map(() => instance(t, url, 'mock', { clock })))
  const ran: string[] = []
  const all = createSignal()
  let begun = 0
  for (const [i, queue] of queues.entries()) {
    queue.handle('note', async ({ id, attempt }) => {
      // Three hundred at once is what three instances can do together and two cannot.
      if (++begun === 300) all.give()
      await all.given
      ran.push(`${id} ${attempt} on ${i}`)
      return attempt === 1 ? { retryAt: START } : undefined
    })
    await queue.start()
  }
  const ids = Array.from({ length: 300 }, (_, i) => `job ${i}`)
  await Promise.all(ids.map((id, i) => (queues[i % 3] as JobQueue).schedule(newJob({ id, dueAt: START + 1000 }))))
  clock.advance(1000)
  t.equal(await (queues[0] as JobQueue).runDue(), 600)
  t.strictSame(ran.map((text) => text.replace(/ on .$/, '')).sort(), ids.flatMap((id) => [`${id} 1`, `${id} 2`]).sort())
  t.equal(new Set(ran.map((text) => text.slice(-1))).size, 3)
})

t.test('a job is replaced and cancelled by any instance', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const [one, two] = await Promise.all([instance(t, url, 'mock', { clock }), instance(t, url, 'mock', { clock })])
  const ran = recorder(one)
  await one.schedule(newJob({ dueAt: START + 1000, data: { n: 1 } }))
  await two.schedule(newJob({ dueAt: START + 2000, data: { n: 2 } }))
  await one.schedule(newJob({ id: 'another', dueAt: START + 1000 }))
  t.equal(await two.cancel('another'), true)
  clock.advance(2000)
  t.equal(await one.runDue(), 1)
  t.match(ran, [{ id: 'job', data: { n: 2 } }])
})

t.test('runDue brings what is due on its own clock, though it is not on the clock of who runs it', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const ahead = createManualClock(START + 1000)
  const [early, late] = await Promise.all([instance(t, url, 'mock', { clock: ahead }), instance(t, url, 'mock')])
  const all = createSignal()
  let begun = 0
  for (const queue of [early, late]) {
    queue.handle('note', async () => {
      // Two hundred at once is what two instances can do together and one cannot.
      if (++begun === 200) all.give()
      await all.given
      return undefined
    })
  }
  await Promise.all(Array.from({ length: 200 }, (_, i) => late.schedule(newJob({ id: `job ${i}`, dueAt: START + 1000 }))))
  t.equal(await late.runDue(), 0)
  t.equal(await early.runDue(), 200)
  t.equal(begun, 200)
})

t.test('a ring for which nobody waits does nothing', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const log = createReadLog()
  const queue = await instance(t, url, 'mock', { log })
  const redis = await connect(t, url)
  const strays = new Queue('rings', { connection: redis, prefix: 'mock_jobs' })
  t.teardown(() => strays.close())
  const ran = recorder(queue)
  await queue.schedule(newJob({ id: 'waiting', dueAt: START + 1000 }))
  for (const id of ['nobody', 'waiting']) await strays.add('ring', { id }, { removeOnComplete: true })
  await queue.schedule(newJob({ id: 'afterwards' }))
  t.equal(await queue.runDue(), 1)
  t.strictSame(ran.map(({ id }) => id), ['afterwards'])
  t.strictSame(log.lines, [])
  t.strictSame(await strays.getJobCounts('waiting', 'delayed', 'failed'), { waiting: 0, delayed: 1, failed: 0 })
})

t.test('a job whose process is killed is run by another one', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const child = fork(fileURLToPath(new URL('dying-instance.ts', import.meta.url)), [url, 'mock'])
  t.teardown(() => child.kill('SIGKILL'))
  const [word] = await once(child, 'message')
  t.equal(word, 'waiting')
  const queue = await instance(t, url, 'mock', { clock: systemClock })
  await queue.schedule(newJob({ id: 'rreq:1', dueAt: systemClock.now(), data: { n: 1 } }))
  const [begun] = await once(child, 'message')
  t.equal(begun, 'rreq:1')
  const heir = createSignal()
  const ran: Job[] = []
  queue.handle('note', async (job) => {
    ran.push(job)
    heir.give()
    return undefined
  })
  await queue.start()
  const ended = once(child, 'exit')
  process.kill(child.pid as number, 'SIGKILL')
  t.strictSame(await ended, [null, 'SIGKILL'])
  await heir.given
  await queue.runDue()
  t.match(ran, [{ id: 'rreq:1', kind: 'note', data: { n: 1 }, attempt: 1 }])
  t.equal(ran.length, 1)
})

t.test('what is not done when an instance closes is done by the next', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const [one, two] = [await instance(t, url, 'mock', { clock }), await instance(t, url, 'mock', { clock })]
  const taken: string[] = []
  const late: string[] = []
  let closing: Promise<void> | undefined
  one.handle('note', async ({ id }) => {
    if (closing !== undefined) late.push(id)
    closing ??= one.close()
    taken.push(id)
    return undefined
  })
  const ids = Array.from({ length: 300 }, (_, i) => `job ${i}`)
  for (const id of ids) await one.schedule(newJob({ id }))
  await one.runDue()
  await closing
  t.strictSame(late, [], 'none begins after that')
  await one.schedule(newJob({ id: 'late' }))
  const rest = recorder(two)
  t.equal(await two.runDue(), 301 - taken.length)
  t.strictSame([...taken, ...rest.map(({ id }) => id)].sort(), [...ids, 'late'].sort())
})

t.test('nothing is left in Redis of jobs that ran, failed, were replaced or cancelled, and no search for the prefix meets the queue', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const queue = await instance(t, url, 'mock', { clock })
  const redis = await connect(t, url)
  queue.handle('note', async ({ attempt }) => {
    if (attempt === 1) throw new Error('no')
    return attempt === 2 ? { retryAt: clock.now() } : undefined
  })
  async function round (): Promise<void> {
    const ids = Array.from({ length: 300 }, (_, i) => `job ${i}`)
    await Promise.all(ids.map((id) => queue.schedule(newJob({ id, dueAt: clock.now() + 1000 }))))
    await Promise.all(ids.map((id) => queue.schedule(newJob({ id, dueAt: clock.now() }))))
    await Promise.all(ids.slice(0, 100).map((id) => queue.schedule(newJob({ id: `${id} cancelled`, dueAt: clock.now() + 1000 }))))
    await Promise.all(ids.slice(0, 100).map((id) => queue.cancel(`${id} cancelled`)))
    t.equal(await queue.runDue(), 300)
    clock.advance(1000)
    t.equal(await queue.runDue(), 600)
  }
  await round()
  await queue.close()
  const keys = (await redis.keys('*')).filter((key) => !key.endsWith(':stalled-check') && !key.endsWith(':marker')).sort()
  t.strictSame(keys, ['mock_jobs:rings:events', 'mock_jobs:rings:id', 'mock_jobs:rings:meta', 'mock_jobs:runs'])
  t.strictSame(await redis.keys('mock:*'), [])
  t.ok(await redis.xlen('mock_jobs:rings:events') < 5000)
})

t.test('a Redis that goes away and comes back', { skip }, async (t) => {
  const server = await startRedisServer(t, { appendonly: true })
  const redis = await connect(t, server.url, { connectTimeoutMs: 30_000, commandTimeoutMs: 5000 })
  const queue = await createRedisJobs({ redis, keyPrefix: 'mock', clock: systemClock, log: createReadLog() })
  t.teardown(() => queue.close())
  const signals = new Map(['running', 'soon', 'afterwards'].map((id) => [id, createSignal()]))
  const open = createSignal()
  const ran: string[] = []
  queue.handle('note', async ({ id }) => {
    signals.get(id)?.give()
    if (id === 'running') await open.given
    ran.push(id)
    return undefined
  })
  await queue.start()
  await queue.schedule(newJob({ id: 'running', dueAt: systemClock.now() }))
  await signals.get('running')?.given
  await queue.schedule(newJob({ id: 'soon', dueAt: systemClock.now() + 500 }))
  const lost = status(redis, 'reconnecting')
  await server.kill()
  await lost
  const away = { name: 'MockError', code: 'store_connection', message: 'The transaction store cannot be reached' }
  await t.rejects(queue.schedule(newJob()), away)
  await t.rejects(queue.cancel('soon'), away)
  await t.rejects(queue.runDue(), away)
  // Its end is written down when Redis is back.
  open.give()
  const back = status(redis, 'ready')
  await server.restart()
  await back
  await queue.schedule(newJob({ id: 'afterwards', dueAt: systemClock.now() }))
  await signals.get('soon')?.given
  await signals.get('afterwards')?.given
  await queue.runDue()
  t.strictSame(ran.sort(), ['afterwards', 'running', 'soon'])
})

t.test('a Redis that does not answer', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const queue = await instance(t, server.url, 'mock', {}, { connectTimeoutMs: 30_000, commandTimeoutMs: 200 })
  await queue.start()
  await queue.schedule(newJob({ dueAt: START + 1000 }))
  server.freeze()
  await t.rejects(queue.schedule(newJob()), { name: 'MockError', code: 'store_timeout' })
  await queue.close()
  server.thaw()
})

t.test('closing waits for what runs, and not for a Redis that is away', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const redis = await connect(t, server.url, { connectTimeoutMs: 30_000, commandTimeoutMs: 2000 })
  const queue = await createRedisJobs({ redis, keyPrefix: 'mock', clock: createManualClock(START), log: createReadLog() })
  const [begun, open] = [createSignal(), createSignal()]
  queue.handle('note', async () => {
    begun.give()
    await open.given
    return undefined
  })
  await queue.schedule(newJob())
  await queue.start()
  await begun.given
  const lost = status(redis, 'reconnecting')
  await server.kill()
  await lost
  let isClosed = false
  const closing = queue.close().then(() => { isClosed = true })
  for (let i = 0; i < 100; i++) await turn()
  t.equal(isClosed, false)
  open.give()
  await closing
})

t.test('closing ends every connection, also one that has not come about: the process ends', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const closing = fork(fileURLToPath(new URL('closing-instance.ts', import.meta.url)), [server.url])
  t.teardown(() => closing.kill('SIGKILL'))
  const ended = once(closing, 'exit')
  t.strictSame(await once(closing, 'message').then(([connections]) => connections), 2)
  t.strictSame(await ended, [0, null])
})

t.test('what Redis refuses is told, and never half done', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const redis = await connect(t, server.url)
  const clock = createManualClock(START)
  const queue = await createRedisJobs({ redis, keyPrefix: 'mock', clock, log: createReadLog() })
  t.teardown(() => queue.close())
  const ran = recorder(queue)
  await queue.schedule(newJob({ dueAt: START + 1, data: { n: 1 } }))
  // BullMQ's own part of the transaction cannot be done now.
  await redis.rename('mock_jobs:rings:id', 'elsewhere')
  await redis.hset('mock_jobs:rings:id', 'not', 'a number')
  await t.rejects(queue.schedule(newJob({ data: { n: 2 } })), { name: 'MockError', code: 'store_serialization' })
  await redis.rename('elsewhere', 'mock_jobs:rings:id')
  t.equal(await queue.runDue(), 0)
  clock.advance(1)
  t.equal(await queue.runDue(), 1)
  t.match(ran, [{ data: { n: 1 } }])
})

t.test('a job whose record cannot be read is tried again, which is told once, and holds up no other', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const redis = await connect(t, server.url)
  const log = createReadLog()
  const queue = await createRedisJobs({ redis, keyPrefix: 'mock', clock: createManualClock(START), log })
  t.teardown(() => queue.close())
  const signals = new Map(['a', 'b', 'other'].map((id) => [id, createSignal()]))
  queue.handle('note', async ({ id }) => {
    signals.get(id)?.give()
    return undefined
  })
  for (const id of ['a', 'b', 'other']) await queue.schedule(newJob({ id }))
  for (const id of ['a', 'b']) {
    await redis.rename(`mock_jobs:job:${id}`, `elsewhere ${id}`)
    await redis.set(`mock_jobs:job:${id}`, 'no hash')
  }
  await queue.start()
  await signals.get('other')?.given
  while (log.lines.length === 0) await turn()
  t.match(log.lines, [{ details: { reason: /WRONGTYPE/ }, message: 'job queue is in trouble' }])
  t.equal(log.lines.length, 1)
  for (const id of ['a', 'b']) await redis.rename(`elsewhere ${id}`, `mock_jobs:job:${id}`)
  await signals.get('a')?.given
  await signals.get('b')?.given
})

t.test('an instance that was never started closes', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const queue = await instance(t, url, 'mock')
  await queue.schedule(newJob())
  await queue.close()
  await queue.start()
  t.equal(await queue.runDue(), 0)
})

/** Far enough for a ring that is shared, and not at the end of its second. */
const FAR = START + 60_300

t.test('jobs of one second far ahead share a ring, and each runs once, on time, on any instance', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const [one, two] = [await instance(t, url, 'mock', { clock }), await instance(t, url, 'mock', { clock })]
  const redis = await connect(t, url)
  const ran: string[] = []
  for (const queue of [one, two]) {
    queue.handle('note', async ({ id, attempt }) => {
      ran.push(`${id} ${attempt}`)
      return attempt === 1 && id === 'again' ? { retryAt: FAR + 100_000 } : undefined
    })
  }
  const ids = Array.from({ length: 250 }, (_, i) => `job ${i}`)
  await Promise.all(ids.map((id, i) => (i % 2 === 0 ? one : two).schedule(newJob({ id, dueAt: FAR + i }))))
  await one.schedule(newJob({ id: 'again', dueAt: FAR }))
  await two.schedule(newJob({ id: 'later in that second', dueAt: FAR + 600 }))
  t.ok((await redis.zcard('mock_jobs:rings:delayed')) <= 2, 'each instance may have brought one')
  clock.advance(FAR - START - 1)
  t.equal(await two.runDue(), 0)
  clock.advance(300)
  t.equal(await two.runDue(), 251)
  t.strictSame(ran.toSorted(), [...ids, 'again'].map((id) => `${id} 1`).toSorted())
  ran.length = 0
  clock.advance(100_000)
  t.equal(await one.runDue(), 2)
  t.strictSame(ran.toSorted(), ['again 2', 'later in that second 1'])
  t.strictSame(await redis.keys('mock_jobs:ring:*'), [])
})

t.test('a job far ahead is replaced and cancelled alone, and of two in one turn the later one counts', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const queue = await instance(t, url, 'mock', { clock })
  const ran = recorder(queue)
  await Promise.all([1, 2].map((n) => queue.schedule(newJob({ id: 'twice', dueAt: FAR, data: { n } }))))
  for (const id of ['cancelled', 'sooner', 'stays']) await queue.schedule(newJob({ id, dueAt: FAR }))
  t.equal(await queue.cancel('cancelled'), true)
  t.equal(await queue.cancel('cancelled'), false)
  await queue.schedule(newJob({ id: 'sooner', dueAt: START }))
  t.equal(await queue.runDue(), 1)
  clock.advance(FAR - START)
  t.equal(await queue.runDue(), 2)
  t.strictSame(ran.map(({ id, data }) => [id, data]), [['sooner', {}], ['stays', {}], ['twice', { n: 2 }]])
})

t.test('nothing is left of jobs far ahead, and a ring that was lost is brought anew', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const clock = createManualClock(START)
  const queue = await instance(t, url, 'mock', { clock })
  const redis = await connect(t, url)
  const ran = recorder(queue)
  await queue.schedule(newJob({ id: 'first', dueAt: FAR }))
  const [lost] = await redis.zrange('mock_jobs:rings:delayed', '0', '0')
  await redis.del(`mock_jobs:rings:${lost}`)
  await redis.zrem('mock_jobs:rings:delayed', lost as string)
  await queue.schedule(newJob({ id: 'second', dueAt: FAR }))
  await queue.schedule(newJob({ id: 'first', dueAt: FAR }))
  clock.advance(FAR - START)
  t.equal(await queue.runDue(), 2)
  t.strictSame(ran.map(({ id }) => id).toSorted(), ['first', 'second'])
  await queue.close()
  const keys = (await redis.keys('mock_jobs:*')).filter((key) => !/:(?:rings:.*|runs)$/.test(key))
  t.strictSame(keys, [`mock_jobs:ring:${lost}`].filter(() => keys.length > 0))
})

t.test('a record that cannot be read holds up no other job of its ring, and runs when it can be read', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)
  const clock = createManualClock(START)
  const queue = await instance(t, url, 'mock', { clock })
  const signals = new Map(['broken', 'other'].map((id) => [id, createSignal()]))
  queue.handle('note', async ({ id }) => {
    signals.get(id)?.give()
    return undefined
  })
  for (const id of ['broken', 'other']) await queue.schedule(newJob({ id, dueAt: FAR }))
  await redis.rename('mock_jobs:job:broken', 'elsewhere')
  await redis.set('mock_jobs:job:broken', 'no hash')
  clock.advance(FAR - START)
  await queue.start()
  const [ring] = await redis.zrange('mock_jobs:rings:delayed', '0', '0')
  const bells = new Queue('rings', { connection: redis, prefix: 'mock_jobs' })
  t.teardown(() => bells.close())
  await (await bells.getJob(ring as string))?.promote()
  await signals.get('other')?.given
  await redis.rename('elsewhere', 'mock_jobs:job:broken')
  await signals.get('broken')?.given
})
