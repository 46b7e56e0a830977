import { hash } from 'node:crypto'
import type { Scheme } from '../protocol/schemes.ts'

/** How the authentication came about: it shows in Mastercard's two leading characters. A DS makes a `ds-attempt` for an ACS that is away. */
export type AuthenticationKind = 'frictionless' | 'challenge' | 'attempt' | 'ds-attempt' | 'exemption' | 'informational'

const MASTERCARD_PREFIX: Readonly<Record<AuthenticationKind, string>> = {
  frictionless: 'kA',
  challenge: 'kB',
  attempt: 'kE',
  'ds-attempt': 'kF',
  exemption: 'kN',
  informational: 'kX'
}

/** 28 base64 characters with one `=`: what 2.1.0 and 2.2.0 ask for. Mastercard's value has no `=`, and so one byte more. */
const BYTES = 20
const MASTERCARD_BYTES = 21

/**
 * A mock authentication value (CAVV, AEVV, AAV): 28 base64 characters, in every version. The leading characters are the scheme's
 * (emv3ds-protocol §8), the rest is SHA-256 of seed, kind and transaction, so a test can work it out again. No scheme would take
 * it for genuine.
 * @param seed any text, the same wherever the same values are wanted
 * @param transID acsTransID, lower case
 */
export function authenticationValue ({ seed, scheme, transID, kind }: {
  seed: string
  scheme: Scheme
  transID: string
  kind: AuthenticationKind
}): string {
  const digest = hash('sha256', `${seed}:authenticationValue:${kind}:${transID}`, 'buffer')
  const prefix = prefixOf(scheme, kind)
  const bytes = scheme === 'mastercard' ? MASTERCARD_BYTES : BYTES
  return prefix + digest.subarray(0, bytes).toString('base64').slice(prefix.length)
}

function prefixOf (scheme: Scheme, kind: AuthenticationKind): string {
  if (scheme === 'mastercard') return MASTERCARD_PREFIX[kind]
  return scheme === 'mir' ? 'CABR' : 'AAAB'
}
