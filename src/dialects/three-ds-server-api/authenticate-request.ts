import { isPointOnCurve } from '../../crypto/p256.ts'
import type { Fault } from '../../errors.ts'
import type { AReq, Json, JsonObject, MessageVersion, PublicJwk } from '../../protocol/messages.ts'
import { AREQ_ELEMENTS } from '../../protocol/areq-elements.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { isWebAddress } from '../../protocol/web-address.ts'
import type { RequestorPreferences } from '../../transaction/transaction.ts'
import { isJsonObject } from '../spelling.ts'
import type { AuthenticateRequest } from './request-schemas.ts'

/** What one authenticate request says: the AReq proper, and what the 3DS Requestor wants beside it. */
export interface AuthenticateCall {
  aReq: AReq
  preferences: RequestorPreferences
}

const GROUPS = [
  'threeDSRequestor', 'cardholderAccount', 'cardholder', 'purchase', 'acquirer', 'merchant', 'browserInformation',
  'sdkInformation'
] as const
const AREQ_NAMES = new Set(AREQ_ELEMENTS)
/** Carried by the original's API, but no element of an AReq before 2.3.1, and nothing to keep. */
const LEFT_OUT = new Set(['cardSecurityCode'])
const VERSIONS: readonly string[] = ['2.1.0', '2.2.0'] satisfies MessageVersion[]

/**
 * Turns the nested request into an AReq: groups are flattened, numbers become the strings that EMV wants, and what is
 * no AReq element is left behind. The security code goes nowhere.
 * @param request validated and in EMV spelling
 */
export function toAuthenticateCall (request: AuthenticateRequest): AuthenticateCall {
  const elements: JsonObject = {}
  takeElements(request as JsonObject, elements)
  for (const group of GROUPS) {
    const members = (request as JsonObject)[group]
    if (isJsonObject(members)) takeElements(members, elements)
  }
  const key = sdkKeyOf(request)
  const preferences = preferencesOf(request)
  const aReq: AReq = {
    ...elements,
    messageType: 'AReq',
    messageVersion: messageVersionOf(preferences),
    threeDSServerTransID: canonicalUuid(request.threeDSServerTransID) as string,
    deviceChannel: request.deviceChannel,
    messageCategory: request.messageCategory,
    acctNumber: request.cardholderAccount.acctNumber as string,
    ...(key === undefined ? {} : { sdkEphemPubKey: key })
  }
  return { aReq, preferences }
}

function takeElements (source: JsonObject, elements: JsonObject): void {
  for (const name of Object.keys(source)) {
    if (AREQ_NAMES.has(name) && !LEFT_OUT.has(name)) elements[name] = asElement(name, source[name] as Json)
  }
}

/** EMV knows no JSON numbers (emv3ds-protocol §3.1). */
function asElement (name: string, value: Json): Json {
  if (typeof value !== 'number') return value
  return name === 'sdkMaxTimeout' ? String(value).padStart(2, '0') : String(value)
}

function messageVersionOf (preferences: RequestorPreferences): MessageVersion {
  const preferred = preferences.preferredProtocolVersion
  return VERSIONS.includes(preferred as string) ? preferred as MessageVersion : '2.2.0'
}

function preferencesOf (request: AuthenticateRequest): RequestorPreferences {
  const wanted: { [member: string]: unknown } = {
    preferredProtocolVersion: request.preferredProtocolVersion,
    enforcePreferredProtocolVersion: request.enforcePreferredProtocolVersion,
    schemeId: request.cardholderAccount.schemeId,
    resultsResponseNotificationUrl: request.merchant?.resultsResponseNotificationUrl,
    challengeWindowSize: request.browserInformation?.challengeWindowSize
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

/** The SDK's key in any of its forms: an object (both names, also inside `sdkInformation`), or Kty, Crv, X and Y. */
function sdkKeyOf (request: Pick<AuthenticateRequest, 'sdkEphemPubKey' | 'sdkInformation' | 'kty' | 'crv' | 'x' | 'y'>): PublicJwk | undefined {
  const key = request.sdkEphemPubKey ?? request.sdkInformation?.sdkEphemPubKey
  if (key !== undefined) return { kty: key.kty, crv: key.crv, x: key.x, y: key.y } as PublicJwk
  const { kty, crv, x, y } = request
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) return undefined
  return { kty, crv, x, y } as PublicJwk
}

/**
 * What the channel needs and the request lacks, or has in a form that cannot work. Everything else is optional.
 * @param request in EMV spelling; may be invalid in any other way
 * @param keyNeeded whether an app will be challenged, for which it needs a key
 */
export function channelFaults (request: JsonObject, keyNeeded: boolean): Fault[] {
  const faults: Fault[] = []
  const need = (path: string) => {
    if (valueAt(request, path) === undefined) faults.push({ element: path, message: 'is required' })
  }
  need('cardholderAccount.acctNumber')
  if (request['messageCategory'] === '01' && request['deviceChannel'] !== '03') {
    need('purchase.purchaseAmount')
    need('purchase.purchaseCurrency')
  }
  if (request['deviceChannel'] === '01') faults.push(...appFaults(request, keyNeeded))
  if (request['deviceChannel'] === '02') faults.push(...browserFaults(request))
  return faults
}

function appFaults (request: JsonObject, keyNeeded: boolean): Fault[] {
  const faults: Fault[] = []
  const sdk = isJsonObject(request['sdkInformation']) ? request['sdkInformation'] : {}
  if ((request['sdkTransID'] ?? sdk['sdkTransID']) === undefined) {
    faults.push({ element: 'sdkTransID', message: 'is required for mobile flows (deviceChannel=01)' })
  }
  const key = sdkKeyOf(request as unknown as AuthenticateRequest)
  if (keyNeeded && key === undefined) faults.push({ element: 'sdkEphemPubKey', message: 'is required for a challenge in an app' })
  if (keyNeeded && key !== undefined && !isPointOnCurve(key)) faults.push({ element: 'sdkEphemPubKey', message: 'is no public P-256 key' })
  return faults
}

function browserFaults (request: JsonObject): Fault[] {
  const element = 'merchant.notificationURL'
  const notificationURL = valueAt(request, element)
  if (notificationURL === undefined) return [{ element, message: 'is required' }]
  return isWebAddress(notificationURL) ? [] : [{ element, message: 'must be an absolute http or https URL' }]
}

function valueAt (request: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, name) => isJsonObject(value) ? value[name] : undefined, request)
}
