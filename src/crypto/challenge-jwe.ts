import { isUtf8 } from 'node:buffer'
import type { IdSource } from '../ids.ts'
import { parseJson } from '../protocol/json.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { ChallengeCryptoError } from './challenge-crypto-error.ts'
import { openContent, sealContent, type ContentEncryption } from './content-encryption.ts'

export type { ContentEncryption } from './content-encryption.ts'

/** Longest compact JWE that is looked at, in characters, as at the original; a CReq with full message extensions stays below. */
export const MAX_JWE_LENGTH = 262_144

/** Protected header of a challenge JWE, emv3ds-protocol §13.4. */
export interface ChallengeJweHeader {
  alg: 'dir'
  enc: ContentEncryption
  /** acsTransID, as sent. */
  kid: string
}

/**
 * Encrypts a CRes for the SDK (emv3ds-protocol §13.4).
 * @param payload compact JSON text
 * @param key session key, 32 bytes: CBC uses all of it, GCM the last 16 bytes in this direction
 * @param enc the one of the CReq
 * @param kid acsTransID
 * @param acsCounter `acsCounterAtoS` of this message, 0 to 255: GCM's IV is made of it
 * @param ids where the random IV of CBC comes from
 * @returns a compact JWE
 */
export function encryptForSdk ({ payload, key, enc, kid, acsCounter, ids }: {
  payload: string
  key: Uint8Array
  enc: ContentEncryption
  kid: string
  acsCounter: number
  ids: Pick<IdSource, 'bytes'>
}): string {
  const aad = encodeBase64url(JSON.stringify({ alg: 'dir', enc, kid }))
  const isGcm = enc === 'A128GCM'
  const iv = isGcm ? counterIv(acsCounter) : ids.bytes(16)
  const { ciphertext, tag } = sealContent(enc, Buffer.from(payload, 'utf8'), { key: isGcm ? key.subarray(16) : key, iv, aad })
  return `${aad}..${encodeBase64url(iv)}.${encodeBase64url(ciphertext)}.${encodeBase64url(tag)}`
}

/** ACS to SDK: filled with FF, the counter byte at the right. */
function counterIv (acsCounter: number): Buffer {
  const iv = Buffer.alloc(12, 0xff)
  iv.writeUInt8(acsCounter, 11)
  return iv
}

/**
 * Reads which transaction a CReq belongs to and how it is encrypted, before anything is decrypted.
 * @param jwe what the SDK posted, without white space around it
 * @throws ChallengeCryptoError `format` (not five parts, too long, an encrypted key), `header` (not base64url of a JSON object,
 * or with `zip` or `crit`), `kid` (missing), `algorithm` (not `dir` with one of the two encryptions)
 */
export function readProtectedHeader (jwe: string): ChallengeJweHeader {
  return readHeader(split(jwe))
}

/** @returns the kid of a text that cannot be used as a JWE, where its header can be read so far: whose message it was meant to be. */
export function readKid (jwe: string): string | undefined {
  const header = decodeBase64url(jwe.split('.', 1)[0] as string)
  const { kid } = (parseJson(header?.toString('utf8') ?? '') ?? {}) as { kid?: unknown }
  return typeof kid === 'string' ? kid : undefined
}

/**
 * Decrypts a CReq (emv3ds-protocol §13.4). A GCM IV longer than 12 bytes is cut to 12, as SDKs of the original server rely on.
 * @param key session key, 32 bytes: CBC uses all of it, GCM the first 16 bytes in this direction
 * @returns the plaintext
 * @throws ChallengeCryptoError as `readProtectedHeader`, `format` when a part is not base64url, `decryption` for everything
 * that key, IV, tag or padding do not bear out, `plaintext` for one that is genuine and not UTF-8
 */
export function decryptFromSdk ({ jwe, key }: { jwe: string, key: Uint8Array }): string {
  const parts = split(jwe)
  const { enc } = readHeader(parts)
  const [iv, ciphertext, tag] = [decodePart(parts[2]), decodePart(parts[3]), decodePart(parts[4])]
  const fromSdk = enc === 'A128GCM' ? { key: key.subarray(0, 16), iv: iv.subarray(0, 12) } : { key, iv }
  const plaintext = openContent(enc, { ciphertext, tag }, { ...fromSdk, aad: parts[0] })
  if (plaintext === undefined) throw new ChallengeCryptoError('decryption', 'Failed to decrypt challenge request')
  if (!isUtf8(plaintext)) throw new ChallengeCryptoError('plaintext', 'The challenge request is not UTF-8')
  return plaintext.toString('utf8')
}

/**
 * With A128GCM the IV of an SDK is its counter byte at the right of zeros, 96 bits in all (emv3ds-protocol §13.4); with CBC it is random.
 * @param counter `sdkCounterStoA` of that message, three digits
 * @throws ChallengeCryptoError `iv`
 */
export function requireCountedIv (jwe: string, enc: ContentEncryption, counter: string): void {
  const iv = Buffer.alloc(12)
  iv.writeUInt8(Number(counter), 11)
  if (enc === 'A128GCM' && split(jwe)[2] !== encodeBase64url(iv)) throw new ChallengeCryptoError('iv', 'The IV is not the counter')
}

type Parts = readonly [header: string, encryptedKey: string, iv: string, ciphertext: string, tag: string]

function split (jwe: string): Parts {
  const parts = jwe.length > MAX_JWE_LENGTH ? [] : jwe.split('.', 6)
  if (parts.length !== 5 || parts[1] !== '') throw new ChallengeCryptoError('format', 'Invalid JWE format')
  return parts as unknown as Parts
}

function decodePart (part: string): Buffer {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) throw new ChallengeCryptoError('format', 'Invalid JWE format')
  return bytes
}

function readHeader (parts: Parts): ChallengeJweHeader {
  const { alg, enc, kid } = parseHeader(parts[0])
  if (typeof kid !== 'string') throw new ChallengeCryptoError('kid', 'Missing kid in JWE header')
  if (alg !== 'dir' || (enc !== 'A128CBC-HS256' && enc !== 'A128GCM')) {
    throw new ChallengeCryptoError('algorithm', 'Unsupported encryption algorithm')
  }
  return { alg, enc, kid }
}

function parseHeader (part: string): { alg?: unknown, enc?: unknown, kid?: unknown } {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) throw new ChallengeCryptoError('header', 'Invalid JWE header encoding')
  const header = parseJson(bytes.toString('utf8'))
  // `zip` would let a small message grow without bound; `crit` names rules that nobody here knows (RFC 7516 §4.1.13).
  if (typeof header !== 'object' || header === null || 'zip' in header || 'crit' in header) {
    throw new ChallengeCryptoError('header', 'Invalid JWE header JSON')
  }
  return header
}
