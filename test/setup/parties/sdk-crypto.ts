import { createCipheriv, createHash, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { CompactEncrypt, compactVerify } from 'jose'

/* The cryptography of an SDK (emv3ds-protocol §13), written from the text with node:crypto and plain jose. */

export type Enc = 'A128CBC-HS256' | 'A128GCM'
export interface PublicJwk { kty: string, crv: string, x: string, y: string }
export interface KeyPair { privateKey: KeyObject, publicJwk: PublicJwk }

/** A P-256 pair for one transaction. */
export function ephemeralPair (): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  return { privateKey, publicJwk: { kty, crv, x, y } as PublicJwk }
}

/**
 * §13.3: 256 bits of key between two parties.
 * @param partyV the SDK's reference number, or the directory server's id for device data
 */
export function agreedKey (privateKey: KeyObject, theirs: PublicJwk, partyV: string): Buffer {
  const z = diffieHellman({ privateKey, publicKey: createPublicKey({ key: { ...theirs }, format: 'jwk' }) })
  const empty = number32(0)
  return createHash('sha256').update(Buffer.concat([
    number32(1), z, empty, empty, number32(Buffer.byteLength(partyV)), Buffer.from(partyV), number32(256)
  ])).digest()
}

function number32 (value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/**
 * §13.2: checks signature and chain of `acsSignedContent`.
 * @param rootPem the certificate of the DS that the SDK was built with
 * @returns header and payload
 * @throws whatever does not hold
 */
export async function verifiedContent (jws: string, rootPem: string): Promise<{ header: any, content: any }> {
  const header = JSON.parse(Buffer.from(jws.split('.')[0] as string, 'base64url').toString('utf8'))
  if (header.alg !== 'PS256' && header.alg !== 'ES256') throw new Error(`acsSignedContent: alg ${header.alg}`)
  const root = new X509Certificate(rootPem)
  const chain: X509Certificate[] = header.x5c.map((der: string) => new X509Certificate(Buffer.from(der, 'base64')))
  for (const [index, certificate] of chain.entries()) {
    if (certificate.fingerprint256 === root.fingerprint256) throw new Error('acsSignedContent: x5c has the root')
    const issuer = chain[index + 1] ?? root
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) throw new Error(`acsSignedContent: chain breaks at ${index}`)
  }
  const [leaf] = chain
  if (leaf === undefined) throw new Error('acsSignedContent: no x5c')
  const { payload } = await compactVerify(jws, leaf.publicKey, { algorithms: [header.alg] })
  return { header, content: JSON.parse(Buffer.from(payload).toString('utf8')) }
}

/** A key of the DS as its JWKS says it. */
export interface DsKey { kty: string, kid?: string, [member: string]: unknown }

/** What may be different from what an SDK does by itself. */
export interface DeviceDataOptions {
  enc?: Enc
  /** PartyVInfo, for an EC key. */
  directoryServerId?: string
  /** Older SDKs send none. */
  withoutKid?: boolean
}

/**
 * §13.1: `sdkEncData`.
 * @param deviceData an object, or a text as it is
 * @param key RSA: RSA-OAEP-256; EC: ECDH-ES with the KDF of EMV, which is not jose's
 */
export async function encryptedDeviceData (deviceData: unknown, key: DsKey, { enc = 'A128CBC-HS256', directoryServerId = 'A000000003', withoutKid = false }: DeviceDataOptions = {}): Promise<string> {
  const plaintext = Buffer.from(typeof deviceData === 'string' ? deviceData : JSON.stringify(deviceData))
  const kid = withoutKid || key.kid === undefined ? {} : { kid: key.kid }
  if (key.kty === 'RSA') {
    const publicKey = createPublicKey({ key: key as any, format: 'jwk' })
    return new CompactEncrypt(plaintext).setProtectedHeader({ alg: 'RSA-OAEP-256', enc, ...kid }).encrypt(publicKey)
  }
  const pair = ephemeralPair()
  const agreed = agreedKey(pair.privateKey, key as unknown as PublicJwk, directoryServerId)
  return compactJwe({ alg: 'ECDH-ES', enc, epk: pair.publicJwk, ...kid }, plaintext, enc === 'A128GCM' ? agreed.subarray(0, 16) : agreed)
}

/**
 * A compact JWE without an encrypted key (RFC 7516 §5.1, RFC 7518 §5).
 * @param key 32 bytes for A128CBC-HS256, 16 for A128GCM
 * @param iv 16 or 12 bytes, by default random ones
 */
export function compactJwe (header: { enc: Enc, [member: string]: unknown }, plaintext: Uint8Array, key: Buffer, iv = randomBytes(header.enc === 'A128GCM' ? 12 : 16)): string {
  const first = Buffer.from(JSON.stringify(header)).toString('base64url')
  const { ciphertext, tag } = header.enc === 'A128GCM' ? gcm(first, plaintext, key, iv) : cbc(first, plaintext, key, iv)
  return [first, '', ...[iv, ciphertext, tag].map((part) => part.toString('base64url'))].join('.')
}

function gcm (aad: string, plaintext: Uint8Array, key: Buffer, iv: Buffer): { ciphertext: Buffer, tag: Buffer } {
  const cipher = createCipheriv('aes-128-gcm', key, iv).setAAD(Buffer.from(aad))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return { ciphertext, tag: cipher.getAuthTag() }
}

/** The first half of the key signs, the second encrypts. */
function cbc (aad: string, plaintext: Uint8Array, key: Buffer, iv: Buffer): { ciphertext: Buffer, tag: Buffer } {
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64BE(BigInt(aad.length * 8))
  const tag = createHmac('sha256', key.subarray(0, 16)).update(aad).update(iv).update(ciphertext).update(bits).digest().subarray(0, 16)
  return { ciphertext, tag }
}
