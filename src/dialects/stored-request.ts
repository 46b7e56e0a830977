import type { AReq, Json, JsonObject } from '../protocol/messages.ts'
import type { RequestorPreferences } from '../transaction/transaction.ts'
import { LEGACY_NAMES } from './element-names.ts'
import { isJsonObject, spellMessage } from './spelling.ts'

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

/** What the original's reader takes for a member: any other type, and it refuses the whole record. */
type Kind = 'text' | 'u32' | 'u64' | 'flag' | 'phone' | 'authenticationInfo'

const KINDS: Readonly<Record<string, Kind>> = {
  purchaseAmount: 'u64',
  purchaseExponent: 'u32',
  purchaseInstalData: 'u32',
  recurringFrequency: 'u32',
  browserScreenHeight: 'u32',
  browserScreenWidth: 'u32',
  browserTZ: 'u32',
  browserJavaEnabled: 'flag',
  browserJavascriptEnabled: 'flag',
  homePhone: 'phone',
  mobilePhone: 'phone',
  workPhone: 'phone',
  threeDSRequestorAuthenticationInfo: 'authenticationInfo'
}
const isText = (value: Json | undefined) => typeof value === 'string'
const hasTexts = (value: Json, names: readonly string[]) => isJsonObject(value) && names.every((name) => isText(value[name]))
const FITS: { readonly [K in Kind]: (value: Json) => boolean } = {
  text: isText,
  u32: (value) => typeof value === 'number' && value <= 0xffff_ffff,
  u64: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  phone: (value) => hasTexts(value, ['cc', 'subscriber']),
  authenticationInfo: (value) => hasTexts(value, ['threeDsReqAuthMethod', 'threeDsReqAuthTimestamp'])
}
const FILLERS: { readonly [K in Kind | 'texts']: () => Json } = {
  text: () => '',
  texts: () => [],
  u32: () => 0,
  u64: () => 0,
  flag: () => false,
  phone: () => ({ cc: '', subscriber: '' }),
  authenticationInfo: () => ({ threeDsReqAuthMethod: '', threeDsReqAuthTimestamp: '' })
}

/** Elements that stand elsewhere in the stored form, or are derived again when it is read. */
const NOT_ELEMENTS: ReadonlySet<string> = new Set(['messageType', 'messageVersion', 'sdkEphemPubKey', 'deviceRenderOptions'])
/** Device data is for the DS only, which drops it once read (emv3ds-protocol §5.2). */
const NOT_KEPT: ReadonlySet<string> = new Set(['sdkEncData'])

interface Place { group: string, name: string, kind: Kind }

const placeOf = new Map<string, Place>()
for (const [group, elements] of Object.entries(PLACES)) {
  for (const element of elements) {
    placeOf.set(element, { group, name: LEGACY_NAMES[element] ?? element, kind: KINDS[element] ?? 'text' })
  }
}

/** The stored request, and what of the AReq has no place in it. */
export interface StoredRequest {
  request: JsonObject
  /** As they are in the AReq: what the original does not know, and what it knows in another type. */
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
    if (place === undefined) {
      if (!NOT_ELEMENTS.has(element) && !NOT_KEPT.has(element)) elements[element] = value
    } else if (!store(request, place, value)) elements[element] = value
  }
  storePreferences(request, preferences)
  const { deviceRenderOptions, sdkEphemPubKey } = aReq
  if (deviceRenderOptions !== undefined) {
    if (Object.keys(deviceRenderOptions).length === 0) elements['deviceRenderOptions'] = {}
    else request['deviceRenderOptions'] = { ...deviceRenderOptions }
  }
  if (sdkEphemPubKey !== undefined) request['sdkEphemeralPublicKey'] = sdkEphemPubKey as unknown as Json
  return { request, elements, fillers: fill(request) }
}

/** @returns whether the value fits the place, and so is there now. */
function store (request: JsonObject, { group, name, kind }: Place, value: Json): boolean {
  const stored = kind === 'u32' || kind === 'u64'
    ? asNumber(value)
    : kind === 'authenticationInfo' && isJsonObject(value) ? spellMessage(value, 'legacy') : value
  if (!FITS[kind](stored)) return false
  groupIn(request, group)[name] = stored
  return true
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
  const number = typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : NaN
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

const needed: [group: string, name: string, kind: keyof typeof FILLERS][] = [
  ['', 'preferredProtocolVersion', 'text'], ['', 'enforcePreferredProtocolVersion', 'flag'], ['', 'threeDsCompInd', 'text'],
  ['cardholderAccount', 'schemeId', 'text'], ['merchant', 'resultsResponseNotificationUrl', 'text'],
  ['deviceRenderOptions', 'sdkInterface', 'text'], ['deviceRenderOptions', 'sdkUiType', 'texts'],
  ['deviceRenderOptions', 'sdkAuthenticationType', 'texts'], ['browserInformation', 'challengeWindowSize', 'text']
]
for (const { group, name, kind } of placeOf.values()) {
  if (group !== '') needed.push([group, name, kind])
}

function fill (request: JsonObject): string[] {
  const fillers: string[] = []
  for (const [group, name, kind] of needed) {
    // The original does without this one, even for a browser, but not with a part of it.
    if (group === 'browserInformation' && request[group] === undefined) continue
    const members = groupIn(request, group)
    if (members[name] !== undefined) continue
    members[name] = FILLERS[kind]()
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
