import type { AReq, TransStatus } from '../protocol/messages.ts'

/** ECI and authentication value, as far as a status has them. */
export interface Proof {
  eci?: string
  authenticationValue?: string
}

/** Where the proofs in an ARes and an RReq come from. */
export interface Proofs {
  forARes (aReq: AReq, transStatus: TransStatus, acsTransID: string): Proof
  forRReq (aReq: AReq, transStatus: TransStatus, acsTransID: string): Proof
}
