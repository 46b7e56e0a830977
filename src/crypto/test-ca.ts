import { p256 } from '@noble/curves/nist.js'
import { buildCertificate, keyIdentifier, type Validity } from './certificate-builder.ts'
import { createSeededKey, type SeededKey } from './seeded-key.ts'

/** The certificate authority of a mock: a root for SDKs to trust and the intermediate that issues. DER throughout. */
export interface TestCa {
  root: Buffer
  intermediate: Buffer
  /**
   * Issues the certificate of a signer.
   * @param publicKey SubjectPublicKeyInfo, DER
   */
  issueLeaf (publicKey: Buffer): Buffer
  /**
   * Issues the certificate of one end of a TLS connection, from the day before on.
   * @param publicKey SubjectPublicKeyInfo, DER
   * @param hosts as `generalName()` takes them
   * @param now Unix time in ms
   */
  issueTlsLeaf (leaf: TlsLeaf): Buffer
}

/** What a certificate for TLS is issued for. */
export interface TlsLeaf { publicKey: Buffer, purpose: 'server' | 'client', hosts: readonly string[], now: number }

const DAY_MS = 86_400_000
/** Apple's systems refuse a server certificate that is valid for longer, whoever issued it. */
const TLS_DAYS = 825

/**
 * Makes the authority that belongs to a seed. All signatures are deterministic (RFC 6979), so the same seed gives the same
 * bytes in every process and on every Node version.
 * @param seed any text
 */
export function createTestCa (seed: string): TestCa {
  const rootKey = createSeededKey(seed, 'root')
  const intermediateKey = createSeededKey(seed, 'intermediate')
  const root = nameOf('Root CA', rootKey.publicKey)
  const intermediate = nameOf('Issuing CA', intermediateKey.publicKey)
  return {
    root: buildCertificate({
      subject: root, issuer: root, publicKey: rootKey.publicKey, issuerPublicKey: rootKey.publicKey, pathLength: 1
    }, signerOf(rootKey)),
    intermediate: buildCertificate({
      subject: intermediate, issuer: root, publicKey: intermediateKey.publicKey, issuerPublicKey: rootKey.publicKey, pathLength: 0
    }, signerOf(rootKey)),
    issueLeaf: (publicKey) => buildCertificate({
      subject: nameOf('ACS', publicKey), issuer: intermediate, publicKey, issuerPublicKey: intermediateKey.publicKey
    }, signerOf(intermediateKey)),
    issueTlsLeaf: ({ publicKey, purpose, hosts, now }) => buildCertificate({
      subject: nameOf(`TLS ${purpose}`, publicKey),
      issuer: intermediate,
      publicKey,
      issuerPublicKey: intermediateKey.publicKey,
      validity: validFrom(now),
      tls: { purpose, hosts }
    }, signerOf(intermediateKey))
  }
}

/** Whole days, begun yesterday: another machine's clock may be behind. */
function validFrom (now: number): Validity {
  const from = (Math.floor(now / DAY_MS) - 1) * DAY_MS
  return { from, to: from + TLS_DAYS * DAY_MS - 1000 }
}

/** The key is part of the name, so that a device may trust the roots of several mocks at once. */
function nameOf (role: string, publicKey: Buffer): string {
  return `3DS Mock ${role} ${keyIdentifier(publicKey).toString('hex', 0, 4)}`
}

function signerOf ({ scalar }: SeededKey): (toBeSigned: Uint8Array) => Uint8Array {
  // OpenSSL's own ECDSA draws a random nonce for each signature.
  return (toBeSigned) => p256.sign(toBeSigned, scalar, { prehash: true, lowS: false, format: 'der' })
}
