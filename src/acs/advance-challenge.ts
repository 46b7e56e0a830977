import type { Clock } from '../clock.ts'
import type { StateStore } from '../store/state-store.ts'
import type { RReq } from '../protocol/messages.ts'
import { transactionNotFound } from '../store/not-found.ts'
import { hasChallenge } from '../transaction/has-challenge.ts'
import type { ChallengeProgress, Ending } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { challengeError } from './challenge-error.ts'
import { challengeOf, isOver } from './challenge/challenge-of.ts'
import type { Challenge, Step } from './challenge/machine.ts'
import { deadlineOf, type TimerLengths } from './challenge/timers.ts'
import { leaseOf } from './report-lease.ts'
import type { ResultReporting } from './report-result.ts'

/** The ids of a transaction that was found: an authentication may take its threeDSServerTransID before it is changed. */
export type Found = Pick<Transaction, 'threeDSServerTransID' | 'acsTransID'>

/** What moving a challenge on takes. */
export interface ChallengeParts {
  store: StateStore
  clock: Clock
  timers: TimerLengths
  /** The RReq that reports an ending. */
  buildResult (transaction: Transaction, progress: ChallengeProgress, ending: Ending): RReq
  reporting: ResultReporting
  /** Told of each challenge that ends here. */
  onFinished (transaction: Transaction, transStatus: string): void
}

/** A challenge after an event. */
export interface Advanced {
  transaction: Transaction
  /** What the event did; absent when the challenge was finished before, so that the event counted for nothing. */
  step?: Step
}

/** Decides what an event does; must be pure, as a lost race asks it again. May throw `ProtocolError`. */
export type Decide = (challenge: Challenge, transaction: Transaction) => Step

/**
 * Moves a challenge on, atomically: of several events at once each is decided on what the one before left, and the first
 * ending is the only one. The result is stored, then reported, before this resolves.
 * @param found whose challenge
 * @param decide what the event does; it is not asked when the challenge is over
 * @returns the transaction as it is now, and what the event did
 * @throws whatever `decide` throws; MockError of the store, `transaction_not_found` also when another authentication has taken
 * the id since
 */
export async function advanceChallenge (parts: ChallengeParts, found: Found, decide: Decide): Promise<Advanced> {
  let step: Step | undefined
  const transaction = await parts.store.update(found.threeDSServerTransID, (current) => {
    requireSame(found, current)
    step = undefined
    if (isOver(current)) return current
    step = decide(challengeOf(current), current)
    return applyStep(current, step, parts)
  })
  if (step === undefined) return { transaction: await parts.reporting.settled(transaction) }
  if (step.ending === undefined) return { transaction, step }
  parts.onFinished(transaction, step.ending.transStatus)
  return { transaction: await parts.reporting.report(transaction), step }
}

function applyStep (transaction: Transaction, { progress, ending }: Step, parts: ChallengeParts): Transaction {
  if (ending !== undefined) {
    const { deadline, ...ended } = progress
    return { ...transaction, challenge: { ...ended, ...leaseOf(transaction, parts.clock.now()), rReq: parts.buildResult(transaction, progress, ending) } }
  }
  const state = progress.state ?? challengeOf(transaction).state
  const deadline = deadlineOf(state, parts.clock.now(), parts.timers)
  // The decoupled deadline is the ARes's, whatever happens meanwhile.
  if (deadline === undefined || state === 'decoupled') return progress === transaction.challenge ? transaction : { ...transaction, challenge: progress }
  return { ...transaction, challenge: { ...progress, state, deadline } }
}

/** @throws MockError `transaction_not_found` when another authentication has taken the id: the one that was found is gone. */
function requireSame (found: Found, current: Transaction): void {
  if (current.acsTransID !== found.acsTransID) throw transactionNotFound()
}

/**
 * @throws ProtocolError A/305 when the ARes announced no challenge, or that of another ACS. Records of another server have no
 * ARes and pass.
 */
export function requireChallenge (transaction: Transaction): void {
  if (hasChallenge(transaction) && transaction.parties?.acs !== 'elsewhere') return
  throw noChallenge('There is no challenge for this transaction', transaction)
}

/** A CReq that belongs to no challenge, or to another kind of challenge: A/305. */
export function noChallenge (message: string, transaction: Transaction): Error {
  return challengeError('305', 'acsTransID', message, transaction)
}
