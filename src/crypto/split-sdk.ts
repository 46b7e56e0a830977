import { constants, verify, X509Certificate, type KeyObject } from 'node:crypto'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import { isFarOff, readMoment } from '../protocol/moments.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { decodeBase64url } from './base64url.ts'
import { readCertificateChain } from './certificate-files.ts'
import { DsCryptoError } from './ds-crypto-error.ts'
import type { SigningAlg } from './signing-material.ts'

/** What the server of a split SDK vouches for: emv3ds-protocol §13.6. */
export interface SdkServerContent {
  sdkReferenceNumber: string
  sdkTransID: string
  splitSdkServerID: string
  /** YYYYMMDDHHMMSS, UTC. */
  sdkSignatureTimestamp: string
}

/** Longest `sdkServerSignedContent`, in characters: as long as the other JOSE elements of an AReq may be. */
const MAX_LENGTH = 64_000
/** The signer's certificate and those above it. */
const MAX_CERTIFICATES = 4

/**
 * Verifies the signed content of a split SDK (2.3.1; emv3ds-protocol §5.2, §13.6). Nothing that it says counts before the
 * signature does.
 * @param sdkServerSignedContent compact JWS with `x5c`, standard base64 of DER, the signer's first
 * @param options aReq: what the message says in clear; roots: PEM, the certificates to one of which the chain has to lead, and
 * which the message may leave out; now: Unix time in ms; checkTimestamp: whether one more than 30 minutes off is refused
 * @returns the four members
 * @throws DsCryptoError 203 for what is no compact JWS, for a member that is missing or not of its format and for the timestamp;
 * 308 for header, algorithm, chain and signature; 305 for another SDK or transaction than the AReq's
 */
export function verifySdkServerSignedContent (sdkServerSignedContent: string, { aReq, roots, now, checkTimestamp }: {
  aReq: { sdkReferenceNumber?: string | undefined, sdkTransID?: string | undefined }
  roots: readonly string[]
  now: number
  checkTimestamp: boolean
}): SdkServerContent {
  const content = readContent(verifyJws(sdkServerSignedContent, roots, now))
  const { sdkReferenceNumber, sdkTransID, sdkSignatureTimestamp } = content
  if (checkTimestamp && isFarOff(sdkSignatureTimestamp, now)) throw faulty('sdkSignatureTimestamp', 'is more than 30 minutes off')
  if (sdkReferenceNumber !== aReq.sdkReferenceNumber) throw contradiction('sdkReferenceNumber')
  if (canonicalUuid(sdkTransID) !== canonicalUuid(aReq.sdkTransID)) throw contradiction('sdkTransID')
  return content
}

/** @returns the payload, once the signature is known to be the one of a certificate below a root. */
function verifyJws (jws: string, roots: readonly string[], now: number): Buffer {
  const parts = jws.length > MAX_LENGTH ? [] : jws.split('.', 4)
  const [header, payload, signature] = parts.map(decodeBase64url)
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) throw new DsCryptoError('203', 'sdkServerSignedContent is no compact JWS', 'sdkServerSignedContent')
  const { alg, x5c } = readHeader(header)
  const key = readSignerKey(x5c, roots, now)
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`, 'ascii')
  if (!VERIFIERS[alg](signed, key, signature)) throw refusal('has a wrong signature')
  return payload
}

function readHeader (bytes: Buffer): { alg: SigningAlg, x5c: readonly string[] } {
  const header = parseJson(bytes.toString('utf8'))
  // `crit` names rules that nobody here knows (RFC 7515 §4.1.11).
  if (!isJsonObject(header) || 'crit' in header) throw refusal('has an unusable header')
  const { alg, x5c } = header
  if (alg !== 'PS256' && alg !== 'ES256') throw refusal('has an unsupported alg')
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES || !x5c.every((one) => typeof one === 'string')) {
    throw refusal('has an unusable x5c')
  }
  return { alg, x5c }
}

/** RFC 5280 §6.1 as far as the mock goes: issuers, signatures and validity up to the root, and only authorities issue. */
function readSignerKey (x5c: readonly string[], roots: readonly string[], now: number): KeyObject {
  const key = roots.map((rootPem) => keyBelow(rootPem, x5c, now)).find((found) => found !== undefined)
  if (key === undefined) throw refusal('has a certificate chain that does not lead to a root of the Directory Server')
  return key
}

function keyBelow (rootPem: string, x5c: readonly string[], now: number): KeyObject | undefined {
  try {
    const sent = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')).toString())
    const [signer, ...authorities] = readCertificateChain([...sent, rootPem].join('\n'), now)
    return authorities.every(({ ca }) => ca) ? (signer as X509Certificate).publicKey : undefined
  } catch {
    // Told as what it is for the sender.
    return undefined
  }
}

const VERIFIERS: Readonly<Record<SigningAlg, (signed: Buffer, key: KeyObject, signature: Buffer) => boolean>> = {
  PS256: (signed, key, signature) => key.asymmetricKeyType === 'rsa' && Number(key.asymmetricKeyDetails?.modulusLength) >= 2048 &&
    verify('sha256', signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature),
  ES256: (signed, key, signature) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1' &&
    verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function readContent (payload: Buffer): SdkServerContent {
  const content = parseJson(payload.toString('utf8'))
  if (!isJsonObject(content)) throw new DsCryptoError('203', 'sdkServerSignedContent holds no JSON object', 'sdkServerSignedContent')
  return {
    sdkReferenceNumber: textOf(content, 'sdkReferenceNumber', (text) => isShort(text)),
    sdkTransID: textOf(content, 'sdkTransID', (text) => canonicalUuid(text) !== undefined),
    splitSdkServerID: textOf(content, 'splitSdkServerID', (text) => isShort(text)),
    sdkSignatureTimestamp: textOf(content, 'sdkSignatureTimestamp', (text) => Number.isFinite(readMoment(text)))
  }
}

function textOf (content: { [member: string]: unknown }, member: string, isWellFormed: (text: string) => boolean): string {
  const text = content[member]
  if (typeof text !== 'string' || !isWellFormed(text)) throw faulty(member, 'is missing or not of its format')
  return text
}

function isShort (text: string): boolean {
  return text.length >= 1 && text.length <= 32
}

function refusal (what: string): DsCryptoError {
  return new DsCryptoError('308', `sdkServerSignedContent ${what}`)
}

function contradiction (member: string): DsCryptoError {
  return new DsCryptoError('305', `sdkServerSignedContent has another ${member} than the AReq`)
}

function faulty (member: string, what: string): DsCryptoError {
  return new DsCryptoError('203', `sdkServerSignedContent.${member} ${what}`, `sdkServerSignedContent.${member}`)
}
