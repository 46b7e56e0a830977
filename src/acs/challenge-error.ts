import { ProtocolError } from '../errors.ts'
import type { Transaction } from '../transaction/transaction.ts'

/**
 * An `Erro` of the ACS for a CReq of a known transaction; it names every id (emv3ds-protocol §12.1).
 * @param errorCode three digits, §12.2
 * @param errorDetail element names, or words
 * @param message for people
 */
export function challengeError (errorCode: string, errorDetail: string, message: string, transaction: Transaction): ProtocolError {
  const { threeDSServerTransID, acsTransID, dsTransID, sdkTransID, aReq } = transaction
  return new ProtocolError(message, {
    errorCode,
    errorComponent: 'A',
    errorDetail,
    errorMessageType: 'CReq',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID,
    dsTransID,
    acsTransID,
    ...(sdkTransID === undefined ? {} : { sdkTransID })
  })
}
