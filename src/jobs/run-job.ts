import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Job, JobHandler } from './job-queue.ts'

/** Most jobs that one instance runs at the same time. */
export const MOST_AT_ONCE = 100

const FIRST_BACK_OFF_MS = 1000
const LONGEST_BACK_OFF_MS = 60_000

/** What running a job takes. */
export interface RunParts {
  clock: Clock
  log: Log
  handlers: ReadonlyMap<string, JobHandler>
}

/**
 * Runs a job once; never rejects.
 * @returns the job as it is to run again, `undefined` when it is done
 */
export async function runJob (job: Job, { clock, log, handlers }: RunParts): Promise<Job | undefined> {
  const { id, kind, attempt } = job
  try {
    const handler = handlers.get(kind)
    if (handler === undefined) throw new RangeError('no handler')
    const again = await handler(structuredClone(job))
    return again === undefined ? undefined : { ...job, dueAt: again.retryAt, attempt: attempt + 1 }
  } catch (error) {
    const backOffMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS)
    log.warn({ id, kind, attempt, error: nameOf(error), backOffMs }, 'job failed and will run again')
    return { ...job, dueAt: clock.now() + backOffMs, attempt: attempt + 1 }
  }
}

// A message may repeat what the job was about, a name or a code does not.
function nameOf (error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown, name?: unknown }
  return String(code ?? name ?? typeof error)
}
