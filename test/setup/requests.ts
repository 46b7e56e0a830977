/** Bodies of the 3DS Server API for tests, EMV spelling unless said otherwise. Card numbers are published test numbers. */

/** Ends in 4001: a challenge. */
export const CHALLENGE_CARD = '4000400040004001'
/** Ends in 4000: no challenge. */
export const FRICTIONLESS_CARD = '4000400040004000'

/** The least a browser authentication needs. */
export function browserRequest (threeDSServerTransID: string, acctNumber = CHALLENGE_CARD): any {
  return {
    threeDSServerTransID,
    deviceChannel: '02',
    messageCategory: '01',
    cardholderAccount: { acctNumber },
    purchase: { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500' },
    merchant: { merchantName: 'Harbor Books', notificationURL: 'https://shop.test/3ds/return' }
  }
}

/** The SDK key of compatibility §3.6: own values, a point on P-256. */
export const SDK_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'AhfmF_C2RDkoJ4-WmZ5pojpPLBUr321s32bluAKC1O0',
  y: 'GUp968uXcS0t2jyoWqh2Wlb0X8dYWZZS8ol8ZTBuV5Q'
}
export const SDK_TRANS_ID = '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'

/** The least an app authentication needs. */
export function appRequest (threeDSServerTransID: string, acctNumber = CHALLENGE_CARD): any {
  return {
    threeDSServerTransID,
    deviceChannel: '01',
    messageCategory: '01',
    cardholderAccount: { acctNumber },
    purchase: { purchaseAmount: 4599, purchaseCurrency: '978' },
    sdkTransID: SDK_TRANS_ID,
    sdkEphemPubKey: SDK_KEY
  }
}

/** The least a 3RI authentication needs. */
export function threeRIRequest (threeDSServerTransID: string, acctNumber = FRICTIONLESS_CARD): any {
  return { threeDSServerTransID, deviceChannel: '03', messageCategory: '02', cardholderAccount: { acctNumber } }
}

/** An RReq for an authentication as it was answered. */
export function resultsRequest ({ threeDSServerTransID, acsTransID, dsTransID }: Record<string, any>, more: object = {}): any {
  return {
    messageType: 'RReq',
    messageVersion: '2.2.0',
    threeDSServerTransID,
    acsTransID,
    dsTransID,
    messageCategory: '01',
    eci: '05',
    authenticationType: '02',
    authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=',
    interactionCounter: '01',
    transStatus: 'Y',
    ...more
  }
}

/** The same JSON with the original server's run-time names (compatibility §0.2), by rule rather than by table. */
export function inRuntimeSpelling (value: any): any {
  return renamed(value, (name) => name
    .replace(/^threeDS/, 'threeDs')
    .replace(/(Trans|Requestor|acquirerMerchant)ID$/, '$1Id')
    .replace(/^(acs|notification)URL$/, '$1Url')
    .replace(/AppURLInd$/, 'AppUrlInd')
    .replace(/^acquirerBIN$/, 'acquirerBin'))
}

/** The same JSON with EMV's names, from the original server's. */
export function inEmvSpelling (value: any): any {
  return renamed(value, (name) => name
    .replace(/^threeDs/, 'threeDS')
    .replace(/(Trans|Requestor|acquirerMerchant)Id$/, '$1ID')
    .replace(/^(acs|notification)Url$/, '$1URL')
    .replace(/AppUrlInd$/, 'AppURLInd')
    .replace(/^acquirerBin$/, 'acquirerBIN'))
}

function renamed (value: any, rename: (name: string) => string): any {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename))
  if (typeof value !== 'object' || value === null) return value
  // Spelt as in EMV in every answer.
  return Object.fromEntries(Object.entries(value).map(([name, inner]) =>
    [rename(name), name === 'authenticationRequest' ? inner : renamed(inner, rename)]))
}
