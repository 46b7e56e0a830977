import type { JudgeSettings } from '../../protocol/judge.ts'

/** Nothing here depends on them, and clients leave them out. */
const SPARED: ReadonlySet<string> = new Set([
  'messageCategory', 'authenticationType', 'authenticationMethod', 'interactionCounter', 'acsRenderingType', 'sdkTransID'
])
const LONGEST_VALUE = 4000

/** What clients of the 3DS Server API send in place of an RReq of EMV: docs/decisions/results-judged.md. */
export const toleratesInResults: NonNullable<JudgeSettings['tolerates']> = ({ errorCode, element }, { authenticationValue }) => {
  if (errorCode === '201') return SPARED.has(element)
  return errorCode === '203' && element === 'authenticationValue' && typeof authenticationValue === 'string' && authenticationValue.length <= LONGEST_VALUE
}
