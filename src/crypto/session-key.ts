import { createHash } from 'node:crypto'
import type { PublicJwk } from '../protocol/messages.ts'
import { decodeBase64url } from './base64url.ts'
import { ChallengeCryptoError } from './challenge-crypto-error.ts'
import { agree, toPoint } from './p256.ts'

const FIRST_ROUND = Buffer.from([0, 0, 0, 1])
const KEY_BITS = Buffer.from([0, 0, 1, 0])

/**
 * The 256-bit key both ends of an app challenge share: ECDH on P-256, then one round of Concat KDF with SHA-256
 * (RFC 7518 §4.6, emv3ds-protocol §13.3). EMV leaves AlgorithmID empty, where ready-made ECDH-ES puts a name.
 * @param privateKey our ephemeral scalar, base64url, 32 bytes
 * @param peerPublicKey the SDK's key, judged here whatever it is
 * @param partyVInfo the AReq's `sdkReferenceNumber`
 * @returns 32 bytes
 * @throws ChallengeCryptoError `key` when either key cannot be used
 */
export function deriveSessionKey ({ privateKey, peerPublicKey, partyVInfo }: {
  privateKey: string
  peerPublicKey: PublicJwk
  partyVInfo: string
}): Buffer {
  return concatKdf(sharedSecret(privateKey, peerPublicKey), otherInfo(partyVInfo))
}

function sharedSecret (privateKey: string, peerPublicKey: PublicJwk): Buffer {
  const scalar = decodeBase64url(privateKey)
  const point = toPoint(peerPublicKey)
  try {
    if (scalar?.length !== 32 || point === undefined) throw new RangeError('unusable key')
    return agree(scalar, point)
  } catch {
    throw new ChallengeCryptoError('key', 'Failed to derive shared key')
  }
}

/**
 * Concat KDF of NIST SP 800-56A for one SHA-256 block.
 * @param z the shared secret
 * @param info OtherInfo, whole
 */
export function concatKdf (z: Uint8Array, info: Uint8Array): Buffer {
  return createHash('sha256').update(FIRST_ROUND).update(z).update(info).digest()
}

function otherInfo (partyVInfo: string): Buffer {
  const empty = lengthPrefixed('')
  return Buffer.concat([empty, empty, lengthPrefixed(partyVInfo), KEY_BITS])
}

function lengthPrefixed (text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
