import type { Transaction } from '../transaction/transaction.ts'
import { createKeptTransactions, type KeptTransactions, type KeptTransactionsOptions } from './kept-transactions.ts'
import { transactionNotFound } from './not-found.ts'
import { observe } from './observe.ts'
import type { StateStore, StoreHealth } from './state-store.ts'

const LONGEST_PURGE_INTERVAL_MS = 30_000

/**
 * Keeps transactions in this process, frozen: nobody can change one from outside, and nothing has to be copied, written or
 * parsed. No update loses a race here, since nothing happens between its reading and its writing.
 */
export function createMemoryStore (options: KeptTransactionsOptions): StateStore {
  const { events } = options
  const kept = createKeptTransactions(options)
  // Reads notice what has expired by themselves; the timer is for the memory of a mock that nobody talks to.
  const timer = setInterval(kept.forgetExpired, Math.min(options.ttlSeconds * 100, LONGEST_PURGE_INTERVAL_MS))
  timer.unref()
  return {
    kind: 'memory',
    insert: (transaction) => observe(events, 'insert', () => kept.write(transaction.threeDSServerTransID.toLowerCase(), transaction)),
    get: (id) => observe(events, 'get', () => read(kept, id)),
    update: (id, change) => observe(events, 'update', () => update(kept, id, change)),
    delete: (id) => observe(events, 'delete', () => remove(kept, id)),
    findByAcsTransId: (id) => observe(events, 'findByAcsTransId', () => read(kept, kept.idOf(id.toLowerCase()))),
    check: async () => check(),
    async size () {
      kept.forgetExpired()
      return kept.size()
    },
    async close () {
      clearInterval(timer)
      kept.clear()
    }
  }
}

function read (kept: KeptTransactions, id: string | undefined): Transaction {
  const transaction = id === undefined ? undefined : kept.read(id.toLowerCase())
  if (transaction === undefined) throw transactionNotFound()
  return transaction
}

function update (kept: KeptTransactions, id: string, change: (transaction: Transaction) => Transaction): Transaction {
  const before = read(kept, id)
  const after = change(before)
  if (after !== before) kept.write(id.toLowerCase(), after)
  return after
}

function remove (kept: KeptTransactions, id: string): boolean {
  kept.forgetExpired()
  return kept.remove(id.toLowerCase())
}

// There is no connection that could be away. A store at its bound would have to evict a transaction to keep a trial one.
function check (): StoreHealth {
  return { kind: 'memory', connected: true, latencyMs: 0, operations: { ping: true, set: true, get: true, delete: true } }
}
