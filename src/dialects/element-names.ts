import { AREQ_ELEMENTS } from '../protocol/catalogue/names.ts'

/**
 * The original mock server's run-time names, by EMV name. Names that are the same in both are not listed.
 * Source: what that server reads and writes, which differs from what its documents say.
 */
export const LEGACY_NAMES: Readonly<Record<string, string>> = {
  threeDSServerTransID: 'threeDsServerTransId',
  sdkTransID: 'sdkTransId',
  acsTransID: 'acsTransId',
  dsTransID: 'dsTransId',
  acsURL: 'acsUrl',
  threeDSCompInd: 'threeDsCompInd',
  threeDSRequestor: 'threeDsRequestor',
  threeDSRequestorAuthenticationInd: 'threeDsRequestorAuthenticationInd',
  threeDSRequestorAuthenticationInfo: 'threeDsRequestorAuthenticationInfo',
  threeDSReqAuthMethod: 'threeDsReqAuthMethod',
  threeDSReqAuthTimestamp: 'threeDsReqAuthTimestamp',
  threeDSRequestorChallengeInd: 'threeDsRequestorChallengeInd',
  threeDSRequestorID: 'threeDsRequestorId',
  threeDSRequestorName: 'threeDsRequestorName',
  threeDSRequestorAppURLInd: 'threeDsRequestorAppUrlInd',
  notificationURL: 'notificationUrl',
  acquirerBIN: 'acquirerBin',
  acquirerMerchantID: 'acquirerMerchantId'
}

/** Objects of the 3DS Server API whose members are respelled too. What is inside any other object is the caller's own. */
export const RESPELLED_OBJECTS: ReadonlySet<string> = new Set([
  'threeDSRequestor', 'threeDSRequestorAuthenticationInfo', 'cardholderAccount', 'cardholder', 'purchase', 'acquirer',
  'merchant', 'browserInformation', 'sdkInformation', 'deviceRenderOptions', 'sdkEphemPubKey', 'acsRenderingType'
])

const API_NAMES = [
  ...RESPELLED_OBJECTS, 'cardNumber', 'threeDSMethodNotificationURL', 'acsTransID', 'dsTransID', 'preferredProtocolVersion',
  'enforcePreferredProtocolVersion', 'schemeId', 'resultsResponseNotificationUrl', 'challengeWindowSize', 'sdkInterface',
  'sdkUiType', 'sdkAuthenticationType', 'threeDSReqAuthMethod', 'threeDSReqAuthTimestamp', 'threeDSReqAuthData',
  'kty', 'crv', 'x', 'y', 'eci', 'authenticationValue', 'authenticationMethod', 'authenticationType', 'transStatus',
  'transStatusReason', 'interactionCounter', 'challengeCancel', 'acsInterface', 'acsUiTemplate'
]

/** Other names that real clients use for an element, by their folded form. */
const ALIASES: Readonly<Record<string, string>> = { sdkephemeralpublickey: 'sdkEphemPubKey' }

function fold (name: string): string {
  return name.replaceAll('_', '').toLowerCase()
}

/** @returns whether it is an element's name in EMV spelling. */
export function isElementName (name: string): boolean {
  return exact.get(name) === name
}

/** @returns the original server's name of an element; `undefined` where it is EMV's. */
export function legacyNameOf (emvName: string): string | undefined {
  return Object.hasOwn(LEGACY_NAMES, emvName) ? LEGACY_NAMES[emvName] : undefined
}

const exact = new Map<string, string>()
const folded = new Map<string, string>(Object.entries(ALIASES))
for (const name of [...AREQ_ELEMENTS, ...API_NAMES, ...Object.keys(LEGACY_NAMES)]) {
  exact.set(name, name)
  folded.set(fold(name), name)
}
for (const [emv, legacy] of Object.entries(LEGACY_NAMES)) exact.set(legacy, emv)

/**
 * EMV name of an element as some client spelt it: EMV's own spelling, the original server's, its load test's
 * (`card_number`), or any other use of capitals.
 * @returns the name itself when it is not known
 */
export function emvNameOf (name: string): string {
  return exact.get(name) ?? folded.get(fold(name)) ?? name
}

/** @returns a path of names, `parent.child`, each in EMV spelling */
export function emvPathOf (path: string): string {
  return path.split('.').map(emvNameOf).join('.')
}
