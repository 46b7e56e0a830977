import { elementsOnLeg, withoutAdditional } from '../protocol/catalogue/known-elements.ts'
import type { AReq, JsonObject } from '../protocol/messages.ts'

/**
 * A message as the DS hands it on: without what its version, channel, category and leg do not know. Everything else goes as it came, in the
 * sender's order (emv3ds-protocol §3.6, §3.7).
 * @param message judged
 * @param aReq of its transaction
 * @param leg of the messages that have elements for one leg only
 */
export function handOn (message: JsonObject, aReq: AReq, leg?: 'DS->ACS' | 'DS->3DSServer'): JsonObject {
  return withoutAdditional(message, elementsOnLeg(message, aReq, leg))
}
