import type { AReq, TransStatus } from '../protocol/messages.ts'
import type { Proof } from '../protocol/proof.ts'

export type { Proof }

/**
 * Where the proofs in an ARes and an RReq of the ACS come from. `schemeId` is the 3DS Requestor's choice for a co-badged card,
 * if it made one.
 */
export interface Proofs {
  forARes (aReq: AReq, transStatus: TransStatus, acsTransID: string, schemeId?: string): Proof
  forRReq (aReq: AReq, transStatus: TransStatus, acsTransID: string, schemeId?: string): Proof
}

/** Where the proofs come from when the DS answers for an ACS. */
export interface DsProofs {
  /** @param transID acsTransID if the DS made one up, else dsTransID */
  forDs (aReq: AReq, transStatus: TransStatus, transID: string, schemeId?: string): Proof
}
