import type { Redis } from 'ioredis'
import { decodeTransaction, encodeTransaction } from '../dialects/stored-transaction.ts'
import { MockError } from '../errors.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { transactionNotFound } from './not-found.ts'
import { observe } from './observe.ts'
import { checkRedis } from './redis-check.ts'
import { defineRecordScripts, type RecordScripts } from './redis-scripts.ts'
import type { StateStore, StoreEvents } from './state-store.ts'

export interface RedisStoreOptions {
  /** An open connection. Whoever opened it closes it. */
  redis: Redis
  /** Records are under `<keyPrefix>:<threeDSServerTransID>`, indexes under `<keyPrefix>_acs:<acsTransID>`. */
  keyPrefix: string
  /** Full time to live, seconds. */
  ttlSeconds: number
  /** Where that is, without credentials. */
  maskedUrl: string
  events?: StoreEvents | undefined
}

// In each round somebody wins, so that many writers of one transaction can meet at once and all of them get through.
const MOST_ATTEMPTS = 200

/** Keeps transactions in Redis, where several instances share them and a restart finds them again. */
export function createRedisStore (options: RedisStoreOptions): StateStore {
  const { redis, keyPrefix, events, maskedUrl } = options
  const scripts = defineRecordScripts(redis, keyPrefix, options.ttlSeconds)
  return {
    kind: 'redis',
    insert: (transaction) => observe(events, 'insert', () => insert(scripts, transaction)),
    get: (id) => observe(events, 'get', async () => decode(await scripts.read(id.toLowerCase()))),
    update: (id, change) => observe(events, 'update', () => update(scripts, id.toLowerCase(), change)),
    delete: (id) => observe(events, 'delete', () => scripts.remove(id.toLowerCase())),
    findByAcsTransId: (id) => observe(events, 'findByAcsTransId', async () => decode(await scripts.find(id.toLowerCase()))),
    check: () => checkRedis(redis, `${keyPrefix}_check:`, maskedUrl),
    // Counting records would be a scan.
    size: async () => undefined,
    close: async () => {}
  }
}

async function insert (scripts: RecordScripts, transaction: Transaction): Promise<boolean> {
  const [id, acsTransID] = [transaction.threeDSServerTransID.toLowerCase(), transaction.acsTransID.toLowerCase()]
  const value = encodeTransaction(transaction)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const found = await scripts.insert(id, acsTransID, value)
    if (typeof found === 'number') return found === 1
    // Redis is not sure, so it is decided here whether it can be read, and only that very text is replaced.
    const before = decodeTransaction(found)
    if (await scripts.replace(id, [before.acsTransID.toLowerCase(), acsTransID], found, value) === 1) return true
  }
  throw tooManyWriters()
}

function decode (text: string | null): Transaction {
  if (text === null) throw transactionNotFound()
  return decodeTransaction(text)
}

async function update (scripts: RecordScripts, id: string, change: (transaction: Transaction) => Transaction): Promise<Transaction> {
  let kept = await scripts.read(id)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    // What cannot be read is refused here, before anything could be written over it.
    const before = decode(kept)
    const acsTransID = before.acsTransID.toLowerCase()
    const after = change(before)
    if (after === before) return after
    const found = await scripts.replace(id, [acsTransID, after.acsTransID.toLowerCase()], kept as string, encodeTransaction(after))
    if (found === 1) return after
    kept = found as string | null
  }
  throw tooManyWriters()
}

function tooManyWriters (): MockError {
  return new MockError('store_conflict', 'The transaction is being changed by too many others')
}
