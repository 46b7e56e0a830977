import { atLeast } from '../protocol/versions.ts'
import type { ReportAttempt } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { challengeError } from './challenge-error.ts'
import { isOver } from './challenge/challenge-of.ts'

/**
 * Requires that a CReq does not come too late. After the end it is answered with the result again, unless time ended it.
 * @param isStrict the result went out, and that was all (emv3ds-protocol §5.3)
 * @throws ProtocolError A/402 after a timeout; strict: A/315, or A/305 before 2.3.1, after any other end
 */
export function requireInTime (transaction: Transaction, isStrict: boolean): void {
  if (!isOver(transaction)) return
  if (isTimedOut(transaction)) throw challengeError('402', 'The challenge timed out', 'The challenge request came too late', transaction)
  if (!isStrict) return
  const errorCode = atLeast(transaction.aReq.messageVersion, '2.3.1') ? '315' : '305'
  throw challengeError(errorCode, 'The challenge is over', 'The challenge request came after the results', transaction)
}

/** The two codes of a challenge that timed out at the ACS: emv3ds-protocol §9.1. A result that was posted is somebody else's. */
function isTimedOut ({ challenge }: Transaction): boolean {
  const { transStatusReason, challengeCancel = '' } = challenge?.rReq ?? {}
  return transStatusReason === '14' && ['04', '05'].includes(challengeCancel)
}

/**
 * Requires that the result got to the 3DS Server, as far as is known: an app is told in place of the final CRes where it did
 * not (emv3ds-protocol §10).
 * @throws ProtocolError A/402, A/405, A/403 for an `Erro` of the DS, or the code that the ACS found wrong with its RRes
 */
export function requireReported (transaction: Transaction): void {
  const last = transaction.challenge?.reports?.at(-1)
  const failure = last === undefined ? undefined : failureOf(last)
  if (failure !== undefined) throw challengeError(failure.code, failure.detail, 'The result could not be reported', transaction)
}

function failureOf ({ outcome, answer, erro }: ReportAttempt): { code: string, detail: string } | undefined {
  switch (outcome) {
    case 'timed-out': return { code: '402', detail: 'The Directory Server did not answer in time' }
    case 'unreachable': case 'refused': return { code: '405', detail: 'The Directory Server cannot be reached' }
    case 'faulty': return { code: (erro as { errorCode: string }).errorCode, detail: 'The answer of the Directory Server cannot be used' }
    case 'answered': return answer?.['messageType'] === 'Erro' ? { code: '403', detail: 'The Directory Server refused the result' } : undefined
  }
}
