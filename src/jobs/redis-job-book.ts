import type { Redis } from 'ioredis'
import type { Command } from './redis-bell.ts'
import { BEGIN, CANCEL, END, JOIN, LOOK, RELEASE, SCHEDULE } from './redis-job-scripts.ts'

interface ScriptedRedis {
  joinRings (due: string, ...args: string[]): Promise<string[]>
  cancelJob (record: string, due: string, id: string, lists: string): Promise<string | null>
  lookAtRing (list: string, ...args: (string | number)[]): Promise<[string[], string | null]>
  beginJob (record: string, due: string, running: string, id: string, ring: string, now: number): Promise<string | number | null>
  endJob (record: string, due: string, running: string, runs: string, list: string, id: string, ring: string, ...again: (string | number)[]): Promise<null>
  releaseJobs (due: string, running: string, runs: string, now: number, most: number, records: string, lists: string): Promise<[number, number, string[]]>
}

/** A job as it is written. */
export interface WrittenJob { id: string, text: string, dueAt: number }

/** A ring, and the second since the epoch that it is shared for. */
export interface SharedRing { second: number, joinableMs: number }

/** A look at what a ring is for. */
export interface RingLook {
  /** What is due, and what ran when a process died. */
  ids: readonly string[]
  /** When the next one is due, milliseconds on the Clock; nothing when no more is known. */
  nextAt: number | undefined
}

/** The steps of jobs under one prefix of one Redis; reject with what ioredis throws. */
export interface JobBook {
  /** @returns the script that belongs into the transaction that also adds the ring; others may join one that is shared. */
  schedule (job: WrittenJob, ring: string, bell: string, shared?: SharedRing): Command
  /**
   * Schedules jobs by rings that others have added.
   * @param bells what BullMQ's keys of rings begin with
   * @returns the ids of those for whose second there is none: they are not scheduled
   */
  join (jobs: readonly (WrittenJob & { second: number })[], bells: string): Promise<readonly string[]>
  /** @returns the ring of the job that will not run, if there was one. */
  cancel (id: string): Promise<string | null>
  /** @param skipped how many of what is due are left alone: they were looked at already */
  look (ring: string, second: number | undefined, now: number, skipped: number, most: number): Promise<RingLook>
  /** @returns the job to run, or how many milliseconds it is too early, or -1 to wait for the one before, or `null`. */
  begin (id: string, ring: string, now: number): Promise<string | number | null>
  /** Ends a run; the same ring brings it again where that is wanted. */
  end (id: string, ring: string, again?: { text: string, dueAt: number }): Promise<void>
  /** Lets what is due run whatever other clocks say: `runs` that ended so far, how many are `running`, and the rings of at most `most` due jobs. */
  release (now: number, most: number): Promise<{ runs: number, running: number, rings: string[] }>
  /** @returns how many have not begun, of all instances. */
  waiting (now: number): Promise<{ later: number, due: number }>
}

/**
 * @param redis a connection; scripts are defined on it
 * @param prefix of all keys
 */
export function createJobBook (redis: Redis, prefix: string): JobBook {
  const scripts = defineScripts(redis)
  const [records, lists, shared] = [`${prefix}:job:`, `${prefix}:ring:`, `${prefix}:shared:`]
  const [due, running, runs] = [`${prefix}:due`, `${prefix}:running`, `${prefix}:runs`]
  return {
    schedule: ({ id, text, dueAt }, ring, bell, share) => ['scheduleJob', [
      records + id, due, lists + ring, bell, id, text, dueAt, ring, lists, ...(share === undefined ? [] : [`${shared}${share.second}`, share.joinableMs])
    ]],
    join: (jobs, bells) => scripts.joinRings(due, records, lists, shared, bells, ...jobs.flatMap(({ id, text, dueAt, second }) => [id, text, `${dueAt}`, `${second}`])),
    cancel: (id) => scripts.cancelJob(records + id, due, id, lists),
    async look (ring, second, now, skipped, most) {
      const [ids, nextAt] = await scripts.lookAtRing(lists + ring, ring, now, skipped, most, records, shared, `${second}`)
      return { ids, nextAt: nextAt === null ? undefined : Number(nextAt) }
    },
    begin: (id, ring, now) => scripts.beginJob(records + id, due, running, id, ring, now),
    async end (id, ring, again) {
      await scripts.endJob(records + id, due, running, runs, lists + ring, id, ring, ...(again === undefined ? [] : [again.text, again.dueAt]))
    },
    async release (now, most) {
      const [ended, active, rings] = await scripts.releaseJobs(due, running, runs, now, most, records, lists)
      return { runs: ended, running: active, rings }
    },
    async waiting (now) {
      const [all, already] = await Promise.all([redis.zcard(due), redis.zcount(due, '-inf', now)])
      return { later: all - already, due: already }
    }
  }
}

function defineScripts (redis: Redis): ScriptedRedis {
  redis.defineCommand('scheduleJob', { numberOfKeys: 4, lua: SCHEDULE })
  redis.defineCommand('joinRings', { numberOfKeys: 1, lua: JOIN })
  redis.defineCommand('cancelJob', { numberOfKeys: 2, lua: CANCEL })
  redis.defineCommand('lookAtRing', { numberOfKeys: 1, lua: LOOK })
  redis.defineCommand('beginJob', { numberOfKeys: 3, lua: BEGIN })
  redis.defineCommand('endJob', { numberOfKeys: 5, lua: END })
  redis.defineCommand('releaseJobs', { numberOfKeys: 3, lua: RELEASE })
  return redis as unknown as ScriptedRedis
}
