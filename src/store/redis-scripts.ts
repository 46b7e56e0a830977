import type { Redis } from 'ioredis'
import { toStoreError } from './redis-errors.ts'

/*
 * One round trip per operation, each whole or not at all. Values are records as JSON; an index key holds the id of its
 * record. Index keys of records found in Redis are computed inside, so one Redis is needed: a cluster would refuse them.
 */

/**
 * `acsTransIdOf(value)`: the record's top-level `acs_trans_id` in lower case; nil when it cannot be told. Our own records
 * begin with it, which saves parsing: nothing nested, and nothing inside a text, stands there.
 * `release(index, id)` and `refresh(index, id, ttl)` leave an index alone that belongs to another record.
 */
const SHARED = `
local function acsTransIdOf(value)
  local first = string.match(value, '^{"acs_trans_id":"([%w-]+)"')
  if first then return string.lower(first) end
  local parsed, record = pcall(cjson.decode, value)
  if parsed and type(record) == 'table' and type(record.acs_trans_id) == 'string' then
    return string.lower(record.acs_trans_id)
  end
end
local function release(index, id)
  if redis.pcall('GET', index) == id then redis.call('DEL', index) end
end
local function refresh(index, id, ttl)
  local owner = redis.pcall('GET', index)
  if owner == id or not owner then redis.call('SET', index, id, 'EX', ttl) end
end
`

/** KEYS record. ARGV id, ttl, index prefix. Gives a record of another writer its index. */
const READ = `${SHARED}
local value = redis.call('GET', KEYS[1])
if not value then return false end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local acs = acsTransIdOf(value)
if acs then refresh(ARGV[3] .. acs, ARGV[1], ARGV[2]) end
return value
`

/** KEYS index. ARGV acsTransID, ttl, record prefix. An index that its record does not name is a leftover. */
const FIND = `${SHARED}
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

/** KEYS record, index. ARGV id, ttl, index prefix, value. Replaces whatever is there, unreadable or not: a new transaction wins. */
const INSERT = `${SHARED}
local old = redis.pcall('GET', KEYS[1])
if type(old) == 'string' then
  local acs = acsTransIdOf(old)
  if acs then release(ARGV[3] .. acs, ARGV[1]) end
end
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return old and 1 or 0
`

/** KEYS record, old index, new index. ARGV id, ttl, expected value, new value. Answers 1, nil (gone), or the value that is there instead. */
const REPLACE = `${SHARED}
local value = redis.call('GET', KEYS[1])
if not value then return false end
if value ~= ARGV[3] then return value end
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[2])
if KEYS[2] ~= KEYS[3] then release(KEYS[2], ARGV[1]) end
redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
return 1
`

/** KEYS record. ARGV id, index prefix. */
const REMOVE = `${SHARED}
local old = redis.pcall('GET', KEYS[1])
if type(old) == 'string' then
  local acs = acsTransIdOf(old)
  if acs then release(ARGV[2] .. acs, ARGV[1]) end
end
return redis.call('DEL', KEYS[1])
`

interface ScriptedRedis {
  readTransaction (record: string, id: string, ttl: number, indexPrefix: string): Promise<string | null>
  findTransaction (index: string, acsTransID: string, ttl: number, recordPrefix: string): Promise<string | null>
  insertTransaction (record: string, index: string, id: string, ttl: number, indexPrefix: string, value: string): Promise<number>
  replaceTransaction (record: string, oldIndex: string, newIndex: string, id: string, ttl: number, expected: string, value: string): Promise<string | number | null>
  removeTransaction (record: string, id: string, indexPrefix: string): Promise<number>
}

/** The operations on one prefix of one Redis. Ids in lower case, values as text; reject with store errors only. */
export interface RecordScripts {
  /** @returns the record; its time and its index's are full again. */
  read (id: string): Promise<string | null>
  /** The same by `acsTransID`. */
  find (acsTransID: string): Promise<string | null>
  /** @returns whether there was something under that id. */
  insert (id: string, acsTransID: string, value: string): Promise<boolean>
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
    read: (id) => answer(scripted.readTransaction(records + id, id, ttl, indexes)),
    find: (acs) => answer(scripted.findTransaction(indexes + acs, acs, ttl, records)),
    insert: async (id, acs, value) => await answer(scripted.insertTransaction(records + id, indexes + acs, id, ttl, indexes, value)) === 1,
    replace: (id, [before, after], expected, value) => answer(scripted.replaceTransaction(records + id, indexes + before, indexes + after, id, ttl, expected, value)),
    remove: async (id) => await answer(scripted.removeTransaction(records + id, id, indexes)) === 1
  }
}

async function answer<Reply> (reply: Promise<Reply>): Promise<Reply> {
  try {
    return await reply
  } catch (error) {
    throw toStoreError(error)
  }
}
