import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { once } from '../once.ts'
import type { OwnCertificates } from './certificate-files.ts'
import { certificatePem } from './pem.ts'
import { createSeededKey } from './seeded-key.ts'
import type { SigningAlg, SigningMaterial } from './signing-material.ts'
import type { TestCa } from './test-ca.ts'

/** Where certificates come from. Everything is made on first use, once. */
export interface CertificateSource {
  /** @returns the certificate an SDK has to trust, PEM. */
  rootPem (): Promise<string>
  signingMaterial (): Promise<SigningMaterial>
}

/**
 * Certificates of the ACS: the operator's own where given, else a test authority made from the seed, of which root and
 * intermediate (and with ES256 all) are the same wherever the seed is. The PS256 key is random: it is generated off the main
 * thread, about 0.2 s, when first asked for.
 * @param seed any text
 * @param alg which kind of key to make
 * @param own the operator's, which then decide for themselves
 */
export function createCertificateSource ({ seed, alg, own }: {
  seed: string
  alg: SigningAlg
  own?: OwnCertificates | undefined
}): CertificateSource {
  if (own === undefined) return createTestSource(seed, alg)
  return { rootPem: async () => own.rootPem, signingMaterial: async () => own.material }
}

function createTestSource (seed: string, alg: SigningAlg): CertificateSource {
  const ca = once(async () => (await import('./test-ca.ts')).createTestCa(seed))
  return {
    rootPem: once(async () => certificatePem((await ca()).root)),
    signingMaterial: once(async () => issue(await ca(), alg, await LEAF_KEYS[alg](seed)))
  }
}

interface LeafKey { privateKey: KeyObject, publicKey: Buffer }

const LEAF_KEYS: Readonly<Record<SigningAlg, (seed: string) => Promise<LeafKey>>> = {
  ES256: async (seed) => createSeededKey(seed, 'acs'),
  PS256: async () => {
    const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }) }
  }
}

function issue (ca: TestCa, alg: SigningAlg, { privateKey, publicKey }: LeafKey): SigningMaterial {
  return { alg, key: privateKey, x5c: [ca.issueLeaf(publicKey), ca.intermediate].map((der) => der.toString('base64')) }
}
