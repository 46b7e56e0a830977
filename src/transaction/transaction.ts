import type { AReq, ARes, Json, PublicJwk, RReq } from '../protocol/messages.ts'

/** The ACS's ephemeral P-256 pair of one app challenge. */
export interface EphemeralKeys {
  /** Private scalar, base64url, 32 bytes. */
  privateKey: string
  publicKey: PublicJwk
}

/** Spelling of element names at the 3DS Server API: EMV's own, or the original server's run-time names. */
export type Spelling = 'emv' | 'legacy'

/** What the 3DS Requestor said in addition to the AReq: members of the 3DS Server API that are no AReq elements, by EMV-like name. */
export interface RequestorPreferences {
  preferredProtocolVersion?: string
  enforcePreferredProtocolVersion?: boolean
  schemeId?: string
  resultsResponseNotificationUrl?: string
  /** Browser's window size, 01–05; travels in the CReq. */
  challengeWindowSize?: string
}

/** How far the challenge is. Whether it is over, `Transaction.rReq` says. */
export interface ChallengeProgress {
  /** Answers given by the cardholder. */
  interactionCounter: number
  /** Next `sdkCounterStoA` to be expected (app). */
  sdkCounter: number
  /** `sdkCounterStoA` of the CReq that ended the challenge; absent while it is open, and when something else ended it (app). */
  finalCount?: number
  /** Wrong entries, hashed each with the attempt it belongs to. */
  wrongEntries?: string[]
  /** `threeDSSessionData` of the last CReq that brought some, byte for byte (browser). */
  threeDSSessionData?: string
}

/** What became of the RReq that was sent to `resultsResponseNotificationUrl`. */
export interface Delivery {
  outcome: 'delivered' | 'failed' | 'refused'
  /** HTTP status of the answer, when there was one. */
  status?: number
  /** Why not, in words without addresses. */
  reason?: string
  /** Milliseconds since the Unix epoch. */
  at: number
}

/** One authentication, from AReq to final result. */
export interface Transaction {
  /** Lower case; the key. */
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  sdkTransID?: string
  aReq: AReq
  preferences: RequestorPreferences
  /** Spelling in which the 3DS Requestor spoke. */
  spelling: Spelling
  /** What was answered, without `acsSignedContent`; absent in records that another server wrote. */
  aRes?: ARes
  challenge?: ChallengeProgress
  ephemeralKeys?: EphemeralKeys
  /** The one result. */
  rReq?: RReq
  delivery?: Delivery
  /** Milliseconds since the Unix epoch. */
  createdAt: number
  /** Anything a newer version kept that this one does not know. */
  extra?: { [member: string]: Json }
}
