/** Bodies of the 3DS Server API for tests, EMV spelling unless said otherwise. Card numbers are published test numbers. */

/** Ends in 4001: a challenge. */
export const CHALLENGE_CARD = '4000400040004001'
/** Ends in 4000: no challenge. */
export const FRICTIONLESS_CARD = '4000400040004000'

/** The least a browser authentication needs. */
export function browserRequest (threeDSServerTransID: string, acctNumber = CHALLENGE_CARD): { [member: string]: any } {
  return {
    threeDSServerTransID,
    deviceChannel: '02',
    messageCategory: '01',
    cardholderAccount: { acctNumber },
    purchase: { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500' },
    merchant: { merchantName: 'Harbor Books', notificationURL: 'https://shop.test/3ds/return' }
  }
}
