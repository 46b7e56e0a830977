import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { compactDecrypt } from 'jose'
import type { Answer, Send } from '../sdk-client.ts'
import { evaluate } from './evaluate.ts'
import { erro, REFERENCE, type Version } from './messages.ts'
import type { PartyFault } from './party.ts'
import { agreedKey, compactJwe, type DeviceDataOptions, type DsKey, type Enc, encryptedDeviceData, ephemeralPair, type PublicJwk, verifiedContent } from './sdk-crypto.ts'

export interface AppSdkOptions {
  version?: Version
  /** What it encrypts CReqs with, and reads CRes in. */
  enc?: Enc
  sdkReferenceNumber?: string
  sdkTransID?: string
  /** UI types that it can draw; by default all of the version. */
  sdkUiType?: string[]
  /** `01` native, `02` HTML, `03` both. */
  sdkInterface?: string
  /** 2.3.1: it is a Split-SDK rather than one inside an app. */
  split?: { sdkServerSignedContent: string, splitSdkType: { sdkVariant: string, limitedInd?: string } }
  /** Whose app an out-of-band app may call back; from 2.2.0 on. */
  threeDSRequestorAppURL?: string
}

/**
 * A 3DS SDK with one transaction, in every version and for every screen. It refuses by throwing what an SDK could not go on
 * after, and collects in `faults` what the element catalogue has against what it received.
 */
export class AppSdk {
  readonly version: Version
  readonly enc: Enc
  readonly sdkTransID: string
  readonly sdkReferenceNumber: string
  readonly pair = ephemeralPair()
  readonly faults: PartyFault[] = []
  /** Every CRes, in order. */
  readonly screens: any[] = []
  aReq: any
  aRes: any
  /** Payload of `acsSignedContent`. */
  content: { acsURL: string, acsEphemPubKey: PublicJwk, sdkEphemPubKey: PublicJwk } | undefined
  /** Its `alg`. */
  alg = ''
  key: Buffer = Buffer.alloc(32)
  sdkCounter = 0
  acsCounter = 0
  private readonly send: Send
  private readonly options: AppSdkOptions

  /** @param send reaches the server under test, for the root certificate and the challenge */
  constructor (send: Send, options: AppSdkOptions = {}) {
    this.send = send
    this.options = options
    this.version = options.version ?? '2.2.0'
    this.enc = options.enc ?? 'A128CBC-HS256'
    this.sdkTransID = options.sdkTransID ?? randomUUID()
    this.sdkReferenceNumber = options.sdkReferenceNumber ?? REFERENCE.sdk
  }

  /** The members of an AReq that this SDK supplies, on top of `aReq({ channel: '01' })`; without `sdkEncData`. */
  members (): Record<string, unknown> {
    const { split } = this.options
    const uiTypes = this.version === '2.3.1' ? ['01', '02', '03', '04', '05', '06', '07'] : ['01', '02', '03', '04', '05']
    return {
      sdkTransID: this.sdkTransID,
      sdkReferenceNumber: this.sdkReferenceNumber,
      sdkEphemPubKey: this.pair.publicJwk,
      deviceRenderOptions: { sdkInterface: this.options.sdkInterface ?? '03', sdkUiType: this.options.sdkUiType ?? uiTypes },
      ...(split === undefined ? {} : { sdkType: '02', defaultSdkType: undefined, ...split })
    }
  }

  /**
   * `sdkEncData` for one of the published keys of the DS.
   * @param kty `RSA` or `EC`
   * @param path of the JWKS
   */
  async deviceData (kty: 'RSA' | 'EC', options: DeviceDataOptions & { path?: string, deviceData?: unknown } = {}): Promise<string> {
    const { path = '/ds/keys', deviceData = DEVICE_DATA, ...rest } = options
    const { keys } = JSON.parse((await this.send('GET', path)).body) as { keys: DsKey[] }
    const key = keys.find((one) => one.kty === kty)
    if (key === undefined) throw new Error(`the DS publishes no ${kty} key`)
    return encryptedDeviceData(deviceData, key, { enc: this.enc, ...rest })
  }

  /**
   * Takes an ARes with a challenge: verifies the signed content up to the published root, and agrees on the key.
   * @param aReq that it answers, if what it asked for shall be held against the screens
   * @throws what an SDK would refuse
   */
  async accept (aRes: any, aReq?: any): Promise<void> {
    insist(aRes.transStatus === 'C' && aRes.sdkTransID === this.sdkTransID, 'ARes: not a challenge of this SDK')
    const { header, content } = await verifiedContent(aRes.acsSignedContent, (await this.send('GET', '/ds/ca.pem')).body)
    insist(isDeepStrictEqual(content.sdkEphemPubKey, this.pair.publicJwk), 'acsSignedContent: not our key')
    this.aReq = aReq
    this.aRes = aRes
    this.alg = header.alg
    this.content = content
    this.key = agreedKey(this.pair.privateKey, content.acsEphemPubKey, this.sdkReferenceNumber)
  }

  /** The last screen, or the last CRes. */
  get screen (): any { return this.screens.at(-1) }

  /** A CReq as plain object, with what the last screen makes an SDK send always. `undefined` members go. */
  creq (members: Record<string, unknown> = {}): any {
    const { screen, version } = this
    const consents = members['challengeCancel'] !== undefined || screen === undefined
      ? {}
      : {
          ...(screen.whitelistingInfoText === undefined ? {} : { whitelistingDataEntry: 'N' }),
          ...(screen.trustListInfoText === undefined ? {} : { trustListDataEntry: 'N' }),
          ...(screen.deviceBindingInfoText === undefined ? {} : { deviceBindingDataEntry: 'N' })
        }
    const all = {
      messageType: 'CReq',
      messageVersion: version,
      threeDSServerTransID: this.aRes?.threeDSServerTransID,
      acsTransID: this.aRes?.acsTransID,
      sdkTransID: this.sdkTransID,
      sdkCounterStoA: digits(this.sdkCounter),
      ...(version === '2.3.1' ? { oobAppURLInd: '01' } : {}),
      ...(version === '2.1.0' ? {} : { threeDSRequestorAppURL: this.options.threeDSRequestorAppURL }),
      ...consents,
      ...members
    }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  }

  /** Encrypts a CReq, or a text as it is. @param header on top of what is right */
  seal (creq: unknown, header: Record<string, unknown> = {}, key = this.key): string {
    const plaintext = Buffer.from(typeof creq === 'string' ? creq : JSON.stringify(creq))
    const protectedHeader = { alg: 'dir', enc: this.enc, kid: this.aRes?.acsTransID, ...header }
    if (this.enc === 'A128CBC-HS256') return compactJwe(protectedHeader, plaintext, key)
    // §13.4: the left half, and an IV that is the counter.
    return compactJwe(protectedHeader, plaintext, key.subarray(0, 16), Buffer.from([...new Array(11).fill(0), this.sdkCounter]))
  }

  /** Posts anything to the signed acsURL. */
  post (body: string, contentType = 'application/jose; charset=UTF-8'): Promise<Answer> {
    insist(this.content !== undefined, 'no ARes was accepted')
    const { pathname, search } = new URL(this.content.acsURL)
    return this.send('POST', pathname + search, body, contentType)
  }

  /** One turn: a CReq and the CRes that answers it, checked and judged. @throws an Erro that comes instead, as `Refusal` */
  async turn (members: Record<string, unknown> = {}): Promise<any> {
    const answer = await this.post(this.seal(this.creq(members)))
    if (isJson(answer)) throw new Refusal(this.readErro(answer))
    return this.read(answer)
  }

  /** One turn that must end with an Erro. @returns the Erro, which was judged */
  async refused (members: Record<string, unknown> = {}): Promise<any> {
    const answer = await this.post(this.seal(this.creq(members)))
    if (!isJson(answer)) throw new Error(`a CRes came, not an Erro: ${JSON.stringify(await this.read(answer))}`)
    return this.readErro(answer)
  }

  /** Decrypts and judges the CRes of an answer to the CReq just sent. */
  async read ({ status, contentType, body }: Answer): Promise<any> {
    insist(status === 200 && /^application\/jose\b/i.test(contentType ?? ''), `CRes: ${status} ${contentType}`)
    const gcm = this.enc === 'A128GCM'
    const { plaintext, protectedHeader } = await compactDecrypt(body, gcm ? this.key.subarray(16) : this.key)
    insist(isDeepStrictEqual(protectedHeader, { alg: 'dir', enc: this.enc, kid: this.aRes.acsTransID }), 'CRes: header')
    if (gcm) insist(Buffer.from(body.split('.')[2] as string, 'base64url').equals(Buffer.from([...new Array(11).fill(0xff), this.acsCounter])), 'CRes: IV')
    const cres = JSON.parse(Buffer.from(plaintext).toString('utf8'))
    const { messageVersion, threeDSServerTransID, acsTransID } = this.aRes
    const due = { messageType: 'CRes', messageVersion, threeDSServerTransID, acsTransID, sdkTransID: this.sdkTransID, acsCounterAtoS: digits(this.acsCounter) }
    for (const [name, value] of Object.entries(due)) insist(cres[name] === value, `CRes: ${name} is ${cres[name]}, not ${value}`)
    this.judge(cres)
    this.screens.push(cres)
    this.sdkCounter++
    this.acsCounter++
    return cres
  }

  /** The first CReq: nothing is entered. */
  start (members: Record<string, unknown> = {}): Promise<any> { return this.turn(members) }

  /** A code typed in. @param two in the second box of 2.3.1 */
  enter (challengeDataEntry: string, two?: string): Promise<any> { return this.turn({ challengeDataEntry, challengeDataEntryTwo: two }) }

  /** Keys of the choices of the screen; more than one for UI type 03. */
  select (...keys: string[]): Promise<any> {
    const offered = this.screen.challengeSelectInfo.flatMap((entry: object) => Object.keys(entry))
    insist(keys.every((key) => offered.includes(key)), `the screen offers ${offered}`)
    return this.turn({ challengeDataEntry: keys.join(',') })
  }

  /** The form of an HTML screen, sent as its query. */
  submitHtml (fields: Record<string, string>): Promise<any> {
    // UI type 06 asks for both (2.3.1).
    const pressed = this.screen?.acsUiType === '06' ? { oobContinue: '01' } : {}
    return this.turn({ challengeHTMLDataEntry: new URLSearchParams(fields).toString(), ...pressed })
  }

  /** The page of an HTML screen. */
  get html (): string { return Buffer.from(this.screen.acsHTML, 'base64url').toString('utf8') }

  /** Out of band, back from the bank's app. @param form `02` of 2.3.1: sent by the SDK by itself. Before, it is a JSON true */
  continueOob (form: '01' | '02' = '01', members: Record<string, unknown> = {}): Promise<any> {
    return this.turn({ oobContinue: this.version === '2.3.1' ? form : true, ...members })
  }

  /** Onwards from an information screen (2.3.1). */
  continueInfo (): Promise<any> { return this.turn({ infoContinueIndicator: true }) }

  resend (): Promise<any> { return this.turn({ resendChallenge: 'Y' }) }
  submitNothing (): Promise<any> { return this.turn({ challengeNoEntry: 'Y' }) }
  /** The additional choice of 2.3.1. */
  choose (): Promise<any> { return this.turn({ challengeAddCode: 'Y' }) }
  cancel (challengeCancel = '01'): Promise<any> { return this.turn({ challengeCancel }) }

  /** Posts an Erro of this SDK. @param contentType as iOS writes it, by choice */
  sendErro (errorCode: string, errorDetail: string, contentType = 'application/json; charset=UTF-8'): Promise<Answer> {
    return this.post(JSON.stringify(erro({ ...this.screen ?? this.creq(), messageType: 'CRes' }, 'C', errorCode, errorDetail)), contentType)
  }

  private readErro ({ status, body }: Answer): any {
    const message = JSON.parse(body)
    insist(status === 200 && message.messageType === 'Erro', `neither CRes nor Erro: ${status} ${body}`)
    this.judge(message)
    return message
  }

  private judge (message: any): void {
    const faults = evaluate(message, { version: this.version, deviceChannel: '01', earlier: { areq: this.aReq, ares: this.aRes } })
    this.faults.push(...faults.map((fault) => ({ ...fault, messageType: String(message.messageType) })))
  }
}

const DEVICE_DATA = {
  DV: '1.1',
  DD: { C001: 'Android', C002: 'Pixel', C003: 'Android 14', C004: '34', C005: 'en-GB', C006: '-60' },
  DPNA: { C010: 'RE01' },
  SW: ['SW02']
}

/** An Erro that came where a CRes was due. */
export class Refusal extends Error {
  readonly erro: any

  constructor (erro: any) {
    super(`Erro ${erro.errorCode}: ${erro.errorDetail}`)
    this.erro = erro
  }
}

function insist (holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

function isJson ({ contentType }: Answer): boolean {
  return /^application\/json\b/i.test(contentType ?? '')
}

function digits (counter: number): string {
  return String(counter).padStart(3, '0')
}
