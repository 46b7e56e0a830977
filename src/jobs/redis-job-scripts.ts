/*
 * What stands in Redis beside BullMQ's own keys. A record is a hash: `waiting` (a job as JSON) with `waitingRing`, the id of
 * the BullMQ job that will ring for it, and `running` with `runningRing`. `due` orders ids of waiting jobs by the injected
 * clock, `running` has the ids of those that run, `runs` counts runs that ended. `ring:<ring>` orders the ids that a ring is
 * for by when they are due; an id may stand there for no reason any more, which the record says. `shared:<second>` names the
 * ring of jobs far ahead that are due in that second. Each script does its step whole or not at all. Keys are computed inside,
 * so one Redis is needed: a cluster would refuse them.
 */

/**
 * KEYS record, due, list of the ring, BullMQ's ring. ARGV id, job, dueAt, ring, prefix of lists, and where the ring is shared
 * its name and for how many milliseconds others may join. Answers the ring of the job that is replaced, which is needed no
 * more. Without a bell nothing is written: BullMQ's part of the transaction may have failed on its own.
 */
export const SCHEDULE = `
if redis.call('EXISTS', KEYS[4]) == 0 then return redis.error_reply('ERR the job queue refuses the job') end
local old = redis.call('HGET', KEYS[1], 'waitingRing')
if old then redis.call('ZREM', ARGV[5] .. old, ARGV[1]) end
redis.call('HSET', KEYS[1], 'waiting', ARGV[2], 'waitingRing', ARGV[4])
redis.call('HDEL', KEYS[1], 'released')
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
if ARGV[6] then redis.call('SET', ARGV[6], ARGV[4], 'PX', ARGV[7]) end
return old
`

/**
 * KEYS due. ARGV prefixes of records, lists, shared rings and BullMQ's rings, then id, job, dueAt and second of each job.
 * Answers the ids for whose second nobody has a ring.
 */
export const JOIN = `
local rings, alone = {}, {}
for at = 5, #ARGV, 4 do
  local id, second, record = ARGV[at], ARGV[at + 3], ARGV[1] .. ARGV[at]
  if rings[second] == nil then
    rings[second] = redis.call('GET', ARGV[3] .. second)
    if rings[second] and redis.call('EXISTS', ARGV[4] .. rings[second]) == 0 then rings[second] = false end
  end
  if rings[second] then
    redis.call('HSET', record, 'waiting', ARGV[at + 1], 'waitingRing', rings[second])
    redis.call('HDEL', record, 'released')
    redis.call('ZADD', KEYS[1], ARGV[at + 2], id)
    redis.call('ZADD', ARGV[2] .. rings[second], ARGV[at + 2], id)
  else
    table.insert(alone, id)
  end
end
return alone
`

/** KEYS record, due. ARGV id, prefix of lists. Answers the ring of the job that will not run. */
export const CANCEL = `
local ring = redis.call('HGET', KEYS[1], 'waitingRing')
if ring then redis.call('ZREM', ARGV[2] .. ring, ARGV[1]) end
redis.call('HDEL', KEYS[1], 'waiting', 'waitingRing', 'released')
redis.call('ZREM', KEYS[2], ARGV[1])
return ring
`

/**
 * KEYS list of the ring. ARGV ring, now, how many of what is due are left alone, most, prefixes of records and shared rings,
 * the second that the ring is shared for. Answers ids that are due or ran when a process died, and when the next one is due.
 * One whose record cannot be read is among them: beginning it says so. A ring for which nobody waits is not shared any more:
 * nobody joins it between this look and its end.
 */
export const LOOK = `
local ids = {}
repeat
  local listed = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
  for _, id in ipairs(listed) do
    local rings = redis.pcall('HMGET', ARGV[5] .. id, 'waitingRing', 'runningRing')
    if rings.err or rings[1] == ARGV[1] or rings[2] == ARGV[1] then table.insert(ids, id) else redis.call('ZREM', KEYS[1], id) end
  end
until #ids > 0 or #listed == 0
local later = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
if redis.call('EXISTS', KEYS[1]) == 0 and redis.call('GET', ARGV[6] .. ARGV[7]) == ARGV[1] then redis.call('DEL', ARGV[6] .. ARGV[7]) end
return { ids, later[2] or false }
`

/**
 * KEYS record, due, running. ARGV id, ring, now. Answers the job as text when it is to run now, milliseconds when it is too
 * early, -1 when an earlier job of that id still runs, nil when nobody waits for this ring.
 */
export const BEGIN = `
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
 * KEYS record, due, running, runs, list of the ring. ARGV id, ring, and job and dueAt when it is to run again: by the same
 * ring, unless somebody scheduled another job of that id meanwhile.
 */
export const END = `
if redis.call('HGET', KEYS[1], 'runningRing') ~= ARGV[2] then return end
redis.call('HDEL', KEYS[1], 'running', 'runningRing')
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('INCR', KEYS[4])
local next = redis.call('HGET', KEYS[1], 'waitingRing')
if next == ARGV[2] then return end
redis.call('ZREM', KEYS[5], ARGV[1])
if next or not ARGV[3] then return end
redis.call('HSET', KEYS[1], 'waiting', ARGV[3], 'waitingRing', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[4], ARGV[1])
`

/** Taken from when a job is due, it leaves the order as it is, and no clock says that it is too early. */
const BEFORE_ALL_TIME_MS = 1e13

/**
 * KEYS due, running, runs. ARGV now, most, prefixes of records and lists. Answers runs so far, how many run, and the rings of
 * what is due, which they find at once.
 */
export const RELEASE = `
local rings = {}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for at = 1, #due, 2 do
  local ring = redis.call('HGET', ARGV[3] .. due[at], 'waitingRing')
  redis.call('HSET', ARGV[3] .. due[at], 'released', 1)
  redis.call('ZADD', ARGV[4] .. ring, due[at + 1] - ${BEFORE_ALL_TIME_MS}, due[at])
  table.insert(rings, ring)
end
return { tonumber(redis.call('GET', KEYS[3])) or 0, redis.call('SCARD', KEYS[2]), rings }
`
