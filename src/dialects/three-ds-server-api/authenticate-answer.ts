import type { JsonObject } from '../../protocol/messages.ts'
import type { Authenticated } from '../../three-ds-server/authenticate.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'
import { challengeRequestOf, encodeChallengeRequest } from './challenge-request.ts'

/** What stands at the top too. */
const AT_THE_TOP = ['acsURL', 'acsSignedContent', 'eci', 'authenticationValue'] as const

/**
 * The answer of `POST /3ds/authenticate`. What a client looks for first (`transStatus`, `acsURL`, `acsSignedContent`,
 * `eci`, `authenticationValue`) stands at the top and in `authenticationResponse`.
 */
export function authenticateAnswer ({ aReq, aRes, transaction }: Authenticated, spelling: AnswerSpelling): JsonObject {
  const challengeRequest = challengeRequestOf(transaction)
  const challenged = aRes.transStatus === 'C'
  // Assigned, not spread: this is the busiest answer, and spreading costs more than all of the rest.
  const answer: JsonObject = {
    threeDSServerTransID: aRes.threeDSServerTransID,
    transStatus: aRes.transStatus,
    acsChallengeMandated: challenged ? 'Y' : 'N'
  }
  if (aReq.purchaseDate !== undefined) answer['purchaseDate'] = aReq.purchaseDate
  if (challenged) answer['base64EncodedChallengeRequest'] = encodeChallengeRequest(challengeRequest, spelling)
  for (const name of AT_THE_TOP) {
    const value = aRes[name]
    if (value !== undefined) answer[name] = value
  }
  answer['authenticationResponse'] = aRes as JsonObject
  answer['challengeRequest'] = challengeRequest
  answer['authenticationRequest'] = aReq as unknown as JsonObject
  return spellAnswer(answer, spelling)
}
