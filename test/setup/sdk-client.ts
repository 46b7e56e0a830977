import { createHash, randomBytes, randomUUID, webcrypto, X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { compactDecrypt, CompactEncrypt, compactVerify } from 'jose'
import { CHALLENGE_CARD } from './requests.ts'

/*
 * A 3DS SDK and its app, as a stranger would write them: jose for JWE and JWS, Web Crypto for the key agreement, a Concat
 * KDF of its own. Nothing of what it does is taken from the server, and it refuses whatever an SDK in the field refuses.
 */

export type Enc = 'A128CBC-HS256' | 'A128GCM'
export interface Answer { status: number, contentType: string | undefined, headers: Record<string, unknown>, body: string }
/** Sends one request to the server under test. */
export type Send = (method: 'GET' | 'POST', path: string, body?: string | Buffer, contentType?: string) => Promise<Answer>

/** Reaches an app without a socket. */
export function injectInto (app: FastifyInstance): Send {
  return async (method, url, body, contentType) => {
    const response = await app.inject({
      method,
      url,
      ...(body === undefined ? {} : { payload: body }),
      headers: contentType === undefined ? {} : { 'content-type': contentType }
    })
    const type = response.headers['content-type']
    return { status: response.statusCode, contentType: type === undefined ? undefined : String(type), headers: response.headers, body: response.body }
  }
}

/** Reaches a server over HTTP. */
export function fetchFrom (base: string): Send {
  return async (method, path, body, contentType) => {
    const response = await fetch(base + path, {
      method,
      ...(body === undefined ? {} : { body: body as string }),
      headers: contentType === undefined ? {} : { 'content-type': contentType }
    })
    const headers = Object.fromEntries(response.headers)
    return { status: response.status, contentType: headers['content-type'], headers, body: await response.text() }
  }
}

export interface SdkOptions {
  enc?: Enc
  /** Absent: none is sent, and the key is made with the one that the server takes for this `enc`. */
  sdkReferenceNumber?: string
  /** Where CReqs go, instead of the path of the signed acsURL. */
  path?: string
  /** What the SDK makes its id of; capitals as many iOS programs write them. */
  sdkTransID?: string
  /** Content type of an encrypted CRes. */
  resType?: string
}

/** What the original server takes for an SDK that does not tell its reference number, by what it encrypts with. */
const UNTOLD_REFERENCE = { 'A128CBC-HS256': '3DS_LOA_SDK_JTPL_020200_00788', A128GCM: '3DS_LOA_SDK_JTPL_020200_00805' }
const PART = '[A-Za-z0-9_-]+'
const COMPACT_JWE = new RegExp(`^${PART}\\.\\.${PART}\\.${PART}\\.${PART}$`)
const COMPACT_JWS = new RegExp(`^${PART}\\.${PART}\\.${PART}$`)
const FINAL_MEMBERS = new Set([
  'threeDSServerTransID', 'acsTransID', 'sdkTransID', 'acsCounterAtoS', 'challengeCompletionInd', 'messageType',
  'messageVersion', 'messageExtension', 'transStatus'
])
const TEXTS = ['challengeInfoHeader', 'challengeInfoLabel', 'challengeInfoText', 'submitAuthenticationLabel']
const YES_OR_NO = ['challengeCompletionInd', 'challengeInfoTextIndicator', 'transStatus']

/** What an SDK would hold against the server. */
export class Refused extends Error {}

function insist (holds: boolean, what: string): asserts holds {
  if (!holds) throw new Refused(what)
}

type Json = Record<string, any>

/** One SDK with one transaction. */
export class Sdk {
  send: Send
  path: string
  readonly options: Required<Pick<SdkOptions, 'enc' | 'sdkTransID' | 'resType'>> & SdkOptions
  readonly threeDSServerTransID = randomUUID() as string
  readonly pair: webcrypto.CryptoKeyPair
  readonly publicKey: { kty: string, crv: string, x: string, y: string }
  acsTransID = ''
  dsTransID = ''
  messageVersion = ''
  key: Buffer = Buffer.alloc(0)
  sdkCounter = 0
  acsCounter = 0

  /** Use `createSdk`. */
  constructor (send: Send, options: SdkOptions, pair: webcrypto.CryptoKeyPair, publicKey: Sdk['publicKey']) {
    this.send = send
    this.options = { enc: 'A128CBC-HS256', sdkTransID: randomUUID(), resType: 'application/jose; charset=UTF-8', ...options }
    this.path = options.path ?? ''
    this.pair = pair
    this.publicKey = publicKey
  }

  /** Asks for an authentication, checks all an SDK checks of the answer, and agrees on the key. @returns the answer's body */
  async authenticate (members: Json = {}): Promise<Json> {
    const { sdkReferenceNumber, sdkTransID } = this.options
    const { status, body } = await this.send('POST', '/3ds/authenticate', JSON.stringify({
      threeDSServerTransID: this.threeDSServerTransID,
      deviceChannel: '01',
      messageCategory: '01',
      cardholderAccount: { acctNumber: CHALLENGE_CARD },
      purchase: { purchaseAmount: 4599, purchaseCurrency: '978', purchaseExponent: 2, purchaseDate: '20261120101500' },
      deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02', '03', '04', '05'] },
      sdkTransID,
      sdkEphemPubKey: this.publicKey,
      ...(sdkReferenceNumber === undefined ? {} : { sdkReferenceNumber }),
      ...members
    }), 'application/json')
    insist(status === 200, `authenticate: ${status} ${body}`)
    const answer = JSON.parse(body)
    const aRes = answer.authenticationResponse
    for (const name of ['acsSignedContent', 'acsTransID', 'acsReferenceNumber', 'dsTransID', 'messageVersion']) {
      insist(typeof aRes[name] === 'string' && aRes[name] !== '', `ARes: ${name}`)
    }
    insist(aRes.transStatus === 'C' && aRes.threeDSServerTransID === this.threeDSServerTransID, 'ARes: transaction')
    insist(aRes.sdkTransID === sdkTransID, 'ARes: sdkTransID is not letter for letter')
    ;({ acsTransID: this.acsTransID, dsTransID: this.dsTransID, messageVersion: this.messageVersion } = aRes)
    await this.agree(await this.verify(aRes.acsSignedContent))
    return answer
  }

  /** Signature, chain up to the published root, and own key (emv3ds-protocol §13.2). */
  async verify (jws: string): Promise<{ acsURL: string, acsEphemPubKey: Sdk['publicKey'] }> {
    insist(COMPACT_JWS.test(jws), 'acsSignedContent: not compact')
    const header = JSON.parse(Buffer.from(jws.split('.')[0] as string, 'base64url').toString())
    insist((header.alg === 'PS256' || header.alg === 'ES256') && !('jwk' in header) && Array.isArray(header.x5c), 'acsSignedContent: header')
    const root = new X509Certificate((await this.send('GET', '/ds/ca.pem')).body)
    const chain = [...header.x5c.map(readDer), root] as X509Certificate[]
    insist(chain.length === 3, 'acsSignedContent: x5c is not leaf and intermediate')
    chain.forEach((certificate, index) => {
      const issuer = chain[index + 1] ?? root
      insist(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey), `acsSignedContent: chain at ${index}`)
      insist(issuer.ca && Date.parse(certificate.validFrom) < Date.now() && Date.now() < Date.parse(certificate.validTo), `acsSignedContent: use of ${index}`)
    })
    const leaf = chain[0] as X509Certificate
    const { payload } = await compactVerify(jws, leaf.publicKey, { algorithms: [header.alg] })
    const content = JSON.parse(Buffer.from(payload).toString())
    insist(isDeepStrictEqual(content.sdkEphemPubKey, this.publicKey), 'acsSignedContent: not our key')
    insist(typeof content.acsEphemPubKey === 'object' && URL.canParse(content.acsURL), 'acsSignedContent: claims')
    if (this.path === '') this.path = new URL(content.acsURL).pathname
    return content
  }

  private async agree ({ acsEphemPubKey }: { acsEphemPubKey: Sdk['publicKey'] }): Promise<void> {
    const curve = { name: 'ECDH', namedCurve: 'P-256' }
    const theirs = await webcrypto.subtle.importKey('jwk', acsEphemPubKey, curve, false, [])
    const z = Buffer.from(await webcrypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, this.pair.privateKey, 256))
    const reference = Buffer.from(this.options.sdkReferenceNumber ?? UNTOLD_REFERENCE[this.options.enc])
    const round = Buffer.from('00000001', 'hex')
    const before = Buffer.from(`0000000000000000${reference.length.toString(16).padStart(8, '0')}`, 'hex')
    this.key = createHash('sha256').update(Buffer.concat([round, z, before, reference, Buffer.from('00000100', 'hex')])).digest()
  }

  /** A CReq as plain object; `members` come on top, `undefined` ones go. */
  creq (members: Json = {}): Json {
    const { threeDSServerTransID, acsTransID, messageVersion } = this
    return {
      messageType: 'CReq',
      messageVersion,
      threeDSServerTransID,
      acsTransID,
      sdkTransID: this.options.sdkTransID,
      sdkCounterStoA: digits(this.sdkCounter),
      ...members
    }
  }

  /** Encrypts text or bytes as this SDK would. */
  async seal (plaintext: string | Uint8Array, header: Json = {}, key: Uint8Array = this.key, iv: Uint8Array = this.nextIv()): Promise<string> {
    const { enc } = this.options
    const gcm = enc === 'A128GCM'
    return new CompactEncrypt(typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext)
      .setProtectedHeader({ alg: 'dir', enc, kid: this.acsTransID, ...header })
      .setInitializationVector(iv)
      .encrypt(gcm ? key.subarray(0, 16) : key)
  }

  private nextIv (): Buffer {
    return this.options.enc === 'A128GCM' ? Buffer.from([...new Array(11).fill(0), this.sdkCounter]) : randomBytes(16)
  }

  /** Posts anything to where CReqs go. */
  post (body: string | Buffer, contentType = 'application/jose; charset=UTF-8'): Promise<Answer> {
    return this.send('POST', this.path, body, contentType)
  }

  /** Posts a CReq without looking at the answer. */
  async postCReq (members: Json = {}): Promise<Answer> {
    return this.post(await this.seal(JSON.stringify(this.creq(members))))
  }

  /** One turn of the challenge: sends a CReq and takes the CRes, with everything an SDK checks. @returns the CRes */
  async challenge (members: Json = {}): Promise<Json> {
    const cres = await this.open(await this.postCReq(members), digits(this.sdkCounter))
    insist(cres['acsCounterAtoS'] === digits(this.acsCounter), `CRes: acsCounterAtoS ${cres['acsCounterAtoS']}, not ${digits(this.acsCounter)}`)
    this.sdkCounter++
    this.acsCounter++
    return cres
  }

  /** Decrypts and judges an answer that must be a CRes. @param counter of the CReq it answers */
  async open ({ status, contentType, body }: Answer, counter: string): Promise<Json> {
    insist(status === 200 && contentType === this.options.resType, `CRes: ${status} ${contentType} ${body}`)
    insist(COMPACT_JWE.test(body), `CRes: not a bare compact JWE: ${body}`)
    const gcm = this.options.enc === 'A128GCM'
    const { plaintext, protectedHeader } = await compactDecrypt(body, gcm ? this.key.subarray(16) : this.key)
    insist(isDeepStrictEqual(protectedHeader, { alg: 'dir', enc: this.options.enc, kid: this.acsTransID }), 'CRes: header')
    const iv = Buffer.from(body.split('.')[2] as string, 'base64url')
    if (gcm) insist(iv.equals(Buffer.from([...new Array(11).fill(0xff), Number(counter)])), 'CRes: IV')
    const cres = JSON.parse(Buffer.from(plaintext).toString())
    this.judge(cres, counter)
    return cres
  }

  private judge (cres: Json, counter: string): void {
    const { threeDSServerTransID, acsTransID, messageVersion } = this
    const same = { messageType: 'CRes', messageVersion, threeDSServerTransID, acsTransID, sdkTransID: this.options.sdkTransID, acsCounterAtoS: counter }
    for (const [name, value] of Object.entries(same)) insist(cres[name] === value, `CRes: ${name} is ${cres[name]}, not ${value}`)
    for (const name of YES_OR_NO) insist(!(name in cres) || cres[name] === 'Y' || cres[name] === 'N', `CRes: ${name}`)
    if (cres['challengeCompletionInd'] === 'Y') {
      insist(cres['transStatus'] !== undefined, 'CRes: no transStatus at the end')
      insist(Object.keys(cres).every((name) => FINAL_MEMBERS.has(name)), `CRes: too much at the end: ${Object.keys(cres)}`)
      return
    }
    insist(cres['challengeCompletionInd'] === 'N' && cres['acsUiType'] === '01' && !('transStatus' in cres), 'CRes: screen')
    if (this.options.resType === 'application/jose') return
    for (const name of TEXTS) insist(typeof cres[name] === 'string' && cres[name] !== '', `CRes: ${name}`)
    insist(cres['resendInformationLabel'] !== '', 'CRes: resendInformationLabel')
  }

  /** Opens the challenge with a CReq that enters nothing, as Android does. */
  start (): Promise<Json> {
    return this.challenge({ challengeNoEntry: 'Y' })
  }

  /** Enters a code. */
  enter (challengeDataEntry: string): Promise<Json> {
    return this.challenge({ challengeDataEntry })
  }
}

function digits (counter: number): string {
  return String(counter).padStart(3, '0')
}

function readDer (text: string): X509Certificate {
  insist(Buffer.from(text, 'base64').toString('base64') === text, 'x5c: not standard base64')
  return new X509Certificate(Buffer.from(text, 'base64'))
}

/** An SDK with a fresh key pair and no transaction yet. */
export async function createSdk (send: Send, options: SdkOptions = {}): Promise<Sdk> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey)
  return new Sdk(send, options, pair, { kty, crv, x, y } as Sdk['publicKey'])
}

/** An SDK whose authentication has been answered with a challenge. */
export async function challengedSdk (send: Send, options: SdkOptions = {}, members: Json = {}): Promise<Sdk> {
  const sdk = await createSdk(send, options)
  await sdk.authenticate(members)
  return sdk
}
