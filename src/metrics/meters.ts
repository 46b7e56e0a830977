import { isErrorCode } from '../protocol/error-codes.ts'
import { MESSAGE_TYPES } from '../protocol/messages.ts'
import type { StoreEvents } from '../store/state-store.ts'
import { METRICS, type MetricDescription } from './catalogue.ts'
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
  /** Another server posted a message. @param messageType as it came */
  messageReceived (door: 'ds' | 'acs', messageType: unknown): void
  /** A message was posted to another server. */
  messageSent (messageType: unknown, outcome: string, seconds: number): void
  /** A message of somebody else was refused. Component and code as in the `Erro`, which may be of somebody else too. */
  erroRaised (component: unknown, code: unknown): void
  /** Somebody posted an `Erro`. Component and code as they came. */
  erroReceived (component: unknown, code: unknown): void
  /** The ACS has tried to report a result. @param isRetry after an attempt that was kept */
  resultReported (outcome: string, isRetry: boolean): void
  /** A result was posted to `resultsResponseNotificationUrl`. */
  resultDelivered (outcome: string): void
  methodStep (step: 'page' | 'data'): void
  jobRan (kind: string, outcome: string, lateSeconds: number): void
  /** What the store is to tell. */
  readonly storeEvents: StoreEvents
  totals (): Totals
}

/** What was counted; labels as in `METRICS`. */
export interface Counted {
  readonly requests: Family<Durations>
  readonly transactions: Family<Count>
  readonly challengeResults: Family<Count>
  readonly received: Family<Count>
  readonly sent: Family<Durations>
  readonly errosRaised: Family<Count>
  readonly errosReceived: Family<Count>
  readonly reports: Family<Count>
  readonly deliveries: Family<Count>
  readonly methodSteps: Family<Count>
  readonly jobRuns: Family<Count>
  readonly jobLateness: Family<Durations>
  readonly storeOperations: Family<Durations>
  readonly storeErrors: Family<Count>
  readonly evictions: Count
  readonly expiries: Count
}

/** Meters together with what they have counted. */
export interface KeptMeters extends Meters { readonly counted: Counted }

const counts = (metric: MetricDescription) => createFamily(Object.keys(metric.labels), newCount)
const durations = (metric: MetricDescription) => createFamily(Object.keys(metric.labels), newDurations)

function newCounted (): Counted {
  return {
    requests: durations(METRICS.requests),
    transactions: counts(METRICS.transactions),
    challengeResults: counts(METRICS.challengeResults),
    received: counts(METRICS.received),
    sent: durations(METRICS.sent),
    errosRaised: counts(METRICS.errosRaised),
    errosReceived: counts(METRICS.errosReceived),
    reports: counts(METRICS.reports),
    deliveries: counts(METRICS.deliveries),
    methodSteps: counts(METRICS.methodSteps),
    jobRuns: counts(METRICS.jobRuns),
    jobLateness: durations(METRICS.jobLateness),
    storeOperations: durations(METRICS.storeOperations),
    storeErrors: counts(METRICS.storeErrors),
    evictions: newCount(),
    expiries: newCount()
  }
}

/** Meters that count. Whatever is posted, the values of a label are few. */
export function createMeters (): KeptMeters {
  const counted = newCounted()
  return {
    counted,
    requestAnswered (endpoint, method, status, seconds) { observe(counted.requests.at(endpoint, method, String(status)), seconds) },
    transactionAnswered (flow, status) { counted.transactions.at(flow, status).value++ },
    challengeFinished (channel, status) { counted.challengeResults.at(channel, status).value++ },
    messageReceived (door, messageType) { counted.received.at(door, oneOf(MESSAGE_TYPES, messageType)).value++ },
    messageSent (messageType, outcome, seconds) { observe(counted.sent.at(oneOf(MESSAGE_TYPES, messageType), outcome), seconds) },
    erroRaised (component, code) { counted.errosRaised.at(oneOf(COMPONENTS, component), isErrorCode(code) ? code : OTHER).value++ },
    erroReceived (component, code) { counted.errosReceived.at(oneOf(COMPONENTS, component), isErrorCode(code) ? code : OTHER).value++ },
    resultReported (outcome, isRetry) { counted.reports.at(outcome, String(isRetry)).value++ },
    resultDelivered (outcome) { counted.deliveries.at(outcome).value++ },
    methodStep (step) { counted.methodSteps.at(step).value++ },
    jobRan (kind, outcome, lateSeconds) {
      counted.jobRuns.at(kind, outcome).value++
      observe(counted.jobLateness.at(kind), lateSeconds)
    },
    storeEvents: storeEventsOf(counted),
    totals: () => totalsOf(counted)
  }
}

const OTHER = 'other'
const COMPONENTS: readonly unknown[] = ['C', 'S', 'D', 'A']

function oneOf (known: readonly unknown[], value: unknown): string {
  return known.includes(value) ? value as string : OTHER
}

function storeEventsOf ({ evictions, expiries, storeOperations, storeErrors }: Counted): StoreEvents {
  return {
    onEvicted () { evictions.value++ },
    onExpired () { expiries.value++ },
    onOperation (operation, seconds, error) {
      observe(storeOperations.at(operation), seconds)
      if (error !== undefined) storeErrors.at(operation, error).value++
    }
  }
}

function totalsOf (counted: Counted): Totals {
  return {
    requests: counted.requests.entries().reduce((sum, { value }) => sum + value.count, 0),
    transactions: countAll(counted.transactions),
    challengeResults: countAll(counted.challengeResults),
    storeErrors: countAll(counted.storeErrors),
    storeEvictions: counted.evictions.value,
    storeExpiries: counted.expiries.value
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
  messageReceived () {},
  messageSent () {},
  erroRaised () {},
  erroReceived () {},
  resultReported () {},
  resultDelivered () {},
  methodStep () {},
  jobRan () {},
  storeEvents: {},
  totals: () => ({ requests: 0, transactions: 0, challengeResults: 0, storeErrors: 0, storeEvictions: 0, storeExpiries: 0 })
}
