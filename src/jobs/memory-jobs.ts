import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { createDueHeap, type Due } from './due-heap.ts'
import type { Job, JobHandler, JobQueue, NewJob } from './job-queue.ts'
import { MOST_AT_ONCE, runJob } from './run-job.ts'

/** What jobs in memory take. */
export interface MemoryJobsOptions {
  /** Decides what is due. The machine's timers only wake up whoever asks it. */
  clock: Clock
  log: Log
}

interface Waiting extends Due {
  id: string
  kind: string
  /** The data as JSON, so that nobody changes it from outside. */
  text: string
  attempt: number
}

/** The longest that a timer of the machine can wait: a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Jobs of this process, gone with it. One timer, for the earliest of them; it does not keep the process alive. */
export function createMemoryJobs (options: MemoryJobsOptions): JobQueue {
  return new MemoryJobs(options)
}

class MemoryJobs implements JobQueue {
  readonly #clock: Clock
  readonly #log: Log
  readonly #handlers = new Map<string, JobHandler>()
  /** All that have not begun, by id. */
  readonly #waiting = new Map<string, Waiting>()
  /** Those of them that need not wait for a job of the same id. */
  readonly #heap = createDueHeap<Waiting>()
  /** Ids of what runs, with the next job of that id once it is due. */
  readonly #running = new Map<string, Waiting | undefined>()
  readonly #ends = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #isStarted = false
  #isClosed = false
  #order = 0
  #runs = 0

  constructor ({ clock, log }: MemoryJobsOptions) {
    this.#clock = clock
    this.#log = log
  }

  handle (kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
  }

  async schedule (job: NewJob): Promise<void> {
    if (!this.#isClosed) this.#keep(job, 1)
  }

  async cancel (id: string): Promise<boolean> {
    return this.#forget(id)
  }

  async start (): Promise<void> {
    this.#isStarted = true
    this.#wakeUpInTime()
  }

  async runDue (): Promise<number> {
    this.#isStarted = true
    const [now, before] = [this.#clock.now(), this.#runs]
    while (!this.#isClosed) {
      this.#begin(now)
      if (this.#running.size === 0) break
      await this.#nextEnd()
    }
    return this.#runs - before
  }

  async waiting (): Promise<{ later: number, due: number }> {
    const now = this.#clock.now()
    const due = [...this.#waiting.values()].filter(({ dueAt }) => dueAt <= now).length
    return { later: this.#waiting.size - due, due }
  }

  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    while (this.#running.size > 0) await this.#nextEnd()
    this.#waiting.clear()
    this.#heap.clear()
  }

  #keep ({ id, kind, dueAt, data }: NewJob, attempt: number): void {
    this.#forget(id)
    const job = { id, kind, dueAt, text: JSON.stringify(data), attempt, order: this.#order++, position: 0 }
    this.#waiting.set(id, job)
    this.#heap.add(job)
    // Setting a timer anew for each job would cost more than keeping the job.
    if (this.#heap.first() === job) this.#wakeUpInTime()
  }

  #forget (id: string): boolean {
    const job = this.#waiting.get(id)
    if (job === undefined) return false
    this.#waiting.delete(id)
    if (this.#running.get(id) === job) this.#running.set(id, undefined)
    else this.#heap.remove(job)
    return true
  }

  #wakeUpInTime (): void {
    clearTimeout(this.#timer)
    const next = this.#heap.first()
    // When no more may run, the end of one that does is the time to look again.
    if (next === undefined || !this.#isStarted || this.#isClosed || this.#running.size >= MOST_AT_ONCE) return
    const delay = Math.min(Math.max(next.dueAt - this.#clock.now(), 1), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => this.#begin(this.#clock.now()), delay).unref()
  }

  #begin (now: number): void {
    for (let next = this.#nextDue(now); next !== undefined; next = this.#nextDue(now)) {
      this.#heap.remove(next)
      if (this.#running.has(next.id)) this.#running.set(next.id, next)
      else this.#run(next)
    }
    this.#wakeUpInTime()
  }

  #nextDue (now: number): Waiting | undefined {
    const next = this.#heap.first()
    return next !== undefined && next.dueAt <= now && this.#running.size < MOST_AT_ONCE ? next : undefined
  }

  #run ({ id, kind, dueAt, text, attempt }: Waiting): void {
    this.#waiting.delete(id)
    this.#running.set(id, undefined)
    const parts = { clock: this.#clock, log: this.#log, handlers: this.#handlers }
    runJob({ id, kind, dueAt, data: JSON.parse(text), attempt }, parts).then((again) => this.#end(id, again))
  }

  #end (id: string, again: Job | undefined): void {
    const next = this.#running.get(id)
    this.#running.delete(id)
    this.#runs++
    if (next !== undefined) this.#heap.add(next)
    if (!this.#isClosed) {
      if (again !== undefined && !this.#waiting.has(id)) this.#keep(again, again.attempt)
      this.#begin(this.#clock.now())
    }
    for (const resolve of this.#ends) resolve()
    this.#ends.clear()
  }

  #nextEnd (): Promise<void> {
    return new Promise((resolve) => { this.#ends.add(resolve) })
  }
}
