import type { KeyObject } from 'node:crypto'
import { certificatePem } from './pem.ts'
import { createSeededKey } from './seeded-key.ts'
import { createTestCa } from './test-ca.ts'
import type { TlsIdentity } from './tls.ts'

/** What two ends of a connection need to believe each other. PEM. */
export interface TlsCertificates {
  /** The certificate that both have to trust. */
  root: string
  server: TlsIdentity
  client: TlsIdentity
}

/**
 * Makes certificates for a listener and for a client. The authority is that of the seed, the one whose root `/ds/ca.pem` gives.
 * @param seed any text; the same on the same day gives the same bytes
 * @param hosts names and addresses of the listener, as `generalName()` takes them
 * @param now Unix time in ms, from whose day on they are valid for 27 months
 */
export function createTlsCertificates ({ seed, hosts, now }: { seed: string, hosts: readonly string[], now: number }): TlsCertificates {
  const ca = createTestCa(seed)
  const identity = (purpose: 'server' | 'client'): TlsIdentity => {
    const { privateKey, publicKey } = createSeededKey(seed, `tls ${purpose}`)
    const leaf = ca.issueTlsLeaf({ publicKey, purpose, hosts: purpose === 'server' ? hosts : [], now })
    return { cert: certificatePem(leaf) + certificatePem(ca.intermediate), key: pkcs8(privateKey) }
  }
  return { root: certificatePem(ca.root), server: identity('server'), client: identity('client') }
}

function pkcs8 (key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}
