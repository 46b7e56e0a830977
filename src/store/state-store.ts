import type { Transaction } from '../transaction/transaction.ts'

/** What `check` found out about the place where transactions live. It is of use when all operations succeeded. */
export interface StoreHealth {
  kind: 'memory' | 'redis'
  /** Whether it answers at all, be it with refusals. */
  connected: boolean
  /** Where, credentials masked; absent for memory. */
  url?: string
  /** Duration of the slowest operation tried, milliseconds. */
  latencyMs: number
  /** Which operations succeeded, each really tried, on a key of its own. */
  operations: Record<'ping' | 'set' | 'get' | 'delete', boolean>
}

/** What happens inside a store; the metrics plugin listens. */
export interface StoreEvents {
  /** A transaction left because of the bound on count or bytes. */
  onEvicted? (): void
  /** A transaction left because its time was over (memory only: Redis does not tell). */
  onExpired? (): void
  /** An operation ended. `seconds` is its duration, `error` the code of its failure. */
  onOperation? (operation: StoreOperation, seconds: number, error?: string): void
}

export type StoreOperation = 'insert' | 'get' | 'update' | 'delete' | 'findByAcsTransId'

/**
 * Keeps transactions. Every access, reads included, gives the transaction and its index their full time to live again.
 *
 * Rejects with `MockError` of these codes and no others: `transaction_not_found`, `store_conflict` (an update lost the
 * race too often), `store_serialization` (what is kept cannot be read, and is never overwritten), `store_connection`
 * (away, or refuses to do it), `store_timeout`. Ids are compared without regard to case.
 */
export interface StateStore {
  readonly kind: 'memory' | 'redis'
  /**
   * Keeps a transaction under its `threeDSServerTransID`, with an index by its `acsTransID`: that belongs to whoever was
   * written with it last. A transaction of the same id is replaced; what cannot be read is not.
   * @returns whether another transaction of the same id was replaced (its index is gone too)
   */
  insert (transaction: Transaction): Promise<boolean>
  /** @returns the transaction; rejects with `transaction_not_found`. */
  get (threeDSServerTransID: string): Promise<Transaction>
  /**
   * Atomic compare-and-set: reads, applies `change`, and writes only if nobody wrote in between; a lost race is tried again.
   * `change` must be pure; when it returns the very transaction it was given, nothing is written. What it throws is passed on.
   * @returns the transaction as kept afterwards
   */
  update (threeDSServerTransID: string, change: (transaction: Transaction) => Transaction): Promise<Transaction>
  /** @returns whether there was one, readable or not. */
  delete (threeDSServerTransID: string): Promise<boolean>
  /** @returns the transaction with that `acsTransID`, through one index key; rejects with `transaction_not_found`. */
  findByAcsTransId (acsTransID: string): Promise<Transaction>
  /** Tries ping, set, get, delete; never rejects. */
  check (): Promise<StoreHealth>
  /** @returns how many transactions are kept; `undefined` where that cannot be told without a scan. */
  size (): Promise<number | undefined>
  /** Forgets what this process keeps. A connection is closed by whoever opened it. */
  close (): Promise<void>
}
