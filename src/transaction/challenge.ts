import type { FinalTransStatus, Json, RReq } from '../protocol/messages.ts'

/** How far an authentication with the cardholder is. `src/acs/challenge/table.ts` has what leads from one to another. */
export type ChallengeState =
  /** The ARes is out; no CReq has come. */
  | 'awaiting-creq'
  /** A question is on the screen. */
  | 'asking'
  /** The screen sends the cardholder elsewhere, and waits for him to continue. */
  | 'out-of-band'
  /** The screen tells something, and waits for the cardholder to continue. */
  | 'informing'
  /** Decoupled: the cardholder is asked without any screen of the 3DS Requestor. */
  | 'decoupled'
  /** The browser's own payment confirmation is asked for; a second AReq will say what came of it. */
  | 'spc'
  /** The result is there, and the RReq on its way. */
  | 'reporting'
  /** The RRes is there, or nobody waits for it any more. */
  | 'ended'

/** What one screen is about. */
export type ScreenKind = 'text' | 'single-select' | 'multi-select' | 'out-of-band' | 'information'

/** Consents that a screen can ask for in addition. */
export type Consent = 'trustList' | 'deviceBinding'

/** How the ACS will go about a challenge: decided with the ARes. */
export interface ChallengePlan {
  /** In this order; the last one passed is the challenge passed. */
  screens: readonly ScreenKind[]
  /** In an app: 01 native, 02 HTML. */
  acsInterface: '01' | '02'
  consents?: readonly Consent[]
  /** Whether the text screen has a second box (2.3.1, app). */
  secondEntry?: true
  /** After its last screen the challenge goes on decoupled (2.3.1). */
  fallback?: true
}

/** One attempt to report the result to the DS, and what came back. */
export interface ReportAttempt {
  /** Milliseconds since the Unix epoch. */
  at: number
  outcome: 'answered' | 'faulty' | 'timed-out' | 'unreachable' | 'refused'
  /** The RRes, or what of the `Erro` in its place is kept. */
  answer?: { [member: string]: Json }
  /** What we had against the answer. */
  erro?: object
  /** Why the DS could not be reached, in words without addresses. */
  reason?: string
}

/** How far the challenge is, and what it has to remember. */
export interface ChallengeProgress {
  /** Absent in records of earlier versions and of other servers: `stateOf` tells it then. */
  state?: ChallengeState
  /** Which screen of the plan, from 0. */
  screen?: number
  /** At which screen the cardholder asked for another method: from there on he gets text screens (2.3.1). */
  otherMethod?: number
  /** Answers given by the cardholder. */
  interactionCounter: number
  /** Next `sdkCounterStoA` to be expected (app). */
  sdkCounter: number
  /** What the SDK encrypts with: `enc` of its first CReq (app). */
  enc?: 'A128CBC-HS256' | 'A128GCM'
  /** What that was opened with, base64url: deriving it again costs more than all else about a CReq (app). */
  sessionKey?: string
  /** `sdkCounterStoA` of the CReq that ended the challenge; absent while it is open, and when something else ended it (app). */
  finalCount?: number
  /** Wrong entries, hashed each with the attempt it belongs to. */
  wrongEntries?: string[]
  /** `threeDSServerTransID` of the second AReq that ended it (SPC), in canonical form. */
  endedBy?: string
  /** What the cardholder said elsewhere: out of band. */
  approval?: 'approved' | 'declined'
  /** Consents given (Y) and refused (N). */
  consents?: { [Kind in Consent]?: 'Y' | 'N' }
  /** The result as the ACS knows it: what is sent too late says U. Whether the 3DS Server has it, `Transaction.rReq` says. */
  rReq?: RReq
  /** Until when nobody else reports it, milliseconds since the Unix epoch: whoever does renews that. Gone when it is reported. */
  reportLease?: number
  /** Attempts to report it to a DS or a 3DS Server elsewhere. */
  reports?: ReportAttempt[]
  /** When the state's timer is over, milliseconds since the Unix epoch. */
  deadline?: number
  /** `threeDSSessionData` of the last CReq that brought some, byte for byte (browser). */
  threeDSSessionData?: string
  /** Of the first CReq (browser). */
  challengeWindowSize?: string
  /** Of the last CReq that brought one; as hostile as it came (app). */
  threeDSRequestorAppURL?: string
}

/** How a challenge ended, before ECI and authentication value. */
export interface Ending {
  transStatus: FinalTransStatus
  transStatusReason?: string
  challengeCancel?: string
  /** `challengeErrorReporting` (2.3.1): the Erro that ended it, sent or received. */
  erro?: { [member: string]: Json }
}
