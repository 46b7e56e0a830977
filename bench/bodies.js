// Request bodies: a full authenticate request of about 2.5 KB, as a checkout sends it. The card numbers are published test
// numbers.
import { randomUUID } from 'node:crypto'
import { post } from './load.js'
import { SDK_REFERENCE, SDK_TRANS_ID, sdkEphemPubKey } from './sdk.js'

/** A whole request, as an object. */
export const FULL = {
  threeDSServerTransID: '00000000-0000-4000-8000-000000000000',
  deviceChannel: '02',
  messageCategory: '01',
  preferredProtocolVersion: '2.2.0',
  enforcePreferredProtocolVersion: true,
  threeDSCompInd: 'Y',
  threeDSRequestor: {
    threeDSRequestorAuthenticationInd: '01',
    threeDSRequestorAuthenticationInfo: { threeDSReqAuthMethod: '02', threeDSReqAuthTimestamp: '202611201015' },
    threeDSRequestorChallengeInd: '01'
  },
  cardholderAccount: { acctType: '02', cardExpiryDate: '2912', schemeId: 'VISA', acctNumber: '4000400040004000', cardSecurityCode: '321' },
  cardholder: {
    addrMatch: 'Y',
    billAddrCity: 'Porto',
    billAddrCountry: '620',
    billAddrLine1: 'Rua do Cais 12',
    billAddrLine2: 'Piso 2',
    billAddrLine3: '-',
    billAddrPostCode: '4050-001',
    email: 'maria.silva@shop.test',
    homePhone: { cc: '351', subscriber: '220000001' },
    mobilePhone: { cc: '351', subscriber: '910000002' },
    workPhone: { cc: '351', subscriber: '220000003' },
    cardholderName: 'Maria Silva',
    shipAddrCity: 'Porto',
    shipAddrCountry: '620',
    shipAddrLine1: 'Rua do Cais 12',
    shipAddrLine2: 'Piso 2',
    shipAddrLine3: '-',
    shipAddrPostCode: '4050-001'
  },
  purchase: {
    purchaseInstalData: 2,
    purchaseAmount: 4599,
    purchaseCurrency: '978',
    purchaseExponent: 2,
    purchaseDate: '20261120101500',
    recurringExpiry: '20271120',
    recurringFrequency: 30,
    transType: '01'
  },
  acquirer: { acquirerBIN: '445566', acquirerMerchantID: 'HARBOR-0042' },
  merchant: {
    mcc: '5942',
    merchantCountryCode: '620',
    threeDSRequestorID: 'harbor-req-1',
    threeDSRequestorName: 'Harbor Books',
    merchantName: 'Harbor Books',
    notificationURL: 'https://shop.test/3ds/return'
  },
  deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02'], sdkAuthenticationType: ['02'] },
  browserInformation: {
    browserAcceptHeader: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    browserIP: '203.0.113.9',
    browserLanguage: 'pt-PT',
    browserColorDepth: '24',
    browserScreenHeight: 900,
    browserScreenWidth: 1440,
    browserTZ: 0,
    browserUserAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    challengeWindowSize: '05',
    browserJavaEnabled: false,
    browserJavascriptEnabled: true
  },
  // What many requestors send along about the cardholder, up to the size of a usual request.
  acctInfo: { chAccAgeInd: '05', chAccDate: '20200101', chAccChangeInd: '04', chAccChange: '20240101', nbPurchaseAccount: '12', suspiciousAccActivity: '01' },
  merchantRiskIndicator: { shipIndicator: '01', deliveryTimeframe: '03', deliveryEmailAddress: 'maria.silva@shop.test', reorderItemsInd: '01', preOrderPurchaseInd: '01' }
}

const SDK = {
  sdkTransID: SDK_TRANS_ID,
  sdkAppID: '0b5f8a52-5c1f-4c37-9c43-6a3e5c1f0d11',
  sdkReferenceNumber: SDK_REFERENCE,
  sdkMaxTimeout: 5,
  sdkEphemPubKey
}

/** @typedef {(index: number) => Buffer} Requests */

/**
 * Authenticate requests, each with an id of its own.
 * @param {'frictionless' | 'challenge' | 'app'} kind
 * @param {(index: number) => string} idOf transaction id of a request
 * @returns {Requests}
 */
export function authenticateRequests (kind, idOf = () => randomUUID()) {
  const body = structuredClone(FULL)
  if (kind !== 'frictionless') body.cardholderAccount.acctNumber = '4000400040004001'
  if (kind === 'app') Object.assign(body, SDK, { deviceChannel: '01', browserInformation: undefined })
  const template = post('/3ds/authenticate', JSON.stringify(body))
  const at = template.indexOf(FULL.threeDSServerTransID)
  return (index) => {
    const request = Buffer.from(template)
    request.write(idOf(index), at, 'latin1')
    return request
  }
}

/** What a 3DS Server adds to what a checkout sends. */
const OF_THE_3DS_SERVER = {
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001',
  threeDSServerURL: 'https://3dss.example.test/rreq',
  threeDSRequestorURL: 'https://shop.example.test',
  purchaseAmount: '4599',
  purchaseExponent: '2',
  purchaseInstalData: '2',
  recurringFrequency: '30',
  browserScreenHeight: '1080',
  browserScreenWidth: '1920',
  browserTZ: '-60'
}

/**
 * AReq of a 3DS Server at `POST /ds`, each with an id of its own.
 * @returns {Requests}
 */
export function aReqRequests () {
  const { threeDSServerTransID, deviceChannel, messageCategory, threeDSCompInd, acctInfo, merchantRiskIndicator } = FULL
  const { threeDSRequestor, cardholderAccount, cardholder, purchase, acquirer, merchant, browserInformation } = FULL
  const flat = { ...threeDSRequestor, ...cardholderAccount, ...cardholder, ...purchase, ...acquirer, ...merchant, ...browserInformation }
  const { schemeId, cardSecurityCode, challengeWindowSize, ...elements } = flat
  const aReq = { threeDSServerTransID, deviceChannel, messageCategory, threeDSCompInd, acctInfo, merchantRiskIndicator, ...elements, ...OF_THE_3DS_SERVER }
  const template = post('/ds', JSON.stringify(aReq))
  const at = template.indexOf(threeDSServerTransID)
  return () => {
    const request = Buffer.from(template)
    request.write(randomUUID(), at, 'latin1')
    return request
  }
}

/** @param {{ threeDSServerTransID: string, acsTransID: string, dsTransID: string }} ids */
export function resultsRequest (ids) {
  return post('/3ds/results', JSON.stringify({
    messageType: 'RReq',
    messageVersion: '2.2.0',
    ...ids,
    messageCategory: '01',
    transStatus: 'Y',
    eci: '05',
    authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=',
    authenticationType: '02',
    interactionCounter: '01'
  }))
}

/** @param {{ threeDSServerTransID: string }} ids */
export function finalRequest ({ threeDSServerTransID }) {
  return post('/3ds/final', JSON.stringify({ threeDSServerTransID }))
}
