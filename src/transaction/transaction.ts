import type { AReq, ARes, Json, PublicJwk, RReq } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import type { ChallengePlan, ChallengeProgress } from './challenge.ts'

export type { ChallengePlan, ChallengeProgress }

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

/** Where a role of a transaction is played. */
export type Place = 'here' | 'elsewhere'

/** Who plays the three roles. */
export interface Parties {
  threeDSServer: Place
  ds: Place
  acs: Place
}

/** What the DS of this process keeps of a result that it relayed. */
export interface Relayed {
  rReq: RReq
  /** The RRes, or the Erro, that came back; absent while somebody waits for it. */
  answer?: { [member: string]: Json }
  /** Which attempt to relay it this is, while nothing has come back. */
  attempt?: number
  /** Until when nobody else relays it, milliseconds since the Unix epoch: whoever does renews that. */
  lease?: number
}

/** One authentication, from AReq to final result. */
export interface Transaction {
  /** Lower case; the key. Messages write it in the letters of `aReq`. */
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  sdkTransID?: string
  aReq: AReq
  preferences: RequestorPreferences
  /** The scheme that the DS decided on; absent: the card number tells. */
  scheme?: Scheme
  /** Spelling in which the 3DS Requestor spoke. */
  spelling: Spelling
  /** What was answered, without `acsSignedContent`; absent in records that another server wrote. */
  aRes?: ARes
  /** How the challenge goes; absent where there is none, or the record does not tell. */
  plan?: ChallengePlan
  challenge?: ChallengeProgress
  ephemeralKeys?: EphemeralKeys
  /** The one result, as the 3DS Server has it. */
  rReq?: RReq
  delivery?: Delivery
  /** Absent where all three roles are played here. */
  parties?: Parties
  /** Where the 3DS Server is elsewhere: the result that the DS sent it. */
  relayed?: Relayed
  /** Milliseconds since the Unix epoch. */
  createdAt: number
  /** Anything a newer version kept that this one does not know. */
  extra?: { [member: string]: Json }
}
