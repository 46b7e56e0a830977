import type { JsonObject } from '../protocol/messages.ts'
import { atLeast, type MessageVersion } from '../protocol/versions.ts'
import type { ScreenKind } from '../transaction/challenge.ts'

/** How a cardholder is authenticated. */
export type Means = ScreenKind | 'decoupled' | 'spc'

/** `authenticationType` of 2.1.0 and 2.2.0: 02 dynamic, 03 out of band, 04 decoupled (emv3ds-protocol §6). */
const TYPES: Readonly<Partial<Record<Means, string>>> = { 'out-of-band': '03', decoupled: '04' }

/** `authenticationMethod`: 02 code by text message, 06 knowledge, 11 confirmed in the bank's app, 12 decoupled, 14 SPC. */
const METHODS: Readonly<Partial<Record<Means, string>>> = {
  'single-select': '06', 'multi-select': '06', 'out-of-band': '11', decoupled: '12', spc: '14'
}

/** What a limited split SDK does not take: 01 static passcode, 06 knowledge. */
const NOT_LIMITED: ReadonlySet<string> = new Set(['01', '06'])

/** @returns whether a limited split SDK takes it: emv3ds-protocol §13.6. */
export function suitsLimited (means: Means): boolean {
  return !NOT_LIMITED.has(methodOf(means))
}

function methodOf (means: Means): string {
  return METHODS[means] ?? '02'
}

/**
 * How the cardholder is authenticated, in the element that the version has for it: `authenticationType`, and in 2.3.1 the list
 * `authenticationMethod` (emv3ds-protocol §16).
 * @param means one for each screen
 */
export function authenticationElements (messageVersion: MessageVersion, means: readonly Means[]): JsonObject {
  const asking = means.filter((one) => one !== 'information')
  if (!atLeast(messageVersion, '2.3.1')) return { authenticationType: TYPES[asking.at(-1) ?? 'text'] ?? '02' }
  const methods = asking.map(methodOf)
  return { authenticationMethod: methods.length === 0 ? ['10'] : [...new Set(methods)] }
}
