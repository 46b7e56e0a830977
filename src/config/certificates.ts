import {
  isRoot, joinCertificates, nameOf, readCertificateChain, readSigningKey, type OwnCertificates, type SigningKey
} from '../crypto/certificate-files.ts'
import type { ConfigFault } from './config-error.ts'
import { shown } from './read.ts'
import { openSettingFiles } from './setting-files.ts'
import { settings, type Settings } from './settings.ts'

/**
 * Reads the files of `CERT_PATH` and `KEY_PATH`.
 * @param now Unix time in ms, at which the certificates must be valid
 * @returns what they hold, nothing when there are none, and every fault: of each file, of the two together, and of an
 * `ACS_SIGNING_ALG` that the key cannot sign
 */
export function readOwnCertificates (read: Settings, now: number): { certificates?: OwnCertificates, faults: ConfigFault[] } {
  const files = openSettingFiles(read)
  const { faults } = files
  const chain = files.read('CERT_PATH', (pem) => readCertificateChain(pem, now))
  const key = files.read('KEY_PATH', readSigningKey)
  if (key !== undefined) faults.push(...algFaults(read, key))
  if (chain === undefined || key === undefined) return { faults }
  const certificates = files.attempt('KEY_PATH', () => joinCertificates(chain, key))
  return { ...certificates !== undefined && { certificates }, faults }
}

/** @returns a warning where the files hold no root certificate: `/ds/ca.pem` cannot give one then. */
export function certificateWarnings (certificates: OwnCertificates | undefined): string[] {
  if (certificates === undefined || isRoot(certificates.rootPem)) return []
  return ['CERT_PATH ends with a certificate that another one issued: /ds/ca.pem gives this one, and SDKs must trust it or its issuer']
}

function algFaults ({ ACS_SIGNING_ALG: asked, KEY_PATH: path }: Settings, { key, alg }: SigningKey): ConfigFault[] {
  if (asked === undefined || asked === alg) return []
  return [{
    variable: 'ACS_SIGNING_ALG',
    value: shown(asked, settings.ACS_SIGNING_ALG),
    allowed: `${alg}, or nothing, with KEY_PATH=${shown(String(path), settings.KEY_PATH)}, which has ${nameOf(key)}`
  }]
}
