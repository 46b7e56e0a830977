import { randomUUID } from 'node:crypto'
import type { Redis, RedisOptions } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { fromRedis } from '../store/redis-errors.ts'
import type { Job, JobHandler, JobQueue, NewJob } from './job-queue.ts'
import type { Bell, BellOptions } from './redis-bell.ts'
import { createFarJobs, FAR_AHEAD_MS, type FarJobs, isShared } from './redis-far-jobs.ts'
import { createJobBook, type JobBook, type WrittenJob } from './redis-job-book.ts'
import { MOST_AT_ONCE, runJob } from './run-job.ts'

/** What jobs in Redis take. */
export interface RedisJobsOptions {
  /** An open connection, shared with others and closed by whoever opened it. Those that wait for jobs are opened beside it. */
  redis: Redis
  /** All keys begin with this and `_jobs`, which no search for `<keyPrefix>:*` meets. */
  keyPrefix: string
  /** Decides what is due. All instances are taken to have the same time. */
  clock: Clock
  log: Log
}

/** Waits for a Redis that is away, for ever: what a handler did is to be written down, and jobs are to be taken when it is back. */
const PATIENT = {
  lazyConnect: false,
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  disconnectTimeout: 500,
  socketTimeout: undefined
} satisfies RedisOptions

/** Rings that come too early by a rounding of clocks come again after that. */
const SHORTEST_DELAY_MS = 10
/** How often a job looks whether the one of its id before it has ended. */
const TURN_MS = 100
/** How often `runDue` looks for what other instances did, and how many due jobs it calls in at a time. */
const LOOK_MS = 25
const MOST_CALLED = 200

/**
 * Jobs in Redis, for all instances that share it, as durable as that Redis is. Loads BullMQ.
 * See docs/decisions/durable-jobs.md.
 */
export async function createRedisJobs (options: RedisJobsOptions): Promise<JobQueue> {
  const { createBell } = await import('./redis-bell.ts')
  return new RedisJobs(options, createBell)
}

class RedisJobs implements JobQueue {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #bell: Bell
  readonly #book: JobBook
  readonly #farJobs: FarJobs
  readonly #handlers = new Map<string, JobHandler>()
  readonly #running = new Set<Promise<Job | undefined>>()
  #isStarted = false
  #isClosed = false

  constructor ({ redis, keyPrefix, clock, log }: RedisJobsOptions, createBell: (options: BellOptions) => Bell) {
    this.#redis = redis
    this.#prefix = `${keyPrefix}_jobs`
    this.#clock = clock
    this.#log = log
    this.#book = createJobBook(redis, this.#prefix)
    this.#bell = createBell({ redis, prefix: this.#prefix, log })
    this.#farJobs = createFarJobs({ book: this.#book, bell: this.#bell, clock })
  }

  handle (kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
  }

  schedule (job: NewJob): Promise<void> {
    const written = { id: job.id, text: textOf({ ...job, attempt: 1 }), dueAt: job.dueAt }
    const delayMs = this.#until(job.dueAt)
    return fromRedis(delayMs < FAR_AHEAD_MS ? this.#scheduleAlone(written, delayMs) : this.#farJobs.schedule(written))
  }

  async #scheduleAlone (job: WrittenJob, delayMs: number): Promise<void> {
    // Names an owner, in no message: repeated for a seed, two instances would take each other's for their own.
    const ring = randomUUID()
    const replaced = await this.#bell.add(ring, Math.ceil(delayMs), this.#book.schedule(job, ring, this.#bell.keyOf(ring)))
    if (typeof replaced === 'string') await this.#drop(replaced)
  }

  /** One that others share may be needed by them. */
  async #drop (ring: string): Promise<void> {
    if (!isShared(ring)) await this.#bell.remove(ring)
  }

  cancel (id: string): Promise<boolean> {
    return fromRedis((async () => {
      const ring = await this.#book.cancel(id)
      if (ring !== null) await this.#drop(ring)
      return ring !== null
    })())
  }

  async start (): Promise<void> {
    if (this.#isStarted || this.#isClosed) return
    this.#isStarted = true
    const patient = this.#redis.duplicate(PATIENT)
    // Without a listener every failed attempt to reconnect would be printed.
    patient.on('error', () => {})
    const book = createJobBook(patient, this.#prefix)
    this.#bell.start(patient, (ring, second) => this.#answer(book, ring, second))
  }

  runDue (): Promise<number> {
    return fromRedis((async () => {
      await this.start()
      const now = this.#clock.now()
      let due = await this.#book.release(now, MOST_CALLED)
      const before = due.runs
      while ((due.running > 0 || due.rings.length > 0) && !this.#isClosed) {
        await this.#bell.hurry(due.rings)
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
        due = await this.#book.release(now, MOST_CALLED)
      }
      return due.runs - before
    })())
  }

  waiting (): Promise<{ later: number, due: number }> {
    return fromRedis(this.#book.waiting(this.#clock.now()))
  }

  async close (): Promise<void> {
    this.#isClosed = true
    await this.#bell.pause()
    await Promise.all(this.#running)
    await this.#bell.close()
  }

  /** @returns milliseconds after which that ring is needed again, `undefined` when it is not. */
  async #answer (book: JobBook, ring: string, second: number | undefined): Promise<number | undefined> {
    let waiting: readonly number[] = []
    for (;;) {
      const { ids, nextAt } = await book.look(ring, second, this.#clock.now(), waiting.length, MOST_AT_ONCE)
      if (ids.length === 0) return soonest(waiting, nextAt === undefined ? [] : [Math.max(this.#until(nextAt), SHORTEST_DELAY_MS)])
      const answers = await allOf(ids.map((id) => this.#turn(book, id, ring)))
      // What began and did not run is run by whoever hears the ring next.
      if (this.#isClosed) return 0
      waiting = [...waiting, ...answers.filter((delayMs) => delayMs !== undefined)]
    }
  }

  /** @returns milliseconds after which it can begin, `undefined` when it has run or nobody waits for it. */
  async #turn (book: JobBook, id: string, ring: string): Promise<number | undefined> {
    const begun = await book.begin(id, ring, this.#clock.now())
    if (begun === null || (this.#isClosed && typeof begun === 'string')) return undefined
    if (typeof begun === 'number') return Math.max(begun, TURN_MS)
    const again = await this.#run({ id, ...JSON.parse(begun) })
    await book.end(id, ring, again && { text: textOf(again), dueAt: again.dueAt })
    return undefined
  }

  async #run (job: Job): Promise<Job | undefined> {
    const run = runJob(job, { clock: this.#clock, log: this.#log, handlers: this.#handlers })
    this.#running.add(run)
    return run.finally(() => this.#running.delete(run))
  }

  #until (dueAt: number): number {
    return Math.max(dueAt - this.#clock.now(), 0)
  }
}

function textOf ({ kind, dueAt, data, attempt }: Omit<Job, 'id'>): string {
  return JSON.stringify({ kind, dueAt, data, attempt })
}

function soonest (...delays: (readonly number[])[]): number | undefined {
  const all = delays.flat()
  return all.length === 0 ? undefined : Math.min(...all)
}

/** Waits for all of them, whatever becomes of one: what runs again must have ended. */
async function allOf<Result> (works: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(works)
  return Promise.all(works)
}
