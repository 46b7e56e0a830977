import { randomUUID } from 'node:crypto'
import type { Redis, RedisOptions } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { toStoreError } from '../store/redis-errors.ts'
import type { Job, JobHandler, JobQueue, NewJob } from './job-queue.ts'
import type { Bell, BellOptions } from './redis-bell.ts'
import { createJobBook, type JobBook } from './redis-job-book.ts'
import { runJob } from './run-job.ts'

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
  }

  handle (kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
  }

  schedule (job: NewJob): Promise<void> {
    return storeErrors(async () => {
      // Names an owner, in no message: repeated for a seed, two instances would take each other's for their own.
      const ring = randomUUID()
      const command = this.#book.schedule(job.id, textOf({ ...job, attempt: 1 }), job.dueAt, ring, this.#bell.keyOf(ring))
      const replaced = await this.#bell.add(job.id, ring, Math.ceil(this.#until(job.dueAt)), command)
      if (typeof replaced === 'string') await this.#bell.remove(replaced)
    })
  }

  cancel (id: string): Promise<boolean> {
    return storeErrors(async () => {
      const ring = await this.#book.cancel(id)
      if (ring !== null) await this.#bell.remove(ring)
      return ring !== null
    })
  }

  async start (): Promise<void> {
    if (this.#isStarted || this.#isClosed) return
    this.#isStarted = true
    const patient = this.#redis.duplicate(PATIENT)
    // Without a listener every failed attempt to reconnect would be printed.
    patient.on('error', () => {})
    const book = createJobBook(patient, this.#prefix)
    this.#bell.start(patient, (id, ring) => this.#answer(book, id, ring))
  }

  runDue (): Promise<number> {
    return storeErrors(async () => {
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
    })
  }

  async close (): Promise<void> {
    this.#isClosed = true
    await this.#bell.pause()
    await Promise.all(this.#running)
    await this.#bell.close()
  }

  /** @returns milliseconds after which that ring is needed again, `undefined` when it is not. */
  async #answer (book: JobBook, id: string, ring: string): Promise<number | undefined> {
    const begun = await book.begin(id, ring, this.#clock.now())
    if (begun === null) return undefined
    // Begun and not run, it is run by whoever hears the ring next.
    if (this.#isClosed) return 0
    if (typeof begun === 'number') return begun < 0 ? TURN_MS : Math.max(begun, SHORTEST_DELAY_MS)
    const again = await this.#run({ id, ...JSON.parse(begun) })
    const isNeeded = await book.end(id, ring, again && { text: textOf(again), dueAt: again.dueAt })
    return again !== undefined && isNeeded ? this.#until(again.dueAt) : undefined
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

async function storeErrors<Result> (work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => { throw toStoreError(error) })
}
