import { readFileSync } from 'node:fs'
import {
  CertificateFileError, isRoot, joinCertificates, nameOf, readCertificateChain, readSigningKey, type OwnCertificates, type SigningKey
} from '../crypto/certificate-files.ts'
import type { ConfigFault } from './config-error.ts'
import { allowedValues } from './parse.ts'
import { shown } from './read.ts'
import { settings, type Settings } from './settings.ts'

type FileVariable = 'CERT_PATH' | 'KEY_PATH'

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist', EACCES: 'may not be read', EISDIR: 'is a directory'
}

/**
 * Reads the files of `CERT_PATH` and `KEY_PATH`, once: a pipe can be given as well.
 * @param now Unix time in ms, at which the certificates must be valid
 * @returns what they hold, nothing when there are none, and every fault: of each file, of the two together, and of an
 * `ACS_SIGNING_ALG` that the key cannot sign
 */
export function readOwnCertificates (read: Settings, now: number): { certificates?: OwnCertificates, faults: ConfigFault[] } {
  const { CERT_PATH: certPath, KEY_PATH: keyPath } = read
  const faults: ConfigFault[] = []
  const attempt = <T>(variable: FileVariable, make: () => T): T | undefined => {
    try {
      return make()
    } catch (error) {
      faults.push(fileFault(variable, String(read[variable]), error as NodeJS.ErrnoException))
      return undefined
    }
  }
  const chain = certPath === undefined ? undefined : attempt('CERT_PATH', () => readCertificateChain(readFileSync(certPath, 'utf8'), now))
  const key = keyPath === undefined ? undefined : attempt('KEY_PATH', () => readSigningKey(readFileSync(keyPath, 'utf8')))
  if (key !== undefined) faults.push(...algFaults(read, key))
  if (chain === undefined || key === undefined) return { faults }
  const certificates = attempt('KEY_PATH', () => joinCertificates(chain, key))
  return { ...certificates !== undefined && { certificates }, faults }
}

/** @returns a warning where the files hold no root certificate: `/ds/ca.pem` cannot give one then. */
export function certificateWarnings (certificates: OwnCertificates | undefined): string[] {
  if (certificates === undefined || isRoot(certificates.rootPem)) return []
  return ['CERT_PATH ends with a certificate that another one issued: /ds/ca.pem gives this one, and SDKs must trust it or its issuer']
}

function fileFault (variable: FileVariable, path: string, error: NodeJS.ErrnoException): ConfigFault {
  const why = error instanceof CertificateFileError ? error.message : READ_FAILURES[String(error.code)] ?? `cannot be read: ${error.code}`
  return { variable, value: shown(path, settings[variable]), allowed: `${allowedValues(settings[variable])} (this one ${why})` }
}

function algFaults ({ ACS_SIGNING_ALG: asked, KEY_PATH: path }: Settings, { key, alg }: SigningKey): ConfigFault[] {
  if (asked === undefined || asked === alg) return []
  return [{
    variable: 'ACS_SIGNING_ALG',
    value: shown(asked, settings.ACS_SIGNING_ALG),
    allowed: `${alg}, or nothing, with KEY_PATH=${shown(String(path), settings.KEY_PATH)}, which has ${nameOf(key)}`
  }]
}
