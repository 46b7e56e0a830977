import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { SCALAR_SEED_LENGTH, toPublicJwk, toScalar } from './p256.ts'

/** A P-256 key that comes back whenever its seed and purpose do. For test certificates; it protects nothing. */
export interface SeededKey {
  /** 32 bytes. */
  scalar: Buffer
  privateKey: KeyObject
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer
}

/**
 * Derives a key from a seed by HKDF-SHA256.
 * @param seed any text
 * @param purpose what the key is for; another purpose gives another key
 */
export function createSeededKey (seed: string, purpose: string): SeededKey {
  const random = hkdfSync('sha256', seed, '3ds-mock-server', purpose, SCALAR_SEED_LENGTH)
  const scalar = toScalar(new Uint8Array(random))
  const privateKey = createPrivateKey({ key: { ...toPublicJwk(scalar), d: scalar.toString('base64url') }, format: 'jwk' })
  return { scalar, privateKey, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }) }
}
