import { closest, distance } from 'fastest-levenshtein'
import type { ConfigFault } from './config-error.ts'
import type { Environment } from './read.ts'
import { aliases, settings, settingNames } from './settings.ts'

/** A variable that starts so was meant for us. */
const OURS = /^(?:REDIS_|RATE_LIMIT_|MEMORY_|OTP_|ACS_|LOG_|TRANSACTION_|RESPONSE_|OUTBOUND_|CLOSE_GRACE_|BODY_LIMIT_|TRUST_|APP__|APP_[A-Z]+__)/
/** Set by Kubernetes and Docker for services named like our prefixes, and by systemd and platforms for every process. */
const ORDINARY = /_SERVICE_(?:HOST|PORT)(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$|^MEMORY_PRESSURE_|^MEMORY_AVAILABLE$/
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//
/** What people write around the name of something that is on or off. */
const SWITCH = /^(?:ENABLE|DISABLE|USE|WITH)_|_(?:ENABLED?|DISABLED?|ON|OFF)$/

const KNOWN: readonly string[] = [...settingNames, ...Object.values(aliases).flat()]
const SWITCHES: readonly string[] = settingNames.filter((name) => settings[name].type === 'boolean')
const firstWord = (name: string): string => name.split('_', 1)[0] as string
const FIRST_WORDS = new Set(KNOWN.map(firstWord))

const MEANT_FOR_US = 1 / 2

/** How many letters may be wrong, as a share of the name: the surer it was meant for us, the more. */
function tolerance (name: string): number {
  if (OURS.test(name)) return MEANT_FOR_US
  return FIRST_WORDS.has(firstWord(name)) ? 1 / 4 : 1 / 6
}

/** @returns the setting that the variable says in another way: `METRICS_ENABLED`, `APP_PORT`, `BODY_LIMIT`. */
function sameMeaning (name: string): string | undefined {
  const bare = name.replace(SWITCH, '')
  if (bare !== name && SWITCHES.includes(bare)) return bare
  if (bare !== name && SWITCHES.includes(`USE_${bare}`)) return `USE_${bare}`
  const begun = OURS.test(name) ? KNOWN.find((known) => known.startsWith(name)) : settingNames.find((known) => name.includes('_') && known.startsWith(`${name}_`))
  return begun ?? settingNames.find((known) => name === `APP_${known}`)
}

/** @param mostWrong how many letters may be wrong */
function nearestName (name: string, mostWrong: number): string | undefined {
  const nearest = closest(name, KNOWN)
  return sameMeaning(name) ?? (distance(name, nearest) <= mostWrong ? nearest : undefined)
}

/**
 * Looks for settings that were misspelt. The environment belongs to others as well, so a variable is told only if
 * - it says a setting in another way: as a switch (`METRICS_ENABLED`, `ENABLE_DOCS`, `REDIS_ENABLED`), behind `APP_`
 *   (`APP_PORT`), or by its first words (`BODY_LIMIT`, `RATE_LIMIT`; a single word never), or
 * - a sixth of its letters or fewer are wrong; a quarter where its first word is that of a setting (`PUBLIC_URI`), a half
 *   where it starts as only ours do (`REDIS_`), or
 * - it starts as only ours do, whatever follows: without a name then.
 * So `APP_NAME`, `HOSTNAME`, `PORTAL`, `CLOSE_TIMEOUT`, `METRICS_PATH` and `PUBLIC_KEY` are left alone, as is what Docker,
 * Kubernetes, systemd and platforms set by themselves.
 * @returns one warning for each such variable, with the nearest name
 */
export function unknownVariableWarnings (env: Environment): string[] {
  const warnings: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (KNOWN.includes(name) || ORDINARY.test(name) || value === undefined || SERVICE_LINK.test(value)) continue
    const nearest = nearestName(name, name.length * tolerance(name))
    if (nearest !== undefined) warnings.push(`${name} is not a setting and is ignored: did you mean ${nearest}?`)
    else if (OURS.test(name)) warnings.push(`${name} is not a setting and is ignored`)
  }
  return warnings
}

const letters = (name: string): string => [...name].sort().join('')

/**
 * @param given settings by name, all of them meant for us
 * @returns a fault for each name that is no setting, with the nearest one; its value is masked, whatever it is
 */
export function unknownNameFaults (given: Readonly<Record<string, unknown>>): ConfigFault[] {
  return Object.keys(given).filter((name) => !KNOWN.includes(name)).map((name) => {
    const swapped = KNOWN.find((known) => letters(known) === letters(name))
    const nearest = swapped ?? nearestName(name, name.length * MEANT_FOR_US)
    return { variable: name, value: '***', allowed: `no setting has this name${nearest === undefined ? '' : `, did you mean ${nearest}?`}` }
  })
}
