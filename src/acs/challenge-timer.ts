import { MockError } from '../errors.ts'
import type { JobHandler, JobQueue } from '../jobs/job-queue.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts } from './advance-challenge.ts'
import { isOver, stateOf } from './challenge/challenge-of.ts'
import { type ChallengeRules, step } from './challenge/machine.ts'
import { reportAgain, type ReportingParts } from './report-result.ts'

/** Kind of the jobs that end a challenge whose time is over. */
export const TIMER_JOB = 'challenge-timer'

/** What a challenge's timer takes. */
export interface TimerParts {
  challenge: ChallengeParts & { rules: ChallengeRules }
  reporting: ReportingParts
  /** How long a transaction is kept after its last use, milliseconds: one that lasts longer has to be looked at meanwhile. */
  ttlMs: number
}

/**
 * Sets the timer of a transaction's challenge. One is enough: each CReq moves the deadline that is stored, and the job looks
 * there.
 * @param ttlMs how long a transaction is kept after its last use, milliseconds: it is looked at before that
 */
export async function setTimer (transaction: Transaction, jobs: Pick<JobQueue, 'schedule'>, ttlMs: number): Promise<void> {
  const { threeDSServerTransID, acsTransID, challenge, createdAt } = transaction
  if (challenge?.deadline === undefined) return
  await jobs.schedule({ id: `${TIMER_JOB}:${acsTransID}`, kind: TIMER_JOB, dueAt: Math.min(challenge.deadline, createdAt + ttlMs / 2), data: { threeDSServerTransID, acsTransID } })
}

/** Ends a challenge when its time is over: emv3ds-protocol §11. */
export function createTimerHandler (parts: TimerParts): JobHandler {
  return async ({ data }) => {
    const found = await foundBy(data, parts)
    if (found === undefined) return undefined
    if (isOver(found)) return takeOver(found, parts)
    const waiting = nextLook(found, parts)
    return waiting ?? timeOut(found, parts)
  }
}

/** Reports what could not be reported when it was due. */
export function createReportHandler (parts: TimerParts): JobHandler {
  return async ({ data }) => {
    const found = await foundBy(data, parts)
    return found === undefined ? undefined : reportAgain(found, parts.reporting)
  }
}

/** A process that ended between storing the result and reporting it has left it behind. What was tried has a job of its own. */
async function takeOver (found: Transaction, { challenge: { reporting } }: TimerParts): Promise<undefined> {
  if (stateOf(found) === 'reporting' && found.challenge?.reports === undefined) await reporting.report(found)
}

/** Another authentication may have taken the id meanwhile. */
async function foundBy (data: { [member: string]: unknown }, { challenge: { store } }: TimerParts): Promise<Transaction | undefined> {
  try {
    const transaction = await store.get(String(data['threeDSServerTransID']))
    return transaction.acsTransID === data['acsTransID'] ? transaction : undefined
  } catch (error) {
    if (error instanceof MockError && error.code === 'transaction_not_found') return undefined
    throw error
  }
}

/** Looking renews the transaction's own time. */
function nextLook ({ challenge }: Transaction, { challenge: { clock }, ttlMs }: TimerParts): { retryAt: number } | undefined {
  const now = clock.now()
  const deadline = challenge?.deadline ?? now
  return deadline <= now ? undefined : { retryAt: Math.min(deadline, now + ttlMs / 2) }
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
