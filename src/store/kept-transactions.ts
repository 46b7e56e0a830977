import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { freezeTransaction } from './freeze-transaction.ts'
import type { StoreEvents } from './state-store.ts'

/** How much is kept in memory, and for how long. */
export interface KeptTransactionsOptions {
  /** Full time to live, seconds. */
  ttlSeconds: number
  /** Most transactions kept. */
  maxTransactions: number
  /** Most bytes kept, by `freezeTransaction`'s estimate and that of ids and index. A transaction larger than that is evicted at once. */
  maxBytes: number
  /** Decides what has expired. */
  clock: Clock
  events?: StoreEvents | undefined
}

/** Transactions by id, and the ids by `acsTransID`, with one life. All ids in lower case. */
export interface KeptTransactions {
  /** @returns the transaction, frozen, which has its full time to live again; `undefined` when there is none. */
  read (id: string): Transaction | undefined
  /**
   * Freezes a transaction, keeps it and takes the index of its `acsTransID` for it.
   * @returns whether another of that id was replaced
   */
  write (id: string, transaction: Transaction): boolean
  /** @returns whether there was one. */
  remove (id: string): boolean
  /** @returns the id of the last transaction written with that `acsTransID`. */
  idOf (acsTransID: string): string | undefined
  forgetExpired (): void
  size (): number
  clear (): void
}

// Ids, entry, index and list: what one transaction costs beside itself, measured over 100 000.
const OVERHEAD_BYTES = 300

/** Keeps transactions, oldest access out first. */
export function createKeptTransactions (options: KeptTransactionsOptions): KeptTransactions {
  const { maxTransactions, maxBytes, events } = options
  const index = new Map<string, string>()
  const cache = createCache(options, release)

  // Another transaction with the same acsTransID may have taken the index since.
  function release ({ acsTransID }: Transaction, id: string): void {
    const key = acsTransID.toLowerCase()
    if (index.get(key) === id) index.delete(key)
  }

  // Where room is short it is made by what has expired rather than by what is still alive.
  function makeRoom (id: string, size: number): void {
    if (cache.size >= maxTransactions || cache.calculatedSize + size > maxBytes) forgetExpired()
    // For what is too large for the cache nobody has to go.
    if (size <= maxBytes && cache.size >= maxTransactions && !cache.has(id)) cache.pop()
  }

  function write (id: string, given: Transaction): boolean {
    const transaction = given.threeDSServerTransID === id ? given : { ...given, threeDSServerTransID: id }
    const size = freezeTransaction(transaction) + OVERHEAD_BYTES
    makeRoom(id, size)
    const isReplaced = cache.has(id)
    const old = cache.peek(id)
    if (old !== undefined) release(old, id)
    cache.set(id, transaction, { size })
    if (size <= maxBytes) index.set(transaction.acsTransID.toLowerCase(), id)
    else events?.onEvicted?.()
    return isReplaced
  }

  // Every access moves a transaction to the young end and gives it the same full time, so what has expired is the oldest.
  function forgetExpired (): void {
    for (const id of cache.rkeys()) {
      if (cache.getRemainingTTL(id) >= 0) return
      cache.get(id, { allowStale: false })
    }
  }

  return {
    read: (id) => cache.get(id, { allowStale: false }),
    write,
    remove: (id) => cache.delete(id),
    idOf: (acsTransID) => index.get(acsTransID),
    forgetExpired,
    size: () => cache.size,
    clear () { cache.clear() }
  }
}

type Release = (transaction: Transaction, id: string) => void

function createCache (options: KeptTransactionsOptions, release: Release): LRUCache<string, Transaction> {
  const { clock, events } = options
  return new LRUCache<string, Transaction>({
    // No `max`: the cache would set room for as many aside at once, which costs a start 10 ms. `makeRoom` counts.
    maxSize: options.maxBytes,
    ttl: options.ttlSeconds * 1000,
    updateAgeOnGet: true,
    // No reading of the clock is kept for later, so a clock that jumps is believed at once.
    ttlResolution: 0,
    // A start of 0 means "no time to live" to the cache, and a clock may well begin there.
    perf: { now: () => clock.now() + 1 },
    // Only so that a walk over the keys meets the expired ones too; no reading returns them.
    allowStale: true,
    noDisposeOnSet: true,
    dispose (transaction, id, reason) {
      release(transaction, id)
      if (reason === 'evict') events?.onEvicted?.()
      if (reason === 'expire') events?.onExpired?.()
    }
  })
}
