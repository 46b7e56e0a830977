import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { FRICTIONLESS_CARD } from '../requests.ts'

/*
 * Messages as the other parties send them: the least that emv3ds-protocol §18 shows, in each version and channel, with
 * fresh ids. `members` come on top of each, and those that are `undefined` go.
 */

export type Version = '2.1.0' | '2.2.0' | '2.3.1'
/** `01` app, `02` browser, `03` without the cardholder. */
export type Channel = '01' | '02' | '03'
type Members = Record<string, unknown>

/** The parties' numbers; not those of the server under test. */
export const REFERENCE = {
  threeDSServer: '3DS_LOA_SER_PRTY_020200_00001',
  ds: '3DS_LOA_DIS_PRTY_020200_00002',
  acs: '3DS_LOA_ACS_PRTY_020200_00003',
  sdk: '3DS_LOA_SDK_PRTY_020200_00004'
}

/** 20 bytes, as 2.1.0 and 2.2.0 want them. */
export const AUTHENTICATION_VALUE = 'AAECAwQFBgcICQoLDA0ODxAREhM='

/** A public P-256 key of its own. */
export function freshKey (): { kty: string, crv: string, x: string, y: string } {
  const { kty, crv, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  return { kty, crv, x, y } as ReturnType<typeof freshKey>
}

/**
 * An AReq as a 3DS Server sends it to the DS.
 * @param options channel `03` is not for a payment in 2.1.0, and so has no purchase there (§5.8). The `sdkEncData` of an app
 *   is of the right form only; give one of an `AppSdk` where a DS shall decrypt it
 */
export function aReq ({ version = '2.2.0', channel = '02', category }: { version?: Version, channel?: Channel, category?: '01' | '02' } = {}, members: Members = {}): any {
  const messageCategory = category ?? (version === '2.1.0' && channel === '03' ? '02' : '01')
  return given({
    messageType: 'AReq',
    messageVersion: version,
    deviceChannel: channel,
    messageCategory,
    threeDSServerTransID: randomUUID(),
    threeDSServerRefNumber: REFERENCE.threeDSServer,
    threeDSServerURL: 'https://3dss.test/results',
    threeDSRequestorID: 'party-requestor',
    threeDSRequestorName: 'Harbor Books',
    threeDSRequestorURL: 'https://shop.test',
    acctNumber: FRICTIONLESS_CARD,
    cardExpiryDate: '3012',
    ...(messageCategory === '01' ? PAYMENT : {}),
    ...(channel === '03' ? {} : { threeDSRequestorAuthenticationInd: messageCategory === '01' ? '01' : '04' }),
    ...(version === '2.3.1' ? { acquirerCountryCode: '208', acquirerCountryCodeSource: '01' } : {}),
    ...(channel === '01' ? appPart(version) : channel === '02' ? browserPart(version) : { threeRIInd: version === '2.1.0' ? '05' : '11' })
  }, members)
}

const PAYMENT = {
  acquirerBIN: '412345',
  acquirerMerchantID: 'PARTY-000001',
  mcc: '5999',
  merchantName: 'Harbor Books',
  merchantCountryCode: '208',
  purchaseAmount: '4599',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20261120101500'
}

function browserPart (version: Version): Members {
  return {
    threeDSCompInd: 'U',
    notificationURL: 'https://shop.test/3ds/notify',
    browserAcceptHeader: 'text/html,*/*;q=0.8',
    browserUserAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    browserIP: '192.0.2.10',
    browserJavaEnabled: false,
    browserLanguage: 'en-GB',
    browserColorDepth: '24',
    browserScreenHeight: '1080',
    browserScreenWidth: '1920',
    browserTZ: '-60',
    ...(version === '2.1.0' ? {} : { browserJavascriptEnabled: true }),
    ...(version === '2.3.1' ? { acceptLanguage: ['en-GB'] } : {})
  }
}

function appPart (version: Version): Members {
  return {
    sdkAppID: randomUUID(),
    sdkTransID: randomUUID(),
    sdkReferenceNumber: REFERENCE.sdk,
    sdkMaxTimeout: '05',
    sdkEphemPubKey: freshKey(),
    sdkEncData: 'eyJ.e.i.c.t',
    deviceRenderOptions: { sdkInterface: '03', sdkUiType: version === '2.3.1' ? ['01', '02', '03', '04', '05', '06', '07'] : ['01', '02', '03', '04', '05'] },
    ...(version === '2.3.1' ? { sdkType: '01', defaultSdkType: { sdkVariant: '01' } } : {})
  }
}

/**
 * The AReq that a DS makes of a 3DS Server's: with its own id, number and URL; for an app, device data in the clear.
 * @param dsURL where RReqs shall go
 */
export function forwarded (aReq: any, dsURL: string, members: Members = {}): any {
  const deviceInfo = Buffer.from(JSON.stringify({ DV: '1.1', DD: { C001: 'Android', C005: 'en-GB' } })).toString('base64url')
  return given({
    ...aReq,
    dsTransID: randomUUID(),
    dsReferenceNumber: REFERENCE.ds,
    dsURL,
    ...(aReq.deviceChannel === '01' ? { deviceInfo, sdkEncData: undefined } : {})
  }, members)
}

/**
 * What an ACS answers to an AReq that came from a DS.
 * @param members with the `transStatus`, `Y` by default; what goes with it is there (§6)
 */
export function aRes (aReq: any, { transStatus = 'Y', ...members }: Members & { transStatus?: string } = {}): any {
  const { messageVersion, threeDSServerTransID, dsTransID, deviceChannel, sdkTransID } = aReq
  const isPayment = aReq.messageCategory === '01'
  return given({
    messageType: 'ARes',
    messageVersion,
    threeDSServerTransID,
    dsTransID,
    acsTransID: randomUUID(),
    dsReferenceNumber: aReq.dsReferenceNumber,
    acsReferenceNumber: REFERENCE.acs,
    transStatus,
    ...(deviceChannel === '01' ? { sdkTransID } : {}),
    ...(deviceChannel === '01' && messageVersion === '2.3.1' ? { deviceInfoRecognisedVersion: '1.1', threeDSRequestorAppURLInd: 'N' } : {}),
    ...(isPayment && 'YA'.includes(transStatus) ? { eci: transStatus === 'Y' ? '05' : '06', authenticationValue: AUTHENTICATION_VALUE } : {}),
    ...(isPayment && 'NUR'.includes(transStatus) ? { transStatusReason: transStatus === 'U' ? '03' : '11' } : {}),
    ...(transStatus === 'C' ? challengePart(aReq) : {}),
    ...(transStatus === 'D' ? { ...methodPart(messageVersion, 'D'), acsDecConInd: 'Y', acsChallengeMandated: 'Y', cardholderInfo: cardholderInfo(messageVersion) } : {}),
    ...(transStatus === 'S' ? spcPart() : {})
  }, members)
}

function challengePart ({ messageVersion, deviceChannel }: any): Members {
  return {
    acsChallengeMandated: 'N',
    ...methodPart(messageVersion, 'C'),
    ...(deviceChannel === '02'
      ? { acsURL: 'https://acs.test/challenge' }
      : { acsSignedContent: 'h.p.s', acsRenderingType: renderingType(messageVersion) })
  }
}

function methodPart (messageVersion: Version, transStatus: string): Members {
  if (messageVersion === '2.3.1') return { authenticationMethod: [transStatus === 'D' ? '12' : '02'] }
  return { authenticationType: transStatus === 'D' ? '04' : '02' }
}

function renderingType (messageVersion: Version): Members {
  return { acsInterface: '01', acsUiTemplate: '01', ...(messageVersion === '2.3.1' ? { deviceUserInterfaceMode: '01' } : {}) }
}

function cardholderInfo (messageVersion: Version): unknown {
  const text = 'Approve in your bank app'
  return messageVersion === '2.3.1' ? { text } : text
}

function spcPart (): Members {
  return {
    webAuthnCredList: [{ rpID: 'acs.test', credentialIds: Buffer.alloc(16, 7).toString('base64url') }],
    spcTransData: {
      challenge: Buffer.alloc(32, 9).toString('base64url'),
      currency: 'EUR',
      displayName: 'Card 4000',
      icon: 'https://acs.test/card.png',
      payeeOrigin: 'https://shop.test',
      timeout: '300000',
      value: '45.99'
    }
  }
}

/**
 * The result of a challenge or a decoupled authentication, as an ACS sends it.
 * @param members with the `transStatus`, `Y` by default
 */
export function rReq (aReq: any, aRes: any, { transStatus = 'Y', ...members }: Members & { transStatus?: string } = {}): any {
  const { messageVersion, threeDSServerTransID, dsTransID, deviceChannel, messageCategory, sdkTransID } = aReq
  const decoupled = aRes.acsDecConInd === 'Y'
  const isPayment = messageCategory === '01'
  return given({
    messageType: 'RReq',
    messageVersion,
    threeDSServerTransID,
    dsTransID,
    acsTransID: aRes.acsTransID,
    messageCategory,
    transStatus,
    ...(deviceChannel === '01' && messageVersion !== '2.1.0' ? { sdkTransID } : {}),
    ...(deviceChannel === '01' && !decoupled ? { acsRenderingType: renderingType(messageVersion) } : {}),
    ...(decoupled || deviceChannel === '03' ? {} : { interactionCounter: '01' }),
    ...('YN'.includes(transStatus) ? methodPart(messageVersion, decoupled ? 'D' : 'C') : {}),
    ...(isPayment && 'YA'.includes(transStatus) ? { eci: transStatus === 'Y' ? '05' : '06', authenticationValue: AUTHENTICATION_VALUE } : {}),
    ...(isPayment && 'NUR'.includes(transStatus) ? { transStatusReason: transStatus === 'U' ? '22' : '11' } : {})
  }, members)
}

/** What a 3DS Server answers to an RReq: `02` when no CReq came, `04` when it will start again as decoupled (§10). */
export function rRes (rReq: any, members: Members = {}): any {
  const { messageVersion, threeDSServerTransID, dsTransID, acsTransID, sdkTransID, challengeCancel, transStatus } = rReq
  const resultsStatus = challengeCancel === '05' ? '02' : transStatus === 'D' ? '04' : '01'
  return given({ messageType: 'RRes', messageVersion, threeDSServerTransID, dsTransID, acsTransID, sdkTransID, resultsStatus }, members)
}

/** An Erro about a message. @param component who found it: `C` SDK, `S` 3DS Server, `D` DS, `A` ACS */
export function erro (about: any, component: 'C' | 'S' | 'D' | 'A', errorCode: string, errorDetail: string, members: Members = {}): any {
  const { messageType, messageVersion, threeDSServerTransID, dsTransID, acsTransID, sdkTransID } = about
  return given({
    messageType: 'Erro',
    messageVersion,
    errorCode,
    errorComponent: component,
    errorDescription: `Error ${errorCode} found by a party of the test`,
    errorDetail,
    errorMessageType: messageType,
    threeDSServerTransID,
    dsTransID,
    acsTransID,
    sdkTransID
  }, members)
}

/** Asks for the card ranges. */
export function pReq (version: Version = '2.2.0', members: Members = {}): any {
  return given({
    messageType: 'PReq',
    messageVersion: version,
    threeDSServerTransID: randomUUID(),
    threeDSServerRefNumber: REFERENCE.threeDSServer
  }, members)
}

/** One operation message out of a sequence of one (§15, 2.3.1). */
export function oReq (members: Members = {}): any {
  return given({
    messageType: 'OReq',
    messageVersion: '2.3.1',
    dsTransID: randomUUID(),
    dsReferenceNumber: REFERENCE.ds,
    opCategory: '01',
    opDescription: 'The Directory Server closes for an hour',
    opExpDate: '20261231',
    opSeverity: '03',
    opSeq: { seqId: randomUUID(), seqNum: '01', seqTotal: '01' }
  }, members)
}

/** The CReq that a shop sends through the browser. */
export function browserCReq ({ messageVersion, threeDSServerTransID, acsTransID }: any, members: Members = {}): any {
  return given({ messageType: 'CReq', messageVersion, threeDSServerTransID, acsTransID, challengeWindowSize: '02' }, members)
}

function given (message: Members, members: Members): any {
  return Object.fromEntries(Object.entries({ ...message, ...members }).filter(([, value]) => value !== undefined))
}
