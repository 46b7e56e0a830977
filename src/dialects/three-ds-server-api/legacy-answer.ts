import type { AReq, ARes, Json, JsonObject } from '../../protocol/messages.ts'
import type { Authenticated } from '../../three-ds-server/authenticate.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'
import { challengeRequestOf, encodeChallengeRequest } from './challenge-request.ts'

const APP_CONSTANTS: JsonObject = {
  acsRenderingType: { deviceUserInterfaceMode: '01', acsInterface: '01', acsUiTemplate: '01' },
  broadInfo: {
    category: '01',
    severity: '04',
    source: '03',
    recipients: ['02', '01', '03'],
    description: { message: 'TLS 1.x will be turned off starting summer 2019' },
    expDate: '20241231'
  },
  authenticationMethod: '02',
  transStatusReason: '15',
  deviceInfoRecognisedVersion: '1.3'
}

const AREQ_CONSTANTS: JsonObject = {
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerRefNumber: '3DS_LOA_SER_JTPL_020200_00841',
  threeDSServerOperatorID: '10073246',
  threeDSServerURL: 'https://visa.3ds.certification.juspay.in/3ds/results'
}

/** What the original echoes of the request, beside the constants. */
const ECHOED: readonly string[] = [
  'messageCategory', 'deviceChannel', 'threeDSServerTransID', 'threeDSCompInd', 'threeDSRequestorID',
  'threeDSRequestorName', 'notificationURL', 'threeDSRequestorAuthenticationInd', 'threeDSRequestorAuthenticationInfo',
  'threeDSRequestorChallengeInd', 'acctNumber', 'acctType', 'cardExpiryDate', 'acquirerBIN', 'acquirerMerchantID', 'mcc',
  'merchantCountryCode', 'merchantName', 'cardholderName', 'email', 'addrMatch', 'billAddrCity', 'billAddrCountry',
  'billAddrLine1', 'billAddrLine2', 'billAddrLine3', 'billAddrPostCode', 'shipAddrCity', 'shipAddrCountry',
  'shipAddrLine1', 'shipAddrLine2', 'shipAddrLine3', 'shipAddrPostCode', 'homePhone', 'mobilePhone', 'workPhone',
  'purchaseAmount', 'purchaseCurrency', 'purchaseExponent', 'purchaseDate', 'recurringExpiry', 'recurringFrequency',
  'transType', 'browserAcceptHeader', 'browserIP', 'browserLanguage', 'browserColorDepth', 'browserScreenHeight',
  'browserScreenWidth', 'browserTZ', 'browserUserAgent', 'browserJavaEnabled', 'browserJavascriptEnabled'
]

/**
 * The answer of `POST /3ds/authenticate` with the original server's constants and its set of fields, for people who
 * compare the two.
 * @param cardSecurityCode echoed as the original does; it is nowhere else
 */
export function legacyAuthenticateAnswer (
  { aReq, aRes, transaction }: Authenticated, cardSecurityCode: string | undefined, spelling: AnswerSpelling
): JsonObject {
  const challenged = aRes.transStatus === 'C'
  const challengeRequest = { ...challengeRequestOf(transaction), challengeWindowSize: '01', messageVersion: '2.2.0' }
  const answer: JsonObject = {
    ...(aReq.purchaseDate === undefined ? {} : { purchaseDate: aReq.purchaseDate }),
    ...(challenged ? { base64EncodedChallengeRequest: encodeChallengeRequest(challengeRequest, 'legacy') } : {}),
    ...(aRes.acsURL === undefined ? {} : { acsURL: aRes.acsURL }),
    threeDSServerTransID: aRes.threeDSServerTransID,
    authenticationResponse: legacyARes(aRes, aReq),
    challengeRequest,
    acsChallengeMandated: challenged ? 'Y' : 'N',
    transStatus: aRes.transStatus,
    authenticationRequest: legacyAReq(aReq, cardSecurityCode)
  }
  return spellAnswer(answer, spelling)
}

function legacyARes (aRes: ARes, aReq: AReq): JsonObject {
  const inApp = aReq.deviceChannel === '01'
  const { acsRenderingType: _rendering, transStatusReason, ...elements } = aRes
  return {
    ...(inApp ? { threeDSRequestorAppURLInd: 'N' } : {}),
    ...elements as JsonObject,
    messageVersion: '2.2.0',
    acsChallengeMandated: aRes.transStatus === 'C' ? 'Y' : 'N',
    authenticationType: '02',
    ...(inApp ? APP_CONSTANTS : {}),
    ...(transStatusReason === undefined ? {} : { transStatusReason })
  }
}

function legacyAReq (aReq: AReq, cardSecurityCode: string | undefined): JsonObject {
  const echo: JsonObject = { ...AREQ_CONSTANTS }
  for (const name of ECHOED) {
    const value = aReq[name] as Json | undefined
    if (value !== undefined) echo[name] = value
  }
  if (aReq.notificationURL !== undefined) echo['threeDSRequestorURL'] = aReq.notificationURL
  if (cardSecurityCode !== undefined) echo['cardSecurityCode'] = cardSecurityCode
  const rendering = aReq.deviceRenderOptions
  if (rendering !== undefined) {
    const { sdkInterface, sdkUiType } = rendering
    echo['deviceRenderOptions'] = Object.fromEntries(
      Object.entries({ sdkInterface, sdkUiType }).filter(([, value]) => value !== undefined)) as JsonObject
  }
  if (aReq.sdkEphemPubKey !== undefined) echo['sdkEphemeralPublicKey'] = aReq.sdkEphemPubKey as unknown as Json
  return echo
}
