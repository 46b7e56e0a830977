import { authenticationValue } from '../crypto/authentication-value.ts'
import type { AReq, TransStatus } from '../protocol/messages.ts'
import { eciFor, schemeOf } from '../protocol/schemes.ts'
import type { Proof, Proofs } from './proofs.ts'

type Kind = Parameters<typeof authenticationValue>[0]['kind']

const KIND_IN_ARES: Partial<Record<TransStatus, Kind>> = { Y: 'frictionless', A: 'attempt', I: 'informational' }
const KIND_IN_RREQ: Partial<Record<TransStatus, Kind>> = { Y: 'challenge', A: 'attempt' }

/**
 * Proofs as EMV and the schemes want them: nothing that contradicts the status, no value for a non-payment.
 * @param seed from which the values are made; the same seed and ACS transaction id give the same value
 */
export function createEmvProofs (seed: string): Proofs {
  function proof (aReq: AReq, transStatus: TransStatus, acsTransID: string, kind: Kind | undefined): Proof {
    const scheme = schemeOf(aReq.acctNumber)
    const eci = eciFor(scheme, transStatus, aReq.messageCategory)
    const made: Proof = {}
    if (eci !== undefined) made.eci = eci
    if (kind !== undefined && aReq.messageCategory !== '02') made.authenticationValue = authenticationValue({ seed, scheme, acsTransID, kind })
    return made
  }
  return {
    forARes: (aReq, transStatus, acsTransID) => proof(aReq, transStatus, acsTransID, KIND_IN_ARES[transStatus]),
    forRReq: (aReq, transStatus, acsTransID) => proof(aReq, transStatus, acsTransID, KIND_IN_RREQ[transStatus])
  }
}
