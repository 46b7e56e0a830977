import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { CompactSign } from 'jose'
import { REFERENCE } from './messages.ts'

/* The server of a split SDK (2.3.1; emv3ds-protocol §13.6), and an authority that gives it a certificate. */

export interface Identity {
  alg: 'ES256' | 'PS256'
  key: KeyObject
  /** The signer's certificate first, DER in Base64. */
  x5c: string[]
}

/** Whose authority it is: root and intermediate, and what they issue. */
export interface Authority {
  rootPem: string
  identity (alg: Identity['alg']): Identity
}

/** @param name of the authority; each call makes another one, also of the same name */
export function createAuthority (name = 'Split SDK'): Authority {
  const root = { name: `${name} Root`, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
  const intermediate = { name: `${name} Issuer`, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
  const rootDer = certificate(root, root, true)
  const intermediateDer = certificate(intermediate, root, true)
  return {
    rootPem: pem(rootDer),
    identity (alg) {
      const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
      const leaf = certificate({ name: `${name} Server`, publicKey: pair.publicKey }, intermediate, false)
      return { alg, key: pair.privateKey, x5c: [leaf, intermediateDer].map((der) => der.toString('base64')) }
    }
  }
}

/** What was different from what the server does by itself. */
export interface SigningOptions {
  /** When it signs, Unix time in ms. */
  at?: number
  /** On top of the payload; `undefined` members go. */
  members?: Record<string, unknown>
  /** On top of the header. */
  header?: Record<string, unknown>
  /** Signs with another key. */
  key?: KeyObject
}

/** Vouches for its SDKs. */
export class SdkServer {
  readonly identity: Identity
  readonly splitSdkServerID = 'PARTY-SPLIT-SDK'
  readonly sdkReferenceNumber: string

  constructor (identity: Identity, sdkReferenceNumber = REFERENCE.sdk) {
    this.identity = identity
    this.sdkReferenceNumber = sdkReferenceNumber
  }

  /** An id for a transaction of one of its SDKs. */
  openTransaction (): string {
    return randomUUID()
  }

  /** `sdkServerSignedContent` of a transaction. */
  sign (sdkTransID: string, { at = Date.now(), members = {}, header = {}, key = this.identity.key }: SigningOptions = {}): Promise<string> {
    const { alg, x5c } = this.identity
    const { sdkReferenceNumber, splitSdkServerID } = this
    const payload = { sdkReferenceNumber, sdkTransID, splitSdkServerID, sdkSignatureTimestamp: digits(at), ...members }
    return new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg, x5c, ...header }).sign(key)
  }
}

/** YYYYMMDDHHMMSS. */
function digits (at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)
}

function pem (der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`
}

interface Named { name: string, publicKey: KeyObject }

const ECDSA_WITH_SHA256 = node(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))

/** The least of RFC 5280: what a chain is checked by. */
function certificate (subject: Named, issuer: Named & { privateKey: KeyObject }, isAuthority: boolean): Buffer {
  const spki = subject.publicKey.export({ type: 'spki', format: 'der' })
  const serial = createHash('sha256').update(spki).digest().subarray(0, 15)
  const basicConstraints = node(0x30, Buffer.from('0603551d130101ff', 'hex'), node(0x04, node(0x30, isAuthority ? Buffer.from('0101ff', 'hex') : Buffer.alloc(0))))
  const toBeSigned = node(0x30,
    Buffer.from('a003020102', 'hex'),
    node(0x02, Buffer.from([0x01]), serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer.name),
    node(0x30, node(0x17, Buffer.from('200101000000Z')), node(0x17, Buffer.from('491231235959Z'))),
    nameOf(subject.name),
    spki,
    node(0xa3, node(0x30, basicConstraints)))
  return node(0x30, toBeSigned, ECDSA_WITH_SHA256, node(0x03, Buffer.from([0]), sign('sha256', toBeSigned, issuer.privateKey)))
}

function nameOf (commonName: string): Buffer {
  return node(0x30, node(0x31, node(0x30, Buffer.from('0603550403', 'hex'), node(0x0c, Buffer.from(commonName)))))
}

/** DER: tag, length, content. */
function node (tag: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content)
  const length = bytes.length < 0x80 ? [bytes.length] : bytes.length < 0x100 ? [0x81, bytes.length] : [0x82, bytes.length >> 8, bytes.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), bytes])
}
