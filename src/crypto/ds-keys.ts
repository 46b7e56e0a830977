import { createHash, webcrypto } from 'node:crypto'
import { once } from '../once.ts'
import { toPublicJwk } from './p256.ts'
import { createSeededKey } from './seeded-key.ts'

/** How an SDK may encrypt device data: emv3ds-protocol §13.1. */
export type DsKeyAlg = 'RSA-OAEP-256' | 'ECDH-ES'

/** A public key as RFC 7517 §4 writes it, with the members of its kind. */
export interface DsPublicJwk {
  kty: string
  use: 'enc'
  alg: DsKeyAlg
  kid: string
  [member: string]: string
}

export interface DsRsaKey { alg: 'RSA-OAEP-256', publicJwk: DsPublicJwk, privateKey: webcrypto.CryptoKey }

export interface DsEcKey {
  alg: 'ECDH-ES'
  publicJwk: DsPublicJwk
  /** Private scalar, base64url, 32 bytes. */
  privateKey: string
}

interface DsKeyOf { 'RSA-OAEP-256': DsRsaKey, 'ECDH-ES': DsEcKey }

/** The keys that SDKs encrypt device data with. Each is made on first use, once. */
export interface DsKeys {
  /** @returns the public keys, RFC 7517 §5, to be published. */
  jwks (): Promise<{ keys: DsPublicJwk[] }>
  /**
   * @param kid as the SDK sent it; undefined where it sent none, as older ones do
   * @returns the key of that algorithm, or undefined when `kid` is not its id
   */
  find<Alg extends DsKeyAlg> (kid: string | undefined, alg: Alg): Promise<DsKeyOf[Alg] | undefined>
}

/**
 * The Directory Server's keys, one for each algorithm, always the same with the same seed. They protect nothing: the seed is
 * no secret. A key's id is its RFC 7638 thumbprint, so that another key never goes by a known id.
 * @param seed any text
 */
export function createDsKeys ({ seed }: { seed: string }): DsKeys {
  const made = {
    // About 0.2 s, nearly all of it in the thread pool; who never sends device data never pays for it.
    'RSA-OAEP-256': once(async () => await makeRsaKey(seed)),
    'ECDH-ES': once(async () => makeEcKey(seed))
  }
  return {
    async jwks () {
      const keys = await Promise.all([made['RSA-OAEP-256'](), made['ECDH-ES']()])
      return { keys: keys.map(({ publicJwk }) => publicJwk) }
    },
    async find<Alg extends DsKeyAlg> (kid: string | undefined, alg: Alg) {
      const key = await made[alg]() as DsKeyOf[Alg]
      return kid === undefined || kid === key.publicJwk.kid ? key : undefined
    }
  }
}

async function makeRsaKey (seed: string): Promise<DsRsaKey> {
  const jwk = await (await import('./seeded-rsa.ts')).createSeededRsaKey(seed, 'ds')
  const { kty, n, e } = jwk
  return {
    alg: 'RSA-OAEP-256',
    publicJwk: publish('RSA-OAEP-256', kty, { n, e }, thumbprint({ e, kty, n })),
    // Web Crypto decrypts in the thread pool, `privateDecrypt` on the main thread, a quarter of a millisecond each.
    privateKey: await webcrypto.subtle.importKey('jwk', { ...jwk }, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt'])
  }
}

function makeEcKey (seed: string): DsEcKey {
  const { scalar } = createSeededKey(seed, 'ds')
  const { kty, crv, x, y } = toPublicJwk(scalar)
  return {
    alg: 'ECDH-ES',
    publicJwk: publish('ECDH-ES', kty, { crv, x, y }, thumbprint({ crv, kty, x, y })),
    privateKey: scalar.toString('base64url')
  }
}

function publish (alg: DsKeyAlg, kty: string, members: { [member: string]: string }, kid: string): DsPublicJwk {
  return { kty, use: 'enc', alg, kid, ...members }
}

/** RFC 7638. @param members the required ones in alphabetical order */
function thumbprint (members: { [member: string]: string }): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
