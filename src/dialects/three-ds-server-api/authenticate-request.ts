import { selectVersion } from '../../directory-server/card-ranges/select-version.ts'
import type { AReq, Json, JsonObject } from '../../protocol/messages.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { DEFAULT_VERSION } from '../../protocol/versions.ts'
import type { RequestorPreferences } from '../../transaction/transaction.ts'
import { isJsonObject } from '../spelling.ts'
import { asElement, GROUP_PLACES, TOP_PLACE, WHOLE_NUMBERS } from './areq-places.ts'
import type { AuthenticateRequest } from './request-schemas.ts'
import { sdkKeyOf } from './sdk-key.ts'

/** What one authenticate request says: the AReq proper, and what the 3DS Requestor wants beside it. */
export interface AuthenticateCall {
  aReq: AReq
  preferences: RequestorPreferences
  /** Whether an element may have come in two places, or has come as a number that it must not be: `elementFaults` knows. */
  isDoubtful: boolean
}

/** What was noticed while elements were taken. */
interface Tally {
  taken: number
  hasStrangeNumber: boolean
}

/** Members of an AReq that are ours to say. */
const OUR_MEMBERS = 2

/**
 * Turns the nested request into an AReq: groups are flattened, numbers become the strings that EMV wants, and what is
 * no AReq element is left behind. The security code goes nowhere. Of an element in several places a group's value counts,
 * but what is the SDK's counts outside its group first, where the original server has it.
 * @param request validated and in EMV spelling
 */
export function toAuthenticateCall (request: AuthenticateRequest): AuthenticateCall {
  const preferences = preferencesOf(request)
  const members = request as JsonObject
  const tally: Tally = { taken: 0, hasStrangeNumber: false }
  const [requestor, account, cardholder, purchase, acquirer, merchant, browser, sdk] = GROUP_PLACES.map(({ group, taken }) => {
    return elementsOf(members[group], taken, tally)
  })
  const key = sdkKeyOf(request)
  // Spread, not assigned one by one: that keeps an object of a hundred members small and quick, for as long as it is kept.
  const aReq: AReq = {
    messageType: 'AReq',
    // One that is enforced and not to be had is refused beside this.
    messageVersion: selectVersion(preferences) ?? DEFAULT_VERSION,
    deviceChannel: request.deviceChannel,
    messageCategory: request.messageCategory,
    acctNumber: request.cardholderAccount.acctNumber as string,
    ...sdk,
    ...elementsOf(members, TOP_PLACE.taken, tally),
    ...requestor,
    ...account,
    ...cardholder,
    ...purchase,
    ...acquirer,
    ...merchant,
    ...browser,
    threeDSServerTransID: canonicalUuid(request.threeDSServerTransID) as string,
    ...(key === undefined ? {} : { sdkEphemPubKey: key })
  }
  // Fewer members than were taken: some were taken twice. A key in four members adds one that was not.
  const isDoubtful = tally.hasStrangeNumber || request.kty !== undefined || Object.keys(aReq).length !== OUR_MEMBERS + tally.taken
  return { aReq, preferences, isDoubtful }
}

function elementsOf (source: Json | undefined, taken: ReadonlySet<string>, tally: Tally): JsonObject | undefined {
  if (!isJsonObject(source)) return undefined
  const elements: JsonObject = {}
  for (const name of Object.keys(source)) {
    if (!taken.has(name)) continue
    const value = source[name] as Json
    tally.taken++
    if (typeof value === 'number' && !WHOLE_NUMBERS.has(name)) tally.hasStrangeNumber = true
    elements[name] = asElement(name, value)
  }
  return elements
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
