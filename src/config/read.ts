import { maskUrl } from '../masking.ts'
import type { ConfigFault } from './config-error.ts'
import { allowedValues, parseSetting } from './parse.ts'
import { contradictions } from './redis-url.ts'
import { aliases, settings, settingNames, type Setting, type SettingName, type Settings } from './settings.ts'

/** The environment: `process.env` or something like it. */
export type Environment = Readonly<Record<string, string | undefined>>

const SHOWN = 100
const LONGEST_PATH = 4096
/** PEM, or what it encodes: no path looks so. */
const CONTENT = /-----|[\r\n]|^[A-Za-z\d+/= ]{60,}$/

/**
 * @param text a variable's value
 * @returns the value as it may be shown: credentials masked, as is the query of a URL that is given to clients, on one line, not endless
 */
export function shown (text: string, { secret, format }: Setting): string {
  if (secret === 'whole' || (secret === 'content' && CONTENT.test(text))) return '***'
  const mayHoldCredentials = secret === 'credentials' || (secret === undefined && text.includes('@'))
  const masked = mayHoldCredentials ? maskUrl(text) : format === 'public-url' ? text.replace(/([?#]).*$/s, '$1***') : text
  const length = secret === 'content' ? LONGEST_PATH : SHOWN
  return JSON.stringify(masked.length > length ? `${masked.slice(0, length)}…` : masked)
}

function explain (text: string, setting: Setting): string {
  const allowed = allowedValues(setting)
  return setting.type === 'integer' && text.startsWith('tcp://')
    ? `${allowed} (this one looks like a Kubernetes service link: set enableServiceLinks: false in the pod, or set the variable)`
    : allowed
}

/** @returns the variable that gives the setting and its text; an empty variable gives nothing. */
function given (name: SettingName, env: Environment): { variable: string, text: string } | undefined {
  for (const variable of [name, ...aliases[name] ?? []]) {
    const text = env[variable]?.trim() ?? ''
    if (text !== '') return { variable, text }
  }
  return undefined
}

/** Settings that say nothing without the other one. */
const NEEDED: readonly [SettingName, SettingName][] = [
  ['CERT_PATH', 'KEY_PATH'], ['KEY_PATH', 'CERT_PATH'],
  ['TLS_CERT_PATH', 'TLS_KEY_PATH'], ['TLS_KEY_PATH', 'TLS_CERT_PATH'], ['TLS_CLIENT_CA_PATH', 'TLS_CERT_PATH'],
  ['TLS_OUTBOUND_CERT_PATH', 'TLS_OUTBOUND_KEY_PATH'], ['TLS_OUTBOUND_KEY_PATH', 'TLS_OUTBOUND_CERT_PATH']
]

function pairFaults (read: Settings): ConfigFault[] {
  const lacking = NEEDED.filter(([given, needed]) => read[given] !== undefined && read[needed] === undefined)
  return [
    ...lacking.map(([given, needed]) => ({ variable: needed, value: '""', allowed: `must be set, because ${given} is` })),
    ...contradictions(read).map((part) => ({
      variable: part,
      value: shown(String(read[part]), settings[part]),
      allowed: `must say the same as REDIS_URL=${maskUrl(String(read.REDIS_URL))}, or one of the two must go`
    }))
  ]
}

/**
 * @param defaults taken instead of the schema's where the environment says nothing
 * @returns every setting, parsed or by default, and every fault found; with faults the settings are not whole
 */
export function readSettings (env: Environment, defaults: Partial<Settings>): { read: Settings, faults: ConfigFault[] } {
  const read: Record<string, unknown> = {}
  const faults: ConfigFault[] = []
  for (const name of settingNames) {
    const setting = settings[name]
    const source = given(name, env)
    const value = source === undefined ? defaults[name] ?? setting.default : parseSetting(source.text, setting)
    if (value !== undefined) read[name] = value
    else if (source !== undefined) faults.push({ variable: source.variable, value: shown(source.text, setting), allowed: explain(source.text, setting) })
  }
  const whole = read as unknown as Settings
  return { read: whole, faults: [...faults, ...pairFaults(whole)] }
}
