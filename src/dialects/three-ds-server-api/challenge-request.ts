import type { JsonObject } from '../../protocol/messages.ts'
import type { Transaction } from '../../transaction/transaction.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'

/** The CReq that starts the challenge, EMV names; the window size is the browser's, 01 where it named none. */
export function challengeRequestOf (transaction: Transaction): JsonObject {
  return {
    messageType: 'CReq',
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    challengeWindowSize: transaction.preferences.challengeWindowSize ?? '01',
    messageVersion: transaction.aReq.messageVersion
  }
}

/**
 * The CReq ready to be posted: base64url without padding, as EMV has it; standard base64 with padding and the original's
 * names for clients of the original, who decode it.
 */
export function encodeChallengeRequest (challengeRequest: JsonObject, spelling: AnswerSpelling): string {
  if (spelling !== 'legacy') return Buffer.from(JSON.stringify(challengeRequest)).toString('base64url')
  return Buffer.from(JSON.stringify(spellAnswer(challengeRequest, 'legacy'))).toString('base64')
}
