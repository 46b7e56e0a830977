import type { TransStatus } from '../protocol/messages.ts'
import type { ChallengePlan } from '../transaction/challenge.ts'
import type { MethodBehaviour } from './method-behaviour.ts'

/** When a scenario applies: every condition given must hold. */
export interface Match {
  /** One of the `threeDSRequestorChallengeInd` values sent. */
  threeDSRequestorChallengeInd?: string
  /** How `acctNumber` ends. */
  acctNumberEnd?: string
}

/** What a scenario wants. */
export interface Outcome {
  transStatus: TransStatus
  /** emv3ds-protocol §7; only with N, U and R. */
  transStatusReason?: string
  /** With C: how the challenge goes, as far as version, channel and device allow it. One text screen unless said otherwise. */
  challenge?: Partial<ChallengePlan>
  /** The card is in no range: `/3ds/version` finds nothing for it. */
  notEnrolled?: true
  /** What the card's 3DS Method does, or that the card has none. One that notifies at once unless said otherwise. */
  threeDSMethod?: MethodBehaviour | { type: 'none' }
  /** Which of the two ACS identities answers; `exemption` is the one the original used for indicator 05. */
  acs?: 'exemption'
}

/** Match and outcome, with a name to be known by and a sentence for the documents. */
export interface Scenario {
  name: string
  description: string
  match: Match
  outcome: Outcome
  /** A published test card number for which the match holds. */
  exampleCard?: string
}
