import { HERE } from '../directory-server/card-ranges/card-range.ts'
import type { AReq } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import { matchScenario } from '../scenario/decide.ts'
import type { CardRangeRules } from './version.ts'

/**
 * Where the `threeDSMethodURL` of an AReq's card leads: to this process's ACS, to another one, or nowhere. It is that of the last
 * version that exists up to the AReq's, as a PRes of that version has it (emv3ds-protocol §14).
 */
export function methodPlaceOf (
  { acctNumber, messageVersion }: Pick<AReq, 'acctNumber' | 'messageVersion'>, { scenarios, find }: Pick<CardRangeRules, 'scenarios' | 'find'>
): 'here' | 'elsewhere' | 'none' {
  const { notEnrolled, threeDSMethod } = matchScenario({ acctNumber }, scenarios).outcome
  if (notEnrolled === true || threeDSMethod?.type === 'none') return 'none'
  if (find === undefined) return 'here'
  const url = find(acctNumber)?.acsProtocolVersions.findLast(({ version }) => atLeast(messageVersion, version))?.threeDSMethodURL
  if (url === undefined) return 'none'
  return url === HERE ? 'here' : 'elsewhere'
}
