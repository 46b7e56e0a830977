import { readCertificates } from '../crypto/certificate-files.ts'
import type { ConfigFault } from './config-error.ts'
import { openSettingFiles } from './setting-files.ts'
import type { Settings } from './settings.ts'

/** Whose certificates split-SDK servers may have: the path, and what the file holds. */
export interface SplitSdkConfig {
  readonly caPath: string
  /** PEM, one certificate each. */
  readonly files: { readonly roots: readonly string[] }
}

/**
 * Reads the file of `SPLIT_SDK_CA_PATH`.
 * @param now Unix time in ms, at which all certificates must be valid
 * @returns what it holds, nothing when there is none, and every fault
 */
export function readSplitSdk (read: Settings, now: number): { config: { readonly splitSdk?: SplitSdkConfig }, faults: ConfigFault[] } {
  const files = openSettingFiles(read)
  const roots = files.read('SPLIT_SDK_CA_PATH', (pem) => readCertificates(pem, now).map(String))
  const caPath = read.SPLIT_SDK_CA_PATH
  return { config: caPath === undefined || roots === undefined ? {} : { splitSdk: Object.freeze({ caPath, files: { roots } }) }, faults: files.faults }
}
