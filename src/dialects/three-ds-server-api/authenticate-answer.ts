import type { JsonObject } from '../../protocol/messages.ts'
import type { Authenticated } from '../../three-ds-server/authenticate.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'
import { challengeRequestOf, encodeChallengeRequest } from './challenge-request.ts'

/**
 * The answer of `POST /3ds/authenticate`. What a client looks for first (`transStatus`, `acsURL`, `acsSignedContent`,
 * `eci`, `authenticationValue`) stands at the top and in `authenticationResponse`.
 */
export function authenticateAnswer ({ aRes, transaction }: Authenticated, spelling: AnswerSpelling): JsonObject {
  const { aReq } = transaction
  const challengeRequest = challengeRequestOf(transaction)
  const challenged = aRes.transStatus === 'C'
  const answer: JsonObject = {
    ...(aReq.purchaseDate === undefined ? {} : { purchaseDate: aReq.purchaseDate }),
    ...(challenged ? { base64EncodedChallengeRequest: encodeChallengeRequest(challengeRequest, spelling) } : {}),
    ...pick(aRes as JsonObject, ['acsURL', 'acsSignedContent', 'eci', 'authenticationValue']),
    threeDSServerTransID: aRes.threeDSServerTransID,
    authenticationResponse: aRes as JsonObject,
    challengeRequest,
    acsChallengeMandated: challenged ? 'Y' : 'N',
    transStatus: aRes.transStatus,
    authenticationRequest: aReq as unknown as JsonObject
  }
  return spellAnswer(answer, spelling)
}

function pick (source: JsonObject, names: readonly string[]): JsonObject {
  const picked: JsonObject = {}
  for (const name of names) {
    const value = source[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
