import type { MessageVersion } from '../../protocol/messages.ts'
import type { ChallengePlan, ChallengeProgress, ChallengeState, Consent, Ending } from '../../transaction/challenge.ts'
import { handlers } from './handlers.ts'
import { illegalEvent } from './illegal-event.ts'
import { stateOfScreen } from './screens.ts'
import { CHALLENGE_TABLE } from './table.ts'

/** What the cardholder did, or the SDK, or the clock for them. */
export type ChallengeEvent =
  /** The first CReq, or the same one again. */
  | { type: 'open' }
  /** The screen is wanted once more, with nothing done. */
  | { type: 'look' }
  /**
   * An answer: a code, or the keys of choices. `attempt`: how many answers had been given when the question was put; absent
   * where nobody keeps that.
   */
  | { type: 'entry', value: string, second?: string, attempt?: number, consents?: Consents }
  | { type: 'resend' }
  /** `challengeAddCode`: another method, please. */
  | { type: 'other-method' }
  /** The button of a screen that asks nothing. */
  | { type: 'continue', consents?: Consents }
  /** In the cardholder's own app. */
  | { type: 'approve' }
  | { type: 'decline' }
  /** `code` is a `challengeCancel` code, emv3ds-protocol §9.1. */
  | { type: 'cancel', code: string }
  /** The SDK refused to go on: an `Erro` came instead of a CReq. */
  | { type: 'erro', errorCode: string, erro?: Ending['erro'] }
  /** We refused a CReq with an `Erro`. */
  | { type: 'refuse', erro?: Ending['erro'] }
  /** The timer of the state is over. */
  | { type: 'timeout' }
  /** The second AReq of a payment confirmation is there. */
  | { type: 'confirm' }
  /** The RRes is there, or nobody waits for it any more. */
  | { type: 'reported' }

/** Consents given (Y) and refused (N) with an answer. */
export type Consents = { [Kind in Consent]?: 'Y' | 'N' }

/** What passes, and how often one may try. */
export interface ChallengeRules {
  otp: string
  otpMaxAttempts: number
  /** `transStatusReason` after the last wrong answer: 19 by the text of EMV, 01 in live samples (emv3ds-protocol §17). */
  maxAttemptsReason: '19' | '01'
  /** Whether what is done before the first CReq opens the challenge, as with the original server. */
  opensUnasked?: boolean
}

/** A challenge as the machine sees it. */
export interface Challenge {
  state: ChallengeState
  plan: ChallengePlan
  progress: ChallengeProgress
  messageVersion: MessageVersion
}

/** What the cardholder is told in addition to the screen. */
export type ChallengeNotice = 'wrong-code' | 'code-resent' | 'not-approved' | 'other-method'

/** A challenge after an event; without an ending the cardholder sees the screen. */
export interface Step {
  progress: ChallengeProgress
  notice?: ChallengeNotice
  ending?: Ending
}

/** Where every challenge starts. */
export const FIRST_PROGRESS: ChallengeProgress = { interactionCounter: 0, sdkCounter: 0 }

/** What ends a challenge without the cardholder, whatever the rules. */
export type Closing = Extract<ChallengeEvent, { type: 'confirm' | 'reported' }>

/**
 * The challenge as a state machine: what an event does. Pure.
 * @returns the progress afterwards, the very object that was given where the event changed nothing
 * @throws MockError `illegal_event` for an event that the table has no edge for
 */
export function step (challenge: Challenge, event: Closing): Step
export function step (challenge: Challenge, event: ChallengeEvent, rules: ChallengeRules): Step
export function step (challenge: Challenge, event: ChallengeEvent, rules?: ChallengeRules): Step {
  const { state } = challenge
  if (CHALLENGE_TABLE[state][event.type] === undefined) {
    if (rules !== undefined && isOpenedBy(challenge, rules)) return step(opened(challenge, rules), event, rules)
    throw illegalEvent(event.type, state)
  }
  const handle = handlers[event.type] as (challenge: Challenge, event: ChallengeEvent, rules: ChallengeRules | undefined) => Step
  return handle(challenge, event, rules)
}

/** @returns whether a challenge takes an event as it stands. */
export function isPossible (challenge: Challenge, event: ChallengeEvent['type'], rules: ChallengeRules): boolean {
  return CHALLENGE_TABLE[challenge.state][event] !== undefined || isOpenedBy(challenge, rules)
}

function isOpenedBy ({ state }: Challenge, { opensUnasked }: ChallengeRules): boolean {
  return state === 'awaiting-creq' && opensUnasked === true
}

function opened (challenge: Challenge, rules: ChallengeRules): Challenge {
  const { progress } = step(challenge, { type: 'open' }, rules)
  return { ...challenge, progress, state: stateOfScreen(challenge.plan, progress) }
}
