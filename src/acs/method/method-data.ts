import { decodeBrowserBase64, encodeBase64url } from '../../crypto/base64url.ts'
import { MockError } from '../../errors.ts'
import { isJsonObject, parseJson } from '../../protocol/json.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { isWebAddress } from '../../protocol/web-address.ts'

/** The form field, to the ACS and back to the 3DS Requestor (emv3ds-protocol §2). */
export const METHOD_FIELD = 'threeDSMethodData'

/** What a 3DS Requestor asks with. */
export interface MethodRequest {
  /** Canonical: what everything is kept under. */
  id: string
  /** As it came: what the notification says, letter for letter. */
  threeDSServerTransID: string
  /** Absent: nobody is to be notified. Empty: somebody is, at an address that no browser may be sent to. */
  threeDSMethodNotificationURL?: string
}

/**
 * Reads `threeDSMethodData` of a request, in whichever way real clients send it: base64 or base64url, padded or not.
 * @param field `undefined` when there was none
 * @throws MockError `invalid_request`, in words that repeat nothing of it
 */
export function readMethodData (field: string | undefined): MethodRequest {
  if (field === undefined || field === '') throw faulty('is missing')
  const bytes = decodeBrowserBase64(field)
  if (bytes === undefined) throw faulty('must be base64url')
  const value = parseJson(bytes.toString('utf8'))
  // As in bodies that are JSON, no member may be called like what every object inherits from.
  if (!isJsonObject(value) || Object.hasOwn(value, '__proto__')) throw faulty('must be a JSON object, base64url')
  const { threeDSServerTransID, threeDSMethodNotificationURL: url } = value
  const id = canonicalUuid(threeDSServerTransID)
  if (id === undefined) throw faulty('must be a UUID', `${METHOD_FIELD}.threeDSServerTransID`)
  const request = { id, threeDSServerTransID: threeDSServerTransID as string }
  return url === undefined ? request : { ...request, threeDSMethodNotificationURL: isWebAddress(url) ? url : '' }
}

/** The error for what cannot be read. @param message what follows the element's name */
export function faulty (message: string, element = METHOD_FIELD): MockError {
  return new MockError('invalid_request', `${element} ${message}`, { faults: [{ element, message }] })
}

/** `threeDSMethodData` of the notification: base64url without padding. @param threeDSServerTransID as it came */
export function notificationData (threeDSServerTransID: string): string {
  return encodeBase64url(JSON.stringify({ threeDSServerTransID }))
}
