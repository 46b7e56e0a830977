import type { AReq, JsonObject } from './messages.ts'
import { atLeast } from './versions.ts'

/** With which an authentication may be informational only: risk analysis done, data share only, strong authentication done. */
const INFORMATIONAL: readonly unknown[] = ['05', '06', '07']

/**
 * What in an ARes contradicts itself or its AReq, beyond what one element can say of itself: decoupled that will not be used
 * (emv3ds-protocol §5.7), and before 2.3.1, which leaves it to the DS, informational that was not asked for (§5.11).
 * @returns names of elements, for a judge
 */
export function contradictionsInARes ({ transStatus, acsDecConInd }: JsonObject, { messageVersion, threeDSRequestorChallengeInd: wanted }: AReq): string[] {
  const isUnasked = transStatus === 'I' && !atLeast(messageVersion, '2.3.1') && !INFORMATIONAL.includes(wanted)
  return [...(transStatus === 'D' && acsDecConInd === 'N' ? ['acsDecConInd'] : []), ...(isUnasked ? ['transStatus'] : [])]
}
