/** Bodies that work as they are, for the API documents. Card numbers are published test numbers. */

const CHALLENGED = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const FRICTIONLESS = 'c51e7a3d-92b4-4d08-8f36-1ad4b60e9c77'
const IN_APP = '8a2d4e90-15c3-4f7b-a6d2-70b9c1e3f524'

const purchase = { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500' }
const merchant = { merchantName: 'Harbor Books', notificationURL: 'https://shop.test/3ds/return' }

/** A card, and the same for a shop that runs the 3DS Method. */
export const VERSION_EXAMPLES = [
  { cardNumber: '4000400040004001' },
  { cardNumber: '4000400040004001', threeDSMethodNotificationURL: 'https://shop.test/3ds/method-done' }
]

/** A browser that is challenged, one that is not, and an app that is challenged. */
export const AUTHENTICATE_EXAMPLES = [
  {
    threeDSServerTransID: CHALLENGED,
    deviceChannel: '02',
    messageCategory: '01',
    cardholderAccount: { acctNumber: '4000400040004001' },
    purchase,
    merchant,
    browserInformation: { challengeWindowSize: '03' }
  },
  {
    threeDSServerTransID: FRICTIONLESS,
    deviceChannel: '02',
    messageCategory: '01',
    cardholderAccount: { acctNumber: '4000400040004000' },
    purchase,
    merchant
  },
  {
    threeDSServerTransID: IN_APP,
    deviceChannel: '01',
    messageCategory: '01',
    cardholderAccount: { acctNumber: '4000400040004001' },
    purchase,
    sdkTransID: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1',
    sdkReferenceNumber: '3DS_LOA_SDK_MOCK_020200_00001',
    sdkEphemPubKey: {
      kty: 'EC', crv: 'P-256', x: 'AhfmF_C2RDkoJ4-WmZ5pojpPLBUr321s32bluAKC1O0', y: 'GUp968uXcS0t2jyoWqh2Wlb0X8dYWZZS8ol8ZTBuV5Q'
    }
  }
]

/** The result of the first authentication above; the ACS's and the DS's ids come from its answer. */
export const RESULTS_EXAMPLES = [{
  messageType: 'RReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: CHALLENGED,
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218',
  messageCategory: '01',
  transStatus: 'Y',
  eci: '05',
  authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=',
  authenticationType: '02',
  interactionCounter: '01'
}]

/** The second authentication above. */
export const FINAL_EXAMPLES = [{ threeDSServerTransID: FRICTIONLESS }]
