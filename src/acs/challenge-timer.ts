import type { JobHandler, JobQueue } from '../jobs/job-queue.ts'
import { findUnreplaced } from '../store/find-unreplaced.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts } from './advance-challenge.ts'
import { isOver } from './challenge/challenge-of.ts'
import { type ChallengeRules, step } from './challenge/machine.ts'
import type { TimerLengths } from './challenge/timers.ts'
import type { Reported } from './ask-ds.ts'
import { isUnreported } from './report-lease.ts'
import { isAway, reportAgain, type ReportingParts, RESUME_MS, settleReport } from './report-result.ts'

/** Kind of the jobs that end a challenge whose time is over. */
export const TIMER_JOB = 'challenge-timer'

/**
 * How often a challenge has to be looked at, milliseconds: in time for one whose CReq moved the deadline to an earlier time, and
 * before its transaction is gone.
 */
export function lookInterval ({ timers, transactionTtlSeconds }: { timers: Pick<TimerLengths, 'idle'>, transactionTtlSeconds: number }): number {
  return Math.min(timers.idle, transactionTtlSeconds * 1000 / 2)
}

/** What a challenge's timer takes. */
export interface TimerParts {
  challenge: ChallengeParts & { rules: ChallengeRules }
  reporting: ReportingParts
}

/**
 * Sets the timer of a transaction's challenge. One is enough: each CReq moves the deadline that is stored, and the job looks
 * there.
 * @param lookMs of `lookInterval`
 */
export async function setTimer (transaction: Transaction, jobs: Pick<JobQueue, 'schedule'>, lookMs: number): Promise<void> {
  const { threeDSServerTransID, acsTransID, challenge, createdAt } = transaction
  if (challenge?.deadline === undefined) return
  await jobs.schedule({ id: `${TIMER_JOB}:${acsTransID}`, kind: TIMER_JOB, dueAt: Math.min(challenge.deadline, createdAt + lookMs), data: { threeDSServerTransID, acsTransID } })
}

/** Ends a challenge when its time is over: emv3ds-protocol §11. */
export function createTimerHandler (parts: TimerParts): JobHandler {
  return async ({ data }) => {
    const found = await findUnreplaced(data, parts.challenge.store)
    if (found === undefined) return undefined
    if (isOver(found)) return takeOver(found, parts)
    const waiting = nextLook(found, parts)
    return waiting ?? timeOut(found, parts)
  }
}

/** Reports what could not be reported when it was due. */
export function createReportHandler (parts: TimerParts): JobHandler {
  return async ({ data }) => {
    const found = await findUnreplaced(data, parts.challenge.store)
    return found === undefined ? undefined : reportAgain(found, parts.reporting)
  }
}

/**
 * Goes on with a report that jobs or the store were not there for: sends the result, or keeps what came of sending it. As long as
 * they are away it looks again.
 */
export function createResumeHandler (parts: TimerParts): JobHandler {
  const { challenge: { clock, reporting } } = parts
  return async ({ data }) => {
    try {
      const found = await findUnreplaced(data, parts.challenge.store)
      if (found === undefined || !isUnreported(found)) return undefined
      await (data['reported'] === undefined ? reporting.report(found) : settleReport(found, data['reported'] as unknown as Reported, parts.reporting))
      return undefined
    } catch (error) {
      if (!isAway(error)) throw error
      return { retryAt: clock.now() + RESUME_MS }
    }
  }
}

/** A process that ended between storing the result and reporting it has left it behind. What was tried has a job of its own. */
async function takeOver (found: Transaction, { challenge: { reporting } }: TimerParts): Promise<undefined> {
  await reporting.settled(found)
}

/** Looking renews the transaction's own time. */
function nextLook ({ challenge }: Transaction, { challenge: { clock }, reporting: { lookMs } }: TimerParts): { retryAt: number } | undefined {
  const now = clock.now()
  const deadline = challenge?.deadline ?? now
  return deadline <= now ? undefined : { retryAt: Math.min(deadline, now + lookMs) }
}

async function timeOut (found: Transaction, { challenge: parts }: TimerParts): Promise<{ retryAt: number } | undefined> {
  if (found.challenge?.deadline === undefined) return undefined
  const { transaction } = await advanceChallenge(parts, found, (challenge) => {
    const { deadline = 0 } = challenge.progress
    // A CReq may have come in between.
    return deadline > parts.clock.now() ? { progress: challenge.progress } : step(challenge, { type: 'timeout' }, parts.rules)
  })
  const deadline = transaction.challenge?.deadline
  return deadline === undefined || isOver(transaction) ? undefined : { retryAt: deadline }
}
