import type { AReq, Json, JsonObject } from '../protocol/messages.ts'
import type { RequestorPreferences } from '../transaction/transaction.ts'
import { LEGACY_NAMES } from './element-names.ts'
import { isJsonObject } from './spelling.ts'

/** Where each AReq element stands in the nested request of the original server, as group → elements. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  '': ['threeDSServerTransID', 'sdkTransID', 'deviceChannel', 'messageCategory', 'threeDSCompInd'],
  threeDSRequestor: ['threeDSRequestorAuthenticationInd', 'threeDSRequestorAuthenticationInfo', 'threeDSRequestorChallengeInd'],
  cardholderAccount: ['acctNumber', 'acctType', 'cardExpiryDate'],
  cardholder: [
    'addrMatch', 'billAddrCity', 'billAddrCountry', 'billAddrLine1', 'billAddrLine2', 'billAddrLine3', 'billAddrPostCode',
    'email', 'homePhone', 'mobilePhone', 'workPhone', 'cardholderName', 'shipAddrCity', 'shipAddrCountry', 'shipAddrLine1',
    'shipAddrLine2', 'shipAddrLine3', 'shipAddrPostCode'
  ],
  purchase: [
    'purchaseInstalData', 'purchaseAmount', 'purchaseCurrency', 'purchaseExponent', 'purchaseDate', 'recurringExpiry',
    'recurringFrequency', 'transType'
  ],
  acquirer: ['acquirerBIN', 'acquirerMerchantID'],
  merchant: ['mcc', 'merchantCountryCode', 'threeDSRequestorID', 'threeDSRequestorName', 'merchantName', 'notificationURL'],
  browserInformation: [
    'browserAcceptHeader', 'browserIP', 'browserLanguage', 'browserColorDepth', 'browserScreenHeight',
    'browserScreenWidth', 'browserTZ', 'browserUserAgent', 'browserJavaEnabled', 'browserJavascriptEnabled'
  ],
  deviceRenderOptions: []
}
const NUMBERS: ReadonlySet<string> = new Set([
  'purchaseInstalData', 'purchaseAmount', 'purchaseExponent', 'recurringFrequency', 'browserScreenHeight',
  'browserScreenWidth', 'browserTZ'
])
const PHONES: ReadonlySet<string> = new Set(['homePhone', 'mobilePhone', 'workPhone'])

/** Elements that stand elsewhere in the stored form, or are derived again when it is read. */
const NOT_ELEMENTS: ReadonlySet<string> = new Set(['messageType', 'messageVersion', 'sdkEphemPubKey', 'deviceRenderOptions'])
/** Device data is for the DS only, which drops it once read (emv3ds-protocol §5.2). */
const NOT_KEPT: ReadonlySet<string> = new Set(['sdkEncData'])

interface Place { group: string, name: string, number: boolean }

const placeOf = new Map<string, Place>()
for (const [group, elements] of Object.entries(PLACES)) {
  for (const element of elements) {
    placeOf.set(element, { group, name: LEGACY_NAMES[element] ?? element, number: NUMBERS.has(element) })
  }
}

/** The stored request, and what of the AReq has no place in it. */
export interface StoredRequest {
  request: JsonObject
  elements: JsonObject
  /** Members the original server needs to read the record and the caller never sent, as `group.name`. */
  fillers: string[]
}

/**
 * Writes an AReq as the nested request that the original server stores and reads: its run-time names, integers where it
 * has integers, no security code. What it cannot do without and the caller left out is filled in, and listed.
 */
export function toStoredRequest (aReq: AReq, preferences: RequestorPreferences): StoredRequest {
  const request: JsonObject = {}
  const elements: JsonObject = {}
  for (const element of Object.keys(aReq)) {
    const value = aReq[element] as Json
    const place = placeOf.get(element)
    if (place !== undefined) groupIn(request, place.group)[place.name] = place.number ? asNumber(value) : value
    else if (!NOT_ELEMENTS.has(element) && !NOT_KEPT.has(element)) elements[element] = value
  }
  storePreferences(request, preferences)
  if (aReq.deviceRenderOptions !== undefined) request['deviceRenderOptions'] = aReq.deviceRenderOptions
  if (aReq.sdkEphemPubKey !== undefined) request['sdkEphemeralPublicKey'] = aReq.sdkEphemPubKey as unknown as Json
  return { request, elements, fillers: fill(request) }
}

function groupIn (request: JsonObject, group: string): JsonObject {
  if (group === '') return request
  const name = LEGACY_NAMES[group] ?? group
  const existing = request[name]
  if (isJsonObject(existing)) return existing
  const created: JsonObject = {}
  request[name] = created
  return created
}

function asNumber (value: Json): Json {
  const number = typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : NaN
  // Only what comes back as the very same text may become a number.
  return String(number) === value ? number : value
}

function storePreferences (request: JsonObject, preferences: RequestorPreferences): void {
  const { preferredProtocolVersion, enforcePreferredProtocolVersion, schemeId } = preferences
  if (preferredProtocolVersion !== undefined) request['preferredProtocolVersion'] = preferredProtocolVersion
  if (enforcePreferredProtocolVersion !== undefined) request['enforcePreferredProtocolVersion'] = enforcePreferredProtocolVersion
  const account = groupIn(request, 'cardholderAccount')
  if (schemeId !== undefined) account['schemeId'] = schemeId
  account['cardSecurityCode'] = '***'
  const { resultsResponseNotificationUrl, challengeWindowSize } = preferences
  if (resultsResponseNotificationUrl !== undefined) {
    groupIn(request, 'merchant')['resultsResponseNotificationUrl'] = resultsResponseNotificationUrl
  }
  if (challengeWindowSize !== undefined) groupIn(request, 'browserInformation')['challengeWindowSize'] = challengeWindowSize
}

type Filler = () => Json
const text: Filler = () => ''
const zero: Filler = () => 0
const needed: [group: string, name: string, filler: Filler][] = [
  ['', 'preferredProtocolVersion', text], ['', 'enforcePreferredProtocolVersion', () => false], ['', 'threeDsCompInd', text],
  ['cardholderAccount', 'schemeId', text], ['merchant', 'resultsResponseNotificationUrl', text],
  ['deviceRenderOptions', 'sdkInterface', text], ['deviceRenderOptions', 'sdkUiType', () => []],
  ['deviceRenderOptions', 'sdkAuthenticationType', () => []]
]
for (const [group, elements] of Object.entries(PLACES)) {
  for (const element of elements) {
    if (group === '' || group === 'browserInformation') continue
    const filler = NUMBERS.has(element)
      ? zero
      : PHONES.has(element)
        ? () => ({ cc: '', subscriber: '' })
        : element === 'threeDSRequestorAuthenticationInfo' ? () => ({ threeDsReqAuthMethod: '', threeDsReqAuthTimestamp: '' }) : text
    needed.push([group, LEGACY_NAMES[element] ?? element, filler])
  }
}

function fill (request: JsonObject): string[] {
  const fillers: string[] = []
  for (const [group, name, filler] of needed) {
    const members = groupIn(request, group)
    if (members[name] !== undefined) continue
    members[name] = filler()
    fillers.push(`${LEGACY_NAMES[group] ?? group}.${name}`)
  }
  return fillers
}

/** Takes the fillers out of a stored request again. The object is changed. */
export function removeFillers (request: JsonObject, fillers: readonly string[]): void {
  for (const filler of fillers) {
    const [group, name] = filler.split('.') as [string, string]
    const members = group === '' ? request : request[group]
    if (isJsonObject(members)) delete members[name]
  }
  for (const group of Object.keys(request)) {
    const members = request[group]
    if (isJsonObject(members) && Object.keys(members).length === 0) delete request[group]
  }
}
