import type { Clock } from '../clock.ts'
import type { JobQueue } from './job-queue.ts'

/** What a run came to: done, put off by its handler, or failed and to run again. */
export type JobOutcome = 'done' | 'again' | 'failed'

/** Hears of every run. @param lateSeconds how long after its time it began */
export type OnJobRun = (kind: string, outcome: JobOutcome, lateSeconds: number) => void

/** The queue, which tells of every run of this process. */
export function observeJobs (queue: JobQueue, clock: Clock, onRun: OnJobRun): JobQueue {
  return {
    schedule: (job) => queue.schedule(job),
    cancel: (id) => queue.cancel(id),
    start: () => queue.start(),
    runDue: () => queue.runDue(),
    waiting: () => queue.waiting(),
    close: () => queue.close(),
    handle (kind, handler) {
      queue.handle(kind, async (job) => {
        const lateSeconds = Math.max(0, clock.now() - job.dueAt) / 1000
        let outcome: JobOutcome = 'failed'
        try {
          const again = await handler(job)
          outcome = again === undefined ? 'done' : 'again'
          return again
        } finally {
          onRun(kind, outcome, lateSeconds)
        }
      })
    }
  }
}
