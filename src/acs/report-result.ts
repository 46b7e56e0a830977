import type { Clock } from '../clock.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { Log } from '../log.ts'
import type { RReq } from '../protocol/messages.ts'
import type { StateStore } from '../store/state-store.ts'
import type { ReportAttempt } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { Reported } from './ask-ds.ts'
import { stateOf } from './challenge/challenge-of.ts'
import { unavailableRReq } from './unavailable-rreq.ts'

/** How the result of a challenge gets to the 3DS Server. */
export interface ResultReporting {
  /**
   * Sends the RReq that is stored with the challenge, and waits for its RRes or for the time that is set for it; never rejects.
   * @returns the transaction with what came of it
   */
  report (transaction: Transaction): Promise<Transaction>
  /** Resolves when nothing of this transaction is on its way from this process: nobody hears of the end before the receiver. */
  settled (transaction: Pick<Transaction, 'acsTransID'>): Promise<void>
}

/** What reporting takes. */
export interface ReportingParts {
  store: StateStore
  clock: Clock
  log: Log
  jobs: Pick<JobQueue, 'schedule' | 'cancel'>
  /** How long one attempt can take, milliseconds: so long the job that does it in somebody's place waits. */
  leaseMs: number
  /** To the DS; rejects with errors of the store only. */
  send (rReq: RReq, transaction: Transaction): Promise<Reported>
}

/** Kind of the jobs that report what could not be reported. */
export const REPORT_JOB = 'report'

/** Between two attempts to reach the DS: emv3ds-protocol §10. */
export const RETRY_MS = 10_000

/** Somebody who cannot be reached for a day is given up. */
const LONGEST_MS = 86_400_000

/** Attempts that are kept: the first one, and the last ones. */
const KEPT_ATTEMPTS = 10

/** @returns the name of the job that reports a transaction's result. */
export function reportJobId (acsTransID: string): string {
  return `${REPORT_JOB}:${acsTransID}`
}

/** Reports results, each once at a time. */
export function createResultReporting (parts: ReportingParts): ResultReporting {
  const underWay = new Map<string, Promise<Transaction>>()
  return {
    async report (transaction) {
      const sending = underWay.get(transaction.acsTransID) ?? attempt(transaction, parts)
      underWay.set(transaction.acsTransID, sending)
      return sending.finally(() => { underWay.delete(transaction.acsTransID) })
    },
    async settled ({ acsTransID }) { await underWay.get(acsTransID) }
  }
}

/** With a job behind it, so that a process that ends meanwhile is no loss. */
async function attempt (transaction: Transaction, parts: ReportingParts): Promise<Transaction> {
  const { acsTransID, threeDSServerTransID } = transaction
  const id = reportJobId(acsTransID)
  const now = parts.clock.now()
  try {
    if (isFar(transaction)) await parts.jobs.schedule({ id, kind: REPORT_JOB, dueAt: now + parts.leaseMs, data: { threeDSServerTransID, acsTransID } })
    const reported = await sendOnce(transaction, parts)
    if (reported.outcome === 'unreachable') {
      await parts.jobs.schedule({ id, kind: REPORT_JOB, dueAt: parts.clock.now() + RETRY_MS, data: { threeDSServerTransID, acsTransID } })
    } else if (isFar(transaction)) await parts.jobs.cancel(id)
    return await keepAttempt(transaction, reported, parts)
  } catch (err) {
    parts.log.warn({ err, threeDSServerTransID }, 'the result could not be reported now')
    return transaction
  }
}

/** Connecting is tried again at once: emv3ds-protocol §10. */
async function sendOnce (transaction: Transaction, { send }: ReportingParts): Promise<Reported> {
  const rReq = transaction.challenge?.rReq as RReq
  const first = await send(rReq, transaction)
  return first.outcome === 'unreachable' ? send(rReq, transaction) : first
}

/** Somebody elsewhere has to be called. */
function isFar ({ parties, preferences }: Transaction): boolean {
  return parties !== undefined || (preferences.resultsResponseNotificationUrl ?? '') !== ''
}

/**
 * Once more for a result that could not be sent, with status U (emv3ds-protocol §10).
 * @returns when to try again; nothing where there is nothing left to do
 */
export async function reportAgain (transaction: Transaction, parts: ReportingParts): Promise<{ retryAt: number } | undefined> {
  const { challenge } = transaction
  if (challenge?.rReq === undefined || stateOf(transaction) !== 'reporting') return undefined
  const wasTried = challenge.reports !== undefined
  const rReq = wasTried ? unavailableRReq(challenge.rReq) : challenge.rReq
  const reported = await parts.send(rReq, transaction)
  await keepAttempt({ ...transaction, challenge: { ...challenge, rReq } }, reported, parts)
  const now = parts.clock.now()
  const isGivenUp = now - (challenge.reports?.[0]?.at ?? now) >= LONGEST_MS
  return reported.outcome === 'unreachable' && !isGivenUp ? { retryAt: now + RETRY_MS } : undefined
}

/** What everybody played here is not kept: the result itself is. */
async function keepAttempt (transaction: Transaction, reported: Reported, { store, clock, log }: ReportingParts): Promise<Transaction> {
  const { threeDSServerTransID, acsTransID, challenge } = transaction
  if (transaction.parties === undefined && reported.outcome === 'answered' && reported.answer['messageType'] === 'RRes') return transaction
  const report: ReportAttempt = { ...reported, at: clock.now() }
  log.info({ threeDSServerTransID, outcome: reported.outcome }, 'result reported to the Directory Server')
  const rReq = challenge?.rReq as RReq
  const state = reported.outcome === 'unreachable' ? 'reporting' : 'ended'
  return store.update(threeDSServerTransID, (current) => {
    // Another authentication may have taken the id meanwhile.
    if (current.acsTransID !== acsTransID || current.challenge === undefined) return current
    return { ...current, challenge: { ...current.challenge, state, rReq, reports: kept([...current.challenge.reports ?? [], report]) } }
  })
}

function kept (reports: ReportAttempt[]): ReportAttempt[] {
  return reports.length <= KEPT_ATTEMPTS ? reports : [reports[0] as ReportAttempt, ...reports.slice(1 - KEPT_ATTEMPTS)]
}
