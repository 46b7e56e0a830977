import { isDeepStrictEqual } from 'node:util'
import { isPointOnCurve } from '../../crypto/p256.ts'
import { selectVersion } from '../../directory-server/card-ranges/select-version.ts'
import type { Fault } from '../../errors.ts'
import type { Json, JsonObject } from '../../protocol/messages.ts'
import { missingFault } from '../../protocol/missing-fault.ts'
import { VERSIONS_IN_WORDS } from '../../protocol/versions.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../protocol/web-address.ts'
import { isJsonObject } from '../spelling.ts'
import { asElement, GROUP_PLACES, type RequestPlace, TOP_PLACE, WHOLE_NUMBERS } from './areq-places.ts'
import type { AuthenticateRequest } from './request-schemas.ts'
import { sdkKeyOf } from './sdk-key.ts'

/**
 * What the channel needs and the request lacks, or has in a form that cannot work. Everything else is optional.
 * @param request in EMV spelling; may be invalid in any other way
 * @param keyNeeded whether an app will be challenged, for which it needs a key
 */
export function channelFaults (request: JsonObject, keyNeeded: boolean): Fault[] {
  const faults: Fault[] = []
  const need = (group: string, name: string) => {
    if (memberOf(request, group, name) === undefined) faults.push(missingFault(`${group}.${name}`))
  }
  need('cardholderAccount', 'acctNumber')
  if (request['messageCategory'] === '01' && request['deviceChannel'] !== '03') {
    need('purchase', 'purchaseAmount')
    need('purchase', 'purchaseCurrency')
  }
  if (request['deviceChannel'] === '01') faults.push(...appFaults(request, keyNeeded))
  if (request['deviceChannel'] === '02') faults.push(...browserFaults(request))
  return faults
}

function appFaults (request: JsonObject, keyNeeded: boolean): Fault[] {
  const faults: Fault[] = []
  if ((request['sdkTransID'] ?? memberOf(request, 'sdkInformation', 'sdkTransID')) === undefined) {
    faults.push(missingFault('sdkTransID', 'for mobile flows (deviceChannel=01)'))
  }
  if (!keyNeeded) return faults
  const key = sdkKeyOf(request as unknown as AuthenticateRequest)
  if (key === undefined) faults.push(missingFault('sdkEphemPubKey', 'for a challenge in an app'))
  else if (!isPointOnCurve(key)) faults.push({ element: 'sdkEphemPubKey', message: 'is no public P-256 key' })
  return faults
}

function browserFaults (request: JsonObject): Fault[] {
  const notificationURL = memberOf(request, 'merchant', 'notificationURL')
  if (isWebAddress(notificationURL)) return []
  const element = 'merchant.notificationURL'
  return [notificationURL === undefined ? missingFault(element) : { element, message: NO_WEB_ADDRESS }]
}

function memberOf (request: JsonObject, group: string, name: string): Json | undefined {
  const members = request[group]
  return isJsonObject(members) ? members[name] : undefined
}

/** An address that no result can be posted to; an empty one asks for none. @param request in EMV spelling; may be invalid in any other way */
export function resultAddressFaults (request: JsonObject): Fault[] {
  const address = memberOf(request, 'merchant', 'resultsResponseNotificationUrl')
  return address === undefined || address === '' || isWebAddress(address)
    ? []
    : [{ element: 'merchant.resultsResponseNotificationUrl', message: NO_WEB_ADDRESS }]
}

/** A version that the 3DS Requestor wants or nothing, and that is not to be had. @param request in EMV spelling */
export function versionFaults ({ preferredProtocolVersion, enforcePreferredProtocolVersion }: JsonObject): Fault[] {
  return selectVersion({ preferredProtocolVersion, enforcePreferredProtocolVersion: enforcePreferredProtocolVersion === true }) === undefined
    ? [{ element: 'preferredProtocolVersion', message: `must be ${VERSIONS_IN_WORDS} when it is enforced` }]
    : []
}

/**
 * What is wrong with elements wherever in the request they are: numbers where EMV has none, and one element in two places
 * with two values.
 * @param request in EMV spelling, not nested too deeply; may be invalid in any other way
 */
export function elementFaults (request: JsonObject): Fault[] {
  const seen = new Map<string, Json>()
  return [TOP_PLACE, ...GROUP_PLACES].flatMap((place) => placeFaults(request, place, seen))
}

function placeFaults (request: JsonObject, { group, taken }: RequestPlace, seen: Map<string, Json>): Fault[] {
  const faults: Fault[] = []
  const members = group === undefined ? request : request[group]
  if (!isJsonObject(members)) return faults
  for (const name of Object.keys(members).filter((name) => taken.has(name))) {
    const element = group === undefined ? name : `${group}.${name}`
    const value = members[name] as Json
    if (typeof value === 'number' && !WHOLE_NUMBERS.has(name)) faults.push({ element, message: 'must not be a number' })
    const sent = asElement(name, value)
    if (seen.has(name) && !isDeepStrictEqual(seen.get(name), sent)) faults.push({ element, message: 'is given twice, with different values' })
    seen.set(name, sent)
  }
  return faults
}
