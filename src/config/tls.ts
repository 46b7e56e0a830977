import { readCertificateChain, readCertificates, readPrivateKey } from '../crypto/certificate-files.ts'
import { joinIdentity, type ListenerTls, type OutboundTls, type TlsIdentity } from '../crypto/tls.ts'
import type { ConfigFault } from './config-error.ts'
import { openSettingFiles, type FileVariable, type SettingFiles } from './setting-files.ts'
import type { Settings } from './settings.ts'

/** What the listener shows and whom it believes: the paths, and what the files hold. */
export interface ListenerTlsConfig {
  readonly certPath: string
  readonly keyPath: string
  /** Absent: nobody is asked for a certificate. */
  readonly clientCaPath?: string
  /** The private key as well. */
  readonly files: ListenerTls
}

/** The same for calls to other servers, where each part may be absent. */
export interface OutboundTlsConfig {
  readonly certPath?: string
  readonly keyPath?: string
  readonly caPath?: string
  /** The private key as well. */
  readonly files: OutboundTls
}

/** The two, each absent where no setting asks for it. */
export interface TlsConfig { readonly tls?: ListenerTlsConfig, readonly outboundTls?: OutboundTlsConfig }

/**
 * Reads the files of the `TLS_…_PATH` settings.
 * @param now Unix time in ms, at which all certificates must be valid
 * @returns what they hold, and every fault, of each file and of key and certificate together; with faults it is not whole
 */
export function readTls (read: Settings, now: number): { config: TlsConfig, faults: ConfigFault[] } {
  const files = openSettingFiles(read)
  const [tls, outboundTls] = [listenerOf(read, files, now), outboundOf(read, files, now)]
  return { config: { ...tls !== undefined && { tls }, ...outboundTls !== undefined && { outboundTls } }, faults: files.faults }
}

function listenerOf (read: Settings, files: SettingFiles, now: number): ListenerTlsConfig | undefined {
  const { TLS_CERT_PATH: certPath, TLS_KEY_PATH: keyPath, TLS_CLIENT_CA_PATH: clientCaPath } = read
  const identity = identityOf('TLS_CERT_PATH', 'TLS_KEY_PATH', files, now)
  const clientCa = authoritiesOf('TLS_CLIENT_CA_PATH', files, now)
  if (certPath === undefined || keyPath === undefined || identity === undefined) return undefined
  return Object.freeze({
    certPath,
    keyPath,
    ...clientCaPath !== undefined && { clientCaPath },
    files: { ...identity, ...clientCa !== undefined && { clientCa } }
  })
}

function outboundOf (read: Settings, files: SettingFiles, now: number): OutboundTlsConfig | undefined {
  const { TLS_OUTBOUND_CERT_PATH: certPath, TLS_OUTBOUND_KEY_PATH: keyPath, TLS_OUTBOUND_CA_PATH: caPath } = read
  const identity = identityOf('TLS_OUTBOUND_CERT_PATH', 'TLS_OUTBOUND_KEY_PATH', files, now)
  const ca = authoritiesOf('TLS_OUTBOUND_CA_PATH', files, now)
  if (identity === undefined && ca === undefined) return undefined
  return Object.freeze({
    ...certPath !== undefined && { certPath },
    ...keyPath !== undefined && { keyPath },
    ...caPath !== undefined && { caPath },
    files: { ...identity !== undefined && { identity }, ...ca !== undefined && { ca } }
  })
}

function identityOf (certVariable: FileVariable, keyVariable: FileVariable, files: SettingFiles, now: number): TlsIdentity | undefined {
  const chain = files.read(certVariable, (pem) => readCertificateChain(pem, now))
  const key = files.read(keyVariable, readPrivateKey)
  if (chain === undefined || key === undefined) return undefined
  return files.attempt(keyVariable, () => joinIdentity(chain, key))
}

function authoritiesOf (variable: FileVariable, files: SettingFiles, now: number): string | undefined {
  return files.read(variable, (pem) => readCertificates(pem, now).join(''))
}
