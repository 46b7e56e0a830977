import { closest, distance } from 'fastest-levenshtein'
import type { Environment } from './read.ts'
import { aliases, settingNames } from './settings.ts'

/** A variable that starts so was meant for us. */
const OURS = /^(?:REDIS_|RATE_LIMIT_|MEMORY_|OTP_|ACS_|LOG_|TRANSACTION_|RESPONSE_|OUTBOUND_|CLOSE_|BODY_LIMIT_|TRUST_|APP__|APP_[A-Z]+__)/
/** A variable that starts so is often somebody else's: it must also look like one of ours. */
const SHARED = /^(?:USE_|PUBLIC_|CERT_|KEY_)/
/** Set by Kubernetes and Docker for services named like our prefixes, and by systemd and platforms for every process. */
const ORDINARY = /_SERVICE_(?:HOST|PORT)(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$|^MEMORY_PRESSURE_|^MEMORY_AVAILABLE$/
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//

const KNOWN: readonly string[] = [...settingNames, ...Object.values(aliases).flat()]

/** @returns the setting that the variable was most likely meant to be; undefined when none is near enough. */
function nearestName (name: string): string | undefined {
  const tolerance = OURS.test(name) ? 1 / 2 : SHARED.test(name) ? 1 / 3 : 1 / 6
  const begun = OURS.test(name) ? KNOWN.find((known) => known.startsWith(name)) : undefined
  const nearest = begun ?? closest(name, KNOWN)
  return nearest === begun || distance(name, nearest) <= name.length * tolerance ? nearest : undefined
}

/** @returns one warning for each variable that looks like a setting and is none, with the nearest name. */
export function unknownVariableWarnings (env: Environment): string[] {
  const warnings: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (KNOWN.includes(name) || ORDINARY.test(name) || value === undefined || SERVICE_LINK.test(value)) continue
    const nearest = nearestName(name)
    if (nearest !== undefined) warnings.push(`${name} is not a setting and is ignored: did you mean ${nearest}?`)
    else if (OURS.test(name)) warnings.push(`${name} is not a setting and is ignored`)
  }
  return warnings
}
