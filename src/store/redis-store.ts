import type { Redis } from 'ioredis'
import { MockError } from '../errors.ts'
import type { IdSource } from '../ids.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { transactionNotFound } from './not-found.ts'
import { observe } from './observe.ts'
import { checkRedis } from './redis-check.ts'
import { defineRecordScripts, type RecordScripts } from './redis-scripts.ts'
import type { StateStore, StoreEvents } from './state-store.ts'

/** How a transaction is written as text, and read again. */
export interface RecordCodec {
  encode (transaction: Transaction): string
  /** @throws MockError `store_serialization` for a text that is no record. */
  decode (text: string): Transaction
}

export interface RedisStoreOptions {
  /** An open connection. Whoever opened it closes it. */
  redis: Redis
  /** Records are under `<keyPrefix>:<threeDSServerTransID>`, indexes under `<keyPrefix>_acs:<acsTransID>`. */
  keyPrefix: string
  /** Full time to live, seconds. */
  ttlSeconds: number
  /** Where that is, without credentials. */
  maskedUrl: string
  codec: RecordCodec
  /** Where the names of trial keys come from. */
  ids: Pick<IdSource, 'uuid'>
  events?: StoreEvents | undefined
}

// In each round somebody wins, so that many writers of one transaction can meet at once and all of them get through.
const MOST_ATTEMPTS = 200

/** Keeps transactions in Redis, where several instances share them and a restart finds them again. */
export function createRedisStore (options: RedisStoreOptions): StateStore {
  const { redis, keyPrefix, events, maskedUrl, codec, ids } = options
  const scripts = defineRecordScripts(redis, keyPrefix, options.ttlSeconds)
  const records: Records = { scripts, codec }
  return {
    kind: 'redis',
    insert: (transaction) => observe(events, 'insert', () => insert(records, transaction)),
    get: (id) => observe(events, 'get', async () => decode(await scripts.read(id.toLowerCase()), codec)),
    update: (id, change) => observe(events, 'update', () => update(records, id.toLowerCase(), change)),
    delete: (id) => observe(events, 'delete', () => scripts.remove(id.toLowerCase())),
    findByAcsTransId: (id) => observe(events, 'findByAcsTransId', async () => decode(await scripts.find(id.toLowerCase()), codec)),
    check: () => checkRedis(redis, `${keyPrefix}_check:${ids.uuid()}`, maskedUrl),
    // Counting records would be a scan.
    size: async () => undefined,
    close: async () => {}
  }
}

/** Records, and what they say. */
interface Records { scripts: RecordScripts, codec: RecordCodec }

async function insert ({ scripts, codec }: Records, transaction: Transaction): Promise<boolean> {
  const [id, acsTransID] = [transaction.threeDSServerTransID.toLowerCase(), transaction.acsTransID.toLowerCase()]
  const value = codec.encode(transaction)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const found = await scripts.insert(id, acsTransID, value)
    if (typeof found === 'number') return found === 1
    // Redis is not sure, so it is decided here whether it can be read, and only that very text is replaced.
    const before = codec.decode(found)
    if (await scripts.replace(id, [before.acsTransID.toLowerCase(), acsTransID], found, value) === 1) return true
  }
  throw tooManyWriters()
}

function decode (text: string | null, codec: RecordCodec): Transaction {
  if (text === null) throw transactionNotFound()
  return codec.decode(text)
}

async function update ({ scripts, codec }: Records, id: string, change: (transaction: Transaction) => Transaction): Promise<Transaction> {
  let kept = await scripts.read(id)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    // What cannot be read is refused here, before anything could be written over it.
    const before = decode(kept, codec)
    const acsTransID = before.acsTransID.toLowerCase()
    const after = change(before)
    if (after === before) return after
    const found = await scripts.replace(id, [acsTransID, after.acsTransID.toLowerCase()], kept as string, codec.encode(after))
    if (found === 1) return after
    kept = found as string | null
  }
  throw tooManyWriters()
}

function tooManyWriters (): MockError {
  return new MockError('store_conflict', 'The transaction is being changed by too many others')
}
