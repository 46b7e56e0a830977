import type { FinalTransStatus } from '../protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../transaction/transaction.ts'

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

/** Progress after an event; without an ending the cardholder is asked again. */
export interface Step {
  progress: ChallengeProgress
  /** What the cardholder is told beside the question. */
  notice?: 'wrong-code' | 'code-resent'
  ending?: Ending
}

/** Where every challenge starts. */
export const FIRST_PROGRESS: ChallengeProgress = {
  state: 'open', interactionCounter: 0, sdkCounter: 0, acsCounter: 0, resends: 0
}

/** How far a transaction's challenge is; records of another server do not say, and begin. */
export function progressOf ({ challenge }: Pick<Transaction, 'challenge'>): ChallengeProgress {
  return challenge ?? FIRST_PROGRESS
}

const HANDLERS: { [Type in ChallengeEvent['type']]: (progress: ChallengeProgress, event: Extract<ChallengeEvent, { type: Type }>, rules: ChallengeRules) => Step } = {
  entry (progress, { value, attempt = progress.interactionCounter }, rules) {
    const answered = { ...progress, interactionCounter: progress.interactionCounter + 1 }
    if (value === rules.otp) return ended(answered, { transStatus: 'Y' })
    // The answer to an earlier question: a page was loaded again, or its form sent twice.
    if (attempt < progress.interactionCounter) return { progress, notice: 'wrong-code' }
    if (answered.interactionCounter < rules.otpMaxAttempts) return { progress: answered, notice: 'wrong-code' }
    return ended(answered, { transStatus: 'N', transStatusReason: '19' })
  },
  resend: (progress) => ({ progress: { ...progress, resends: progress.resends + 1 }, notice: 'code-resent' }),
  cancel: (progress, { code }) => ended(progress, { transStatus: 'N', transStatusReason: '01', challengeCancel: code }),
  // 2.1.0 and 2.2.0 know no code 09: 08 where the SDK timed out, else 06 (emv3ds-protocol §10).
  erro: (progress, { errorCode }) => ended(progress, {
    transStatus: 'U', transStatusReason: '07', challengeCancel: errorCode === '402' ? '08' : '06'
  })
}

/**
 * The challenge as a state machine: what an event does to an open challenge. Pure. A finished one takes no event: the
 * caller answers it from its result.
 * @throws RangeError when the challenge is finished
 */
export function step (progress: ChallengeProgress, event: ChallengeEvent, rules: ChallengeRules): Step {
  if (progress.state === 'finished') throw new RangeError('a finished challenge takes no event')
  const handle = HANDLERS[event.type] as (progress: ChallengeProgress, event: ChallengeEvent, rules: ChallengeRules) => Step
  return handle(progress, event, rules)
}

function ended (progress: ChallengeProgress, ending: Ending): Step {
  return { progress: { ...progress, state: 'finished' }, ending }
}
