import { isMissing } from './catalogue/conditions.ts'
import type { JsonObject } from './messages.ts'

const TIMED_OUT_REASON = '14'
const TIMED_OUT_CODES: readonly unknown[] = ['04', '05']

/**
 * What in an RReq contradicts its AReq, or itself, beyond what one element can say of itself: it repeats the category (emv3ds-protocol
 * §10), and who timed out says so (§9.1).
 * @returns names of elements, for a judge
 */
export function contradictionsIn ({ messageCategory, transStatusReason, challengeCancel }: JsonObject, aReq: { messageCategory: string }): string[] {
  const isOther = !isMissing(messageCategory) && messageCategory !== aReq.messageCategory
  const isOdd = transStatusReason === TIMED_OUT_REASON && !isMissing(challengeCancel) && !TIMED_OUT_CODES.includes(challengeCancel)
  return [...(isOther ? ['messageCategory'] : []), ...(isOdd ? ['challengeCancel'] : [])]
}
