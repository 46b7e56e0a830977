import type { KeyObject } from 'node:crypto'

/** Signature algorithms EMV allows for acsSignedContent. */
export type SigningAlg = 'PS256' | 'ES256'

/** What acsSignedContent is signed with. */
export interface SigningMaterial {
  alg: SigningAlg
  key: KeyObject
  /** Standard base64 of DER, leaf first, without the root (RFC 7515 §4.1.6). */
  x5c: string[]
}
