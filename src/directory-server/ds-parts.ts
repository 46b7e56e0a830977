import type { Clock } from '../clock.ts'
import type { ErroContent } from '../errors.ts'
import type { IdSource } from '../ids.ts'
import type { Log } from '../log.ts'
import type { AReq, ARes } from '../protocol/messages.ts'
import type { Judge } from '../protocol/judge.ts'
import type { Proof } from '../protocol/proof.ts'
import type { Refused } from '../protocol/refusal.ts'
import type { Scheme } from '../protocol/schemes.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Place, Transaction } from '../transaction/transaction.ts'
import type { CardRange } from './card-ranges/card-range.ts'

/** Where the roles of this process can be reached, absolute URLs. */
export interface RoleAddresses {
  /** Browser challenge. */
  acsURL: string
  /** App challenge. */
  acsAppURL: string
  /** Where RReq come in. */
  threeDSServerURL: string
  /** Where an ACS sends its RReq. */
  dsURL: string
}

/** What the DS adds to the AReq for the ACS: emv3ds-protocol §5.2. */
export interface DsStamp {
  dsTransID: string
  dsReferenceNumber: string
  dsURL: string
}

/** What the ACS said, or why it said nothing. */
export type AcsReply =
  /** `kept`: what the ACS of this process wants to be kept. */
  | { aRes: ReadMessage, kept?: Partial<Transaction> }
  /** An `Erro`, as it came. */
  | { erro: ReadMessage }
  /** No message at all: what it was instead. */
  | { unreadable: Refused }
  | Failure

/** The ACS said nothing: with which `Erro` the DS says so. */
export interface Failure {
  failure: 'timed-out' | 'unreachable' | 'failed'
  refused: Refused
}

/** The ACS as the DS knows it; never rejects with anything but errors of our own. */
export interface AcsLink {
  place: Place
  authenticate (aReq: AReq, stamp: DsStamp, addresses: RoleAddresses, scheme?: Scheme): Promise<AcsReply>
  /** Tells the ACS that its answer could not be used, or came too late; nobody waits for it. */
  complain (erro: ErroContent): void
}

/** What the DS takes to answer an AReq. */
export interface AReqParts {
  ids: Pick<IdSource, 'uuid'>
  log: Log
  judge: Judge
  /** Whether anybody reads what is found and does not stop a message. */
  notesFindings: boolean
  acs: AcsLink
  /** The range of a card; nothing for a card that takes no part. */
  findRange (acctNumber: string): CardRange | undefined
  /** Opens `sdkEncData` for the ACS. @throws ProtocolError D/302, D/311 */
  openDeviceData (aReq: AReq, scheme?: Scheme): Promise<string>
  /** What is wrong with `sdkServerSignedContent`: 203, 305, 308. */
  verifySdkServer (aReq: AReq): Promise<Refused | undefined>
  /** What is wrong with an id that was used before: 301. Absent: such a transaction replaces the one before. */
  usedBefore?: (threeDSServerTransID: string) => Promise<Refused | undefined>
  clock: Clock
  /** Whether a `purchaseDate` that is far off is refused. */
  checksClockSkew: boolean
  /** ECI and value of what the DS answers for an ACS. */
  proof (aReq: AReq, transStatus: 'A' | 'U', acsTransID: string, scheme?: Scheme): Proof
}

/** The DS's answer to an AReq. */
export interface DirectoryAnswer {
  aRes: ARes
  /** Who is to be asked about a challenge. */
  acs: Place
  /** What the ACS of this process wants to be kept. */
  kept: Partial<Transaction>
}
