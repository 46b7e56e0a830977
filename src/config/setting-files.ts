import { readFileSync } from 'node:fs'
import { CertificateFileError } from '../crypto/certificate-files.ts'
import type { ConfigFault } from './config-error.ts'
import { allowedValues } from './parse.ts'
import { shown } from './read.ts'
import { settings, type Settings } from './settings.ts'

/** The settings that name a file. */
export type FileVariable = Extract<keyof Settings, `${string}_PATH`>

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist', EACCES: 'may not be read', EISDIR: 'is a directory'
}

/** Files that settings name, and what is wrong with them. */
export interface SettingFiles {
  /** Every fault so far, of a file or of two together. */
  readonly faults: ConfigFault[]
  /**
   * Reads the file of a setting, once: a pipe can be given as well.
   * @param make takes the content; throws CertificateFileError where it cannot be used
   * @returns what was made; undefined when the setting is not set, or there is a fault
   */
  read<T> (variable: FileVariable, make: (content: string) => T): T | undefined
  /** @returns what was made of files that are read already; undefined when there is a fault, which is the variable's. */
  attempt<T> (variable: FileVariable, make: () => T): T | undefined
}

/** @param read the settings, parsed */
export function openSettingFiles (read: Settings): SettingFiles {
  const faults: ConfigFault[] = []
  const attempt: SettingFiles['attempt'] = (variable, make) => {
    try {
      return make()
    } catch (error) {
      faults.push(fileFault(variable, String(read[variable]), error as NodeJS.ErrnoException))
      return undefined
    }
  }
  return {
    faults,
    attempt,
    read (variable, make) {
      const path = read[variable]
      return path === undefined ? undefined : attempt(variable, () => make(readFileSync(path, 'utf8')))
    }
  }
}

function fileFault (variable: FileVariable, path: string, error: NodeJS.ErrnoException): ConfigFault {
  const why = error instanceof CertificateFileError ? error.message : READ_FAILURES[String(error.code)] ?? `cannot be read: ${error.code}`
  return { variable, value: shown(path, settings[variable]), allowed: `${allowedValues(settings[variable])} (this one ${why})` }
}
