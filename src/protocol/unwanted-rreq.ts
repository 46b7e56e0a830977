import type { Refused } from './refusal.ts'
import { atLeast } from './versions.ts'

/**
 * What both receivers of an RReq say to one that nobody waits for: a second one, and one after a frictionless flow
 * (emv3ds-protocol §10). The codes came with 2.3.1 and must not be used before: there 305 takes their place (§12.2).
 * @param messageVersion of the transaction
 * @param isSame whether it repeats the first one
 */
export function secondRReq (messageVersion: string, isSame: boolean): Refused {
  return {
    errorCode: atLeast(messageVersion, '2.3.1') ? '312' : '305',
    errorDetail: isSame ? 'The results request was received before' : 'Another results request was received before'
  }
}

/** @param messageVersion of the transaction */
export function unannouncedRReq (messageVersion: string): Refused {
  return { errorCode: atLeast(messageVersion, '2.3.1') ? '313' : '305', errorDetail: 'The ARes announced no results request' }
}
