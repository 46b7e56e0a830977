import type { AReq } from '../protocol/messages.ts'

/** How this 3DS Server calls itself. */
export const THREE_DS_SERVER_REF_NUMBER = '3DS_LOA_SER_MOCK_020200_00001'
const THREE_DS_SERVER_OPERATOR_ID = '3DS-MOCK-SERVER'

/**
 * Adds what a 3DS Server itself puts into an AReq: its identity, where RReq are to be sent, and the requestor's address.
 * What the 3DS Requestor sent of it is kept.
 * @param aReq is changed: a copy of its hundred elements would cost more than all the rest of an authentication
 * @param threeDSServerURL absolute URL
 */
export function completeAReq (aReq: AReq, threeDSServerURL: string): AReq {
  aReq['threeDSServerRefNumber'] ??= THREE_DS_SERVER_REF_NUMBER
  aReq['threeDSServerOperatorID'] ??= THREE_DS_SERVER_OPERATOR_ID
  aReq['threeDSServerURL'] ??= threeDSServerURL
  const requestorURL = aReq['threeDSRequestorURL'] ?? aReq.notificationURL
  if (requestorURL !== undefined) aReq['threeDSRequestorURL'] = requestorURL
  return aReq
}
