/** One value that cannot be used. */
export interface ConfigFault {
  /** Variable as it was given, an alias included. */
  variable: string
  /** Its value, credentials masked. */
  value: string
  /** What it may be, in words. */
  allowed: string
}

/** Settings with which the server must not start: every fault at once, no value in it that must stay hidden. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[]

  constructor (faults: readonly ConfigFault[]) {
    super(faults.map(({ variable, value, allowed }) => `${variable}=${value} is not allowed: ${allowed}`).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}
