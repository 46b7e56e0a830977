import type { Redis } from 'ioredis'
import type { Command } from './redis-bell.ts'

/*
 * What stands in Redis beside BullMQ's own keys. A record is a hash: `waiting` (a job as JSON) with `waitingRing`, the id of
 * the BullMQ job that will ring for it, and `running` with `runningRing`. `due` orders ids of waiting jobs by the injected
 * clock, `running` has the ids of those that run, `runs` counts runs that ended. Each script does its step whole or not at
 * all. Record keys are computed inside, so one Redis is needed: a cluster would refuse them.
 */

/**
 * KEYS record, due, ring. ARGV id, job, dueAt, ring. Answers the ring of the job that is replaced. Without a bell nothing
 * is written: BullMQ's part of the transaction may have failed on its own.
 */
const SCHEDULE = `
if redis.call('EXISTS', KEYS[3]) == 0 then return redis.error_reply('ERR the job queue refuses the job') end
local old = redis.call('HGET', KEYS[1], 'waitingRing')
redis.call('HSET', KEYS[1], 'waiting', ARGV[2], 'waitingRing', ARGV[4])
redis.call('HDEL', KEYS[1], 'released')
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return old
`

/** KEYS record, due. ARGV id. Answers the ring of the job that will not run. */
const CANCEL = `
local ring = redis.call('HGET', KEYS[1], 'waitingRing')
redis.call('HDEL', KEYS[1], 'waiting', 'waitingRing', 'released')
redis.call('ZREM', KEYS[2], ARGV[1])
return ring
`

/**
 * KEYS record, due, running. ARGV id, ring, now. Answers the job as text when it is to run now, milliseconds when it is too
 * early, -1 when an earlier job of that id still runs, nil when nobody waits for this ring.
 */
const BEGIN = `
if redis.call('HGET', KEYS[1], 'runningRing') == ARGV[2] then return redis.call('HGET', KEYS[1], 'running') end
if redis.call('HGET', KEYS[1], 'waitingRing') ~= ARGV[2] then return false end
if redis.call('HEXISTS', KEYS[1], 'running') == 1 then return -1 end
local early = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1])) - tonumber(ARGV[3])
if early > 0 and redis.call('HEXISTS', KEYS[1], 'released') == 0 then return math.ceil(early) end
local job = redis.call('HGET', KEYS[1], 'waiting')
redis.call('HSET', KEYS[1], 'running', job, 'runningRing', ARGV[2])
redis.call('HDEL', KEYS[1], 'waiting', 'waitingRing', 'released')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return job
`

/**
 * KEYS record, due, running, runs. ARGV id, ring, and job and dueAt when it is to run again. Answers 1 when that ring is
 * needed again: nobody scheduled another job of that id meanwhile.
 */
const END = `
if redis.call('HGET', KEYS[1], 'runningRing') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], 'running', 'runningRing')
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('INCR', KEYS[4])
if not ARGV[3] or redis.call('HEXISTS', KEYS[1], 'waiting') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'waiting', ARGV[3], 'waitingRing', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return 1
`

/** KEYS due, running, runs. ARGV now, most, record prefix. Answers runs so far, how many run, and the rings of what is due. */
const RELEASE = `
local rings = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  redis.call('HSET', ARGV[3] .. id, 'released', 1)
  table.insert(rings, redis.call('HGET', ARGV[3] .. id, 'waitingRing'))
end
return { tonumber(redis.call('GET', KEYS[3])) or 0, redis.call('SCARD', KEYS[2]), rings }
`

interface ScriptedRedis {
  cancelJob (record: string, due: string, id: string): Promise<string | null>
  beginJob (record: string, due: string, running: string, id: string, ring: string, now: number): Promise<string | number | null>
  endJob (record: string, due: string, running: string, runs: string, id: string, ring: string, ...again: (string | number)[]): Promise<number>
  releaseJobs (due: string, running: string, runs: string, now: number, most: number, prefix: string): Promise<[number, number, string[]]>
}

/** The steps of jobs under one prefix of one Redis; reject with what ioredis throws. */
export interface JobBook {
  /** @returns the script that belongs into the transaction that also adds the ring. */
  schedule (id: string, text: string, dueAt: number, ring: string, ringKey: string): Command
  /** @returns the ring of the job that will not run, if there was one. */
  cancel (id: string): Promise<string | null>
  /** @returns the job to run, or how many milliseconds it is too early, or -1 to wait for the one before, or `null`. */
  begin (id: string, ring: string, now: number): Promise<string | number | null>
  /** @returns whether the ring is needed again, for `again`. */
  end (id: string, ring: string, again?: { text: string, dueAt: number }): Promise<boolean>
  /** Lets what is due run whatever other clocks say: `runs` that ended so far, how many are `running`, and the rings of at most `most` due jobs. */
  release (now: number, most: number): Promise<{ runs: number, running: number, rings: string[] }>
}

/**
 * @param redis a connection; scripts are defined on it
 * @param prefix of all keys
 */
export function createJobBook (redis: Redis, prefix: string): JobBook {
  redis.defineCommand('scheduleJob', { numberOfKeys: 3, lua: SCHEDULE })
  redis.defineCommand('cancelJob', { numberOfKeys: 2, lua: CANCEL })
  redis.defineCommand('beginJob', { numberOfKeys: 3, lua: BEGIN })
  redis.defineCommand('endJob', { numberOfKeys: 4, lua: END })
  redis.defineCommand('releaseJobs', { numberOfKeys: 3, lua: RELEASE })
  const scripts = redis as unknown as ScriptedRedis
  const [records, due, running, runs] = [`${prefix}:job:`, `${prefix}:due`, `${prefix}:running`, `${prefix}:runs`]
  return {
    schedule: (id, text, dueAt, ring, ringKey) => ['scheduleJob', [records + id, due, ringKey, id, text, dueAt, ring]],
    cancel: (id) => scripts.cancelJob(records + id, due, id),
    begin: (id, ring, now) => scripts.beginJob(records + id, due, running, id, ring, now),
    end: async (id, ring, again) =>
      await scripts.endJob(records + id, due, running, runs, id, ring, ...(again === undefined ? [] : [again.text, again.dueAt])) === 1,
    async release (now, most) {
      const [ended, active, rings] = await scripts.releaseJobs(due, running, runs, now, most, records)
      return { runs: ended, running: active, rings }
    }
  }
}
