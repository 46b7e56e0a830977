import { type AuthenticationKind, authenticationValue } from '../crypto/authentication-value.ts'
import { isAcquirerExemption } from '../protocol/acquirer-exemption.ts'
import { eciFor, type EciOnFailure } from '../protocol/eci.ts'
import type { AReq, TransStatus } from '../protocol/messages.ts'
import { schemeOf } from '../protocol/schemes.ts'
import type { DsProofs, Proof, Proofs } from './proofs.ts'

type KindByStatus = Readonly<Partial<Record<TransStatus, AuthenticationKind>>>

const IN_ARES: KindByStatus = { Y: 'frictionless', A: 'attempt', I: 'informational' }
const IN_ARES_OF_EXEMPTION: KindByStatus = { ...IN_ARES, I: 'exemption' }
const IN_RREQ: KindByStatus = { Y: 'challenge', A: 'attempt' }
const BY_DS: KindByStatus = { A: 'ds-attempt' }

/**
 * Proofs as EMV and the schemes want them: nothing that contradicts the status, no value for a non-payment.
 * @param seed from which the values are made; the same seed and transaction id give the same value
 * @param eciOnFailure whether payments that end with N, U or R have an ECI
 */
export function createEmvProofs (seed: string, eciOnFailure: EciOnFailure = 'absent'): Proofs & DsProofs {
  const proofs = (kindsOf: (aReq: AReq) => KindByStatus): Proofs['forARes'] => (aReq, transStatus, transID, scheme = schemeOf(aReq.acctNumber)) => {
    const eci = eciFor(scheme, transStatus, aReq, eciOnFailure)
    const kind = kindsOf(aReq)[transStatus]
    const made: Proof = {}
    if (eci !== undefined) made.eci = eci
    if (kind !== undefined && aReq.messageCategory !== '02') made.authenticationValue = authenticationValue({ seed, scheme, transID, kind })
    return made
  }
  return {
    forARes: proofs((aReq) => isAcquirerExemption(aReq) ? IN_ARES_OF_EXEMPTION : IN_ARES),
    forRReq: proofs(() => IN_RREQ),
    forDs: proofs(() => BY_DS)
  }
}
