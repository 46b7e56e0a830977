import type { Test } from 'tap'
import { createManualClock, systemClock, type Clock, type ManualClock } from '../../src/clock.ts'
import type { Job, JobQueue } from '../../src/jobs/job-queue.ts'
import type { Log } from '../../src/log.ts'

/** First reading of the clock of each rule. */
export const START = 1_700_000_000_000

/** Most handlers of one instance that run at the same time. */
const MOST_AT_ONCE = 100

/** What a queue is made with. */
export interface QueueParts { clock: Clock, log: Log }

/** A log that can be read. */
export interface ReadLog extends Log { readonly lines: { details: object, message: string }[] }

export function createReadLog (): ReadLog {
  const lines: ReadLog['lines'] = []
  const add = (details: object, message: string) => { lines.push({ details, message }) }
  return { lines, debug: add, info: add, warn: add }
}

/** Something to wait for. */
export interface Signal { readonly given: Promise<void>, give (): void }

export function createSignal (): Signal {
  let give = () => {}
  const given = new Promise<void>((resolve) => { give = resolve })
  return { given, give: () => give() }
}

/** A job that is due at the start, with something of its own changed. */
export function newJob (changed: Partial<Job> = {}) {
  return { id: 'job', kind: 'note', dueAt: START, data: {}, ...changed }
}

/** Keeps what ran. */
export function recorder (queue: JobQueue, kind = 'note'): Job[] {
  const ran: Job[] = []
  queue.handle(kind, async (job) => {
    ran.push(job)
    return undefined
  })
  return ran
}

/** Lets everything happen that waits for nothing from outside. */
export function turn (): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve) })
}

/** A timer that keeps the test process alive where all that the queue has is one that does not. */
function stayAwake (t: Test): void {
  const timer = setInterval(() => {}, 60_000)
  t.teardown(() => clearInterval(timer))
}

/**
 * What every JobQueue keeps to.
 * @param t the test it becomes part of
 * @param open makes a queue of its own for one test
 */
export async function testJobQueue (t: Test, open: (t: Test, parts: QueueParts) => Promise<JobQueue>): Promise<void> {
  type Check = (t: Test, queue: JobQueue, clock: ManualClock, log: ReadLog) => Promise<void>

  async function rule (title: string, check: Check): Promise<void> {
    await t.test(title, async (t) => {
      stayAwake(t)
      const [clock, log] = [createManualClock(START), createReadLog()]
      const queue = await open(t, { clock, log })
      t.teardown(() => queue.close())
      await check(t, queue, clock, log)
    })
  }

  await rule('a job runs once, when its time has come and not before', async (t, queue, clock) => {
    const ran = recorder(queue)
    await queue.schedule(newJob({ id: 'second', dueAt: START + 1000, data: { text: 'Käse 🧀', deep: { list: [1, null, true] } } }))
    await queue.schedule(newJob({ id: 'third', dueAt: START + 2000 }))
    await queue.schedule(newJob({ id: 'first', dueAt: START + 500.5 }))
    t.equal(await queue.runDue(), 0)
    clock.advance(500)
    t.equal(await queue.runDue(), 0)
    clock.advance(499)
    t.equal(await queue.runDue(), 1)
    clock.advance(1)
    t.equal(await queue.runDue(), 1)
    t.equal(await queue.runDue(), 0)
    t.strictSame(ran, [
      { id: 'first', kind: 'note', dueAt: START + 500.5, data: {}, attempt: 1 },
      { id: 'second', kind: 'note', dueAt: START + 1000, data: { text: 'Käse 🧀', deep: { list: [1, null, true] } }, attempt: 1 }
    ])
  })

  await rule('jobs that are due together run in the order in which they were due, whatever the order of their coming', async (t, queue, clock) => {
    const ran = recorder(queue)
    const minutes = Array.from({ length: 60 }, (_, i) => (i * 37) % 60)
    for (const minute of minutes) await queue.schedule(newJob({ id: `at ${minute}`, dueAt: START + minute * 60_000 }))
    for (const minute of minutes.filter((minute) => minute % 3 === 0)) t.equal(await queue.cancel(`at ${minute}`), true)
    for (let minute = 0; minute < 60; minute++) {
      t.equal(await queue.runDue(), minute % 3 === 0 ? 0 : 1)
      clock.advance(60_000)
    }
    t.strictSame(ran.map(({ dueAt }) => dueAt), minutes.filter((minute) => minute % 3 !== 0).sort((a, b) => a - b).map((minute) => START + minute * 60_000))
  })

  await t.test('time brings jobs by itself, those scheduled before the start too', async (t) => {
    stayAwake(t)
    const queue = await open(t, { clock: systemClock, log: createReadLog() })
    t.teardown(() => queue.close())
    const early: string[] = []
    const signals = new Map(['past', 'soon', 'later'].map((id) => [id, createSignal()]))
    queue.handle('note', async ({ id, dueAt }) => {
      if (systemClock.now() < dueAt) early.push(id)
      signals.get(id)?.give()
      return undefined
    })
    const now = systemClock.now()
    await queue.schedule(newJob({ id: 'soon', dueAt: now + 60 }))
    await queue.schedule(newJob({ id: 'past', dueAt: now - 1 }))
    await queue.start()
    await queue.start()
    await signals.get('past')?.given
    await queue.schedule(newJob({ id: 'later', dueAt: systemClock.now() + 40 }))
    await signals.get('soon')?.given
    await signals.get('later')?.given
    t.strictSame(early, [])
  })

  await t.test('what the machine takes for the time does not count where the clock is slower', async (t) => {
    stayAwake(t)
    let readings = 0
    const slow: Clock = { now: () => readings++ < 12 ? START : START + 5 }
    const queue = await open(t, { clock: slow, log: createReadLog() })
    t.teardown(() => queue.close())
    const ran = createSignal()
    queue.handle('note', async () => {
      t.ok(readings > 12, 'not before the clock said so')
      ran.give()
      return undefined
    })
    await queue.start()
    await queue.schedule(newJob({ dueAt: START + 5 }))
    await ran.given
  })

  await rule('a handler says when to run again, and the attempts are counted', async (t, queue, clock) => {
    const ran: Job[] = []
    queue.handle('note', async (job) => {
      ran.push(job)
      return job.attempt < 3 ? { retryAt: clock.now() + 10_000 } : undefined
    })
    await queue.schedule(newJob({ data: { n: 1 } }))
    t.equal(await queue.runDue(), 1)
    clock.advance(9999)
    t.equal(await queue.runDue(), 0)
    clock.advance(1)
    t.equal(await queue.runDue(), 1)
    clock.advance(10_000)
    t.equal(await queue.runDue(), 1)
    clock.advance(1_000_000)
    t.equal(await queue.runDue(), 0)
    t.strictSame(ran, [1, 2, 3].map((attempt) => ({ ...newJob({ data: { n: 1 } }), dueAt: START + (attempt - 1) * 10_000, attempt })))
  })

  await rule('a job that fails runs again after 1 s, 2 s, 4 s … 60 s, and the log does not repeat what it was about', async (t, queue, clock, log) => {
    const failures = [new Error('4000000000001091'), Object.assign(new TypeError('4000000000001091'), { code: 'ECONNREFUSED' }), '4000000000001091', undefined]
    let attempts = 0
    queue.handle('note', async () => {
      if (attempts++ === 8) return undefined
      throw failures[attempts - 1] ?? new RangeError('4000000000001091')
    })
    await queue.schedule(newJob({ id: 'delivery', data: { acctNumber: '4000000000001091' } }))
    const backOffs = [1, 2, 4, 8, 16, 32, 60, 60]
    for (const seconds of backOffs) {
      t.equal(await queue.runDue(), 1)
      clock.advance(seconds * 1000 - 1)
      t.equal(await queue.runDue(), 0)
      clock.advance(1)
    }
    t.equal(await queue.runDue(), 1)
    t.equal(attempts, 9)
    const names = ['Error', 'ECONNREFUSED', 'string', ...Array(5).fill('RangeError')]
    t.strictSame(log.lines, backOffs.map((seconds, i) => ({
      details: { id: 'delivery', kind: 'note', attempt: i + 1, error: names[i], backOffMs: seconds * 1000 },
      message: 'job failed and will run again'
    })))
  })

  await rule('a job that nobody runs is put off, and holds up no other', async (t, queue, clock, log) => {
    const ran = recorder(queue, 'known')
    await queue.schedule(newJob({ id: 'a', kind: 'unknown' }))
    await queue.schedule(newJob({ id: 'b', kind: 'known' }))
    t.equal(await queue.runDue(), 2)
    t.strictSame(ran.map(({ id }) => id), ['b'])
    t.match(log.lines, [{ details: { id: 'a', kind: 'unknown', error: 'RangeError' } }])
    const late = recorder(queue, 'unknown')
    clock.advance(1000)
    t.equal(await queue.runDue(), 1)
    t.match(late, [{ id: 'a', attempt: 2 }])
  })

  await rule('the same id again replaces a job that has not begun', async (t, queue, clock) => {
    const ran = recorder(queue)
    const other = recorder(queue, 'other')
    await queue.schedule(newJob({ dueAt: START + 1000, data: { n: 1 } }))
    await queue.schedule(newJob({ dueAt: START + 3000, data: { n: 2 } }))
    clock.advance(2000)
    t.equal(await queue.runDue(), 0, 'later')
    await queue.schedule(newJob({ dueAt: START + 2000, data: { n: 3 }, kind: 'other' }))
    t.equal(await queue.runDue(), 1, 'sooner')
    clock.advance(1_000_000)
    t.equal(await queue.runDue(), 0)
    t.strictSame([ran, other], [[], [{ ...newJob({ dueAt: START + 2000, data: { n: 3 }, kind: 'other' }), attempt: 1 }]])
  })

  await rule('nor has one begun that waits for its next attempt', async (t, queue, clock) => {
    const ran: Job[] = []
    queue.handle('note', async (job) => {
      ran.push(job)
      throw new Error('no')
    })
    await queue.schedule(newJob({ id: 'replaced' }))
    await queue.schedule(newJob({ id: 'cancelled' }))
    t.equal(await queue.runDue(), 2)
    t.equal(await queue.cancel('cancelled'), true)
    await queue.schedule(newJob({ id: 'replaced', dueAt: START + 500, data: { n: 2 } }))
    clock.advance(500)
    t.equal(await queue.runDue(), 1)
    t.match(ran[2], { id: 'replaced', data: { n: 2 }, attempt: 1 })
    t.equal(ran.length, 3)
  })

  await rule('the same id again while it runs: the newer runs after it, and the older has no further attempt', async (t, queue) => {
    const [begun, open, passed] = [createSignal(), createSignal(), createSignal()]
    const events: string[] = []
    queue.handle('note', async ({ data, attempt }) => {
      events.push(`${data['n']} begins`)
      if (data['n'] === 1) {
        begun.give()
        await open.given
      }
      events.push(`${data['n']} ends, attempt ${attempt}`)
      if (data['n'] === 1) throw new Error('no')
      return undefined
    })
    queue.handle('other', async () => {
      passed.give()
      return undefined
    })
    await queue.schedule(newJob({ data: { n: 1 } }))
    const due = queue.runDue()
    await begun.given
    t.equal(await queue.cancel('job'), false, 'it has begun')
    await queue.schedule(newJob({ data: { n: 2 } }))
    await queue.schedule(newJob({ data: { n: 3 } }))
    // Due later, so whoever runs it has looked at the newer one before.
    await queue.schedule(newJob({ id: 'other', kind: 'other' }))
    await passed.given
    t.strictSame(events, ['1 begins'])
    await queue.schedule(newJob({ data: { n: 4 } }))
    open.give()
    t.equal(await due, 3)
    t.strictSame(events, ['1 begins', '1 ends, attempt 1', '4 begins', '4 ends, attempt 1'])
    t.equal(await queue.cancel('job'), false)
  })

  await rule('the newer can be cancelled while the older runs', async (t, queue) => {
    const [begun, open, passed] = [createSignal(), createSignal(), createSignal()]
    const ran: Job[] = []
    queue.handle('note', async (job) => {
      ran.push(job)
      begun.give()
      await open.given
      return undefined
    })
    queue.handle('other', async () => {
      passed.give()
      return undefined
    })
    await queue.schedule(newJob({ data: { n: 1 } }))
    const due = queue.runDue()
    await begun.given
    await queue.schedule(newJob({ data: { n: 2 } }))
    await queue.schedule(newJob({ id: 'other', kind: 'other' }))
    await passed.given
    t.equal(await queue.cancel('job'), true)
    t.equal(await queue.cancel('job'), false)
    open.give()
    t.equal(await due, 2)
    t.strictSame(ran.map(({ data }) => data), [{ n: 1 }])
  })

  await rule('a cancelled job never runs; one that is unknown or done cannot be cancelled', async (t, queue, clock) => {
    const ran = recorder(queue)
    t.equal(await queue.cancel('job'), false)
    await queue.schedule(newJob({ dueAt: START + 1 }))
    await queue.schedule(newJob({ id: 'another', dueAt: START + 1 }))
    t.equal(await queue.cancel('job'), true)
    t.equal(await queue.cancel('job'), false)
    clock.advance(1)
    t.equal(await queue.runDue(), 1)
    t.strictSame(ran.map(({ id }) => id), ['another'])
    t.equal(await queue.cancel('another'), false)
    await queue.schedule(newJob())
    t.equal(await queue.runDue(), 1, 'a cancelled id can be used again')
  })

  await rule('runDue ends when what handlers made due has run too', async (t, queue, clock) => {
    const ran: string[] = []
    queue.handle('chain', async ({ id, attempt, data }) => {
      ran.push(`${id} ${attempt}`)
      if (attempt === 1) await queue.schedule(newJob({ id: `${id} child`, kind: 'leaf', data }))
      return attempt < 3 ? { retryAt: clock.now() - 1 } : undefined
    })
    queue.handle('leaf', async ({ id }) => {
      ran.push(id)
      await queue.schedule(newJob({ id: 'tomorrow', kind: 'leaf', dueAt: START + 1 }))
      return undefined
    })
    await queue.schedule(newJob({ id: 'a', kind: 'chain' }))
    t.equal(await queue.runDue(), 4)
    t.strictSame(ran.sort(), ['a 1', 'a 2', 'a 3', 'a child'])
  })

  await rule(`all of a crowd run once, ${MOST_AT_ONCE} at a time at most`, async (t, queue) => {
    const ran = new Map<string, number>()
    const full = createSignal()
    let [running, most] = [0, 0]
    queue.handle('note', async ({ id }) => {
      most = Math.max(most, ++running)
      if (running === MOST_AT_ONCE) full.give()
      await full.given
      ran.set(id, (ran.get(id) ?? 0) + 1)
      running--
      return undefined
    })
    const ids = Array.from({ length: 2.5 * MOST_AT_ONCE }, (_, i) => `job ${i}`)
    await Promise.all(ids.map((id) => queue.schedule(newJob({ id }))))
    t.equal(await queue.runDue(), ids.length)
    t.equal(most, MOST_AT_ONCE)
    t.strictSame([...ran].sort(), ids.map((id) => [id, 1]).sort())
  })

  await rule('any text is an id or a kind', async (t, queue) => {
    const texts = ['a:b', 'a:b:c', '123', '0', '-1', '', 'Käse 🧀', '*', 'x'.repeat(500), '__proto__', 'a\nb']
    const ran = texts.map((kind) => recorder(queue, kind))
    for (const text of texts) await queue.schedule(newJob({ id: text, kind: text }))
    t.equal(await queue.cancel('a'), false)
    t.equal(await queue.runDue(), texts.length)
    t.strictSame(ran, texts.map((text) => [{ id: text, kind: text, dueAt: START, data: {}, attempt: 1 }]))
  })

  await rule('data cannot be changed from outside', async (t, queue, clock) => {
    const seen: unknown[] = []
    queue.handle('note', async ({ data }) => {
      seen.push(structuredClone(data))
      data['n'] = 'scribbled upon'
      throw new Error('no')
    })
    const data = { n: 1, deep: { n: 1 } }
    await queue.schedule(newJob({ data }))
    data.deep.n = 2
    t.equal(await queue.runDue(), 1)
    clock.advance(1000)
    t.equal(await queue.runDue(), 1)
    t.strictSame(seen, [{ n: 1, deep: { n: 1 } }, { n: 1, deep: { n: 1 } }])
  })

  await rule('a delay that no timer of the machine can hold is no short one', async (t, queue) => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => { warnings.push(warning) }
    process.on('warning', onWarning)
    t.teardown(() => process.off('warning', onWarning))
    const ran = recorder(queue)
    await queue.start()
    await queue.schedule(newJob({ dueAt: START + 2 ** 33 }))
    t.equal(await queue.runDue(), 0)
    await turn()
    t.strictSame([ran, warnings], [[], []])
    t.equal(await queue.cancel('job'), true)
  })

  await rule('it tells how many have not begun: those whose time is to come, and those that are due', async (t, queue, clock) => {
    const [begun, open] = [createSignal(), createSignal()]
    queue.handle('note', async ({ id, attempt }) => {
      begun.give()
      await open.given
      return id === 'first' && attempt === 1 ? { retryAt: START + 5000 } : undefined
    })
    t.strictSame(await queue.waiting(), { later: 0, due: 0 })
    for (const [id, dueAt] of [['first', START + 1], ['second', START + 2], ['third', START + 3], ['never', START + 3]] as const) await queue.schedule(newJob({ id, dueAt }))
    await queue.cancel('never')
    t.strictSame(await queue.waiting(), { later: 3, due: 0 })
    clock.advance(1)
    t.strictSame(await queue.waiting(), { later: 2, due: 1 })
    const due = queue.runDue()
    await begun.given
    t.strictSame(await queue.waiting(), { later: 2, due: 0 }, 'what runs has begun')
    open.give()
    await due
    t.strictSame(await queue.waiting(), { later: 3, due: 0 }, 'what is put off waits again')
    clock.advance(10_000)
    await queue.runDue()
    t.strictSame(await queue.waiting(), { later: 0, due: 0 })
  })

  await rule('close waits for what runs; afterwards nothing does', async (t, queue, clock) => {
    const [begun, open] = [createSignal(), createSignal()]
    const ran: string[] = []
    queue.handle('note', async ({ id }) => {
      begun.give()
      await open.given
      ran.push(id)
      return { retryAt: START }
    })
    await queue.schedule(newJob())
    await queue.schedule(newJob({ id: 'later', dueAt: START + 1 }))
    const due = queue.runDue()
    await begun.given
    let isClosed = false
    const closing = queue.close().then(() => { isClosed = true })
    await turn()
    t.equal(isClosed, false)
    open.give()
    await closing
    t.strictSame(ran, ['job'])
    t.ok(await due <= 1)
    clock.advance(1)
    await queue.start()
    t.equal(await queue.runDue(), 0)
    await queue.close()
    t.strictSame(ran, ['job'])
  })
}
