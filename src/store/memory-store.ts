import { decodeTransaction, encodeTransaction } from '../dialects/stored-transaction.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { createKeptTexts, type KeptTexts, type KeptTextsOptions } from './kept-texts.ts'
import { transactionNotFound } from './not-found.ts'
import { observe } from './observe.ts'
import type { StateStore, StoreHealth } from './state-store.ts'

const LONGEST_PURGE_INTERVAL_MS = 30_000

/**
 * Keeps transactions in this process, as the text that Redis would hold: nobody can change it from outside, and a text is
 * one piece for the garbage collector where an object is hundreds. No update loses a race here, since nothing happens
 * between its reading and its writing.
 */
export function createMemoryStore (options: KeptTextsOptions): StateStore {
  const { events } = options
  const texts = createKeptTexts(options)
  // Reads notice what has expired by themselves; the timer is for the memory of a mock that nobody talks to.
  const timer = setInterval(texts.forgetExpired, Math.min(options.ttlSeconds * 100, LONGEST_PURGE_INTERVAL_MS))
  timer.unref()
  return {
    kind: 'memory',
    insert: (transaction) => observe(events, 'insert', () => insert(texts, transaction)),
    get: (id) => observe(events, 'get', () => read(texts, id)),
    update: (id, change) => observe(events, 'update', () => update(texts, id, change)),
    delete: (id) => observe(events, 'delete', () => remove(texts, id)),
    findByAcsTransId: (id) => observe(events, 'findByAcsTransId', () => read(texts, texts.idOf(id.toLowerCase()))),
    check: async () => check(),
    async size () {
      texts.forgetExpired()
      return texts.size()
    },
    async close () {
      clearInterval(timer)
      texts.clear()
    }
  }
}

function insert (texts: KeptTexts, transaction: Transaction): boolean {
  // First, so that room is made by what has expired rather than by what is still alive.
  texts.forgetExpired()
  const id = transaction.threeDSServerTransID.toLowerCase()
  const isReplaced = texts.read(id) !== undefined
  texts.write(id, transaction.acsTransID.toLowerCase(), encodeTransaction(transaction))
  return isReplaced
}

function read (texts: KeptTexts, id: string | undefined): Transaction {
  const text = id === undefined ? undefined : texts.read(id.toLowerCase())
  if (text === undefined) throw transactionNotFound()
  return decodeTransaction(text)
}

function update (texts: KeptTexts, id: string, change: (transaction: Transaction) => Transaction): Transaction {
  const before = read(texts, id)
  const after = change(before)
  if (after !== before) texts.write(id.toLowerCase(), after.acsTransID.toLowerCase(), encodeTransaction(after))
  return after
}

function remove (texts: KeptTexts, id: string): boolean {
  texts.forgetExpired()
  return texts.remove(id.toLowerCase())
}

// There is no connection that could be away. A store at its bound would have to evict a transaction to keep a trial one.
function check (): StoreHealth {
  return { kind: 'memory', connected: true, latencyMs: 0, operations: { ping: true, set: true, get: true, delete: true } }
}
