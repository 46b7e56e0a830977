import { hash } from 'node:crypto'
import type { Scheme } from '../protocol/schemes.ts'

/** How the authentication came about: it shows in Mastercard's two leading characters. */
export type AuthenticationKind = 'frictionless' | 'challenge' | 'attempt' | 'informational'

const MASTERCARD_PREFIX: Readonly<Record<AuthenticationKind, string>> = {
  frictionless: 'kA',
  challenge: 'kB',
  attempt: 'kE',
  informational: 'kX'
}

/**
 * A mock authentication value (CAVV, AAV): 20 bytes in 28 base64 characters with one `=`, as EMV 3DS 2.1 and 2.2 ask.
 * The leading characters are the scheme's (emv3ds-protocol §8), the rest is SHA-256 of seed, kind and transaction, so a test
 * can work it out again. No scheme would take it for genuine.
 * @param seed any text, the same wherever the same values are wanted
 * @param acsTransID lower case
 */
export function authenticationValue ({ seed, scheme, acsTransID, kind }: {
  seed: string
  scheme: Scheme
  acsTransID: string
  kind: AuthenticationKind
}): string {
  const digest = hash('sha256', `${seed}:authenticationValue:${kind}:${acsTransID}`, 'buffer')
  const prefix = prefixOf(scheme, kind)
  return prefix + digest.subarray(0, 20).toString('base64').slice(prefix.length)
}

function prefixOf (scheme: Scheme, kind: AuthenticationKind): string {
  if (scheme === 'mastercard') return MASTERCARD_PREFIX[kind]
  return scheme === 'mir' ? 'CABR' : 'AAAB'
}
