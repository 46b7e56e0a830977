import { type Static, Type } from 'typebox'
import { DEFAULT_VERSION, VERSIONS_IN_WORDS } from '../../protocol/versions.ts'
import { AUTHENTICATE_EXAMPLES, FINAL_EXAMPLES, RESULTS_EXAMPLES, VERSION_EXAMPLES } from './examples.ts'

const Text = (description: string) => Type.Optional(Type.String({ description }))
const Whole = (description: string) => Type.Optional(Type.Union(
  [Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.String({ pattern: '^[0-9]{1,48}$' })],
  { description: `${description} An integer, or the same as a string of digits.` }
))
// Every text that this lets through has a canonical form (`canonicalUuid`).
const HEX_32 = '(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32})'
const Uuid = (description: string) => Type.String({ description, pattern: `^(?:(?:urn:uuid:)?${HEX_32}|\\{${HEX_32}\\})$` })
const Phone = Type.Optional(Type.Object({ cc: Type.Optional(Type.String()), subscriber: Type.Optional(Type.String()) }))
const PublicKey = Type.Object({ kty: Type.String(), crv: Type.String(), x: Type.String(), y: Type.String() })

const ThreeDSRequestor = Type.Object({
  threeDSRequestorAuthenticationInd: Text('01 payment, 02 recurring …'),
  threeDSRequestorAuthenticationInfo: Type.Optional(Type.Unknown({ description: 'How the 3DS Requestor knew the cardholder.' })),
  threeDSRequestorChallengeInd: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
    description: '04 forces a challenge, 05 skips it; everything else leaves it to the card. A string, or an array of strings.'
  }))
})

const CardholderAccount = Type.Object({
  acctNumber: Type.Optional(Type.String({ description: 'The card number.', pattern: '^[0-9]{13,19}$' })),
  acctType: Text('01 not applicable, 02 credit, 03 debit.'),
  cardExpiryDate: Text('YYMM.'),
  schemeId: Text('Scheme, for co-badged cards.'),
  cardSecurityCode: Text('Never stored.')
})

const Cardholder = Type.Object({
  addrMatch: Text('Y or N.'),
  cardholderName: Text('Name on the card.'),
  email: Text('E-mail address.'),
  homePhone: Phone,
  mobilePhone: Phone,
  workPhone: Phone
})

const LegacyPurchase = Type.Object({
  purchaseAmount: Whole('Minor units.'),
  purchaseCurrency: Text('ISO 4217 numeric.'),
  purchaseExponent: Whole('Minor unit digits.'),
  purchaseDate: Text('YYYYMMDDHHMMSS, UTC.'),
  purchaseInstalData: Whole('Number of instalments.'),
  recurringExpiry: Text('YYYYMMDD.'),
  recurringFrequency: Whole('Days between payments.'),
  transType: Text('01 goods or services …')
})

const Purchase = Type.Object({
  ...LegacyPurchase.properties,
  purchaseCurrency: Type.Optional(Type.String({ description: 'ISO 4217 numeric.', pattern: '^[0-9]{3}$' }))
})

const Acquirer = Type.Object({ acquirerBIN: Text('Acquirer BIN.'), acquirerMerchantID: Text('Merchant id at the acquirer.') })

const Merchant = Type.Object({
  mcc: Text('Merchant category code.'),
  merchantCountryCode: Text('ISO 3166-1 numeric.'),
  threeDSRequestorID: Text('Given out by the DS.'),
  threeDSRequestorName: Text('Name of the 3DS Requestor.'),
  merchantName: Text('Shown on the challenge page.'),
  resultsResponseNotificationUrl: Text('Where the result of a challenge is pushed.'),
  notificationURL: Text('Where the browser brings the CRes.')
})

const WINDOW_SIZES = '01 250×400, 02 390×400, 03 500×600, 04 600×400, 05 full.'

const LegacyBrowserInformation = Type.Object({
  browserAcceptHeader: Text('Accept header.'),
  browserIP: Text('IP address.'),
  browserJavaEnabled: Type.Optional(Type.Boolean()),
  browserJavascriptEnabled: Type.Optional(Type.Boolean()),
  browserLanguage: Text('BCP 47.'),
  browserColorDepth: Type.Optional(Type.Union([Type.String(), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })])),
  browserScreenHeight: Whole('Pixels.'),
  browserScreenWidth: Whole('Pixels.'),
  browserTZ: Type.Optional(Type.Union(
    [Type.Integer({ minimum: -840, maximum: 840 }), Type.String({ pattern: '^[+-]?[0-9]{1,3}$' })],
    { description: 'Minutes between UTC and local time, −840 to 840.' }
  )),
  browserUserAgent: Text('User-Agent header.'),
  challengeWindowSize: Text(WINDOW_SIZES)
})

const BrowserInformation = Type.Object({
  ...LegacyBrowserInformation.properties,
  challengeWindowSize: Type.Optional(Type.String({ description: WINDOW_SIZES, pattern: '^0[1-5]$' }))
})

const SdkMembers = {
  sdkTransID: Type.Optional(Uuid('Made by the 3DS SDK; echoed letter for letter.')),
  sdkAppID: Text('Made by the 3DS SDK.'),
  sdkEncData: Text('Device data, JWE compact.'),
  sdkEphemPubKey: Type.Optional(PublicKey),
  sdkMaxTimeout: Whole('Minutes.'),
  sdkReferenceNumber: Text('Reference number of the 3DS SDK; part of the session key.')
}

const AUTHENTICATE = {
  $id: 'AuthenticateRequest',
  description: 'Nested authentication request. Names may be spelt as in EMV, as the original server spells them, or mixed.',
  examples: AUTHENTICATE_EXAMPLES
}

/** Body of `POST /3ds/authenticate`, in EMV spelling. What the channel needs beyond it is checked by `channelFaults`, places and numbers by `elementFaults`. */
export const AuthenticateRequestSchema = Type.Object({
  threeDSServerTransID: Uuid('Any UUID; need not come from /3ds/version.'),
  deviceChannel: Type.Union([Type.Literal('01'), Type.Literal('02'), Type.Literal('03')], { description: '01 app, 02 browser, 03 3RI.' }),
  messageCategory: Type.String({ description: '01 payment, 02 non-payment, 80 to 99 the payment system\'s own.', pattern: '^(?:0[12]|[89][0-9])$' }),
  preferredProtocolVersion: Text(`${VERSIONS_IN_WORDS}; anything else is answered in ${DEFAULT_VERSION}.`),
  enforcePreferredProtocolVersion: Type.Optional(Type.Boolean({ description: 'Whether any other version than the preferred one is refused.' })),
  threeDSCompInd: Text('Did the 3DS Method run? Y, N or U.'),
  threeDSRequestor: Type.Optional(ThreeDSRequestor),
  cardholderAccount: CardholderAccount,
  cardholder: Type.Optional(Cardholder),
  purchase: Type.Optional(Purchase),
  acquirer: Type.Optional(Acquirer),
  merchant: Type.Optional(Merchant),
  browserInformation: Type.Optional(BrowserInformation),
  sdkInformation: Type.Optional(Type.Object(SdkMembers)),
  ...SdkMembers,
  kty: Text('The SDK key in its capitalised form: Kty, Crv, X, Y.'),
  crv: Type.Optional(Type.String()),
  x: Type.Optional(Type.String()),
  y: Type.Optional(Type.String()),
  deviceRenderOptions: Type.Optional(Type.Object({
    sdkInterface: Text('01 native, 02 HTML, 03 both.'),
    sdkUiType: Type.Optional(Type.Array(Type.String())),
    sdkAuthenticationType: Type.Optional(Type.Array(Type.String()))
  }))
}, AUTHENTICATE)

/** The same in `COMPATIBILITY=legacy`, where a category, a currency and a window size are any text, as for the original. */
export const LegacyAuthenticateRequestSchema = Type.Object({
  ...AuthenticateRequestSchema.properties,
  messageCategory: Type.String({ description: '01 payment, 02 non-payment.' }),
  purchase: Type.Optional(LegacyPurchase),
  browserInformation: Type.Optional(LegacyBrowserInformation)
}, AUTHENTICATE)

/** Body of `POST /3ds/authenticate`, in EMV spelling. */
export type AuthenticateRequest = Static<typeof AuthenticateRequestSchema>

/** Body of `POST /3ds/version`, in EMV spelling. */
export const VersionRequestSchema = Type.Object({
  cardNumber: Type.String({ description: 'The card number.', pattern: '^[0-9]{13,19}$' }),
  threeDSMethodNotificationURL: Text('Where the browser tells that the 3DS Method is done; with it the answer has a ready-made threeDSMethodData.')
}, { $id: 'VersionRequest', examples: VERSION_EXAMPLES })

/** Body of `POST /3ds/version`, in EMV spelling. */
export type VersionRequest = Static<typeof VersionRequestSchema>

/** The same in `COMPATIBILITY=legacy`, where the number is any text, as for the original. */
export const LegacyVersionRequestSchema = Type.Object({
  cardNumber: Type.String({ description: 'The card number, or its beginning.' })
}, { $id: 'VersionRequest', examples: VERSION_EXAMPLES })

/** Body of `POST /3ds/final`, in EMV spelling. */
export const FinalRequestSchema = Type.Object({
  threeDSServerTransID: Uuid('The transaction.')
}, { $id: 'FinalRequest', examples: FINAL_EXAMPLES })

/**
 * Body of `POST /3ds/results`. It judges in `COMPATIBILITY=legacy` only: beyond ids, version and status any text will do, as for
 * the original. Else the catalogue does.
 */
export const ResultsRequestSchema = Type.Object({
  messageType: Type.Literal('RReq'),
  messageVersion: Type.String({ pattern: '^[0-9]\\.[0-9]\\.[0-9]{1,2}$' }),
  threeDSServerTransID: Uuid('The transaction.'),
  acsTransID: Uuid('As in the ARes.'),
  dsTransID: Uuid('As in the ARes.'),
  transStatus: Type.Union(['Y', 'N', 'U', 'A', 'R'].map((status) => Type.Literal(status)), { description: 'Y, N, U, A or R.' }),
  sdkTransID: Type.Optional(Uuid('As in the AReq.')),
  messageCategory: Text('As in the AReq.'),
  eci: Text('Electronic Commerce Indicator.'),
  authenticationValue: Text('Proof of authentication.'),
  authenticationMethod: Type.Optional(Type.Unknown()),
  authenticationType: Text('01 static, 02 dynamic, 03 OOB.'),
  interactionCounter: Text('Answers the cardholder gave.'),
  transStatusReason: Text('emv3ds §7.'),
  challengeCancel: Text('Why it was cancelled.'),
  acsRenderingType: Type.Optional(Type.Unknown())
}, { $id: 'ResultsRequest', description: 'An RReq. acsTransID and dsTransID are those of the ARes.', examples: RESULTS_EXAMPLES })
