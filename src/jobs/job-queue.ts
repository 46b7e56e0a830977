import type { JsonObject } from '../protocol/messages.ts'

/** Work that is to be done at a time: a delivery, a timer. */
export interface Job {
  /** Whatever names it for its owner; any text. There is one job of an id. */
  id: string
  /** Which handler runs it. */
  kind: string
  /** When, milliseconds on the injected Clock. */
  dueAt: number
  /** What the handler needs: a copy for each run, as JSON keeps it. */
  data: JsonObject
  /** 1 at first, one more for each time that it was put off or failed. A run repeated after a crash has the same number. */
  attempt: number
}

/** A job to be done, not tried yet. */
export type NewJob = Pick<Job, 'id' | 'kind' | 'dueAt' | 'data'>

/**
 * Does a job.
 * @returns `undefined` when it is done, or when to run it again, milliseconds on the Clock. What rejects runs again after a
 * back-off: 1 s, then twice as long for each attempt, at most 60 s.
 */
export type JobHandler = (job: Job) => Promise<{ retryAt: number } | undefined>

/**
 * Runs jobs at their time, each at least once, two of one id never at the same time. Handlers must bear being run again: in
 * Redis, a job whose process died is run anew by another one.
 *
 * `schedule`, `cancel` and `runDue` reject with `MockError` `store_connection` or `store_timeout` when Redis does.
 */
export interface JobQueue {
  /** Keeps a job. One of the same id that has not begun is replaced; one that runs is followed by this one, not put off. */
  schedule (job: NewJob): Promise<void>
  /** @returns whether a job of that id had not begun, and now never will. */
  cancel (id: string): Promise<boolean>
  /** Says who runs jobs of a kind; before `start`. Jobs that nobody here runs are put off as if they had failed. */
  handle (kind: string, handler: JobHandler): void
  /** Begins to take jobs. */
  start (): Promise<void>
  /**
   * Starts, and runs all that is due on this instance's clock now, wherever it runs; also what handlers put off to no later
   * than that. For clocks that jump.
   * @returns how many runs ended meanwhile, when nothing due is left and nothing runs any more
   */
  runDue (): Promise<number>
  /** @returns how many jobs have not begun: not due yet on this instance's clock, and due already. Rejects as `schedule` does. */
  waiting (): Promise<{ later: number, due: number }>
  /** Waits for handlers that run here; afterwards none does. What is not done stays in Redis, and is forgotten in memory. */
  close (): Promise<void>
}
