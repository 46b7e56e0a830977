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

interface StoredPlace {
  /** The original's name of the group; empty for the top level. */
  group: string
  name: string
  kind: Kind
}

const placeOf = new Map<string, StoredPlace>()
for (const [group, elements] of Object.entries(PLACES)) {
  for (const element of elements) {
    placeOf.set(element, { group: LEGACY_NAMES[group] ?? group, name: LEGACY_NAMES[element] ?? element, kind: KINDS[element] ?? 'text' })
  }
}

const GROUP_NAMES = Object.keys(PLACES).filter((group) => group !== '').map((group) => LEGACY_NAMES[group] ?? group)

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
  const groups = createGroups()
  const elements: JsonObject = {}
  for (const element of Object.keys(aReq)) {
    const value = aReq[element] as Json
    const place = placeOf.get(element)
    if (place === undefined) {
      if (!NOT_ELEMENTS.has(element)) elements[element] = value
    } else if (!store(groups, place, value)) elements[element] = value
  }
  storeId(groups, aReq, elements)
  storePreferences(groups, preferences)
  const { deviceRenderOptions, sdkEphemPubKey } = aReq
  if (deviceRenderOptions !== undefined) {
    if (Object.keys(deviceRenderOptions).length === 0) elements['deviceRenderOptions'] = {}
    else Object.assign(groups['deviceRenderOptions'] as JsonObject, deviceRenderOptions)
  }
  const request = groups[''] as JsonObject
  if (sdkEphemPubKey !== undefined) request['sdkEphemeralPublicKey'] = sdkEphemPubKey as unknown as Json
  return { request, elements, fillers: fill(groups) }
}

/** The objects of a request by name; the request itself has an empty one. */
type Groups = Record<string, JsonObject>

function createGroups (): Groups {
  const request: JsonObject = {}
  const groups: Groups = { '': request }
  for (const group of GROUP_NAMES) {
    const members: JsonObject = {}
    groups[group] = members
    request[group] = members
  }
  return groups
}

/** In lower case, as the original has it; the letters that the AReq has are kept beside. */
function storeId (groups: Groups, { threeDSServerTransID }: AReq, elements: JsonObject): void {
  const id = threeDSServerTransID.toLowerCase()
  if (id === threeDSServerTransID) return
  ;(groups[''] as JsonObject)['threeDsServerTransId'] = id
  elements['threeDSServerTransID'] = threeDSServerTransID
}

/** @returns whether the value fits the place, and so is there now. */
function store (groups: Groups, { group, name, kind }: StoredPlace, value: Json): boolean {
  const stored = kind === 'u32' || kind === 'u64'
    ? asNumber(value)
    : kind === 'authenticationInfo' && isJsonObject(value) ? spellMessage(value, 'legacy') : value
  if (!FITS[kind](stored)) return false
  ;(groups[group] as JsonObject)[name] = stored
  return true
}

function asNumber (value: Json): Json {
  const number = typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : NaN
  // Only what comes back as the very same text may become a number.
  return String(number) === value ? number : value
}

function storePreferences (groups: Groups, preferences: RequestorPreferences): void {
  const { '': request, cardholderAccount, merchant, browserInformation } = groups as Record<string, JsonObject> & Record<'', JsonObject>
  const { preferredProtocolVersion, enforcePreferredProtocolVersion, schemeId } = preferences
  if (preferredProtocolVersion !== undefined) request['preferredProtocolVersion'] = preferredProtocolVersion
  if (enforcePreferredProtocolVersion !== undefined) request['enforcePreferredProtocolVersion'] = enforcePreferredProtocolVersion
  const account = cardholderAccount as JsonObject
  if (schemeId !== undefined) account['schemeId'] = schemeId
  account['cardSecurityCode'] = '***'
  const { resultsResponseNotificationUrl, challengeWindowSize } = preferences
  if (resultsResponseNotificationUrl !== undefined) (merchant as JsonObject)['resultsResponseNotificationUrl'] = resultsResponseNotificationUrl
  if (challengeWindowSize !== undefined) (browserInformation as JsonObject)['challengeWindowSize'] = challengeWindowSize
}

const needed: { group: string, name: string, kind: keyof typeof FILLERS }[] = [
  { group: '', name: 'preferredProtocolVersion', kind: 'text' },
  { group: '', name: 'enforcePreferredProtocolVersion', kind: 'flag' },
  { group: '', name: 'threeDsCompInd', kind: 'text' },
  { group: 'cardholderAccount', name: 'schemeId', kind: 'text' },
  { group: 'merchant', name: 'resultsResponseNotificationUrl', kind: 'text' },
  { group: 'deviceRenderOptions', name: 'sdkInterface', kind: 'text' },
  { group: 'deviceRenderOptions', name: 'sdkUiType', kind: 'texts' },
  { group: 'deviceRenderOptions', name: 'sdkAuthenticationType', kind: 'texts' },
  { group: 'browserInformation', name: 'challengeWindowSize', kind: 'text' }
]
for (const place of placeOf.values()) {
  if (place.group !== '') needed.push(place)
}

function fill (groups: Groups): string[] {
  const fillers: string[] = []
  const request = groups[''] as JsonObject
  // The original does without this one, even for a browser, but not with a part of it.
  const browserless = Object.keys(groups['browserInformation'] as JsonObject).length === 0
  if (browserless) delete request['browserInformation']
  for (const { group, name, kind } of needed) {
    const members = groups[group] as JsonObject
    if (members[name] !== undefined || (browserless && group === 'browserInformation')) continue
    members[name] = FILLERS[kind]()
    fillers.push(`${group}.${name}`)
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
