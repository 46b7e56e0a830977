import type { IdSource } from '../ids.ts'
import type { EphemeralKeys } from '../transaction/transaction.ts'
import { SCALAR_SEED_LENGTH, toPublicJwk, toScalar } from './p256.ts'

/**
 * A fresh P-256 pair for one app challenge (emv3ds-protocol §13.2). Scalar and coordinates keep their leading zeros:
 * 32 bytes, 43 base64url characters each.
 * @param ids where the randomness comes from
 */
export function createEphemeralKeys (ids: Pick<IdSource, 'bytes'>): EphemeralKeys {
  const scalar = toScalar(ids.bytes(SCALAR_SEED_LENGTH))
  return { privateKey: scalar.toString('base64url'), publicKey: toPublicJwk(scalar) }
}
