import { constants, verify, X509Certificate, type KeyObject } from 'node:crypto'
import { isJsonObject, parseJson } from '../protocol/json.ts'
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
const MAX_SKEW = 30 * 60_000
const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/

/**
 * Verifies the signed content of a split SDK (2.3.1; emv3ds-protocol §13.6). Content that is genuine and speaks of another
 * transaction or SDK than the AReq is refused as a wrong signature, 308: it was not made for this AReq. 305 is for an SDK that
 * the Directory Server does not admit (§5.2), which nobody here knows.
 * @param sdkServerSignedContent compact JWS with `x5c`, standard base64 of DER, the signer's first
 * @param options aReq: what the message says in clear; rootPem: the certificate the chain has to lead to, which the message
 * may leave out; now: Unix time in ms; checkTimestamp: whether one more than 30 minutes off is refused
 * @returns the four members
 * @throws DsCryptoError 308 for form, algorithm, chain and signature, and for other ids than the AReq's; 203 for a member that
 * is missing or not of its format and for the timestamp
 */
export function verifySdkServerSignedContent (sdkServerSignedContent: string, { aReq, rootPem, now, checkTimestamp }: {
  aReq: { sdkReferenceNumber: string, sdkTransID: string }
  rootPem: string
  now: number
  checkTimestamp: boolean
}): SdkServerContent {
  const content = readContent(verifyJws(sdkServerSignedContent, rootPem, now))
  if (content.sdkReferenceNumber !== aReq.sdkReferenceNumber) throw refusal('has another sdkReferenceNumber than the AReq')
  if (canonicalUuid(content.sdkTransID) !== canonicalUuid(aReq.sdkTransID)) throw refusal('has another sdkTransID than the AReq')
  const skew = Math.abs(now - readTimestamp(content.sdkSignatureTimestamp))
  if (checkTimestamp && skew > MAX_SKEW) throw faulty('sdkSignatureTimestamp', 'is more than 30 minutes off')
  return content
}

/** @returns the payload, once the signature is known to be the one of a certificate below the root. */
function verifyJws (jws: string, rootPem: string, now: number): Buffer {
  const parts = jws.length > MAX_LENGTH ? [] : jws.split('.', 4)
  const [header, payload, signature] = parts.map(decodeBase64url)
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) throw refusal('is no compact JWS')
  const { alg, x5c } = readHeader(header)
  const key = readSignerKey(x5c, rootPem, now)
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
function readSignerKey (x5c: readonly string[], rootPem: string, now: number): KeyObject {
  try {
    const sent = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')).toString())
    const [signer, ...authorities] = readCertificateChain([...sent, rootPem].join('\n'), now)
    if (signer !== undefined && authorities.every(({ ca }) => ca)) return signer.publicKey
  } catch {
    // Told as what it is for the sender.
  }
  throw refusal('has a certificate chain that does not lead to the root of the Directory Server')
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
    sdkSignatureTimestamp: textOf(content, 'sdkSignatureTimestamp', (text) => Number.isFinite(readTimestamp(text)))
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

/** @returns Unix time in ms, NaN when there is no such time. */
function readTimestamp (text: string): number {
  const time = new Date(text.replace(TIMESTAMP, '$1-$2-$3T$4:$5:$6.000Z'))
  // Date takes 31 April for 1 May; another spelling shows it.
  return Number.isFinite(time.getTime()) && time.toISOString().replace(/[-T:]|\.000Z/g, '') === text ? time.getTime() : NaN
}

function refusal (what: string): DsCryptoError {
  return new DsCryptoError('308', `sdkServerSignedContent ${what}`)
}

function faulty (member: string, what: string): DsCryptoError {
  return new DsCryptoError('203', `sdkServerSignedContent.${member} ${what}`, `sdkServerSignedContent.${member}`)
}
