import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Bell } from './redis-bell.ts'
import type { JobBook, WrittenJob } from './redis-job-book.ts'

/** Jobs due after that may come up to a second late, and cost a fifth of what others do. */
export const FAR_AHEAD_MS = 5000

/** How long after its time a ring may still be joined: clocks of instances differ. */
const JOINABLE_MS = 60_000

const SHARED = 'shared-'

/** What scheduling far ahead takes. */
export interface FarJobsOptions {
  book: JobBook
  bell: Bell
  clock: Clock
}

/** Jobs that are due far ahead: those of one second share a ring, and those of one turn of the event loop a call of Redis. */
export interface FarJobs {
  /** Keeps a job; rejects with what Redis throws. */
  schedule (job: WrittenJob): Promise<void>
}

/** A timer for each challenge that begins is what a loaded server schedules most, and most of them are never needed. */
export function createFarJobs (options: FarJobsOptions): FarJobs {
  /** By id: of two the later one counts. */
  let turn = new Map<string, FarJob>()
  let flushed: Promise<void> = Promise.resolve()
  return {
    schedule (job) {
      if (turn.size === 0) {
        flushed = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
          const jobs = [...turn.values()]
          turn = new Map()
          return scheduleAll(jobs, options)
        })
      }
      turn.set(job.id, { ...job, second: Math.ceil(job.dueAt / 1000) })
      return flushed
    }
  }
}

/** @returns whether a ring may be for jobs of several. */
export function isShared (ring: string): boolean {
  return ring.startsWith(SHARED)
}

interface FarJob extends WrittenJob { second: number }

async function scheduleAll (jobs: readonly FarJob[], options: FarJobsOptions): Promise<void> {
  const { book, bell } = options
  const alone = new Set(await book.join(jobs, bell.keyOf('')))
  if (alone.size === 0) return
  // Of each second the first brings a ring, and the others join it.
  const first = new Map(jobs.filter(({ id }) => alone.has(id)).map((job) => [job.second, job]))
  await Promise.all([...first.values()].map((job) => addRing(job, options)))
  const others = jobs.filter((job) => alone.has(job.id) && first.get(job.second) !== job)
  if (others.length > 0) await scheduleAll(others, options)
}

async function addRing (job: FarJob, { book, bell, clock }: FarJobsOptions): Promise<void> {
  const { second } = job
  const ring = `${SHARED}${randomUUID()}`
  const delayMs = Math.max(Math.ceil(second * 1000 - clock.now()), 0)
  const command = book.schedule(job, ring, bell.keyOf(ring), { second, joinableMs: delayMs + JOINABLE_MS })
  await bell.add(ring, delayMs, command, second)
}
