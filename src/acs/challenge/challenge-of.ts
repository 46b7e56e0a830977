import type { MessageVersion, RReq } from '../../protocol/messages.ts'
import type { ChallengeProgress, ChallengeState } from '../../transaction/challenge.ts'
import type { Transaction } from '../../transaction/transaction.ts'
import { type Challenge, FIRST_PROGRESS } from './machine.ts'
import { DEFAULT_PLAN, stateOfScreen } from './screens.ts'
import { CHALLENGE_TABLE } from './table.ts'

/** How far a transaction's challenge is; records of another server do not say, and begin. */
export function progressOf ({ challenge }: Pick<Transaction, 'challenge'>): ChallengeProgress {
  return challenge ?? FIRST_PROGRESS
}

const FIRST_STATES: Readonly<Partial<Record<string, ChallengeState>>> = { D: 'decoupled', S: 'spc' }

/** The state of a transaction's challenge. A result that the 3DS Server has ends every one, whoever sent it. */
export function stateOf ({ aRes, challenge, plan, rReq }: Pick<Transaction, 'aRes' | 'challenge' | 'plan' | 'rReq'>): ChallengeState {
  if (rReq !== undefined) return 'ended'
  const state = challenge?.state
  // What an earlier version called its states is none of these.
  if (state !== undefined && Object.hasOwn(CHALLENGE_TABLE, state)) return state
  // Its counters still tell that a CReq has come.
  if (challenge !== undefined && challenge.interactionCounter + challenge.sdkCounter > 0) return stateOfScreen(plan ?? DEFAULT_PLAN, challenge)
  return FIRST_STATES[aRes?.transStatus ?? ''] ?? 'awaiting-creq'
}

/** @returns whether nothing that anybody does changes the result any more. */
export function isOver (transaction: Pick<Transaction, 'aRes' | 'challenge' | 'rReq'>): boolean {
  const state = stateOf(transaction)
  return state === 'reporting' || state === 'ended'
}

/** A transaction's challenge as the machine sees it. */
export function challengeOf (transaction: Transaction): Challenge {
  return {
    state: stateOf(transaction),
    plan: transaction.plan ?? DEFAULT_PLAN,
    progress: progressOf(transaction),
    messageVersion: transaction.aReq.messageVersion as MessageVersion
  }
}

/** The result as the ACS knows it: its own, or the one that somebody else gave the 3DS Server. */
export function resultOf ({ challenge, rReq }: Pick<Transaction, 'challenge' | 'rReq'>): RReq | undefined {
  return challenge?.rReq ?? rReq
}
