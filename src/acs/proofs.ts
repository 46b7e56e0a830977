import type { AReq, TransStatus } from '../protocol/messages.ts'
import type { Proof } from '../protocol/proof.ts'
import type { Scheme } from '../protocol/schemes.ts'

export type { Proof }

/**
 * Where the proofs in an ARes and an RReq of the ACS come from. `scheme` is the one that the Directory Server decided on; where
 * it decided nothing, the card number tells.
 */
export interface Proofs {
  forARes (aReq: AReq, transStatus: TransStatus, acsTransID: string, scheme?: Scheme): Proof
  forRReq (aReq: AReq, transStatus: TransStatus, acsTransID: string, scheme?: Scheme): Proof
}

/** Where the proofs come from when the DS answers for an ACS. */
export interface DsProofs {
  /** @param acsTransID that the DS made up */
  forDs (aReq: AReq, transStatus: TransStatus, acsTransID: string, scheme?: Scheme): Proof
}
