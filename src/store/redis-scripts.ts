import type { Redis } from 'ioredis'
import { fromRedis } from './redis-errors.ts'

/*
 * One round trip per operation, each whole or not at all. Values are records as JSON; an index key holds the id of its
 * record. Index keys of records found in Redis are computed inside, so one Redis is needed: a cluster would refuse them.
 */

/**
 * `acsTransIdOf(value)`: the record's top-level `acs_trans_id` in lower case; nil when it cannot be told. Our own records
 * begin with it, which saves parsing: nothing nested, and nothing inside a text, stands there.
 */
const INDEX_OF = `
local function acsTransIdOf(value)
  local first = string.match(value, '^{"acs_trans_id":"([%w-]+)"')
  if first then return string.lower(first) end
  local parsed, record = pcall(cjson.decode, value)
  if parsed and type(record) == 'table' and type(record.acs_trans_id) == 'string' then
    return string.lower(record.acs_trans_id)
  end
end
`

/**
 * `release(index, id)` leaves an index alone that belongs to another record. Scripts write the record first, so that what
 * Redis refuses is not half done, and an index that may not be removed is a leftover and no failure.
 */
const RELEASE = `
local function release(index, id)
  if redis.pcall('GET', index) == id then redis.pcall('DEL', index) end
end
`

/** KEYS record. ARGV id, ttl, index prefix. Gives a record of another writer its index, unless another record has that. */
const READ = `${INDEX_OF}
local value = redis.call('GET', KEYS[1])
if not value then return false end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local acs = acsTransIdOf(value)
if acs then
  local index = ARGV[3] .. acs
  local owner = redis.pcall('GET', index)
  if owner == ARGV[1] then
    redis.call('EXPIRE', index, ARGV[2])
  elseif not owner then
    redis.call('SET', index, ARGV[1], 'EX', ARGV[2])
  end
end
return value
`

/** KEYS index. ARGV acsTransID, ttl, record prefix. An index that its record does not name is a leftover. */
const FIND = `${INDEX_OF}
local id = redis.call('GET', KEYS[1])
if not id then return false end
local value = redis.call('GET', ARGV[3] .. id)
if not value then return false end
local acs = acsTransIdOf(value)
if acs and acs ~= ARGV[1] then return false end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', ARGV[3] .. id, ARGV[2])
return value
`

/**
 * KEYS record, index. ARGV id, ttl, index prefix, value. Answers 0 (nothing was there), 1 (a record was, and is replaced), or
 * what is there and does not look like a record of that id: it is left as it is, for the caller to judge. All of it is
 * parsed, since one that begins like a record may be broken further on; ids are rarely used twice.
 */
const INSERT = `${RELEASE}
local old = redis.call('GET', KEYS[1])
local oldIndex = KEYS[2]
if old then
  local parsed, record = pcall(cjson.decode, old)
  local request = parsed and type(record) == 'table' and record.authenticate_request
  if type(request) ~= 'table' or request.threeDsServerTransId ~= ARGV[1]
    or type(record.acs_trans_id) ~= 'string' or type(record.ds_trans_id) ~= 'string' then
    return old
  end
  oldIndex = ARGV[3] .. string.lower(record.acs_trans_id)
end
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
if oldIndex ~= KEYS[2] then release(oldIndex, ARGV[1]) end
return old and 1 or 0
`

/** KEYS record, old index, new index. ARGV id, ttl, expected value, new value. Answers 1, nil (gone), or the value that is there instead. */
const REPLACE = `${RELEASE}
local value = redis.call('GET', KEYS[1])
if not value then return false end
if value ~= ARGV[3] then return value end
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
if KEYS[2] ~= KEYS[3] then release(KEYS[2], ARGV[1]) end
return 1
`

/** KEYS record. ARGV id, index prefix. Removes whatever is there, readable or not. */
const REMOVE = `${INDEX_OF}${RELEASE}
local old = redis.pcall('GET', KEYS[1])
local removed = redis.call('DEL', KEYS[1])
if type(old) == 'string' then
  local acs = acsTransIdOf(old)
  if acs then release(ARGV[2] .. acs, ARGV[1]) end
end
return removed
`

interface ScriptedRedis {
  readTransaction (record: string, id: string, ttl: number, indexPrefix: string): Promise<string | null>
  findTransaction (index: string, acsTransID: string, ttl: number, recordPrefix: string): Promise<string | null>
  insertTransaction (record: string, index: string, id: string, ttl: number, indexPrefix: string, value: string): Promise<string | number>
  replaceTransaction (record: string, oldIndex: string, newIndex: string, id: string, ttl: number, expected: string, value: string): Promise<string | number | null>
  removeTransaction (record: string, id: string, indexPrefix: string): Promise<number>
}

/** The operations on one prefix of one Redis. Ids in lower case, values as text; reject with store errors only. */
export interface RecordScripts {
  /** @returns the record; its time and its index's are full again. */
  read (id: string): Promise<string | null>
  /** The same by `acsTransID`. */
  find (acsTransID: string): Promise<string | null>
  /**
   * Writes, unless there is something under that id that does not look like a record of it.
   * @returns 0 when nothing was there; 1 when a record was replaced; else what is there, still
   */
  insert (id: string, acsTransID: string, value: string): Promise<string | number>
  /**
   * Compare-and-set.
   * @param acsTransIDs the record's before and after
   * @returns 1 when `value` was written in place of `expected`; null when nothing is there; else what is there
   */
  replace (id: string, acsTransIDs: [before: string, after: string], expected: string, value: string): Promise<string | number | null>
  /** @returns whether there was one. */
  remove (id: string): Promise<boolean>
}

/**
 * Names the scripts to the connection; each is sent whole once per connection, and by its digest from then on.
 * @param keyPrefix records are under `<keyPrefix>:<id>`, indexes under `<keyPrefix>_acs:<acsTransID>`: a search for `<keyPrefix>:*` meets records only
 * @param ttl full time to live, seconds
 */
export function defineRecordScripts (redis: Redis, keyPrefix: string, ttl: number): RecordScripts {
  redis.defineCommand('readTransaction', { numberOfKeys: 1, lua: READ })
  redis.defineCommand('findTransaction', { numberOfKeys: 1, lua: FIND })
  redis.defineCommand('insertTransaction', { numberOfKeys: 2, lua: INSERT })
  redis.defineCommand('replaceTransaction', { numberOfKeys: 3, lua: REPLACE })
  redis.defineCommand('removeTransaction', { numberOfKeys: 1, lua: REMOVE })
  const scripted = redis as unknown as ScriptedRedis
  const [records, indexes] = [`${keyPrefix}:`, `${keyPrefix}_acs:`]
  return {
    read: (id) => fromRedis(scripted.readTransaction(records + id, id, ttl, indexes)),
    find: (acs) => fromRedis(scripted.findTransaction(indexes + acs, acs, ttl, records)),
    insert: (id, acs, value) => fromRedis(scripted.insertTransaction(records + id, indexes + acs, id, ttl, indexes, value)),
    replace: (id, [before, after], expected, value) => fromRedis(scripted.replaceTransaction(records + id, indexes + before, indexes + after, id, ttl, expected, value)),
    remove: async (id) => await fromRedis(scripted.removeTransaction(records + id, id, indexes)) === 1
  }
}
