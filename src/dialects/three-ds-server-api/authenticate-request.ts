import { isDeepStrictEqual } from 'node:util'
import { isPointOnCurve } from '../../crypto/p256.ts'
import type { Fault } from '../../errors.ts'
import type { AReq, Json, JsonObject, MessageVersion, PublicJwk } from '../../protocol/messages.ts'
import { AREQ_ELEMENTS } from '../../protocol/areq-elements.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../protocol/web-address.ts'
import type { RequestorPreferences } from '../../transaction/transaction.ts'
import { isJsonObject } from '../spelling.ts'
import { type AuthenticateRequest, AuthenticateRequestSchema } from './request-schemas.ts'

/** What one authenticate request says: the AReq proper, and what the 3DS Requestor wants beside it. */
export interface AuthenticateCall {
  aReq: AReq
  preferences: RequestorPreferences
}

const GROUPS = [
  'threeDSRequestor', 'cardholderAccount', 'cardholder', 'purchase', 'acquirer', 'merchant', 'browserInformation',
  'sdkInformation'
] as const

/** The security code is no element of an AReq before 2.3.1, and nothing to keep; the other two are ours to say. */
const LEFT_OUT = new Set(['cardSecurityCode', 'messageType', 'messageVersion'])
const TAKEN = AREQ_ELEMENTS.filter((name) => !LEFT_OUT.has(name))
const TOP = namesIn(AuthenticateRequestSchema)
const MEMBERS = GROUPS.map((group) => namesIn(AuthenticateRequestSchema.properties[group]))

/** By place: an element that the schema judges somewhere is taken from there and from nowhere else, any other from anywhere. */
const TAKEN_AT_TOP = takenFrom(TOP)
const TAKEN_FROM = MEMBERS.map(takenFrom)

function namesIn ({ properties }: { properties: object }): ReadonlySet<string> {
  return new Set(Object.keys(properties))
}

function takenFrom (place: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(TAKEN.filter((name) => place.has(name) || ![TOP, ...MEMBERS].some((other) => other.has(name))))
}

const VERSIONS: readonly string[] = ['2.1.0', '2.2.0'] satisfies MessageVersion[]

/**
 * Turns the nested request into an AReq: groups are flattened, numbers become the strings that EMV wants, and what is
 * no AReq element is left behind. The security code goes nowhere.
 * @param request validated and in EMV spelling
 */
export function toAuthenticateCall (request: AuthenticateRequest): AuthenticateCall {
  const preferences = preferencesOf(request)
  const members = request as JsonObject
  const [requestor, account, cardholder, purchase, acquirer, merchant, browser, sdk] = GROUPS.map((group, index) => {
    return elementsOf(members[group], TAKEN_FROM[index] as ReadonlySet<string>)
  })
  const key = sdkKeyOf(request)
  // Spread, not assigned one by one: that keeps an object of a hundred members small and quick, for as long as it is kept.
  const aReq: AReq = {
    messageType: 'AReq',
    messageVersion: messageVersionOf(preferences),
    deviceChannel: request.deviceChannel,
    messageCategory: request.messageCategory,
    acctNumber: request.cardholderAccount.acctNumber as string,
    ...elementsOf(members, TAKEN_AT_TOP),
    ...requestor,
    ...account,
    ...cardholder,
    ...purchase,
    ...acquirer,
    ...merchant,
    ...browser,
    ...sdk,
    threeDSServerTransID: canonicalUuid(request.threeDSServerTransID) as string,
    ...(key === undefined ? {} : { sdkEphemPubKey: key })
  }
  return { aReq, preferences }
}

function elementsOf (source: Json | undefined, taken: ReadonlySet<string>): JsonObject | undefined {
  if (!isJsonObject(source)) return undefined
  const elements: JsonObject = {}
  for (const name of Object.keys(source)) {
    if (taken.has(name)) elements[name] = asElement(name, source[name] as Json)
  }
  return elements
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
  const { preferredProtocolVersion, enforcePreferredProtocolVersion, cardholderAccount, merchant, browserInformation } = request
  const preferences: RequestorPreferences = {}
  if (preferredProtocolVersion !== undefined) preferences.preferredProtocolVersion = preferredProtocolVersion
  if (enforcePreferredProtocolVersion !== undefined) preferences.enforcePreferredProtocolVersion = enforcePreferredProtocolVersion
  if (cardholderAccount.schemeId !== undefined) preferences.schemeId = cardholderAccount.schemeId
  const resultsResponseNotificationUrl = merchant?.resultsResponseNotificationUrl
  if (resultsResponseNotificationUrl !== undefined) preferences.resultsResponseNotificationUrl = resultsResponseNotificationUrl
  const challengeWindowSize = browserInformation?.challengeWindowSize
  if (challengeWindowSize !== undefined) preferences.challengeWindowSize = challengeWindowSize
  return preferences
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
  for (const element of Object.keys(sdk)) {
    if (request[element] !== undefined && !isDeepStrictEqual(request[element], sdk[element])) {
      faults.push({ element: `sdkInformation.${element}`, message: 'is given twice, with different values' })
    }
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
  return isWebAddress(notificationURL) ? [] : [{ element, message: NO_WEB_ADDRESS }]
}

function valueAt (request: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, name) => isJsonObject(value) ? value[name] : undefined, request)
}
