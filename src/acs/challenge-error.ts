import type { ProtocolError } from '../errors.ts'
import { creqRefusal } from '../protocol/refusal.ts'
import { erroIdsOf } from '../transaction/erro-ids.ts'
import type { Transaction } from '../transaction/transaction.ts'

/**
 * An `Erro` of the ACS for a CReq of a known transaction.
 * @param errorCode three digits, emv3ds-protocol §12.2
 * @param errorDetail element names, or words
 * @param message for people
 */
export function challengeError (errorCode: string, errorDetail: string, message: string, transaction: Transaction): ProtocolError {
  return creqRefusal({ errorCode, errorDetail }, message, erroIdsOf(transaction))
}
