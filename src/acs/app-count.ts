import type { ChallengeProgress, Ending } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { challengeError } from './challenge-error.ts'
import { isOver, progressOf } from './challenge/challenge-of.ts'

/** A counter has one byte and must not begin again: with the last one the challenge is over (emv3ds-protocol §13.5). */
export const LAST_COUNT = 255
export const COUNTED_OUT: Ending = { transStatus: 'U', transStatusReason: '07', challengeCancel: '06' }

/**
 * Requires the count that a transaction can answer as it stands.
 * @param counter `sdkCounterStoA`, three digits
 * @throws ProtocolError A/302
 */
export function requireCount (transaction: Transaction, counter: string): void {
  if (isOver(transaction)) requireFreshCount(transaction, counter)
  else requireNextCount(progressOf(transaction), counter, transaction)
}

/** A count that is not the next one is an integrity failure (emv3ds-protocol §13.5). @throws ProtocolError A/302 */
export function requireNextCount ({ sdkCounter }: ChallengeProgress, counter: string, transaction: Transaction): void {
  if (Number(counter) !== sdkCounter) throw unexpected(transaction)
}

/**
 * After the end the CReq that ended it may come again, as its answer may have got lost, or a next one. Every other count is
 * refused: the IV of GCM is made of it, and served another message then. Where an Erro, a browser or a posted result ended the
 * challenge, no CReq did.
 * @throws ProtocolError A/302
 */
export function requireFreshCount (transaction: Transaction, counter: string): void {
  const { finalCount, sdkCounter } = progressOf(transaction)
  const count = Number(counter)
  if (count !== sdkCounter && count !== finalCount) throw unexpected(transaction)
}

function unexpected (transaction: Transaction): Error {
  return challengeError('302', 'sdkCounterStoA', 'The counter is not the expected one', transaction)
}
