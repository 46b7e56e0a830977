import { createECDH } from 'node:crypto'
import type { PublicJwk } from '../protocol/messages.ts'
import { decodeBase64url } from './base64url.ts'

/** OpenSSL's name of NIST P-256. */
const CURVE = 'prime256v1'
/** Prime and b of the curve, order of its group: SP 800-186 §3.2.1.3. */
const PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const UNCOMPRESSED = Buffer.from([4])

/** One for all calculations: OpenSSL sets up the curve anew for each, which costs as much as a key. Every use sets its own scalar. */
const curve = createECDH(CURVE)

/** How many random bytes `toScalar` takes: with half as many again as the scalar has, no scalar is likelier than another. */
export const SCALAR_SEED_LENGTH = 48

/**
 * Reduces random bytes to a private scalar, FIPS 186-5 A.2.1.
 * @param random `SCALAR_SEED_LENGTH` bytes
 * @returns 32 bytes, leading zeros kept
 */
export function toScalar (random: Uint8Array): Buffer {
  const scalar = toInteger(Buffer.from(random)) % (ORDER - 1n) + 1n
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
}

/**
 * The public half of a private scalar.
 * @returns coordinates of 43 base64url characters, leading zeros kept
 * @throws an OpenSSL error when the scalar is 0 or not below the group's order
 */
export function toPublicJwk (scalar: Uint8Array): PublicJwk {
  curve.setPrivateKey(scalar)
  const point = curve.getPublicKey()
  return { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
}

/**
 * ECDH: the x coordinate of scalar times point.
 * @param point uncompressed, 65 bytes
 * @returns 32 bytes, leading zeros kept
 * @throws an OpenSSL error when one of them is not of this curve
 */
export function agree (scalar: Uint8Array, point: Uint8Array): Buffer {
  curve.setPrivateKey(scalar)
  return curve.computeSecret(point)
}

/**
 * Tells whether a key that an SDK sent can be used: a public P-256 JWK whose coordinates are 32 bytes of base64url each and
 * whose point lies on the curve (emv3ds-protocol §13.2). A key that brings its private part `d` along is refused. Never throws.
 * @param jwk anything
 */
export function isPointOnCurve (jwk: unknown): jwk is PublicJwk {
  const point = toPoint(jwk)
  return point !== undefined && liesOnCurve(point)
}

/**
 * The coordinates of a public JWK as one uncompressed point; `agree` is what looks whether it lies on the curve.
 * @param jwk anything
 * @returns 65 bytes, or undefined for a JWK that is not of the form `isPointOnCurve` wants
 */
export function toPoint (jwk: unknown): Buffer | undefined {
  if (typeof jwk !== 'object' || jwk === null || 'd' in jwk) return undefined
  const { kty, crv, x, y } = jwk as { [member: string]: unknown }
  if (kty !== 'EC' || crv !== 'P-256') return undefined
  const [left, right] = [toCoordinate(x), toCoordinate(y)]
  if (left === undefined || right === undefined) return undefined
  return Buffer.concat([UNCOMPRESSED, left, right])
}

function toCoordinate (text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || text.length !== 43) return undefined
  return decodeBase64url(text)
}

// y² = x³ − 3x + b. Worked out here, since OpenSSL sets up the curve anew for each question and takes twelve times as long.
function liesOnCurve (point: Buffer): boolean {
  const [x, y] = [toInteger(point.subarray(1, 33)), toInteger(point.subarray(33))]
  return x < PRIME && y < PRIME && (y * y - (x * x - 3n) * x - B) % PRIME === 0n
}

function toInteger (bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}
