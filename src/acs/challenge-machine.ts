import type { FinalTransStatus } from '../protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../transaction/transaction.ts'
import { isRepeated, keepWrongEntry } from './wrong-entries.ts'

/** What the cardholder, or the SDK for him, did. */
export type ChallengeEvent =
  /** `attempt`: how many answers had been given when the question was put; absent where nobody keeps that. */
  | { type: 'entry', value: string, attempt?: number }
  | { type: 'resend' }
  /** `code` is a `challengeCancel` code, emv3ds-protocol §9.1. */
  | { type: 'cancel', code: string }
  /** The SDK refused to go on: an `Erro` came instead of a CReq. */
  | { type: 'erro', errorCode: string }

/** What passes, and how often one may try. */
export interface ChallengeRules {
  otp: string
  otpMaxAttempts: number
}

/** How a challenge ended. */
export interface Ending {
  transStatus: FinalTransStatus
  transStatusReason?: string
  challengeCancel?: string
}

/** What the cardholder is told in addition to the question. */
export type ChallengeNotice = 'wrong-code' | 'code-resent'

/** Progress after an event; without an ending the cardholder is asked again. */
export interface Step {
  progress: ChallengeProgress
  notice?: ChallengeNotice
  ending?: Ending
}

/** Where every challenge starts. */
export const FIRST_PROGRESS: ChallengeProgress = { interactionCounter: 0, sdkCounter: 0 }

/** How far a transaction's challenge is; records of another server do not say, and begin. */
export function progressOf ({ challenge }: Pick<Transaction, 'challenge'>): ChallengeProgress {
  return challenge ?? FIRST_PROGRESS
}

const HANDLERS: { [Type in ChallengeEvent['type']]: (progress: ChallengeProgress, event: Extract<ChallengeEvent, { type: Type }>, rules: ChallengeRules) => Step } = {
  entry (progress, { value, attempt = progress.interactionCounter }, rules) {
    const answered = { ...progress, interactionCounter: progress.interactionCounter + 1 }
    if (value === rules.otp) return { progress: answered, ending: { transStatus: 'Y' } }
    const entry = { value, attempt }
    if (attempt < progress.interactionCounter && isRepeated(entry, progress)) return { progress, notice: 'wrong-code' }
    if (answered.interactionCounter < rules.otpMaxAttempts) return { progress: keepWrongEntry(entry, answered), notice: 'wrong-code' }
    return { progress: answered, ending: { transStatus: 'N', transStatusReason: '19' } }
  },
  resend: (progress) => ({ progress, notice: 'code-resent' }),
  cancel: (progress, { code }) => ({ progress, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: code } }),
  // 2.1.0 and 2.2.0 know no code 09: 08 where the SDK timed out, else 06 (emv3ds-protocol §10).
  erro: (progress, { errorCode }) => ({
    progress, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: errorCode === '402' ? '08' : '06' }
  })
}

/**
 * The challenge as a state machine: what an event does to an open challenge. Pure. For events after the ending it is not
 * asked: `advanceChallenge` answers them from the result.
 * @returns the progress afterwards, the very object that was given where the event changed nothing
 */
export function step (progress: ChallengeProgress, event: ChallengeEvent, rules: ChallengeRules): Step {
  const handle = HANDLERS[event.type] as (progress: ChallengeProgress, event: ChallengeEvent, rules: ChallengeRules) => Step
  return handle(progress, event, rules)
}
