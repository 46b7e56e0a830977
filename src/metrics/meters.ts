import type { StoreEvents } from '../store/state-store.ts'
import { createFamily, newCount, newDurations, observe, type Count, type Durations, type Family } from './series.ts'

/** Sums over everything since the start. */
export interface Totals {
  requests: number
  transactions: number
  challengeResults: number
  storeErrors: number
  storeEvictions: number
  storeExpiries: number
}

/** What the mock counts. Plain numbers, so that counting costs next to nothing and needs no library before it is looked at. */
export interface Meters {
  /**
   * @param endpoint route pattern, or `unmatched`
   * @param status HTTP status
   */
  requestAnswered (endpoint: string, method: string, status: number, seconds: number): void
  /**
   * An AReq was answered.
   * @param flow `browser`, `app`, `3ri` …
   * @param status its `transStatus`
   */
  transactionAnswered (flow: string, status: string): void
  /**
   * A challenge ended.
   * @param channel `browser` or `app`
   * @param status final `transStatus`
   */
  challengeFinished (channel: string, status: string): void
  /** What the store is to tell. */
  readonly storeEvents: StoreEvents
  totals (): Totals
}

/** Meters together with what they have counted. */
export interface KeptMeters extends Meters {
  /** Labels: endpoint, method, status. */
  readonly requests: Family<Durations>
  /** Labels: flow, status. */
  readonly transactions: Family<Count>
  /** Labels: channel, status. */
  readonly challengeResults: Family<Count>
  /** Labels: operation. */
  readonly storeOperations: Family<Durations>
  /** Labels: operation, error. */
  readonly storeErrors: Family<Count>
  readonly evictions: Count
  readonly expiries: Count
}

/** Meters that count. */
export function createMeters (): KeptMeters {
  const requests = createFamily(['endpoint', 'method', 'status'], newDurations)
  const transactions = createFamily(['flow', 'status'], newCount)
  const challengeResults = createFamily(['channel', 'status'], newCount)
  const storeOperations = createFamily(['operation'], newDurations)
  const storeErrors = createFamily(['operation', 'error'], newCount)
  const evictions = newCount()
  const expiries = newCount()
  return {
    requests,
    transactions,
    challengeResults,
    storeOperations,
    storeErrors,
    evictions,
    expiries,
    requestAnswered (endpoint, method, status, seconds) { observe(requests.at(endpoint, method, String(status)), seconds) },
    transactionAnswered (flow, status) { transactions.at(flow, status).value++ },
    challengeFinished (channel, status) { challengeResults.at(channel, status).value++ },
    storeEvents: {
      onEvicted () { evictions.value++ },
      onExpired () { expiries.value++ },
      onOperation (operation, seconds, error) {
        observe(storeOperations.at(operation), seconds)
        if (error !== undefined) storeErrors.at(operation, error).value++
      }
    },
    totals: () => ({
      requests: requests.entries().reduce((sum, { value }) => sum + value.count, 0),
      transactions: countAll(transactions),
      challengeResults: countAll(challengeResults),
      storeErrors: countAll(storeErrors),
      storeEvictions: evictions.value,
      storeExpiries: expiries.value
    })
  }
}

function countAll (family: Family<Count>): number {
  return family.entries().reduce((sum, { value }) => sum + value.value, 0)
}

/** Meters that count nothing. */
export const silentMeters: Meters = {
  requestAnswered () {},
  transactionAnswered () {},
  challengeFinished () {},
  storeEvents: {},
  totals: () => ({ requests: 0, transactions: 0, challengeResults: 0, storeErrors: 0, storeEvictions: 0, storeExpiries: 0 })
}
