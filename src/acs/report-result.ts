import type { Clock } from '../clock.ts'
import { MockError } from '../errors.ts'
import { onceMore } from '../exchange/once-more.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { Log } from '../log.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import { leaseFrom, lookAgain, whileHeld } from '../store/lease.ts'
import type { StateStore } from '../store/state-store.ts'
import type { ChallengeProgress, ReportAttempt } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { Reported } from './ask-ds.ts'
import { challengeOf, stateOf } from './challenge/challenge-of.ts'
import { step } from './challenge/machine.ts'
import type { Proofs } from './proofs.ts'
import { claimReport, isFar, isUnreported, renewReport } from './report-lease.ts'
import { unavailableRReq } from './unavailable-rreq.ts'

/** How the result of a challenge gets to the 3DS Server. */
export interface ResultReporting {
  /**
   * Sends the RReq that is stored with the challenge, and waits for its RRes or for the time that is set for it; never rejects.
   * @returns the transaction with what came of it
   */
  report (transaction: Transaction): Promise<Transaction>
  /**
   * Waits until no result of this transaction is on its way, from whichever process: nobody hears of the end before the receiver.
   * Where there is one and nobody reports it, as its process has died, this does.
   * @returns the transaction as it is then
   * @throws MockError of the store, `transaction_not_found` also when another authentication has taken the id since;
   * `server_closing` to who waits for another process when this one ends
   */
  settled (transaction: Transaction): Promise<Transaction>
}

/** What reporting takes. */
export interface ReportingParts {
  store: StateStore
  clock: Clock
  log: Log
  jobs: Pick<JobQueue, 'schedule' | 'cancel'>
  /** Of this process alone, so that they are never away. */
  ownJobs: Pick<JobQueue, 'schedule'>
  /** Of the result that says that it comes too late. */
  proofs: Pick<Proofs, 'forRReq'>
  /** How long who reports in another process is waited for without news of him, milliseconds. */
  waitMs: number
  /** Ends all waiting for other processes. */
  closing: AbortSignal
  /** Of `lookInterval`. */
  lookMs: number
  /** To the DS; rejects with errors of the store only. */
  send (rReq: RReq, transaction: Transaction): Promise<Reported>
}

/** Kind of the jobs that report what could not be reported. */
export const REPORT_JOB = 'report'

/** Kind of the jobs that go on with a report that jobs or the store were not there for. */
export const RESUME_JOB = 'resume-report'

/** How soon, and how often, such a report is looked at. */
export const RESUME_MS = 1000

/** How soon a report is looked at whose process may have died: among the jobs that share a ring, and after its lease. */
const STAND_BEHIND_MS = 6000

/** Between two attempts to reach the DS: emv3ds-protocol §10. */
const RETRY_MS = 10_000

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
  return { report, settled }

  async function report (transaction: Transaction): Promise<Transaction> {
    const sending = underWay.get(transaction.acsTransID) ?? attempt(transaction, parts)
    underWay.set(transaction.acsTransID, sending)
    return sending.finally(() => { underWay.delete(transaction.acsTransID) })
  }

  async function settled (transaction: Transaction): Promise<Transaction> {
    let giveUpAt = performance.now() + parts.waitMs
    let givenUp: number | undefined
    let current = transaction
    for (;;) {
      const here = underWay.get(transaction.acsTransID)
      if (here !== undefined) return here
      if (!isUnreported(current)) return current
      const claimed = await claimReport(current, parts, givenUp)
      if (claimed.isOurs) return report(claimed.transaction)
      current = claimed.transaction
      if (performance.now() < giveUpAt) await lookAgain(parts.closing)
      else [giveUpAt, givenUp] = [performance.now() + parts.waitMs, current.challenge?.reportLease]
    }
  }
}

/** @returns whether an error says that jobs or the store are away. Any other comes again, however often the same is tried. */
export function isAway (error: unknown): boolean {
  return error instanceof MockError && (error.code === 'store_connection' || error.code === 'store_timeout')
}

/**
 * With a job behind it, so that a process that ends meanwhile is no loss. Where jobs or the store are away, the result is sent all
 * the same, and this process goes on as soon as they are back. After another fault the challenge's timer tries once more.
 */
async function attempt (transaction: Transaction, parts: ReportingParts): Promise<Transaction> {
  const { clock, log, ownJobs } = parts
  const { acsTransID, threeDSServerTransID } = transaction
  let reported: Reported | undefined
  try {
    if (isFar(transaction)) await reportLater(transaction, STAND_BEHIND_MS, parts).catch((err: unknown) => { log.warn({ err, threeDSServerTransID }, 'no job stands behind a report') })
    reported = await sendFirst(transaction, parts)
    return await settleReport(transaction, reported, parts)
  } catch (err) {
    log.warn({ err, threeDSServerTransID }, 'the result could not be reported now')
    if (!isAway(err)) return transaction
    const data = { threeDSServerTransID, acsTransID, ...(reported === undefined ? {} : { reported: { ...reported } as JsonObject }) }
    await ownJobs.schedule({ id: `${RESUME_JOB}:${acsTransID}`, kind: RESUME_JOB, dueAt: clock.now() + RESUME_MS, data })
    return transaction
  }
}

/** Nobody else does meanwhile. */
function sendFirst (transaction: Transaction, parts: ReportingParts): Promise<Reported> {
  return whileHeld(() => renewReport(transaction, parts), () => onceMore(() => parts.send(transaction.challenge?.rReq as RReq, transaction)))
}

/** Keeps what came of an attempt, and sees to the job behind it. */
export async function settleReport (transaction: Transaction, reported: Reported, parts: ReportingParts): Promise<Transaction> {
  if (reported.outcome === 'unreachable') await reportLater(transaction, RETRY_MS, parts)
  else if (isFar(transaction)) await parts.jobs.cancel(reportJobId(transaction.acsTransID))
  return keepAttempt(transaction, reported, parts)
}

function reportLater ({ threeDSServerTransID, acsTransID }: Transaction, delayMs: number, { jobs, clock, lookMs }: ReportingParts): Promise<void> {
  return jobs.schedule({ id: reportJobId(acsTransID), kind: REPORT_JOB, dueAt: clock.now() + Math.min(delayMs, lookMs), data: { threeDSServerTransID, acsTransID } })
}

/**
 * Reports what its process did not, or once more what could not be sent, with status U (emv3ds-protocol §10).
 * @param transaction looking at which has renewed its time
 * @returns when to look again; nothing where there is nothing left to do
 */
export async function reportAgain (transaction: Transaction, parts: ReportingParts): Promise<{ retryAt: number } | undefined> {
  if (stateOf(transaction) !== 'reporting') return undefined
  const { rReq, reports } = transaction.challenge as ChallengeProgress
  if (reports !== undefined) return trySoon(transaction, rReq as RReq, reports, parts)
  const claimed = await claimReport(transaction, parts)
  if (!claimed.isOurs) return lookAt(leaseFrom(parts.clock.now()), parts)
  return keepAndLook(claimed.transaction, await sendFirst(claimed.transaction, parts), parts)
}

async function trySoon (transaction: Transaction, rReq: RReq, reports: ReportAttempt[], parts: ReportingParts): Promise<{ retryAt: number } | undefined> {
  const [first, last] = [reports[0] as ReportAttempt, reports.at(-1) as ReportAttempt]
  if (last.at + RETRY_MS > parts.clock.now()) return lookAt(last.at + RETRY_MS, parts)
  const { aReq, acsTransID, scheme } = transaction
  const late = { ...unavailableRReq(rReq), ...parts.proofs.forRReq(aReq, 'U', acsTransID, scheme) }
  const again = await keepAndLook(transaction, await parts.send(late, transaction), parts)
  return parts.clock.now() - first.at >= LONGEST_MS ? undefined : again
}

async function keepAndLook (transaction: Transaction, reported: Reported, parts: ReportingParts): Promise<{ retryAt: number } | undefined> {
  await keepAttempt(transaction, reported, parts)
  return reported.outcome === 'unreachable' ? lookAt(parts.clock.now() + RETRY_MS, parts) : undefined
}

/** In time, and before the transaction is gone. */
function lookAt (time: number, { clock, lookMs }: ReportingParts): { retryAt: number } {
  return { retryAt: Math.min(time, clock.now() + lookMs) }
}

/** What everybody played here is not kept: the result itself is. The ACS's own stays what it was, whatever could be sent of it. */
async function keepAttempt (transaction: Transaction, reported: Reported, { store, clock, log }: ReportingParts): Promise<Transaction> {
  const { threeDSServerTransID, acsTransID } = transaction
  if (transaction.parties === undefined && reported.outcome === 'answered' && reported.answer['messageType'] === 'RRes') return transaction
  const report: ReportAttempt = { ...reported, at: clock.now() }
  log.info({ threeDSServerTransID, outcome: reported.outcome }, 'result reported to the Directory Server')
  return store.update(threeDSServerTransID, (current) => {
    // Another authentication may have taken the id meanwhile.
    if (current.acsTransID !== acsTransID || current.challenge === undefined) return current
    const { reportLease, ...progress } = reported.outcome === 'unreachable' ? current.challenge : step(challengeOf(current), { type: 'reported' }).progress
    return { ...current, challenge: { ...progress, reports: kept([...progress.reports ?? [], report]) } }
  })
}

function kept (reports: ReportAttempt[]): ReportAttempt[] {
  return reports.length <= KEPT_ATTEMPTS ? reports : [reports[0] as ReportAttempt, ...reports.slice(1 - KEPT_ATTEMPTS)]
}
