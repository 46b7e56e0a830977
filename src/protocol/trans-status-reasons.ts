import { listedCodes } from './catalogue/listed-codes.ts'
import type { MessageVersion } from './versions.ts'

/** emv3ds-protocol §7. */
export const TECHNICAL_PROBLEM = '22'

/** What says nearly the same as a reason that came with 2.2.0 or 2.3.1; of an earlier version, or with a nearest of its own. */
const NEAREST: ReadonlyMap<string, string> = new Map([
  [TECHNICAL_PROBLEM, '07'], ['23', '01'], ['24', '14'], ['25', '01'], ['26', '14'], ['27', '07'], ['28', '09'], ['29', '26'], ['30', '23']
])

/** Says the least: for what EMV has not assigned. */
const GENERAL = '07'

/**
 * The reason to send where a reason is wanted: itself where the version has it, else the nearest one that it has. What is not
 * assigned, or reserved, becomes 07. Pure.
 * @param wanted two digits; 80 to 99 are the DS's, in every version
 */
export function reasonFor (version: MessageVersion, wanted: string): string {
  if (/^[89]\d$/.test(wanted) || listedCodes('transStatusReason', version, 'ARes').has(wanted)) return wanted
  const nearest = NEAREST.get(wanted)
  return nearest === undefined ? GENERAL : reasonFor(version, nearest)
}
