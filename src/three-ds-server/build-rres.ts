import type { RRes } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'

/**
 * The RRes for a transaction, ids as stored: emv3ds-protocol §10.
 * `resultsStatus` 02 says that the requestor never sent the CReq (`challengeCancel` 05), 01 that the result is in hand.
 */
export function buildRRes (transaction: Transaction): RRes {
  const { sdkTransID, rReq, aReq } = transaction
  return {
    messageType: 'RRes',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    dsTransID: transaction.dsTransID,
    // Of apps only, and from 2.2.0 on (§1).
    ...(aReq.deviceChannel === '01' && aReq.messageVersion !== '2.1.0' && sdkTransID !== undefined ? { sdkTransID } : {}),
    resultsStatus: rReq?.challengeCancel === '05' ? '02' : '01'
  }
}
