import { encodeBase64url } from '../crypto/base64url.ts'

/**
 * The form field `threeDSMethodData` with which a 3DS Requestor asks for the 3DS Method (emv3ds-protocol §2).
 * @param threeDSServerTransID that of the AReq to come
 * @param threeDSMethodNotificationURL where the ACS lets the browser tell that it is done; left out, nobody is told
 * @returns base64url without padding
 */
export function threeDSMethodData (threeDSServerTransID: string, threeDSMethodNotificationURL?: string): string {
  return encodeBase64url(JSON.stringify({ threeDSServerTransID, threeDSMethodNotificationURL }))
}
