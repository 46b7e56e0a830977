import type { JsonObject } from '../../protocol/messages.ts'
import type { Transaction } from '../../transaction/transaction.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'

/** Window sizes of emv3ds-protocol §5.3. */
const WINDOW_SIZES: readonly string[] = ['01', '02', '03', '04', '05']

/** The CReq that starts the challenge, EMV names; the window size is the browser's, 01 where it named none. */
export function challengeRequestOf (transaction: Transaction): JsonObject {
  const wanted = transaction.preferences.challengeWindowSize
  return {
    messageType: 'CReq',
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    challengeWindowSize: wanted !== undefined && WINDOW_SIZES.includes(wanted) ? wanted : '01',
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
