import type { KeyObject, X509Certificate } from 'node:crypto'
import type { AgentOptions, ServerOptions } from 'node:https'
import { createSecureContext, rootCertificates } from 'node:tls'
import { CertificateFileError } from './certificate-files.ts'

/** What one end of a connection shows of itself: chain and private key, PEM. */
export interface TlsIdentity {
  cert: string
  key: string
}

/** What a listener shows, and whose client certificates it believes: PEM; without authorities it asks for none. */
export interface ListenerTls extends TlsIdentity { clientCa?: string }

/** What a caller shows where it is asked, and whom it believes besides the public authorities, PEM. */
export interface OutboundTls { identity?: TlsIdentity, ca?: string }

/**
 * Puts chain and key together for TLS.
 * @param chain the key's certificate first
 * @throws CertificateFileError about the key when it is not that of the first certificate, or no TLS connection may use it
 */
export function joinIdentity (chain: readonly X509Certificate[], key: KeyObject): TlsIdentity {
  if (chain[0]?.checkPrivateKey(key) !== true) throw new CertificateFileError('has another key')
  const identity = { cert: chain.join(''), key: key.export({ type: 'pkcs8', format: 'pem' }) as string }
  try {
    createSecureContext(identity)
  } catch (error) {
    throw new CertificateFileError(`cannot be used for TLS: ${(error as NodeJS.ErrnoException).code}`)
  }
  return identity
}

/**
 * A client that shows no certificate, or one of somebody else, is let in: browsers have none. Which doors are closed to it
 * is decided for each request.
 */
export function listenerOptions ({ cert, key, clientCa }: ListenerTls): ServerOptions {
  return { cert, key, ...clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: false } }
}

/**
 * How an agent calls others over https. The context is made once: reading the public authorities takes 20 ms.
 * @returns options for `new Agent()` of `node:https`, not for single requests: agents share connections by other options
 */
export function outboundAgentOptions ({ identity, ca }: OutboundTls): AgentOptions {
  return { secureContext: createSecureContext({ ...identity, ...ca !== undefined && { ca: [...rootCertificates, ca] } }) }
}
