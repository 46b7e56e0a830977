import type { AReq } from '../protocol/messages.ts'

/** How this 3DS Server calls itself. */
const IDENTITY = { threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001', threeDSServerOperatorID: '3DS-MOCK-SERVER' }

/**
 * Adds what a 3DS Server itself puts into an AReq: its identity, where RReq are to be sent, and the requestor's address
 * where the 3DS Requestor named none.
 * @param threeDSServerURL absolute URL
 */
export function completeAReq (aReq: AReq, threeDSServerURL: string): AReq {
  const requestorURL = aReq['threeDSRequestorURL'] ?? aReq.notificationURL
  return {
    ...IDENTITY,
    ...aReq,
    threeDSServerURL,
    ...(requestorURL === undefined ? {} : { threeDSRequestorURL: requestorURL })
  }
}
