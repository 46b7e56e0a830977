import type { JsonObject } from '../../protocol/messages.ts'
import { buildRRes } from '../../three-ds-server/build-rres.ts'
import { type FinalResult, finalResult } from '../../three-ds-server/final.ts'
import type { Transaction } from '../../transaction/transaction.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'

/** Turns results into answers of the 3DS Server API. */
export interface ResultAnswers {
  /** Answer of `POST /3ds/results`. */
  results (transaction: Transaction, spelling: AnswerSpelling): JsonObject
  /** Answer of `POST /3ds/final`; throws as `finalResult` does. */
  final (transaction: Transaction, spelling: AnswerSpelling): JsonObject
  /**
   * What is pushed to `resultsResponseNotificationUrl`: the RReq, and beside its elements `resultsRequest` and
   * `resultsResponse`, which is what the other kind of receiver reads.
   */
  push (transaction: Transaction, spelling: AnswerSpelling): JsonObject
}

/** Answers with what EMV has. */
export const emvResultAnswers: ResultAnswers = createResultAnswers((message) => message)

/** Answers as the original: `sdkTransID` is there for browsers too, as null, and the version is 2.2.0. */
export const legacyResultAnswers: ResultAnswers = createResultAnswers((message) => ({ sdkTransID: null, ...message }))

function createResultAnswers (shape: (message: JsonObject) => JsonObject): ResultAnswers {
  function shapeFinal (result: FinalResult): JsonObject {
    const { resultsRequest, resultsResponse, ...members } = result
    return {
      ...members,
      ...(resultsResponse === undefined ? {} : { resultsResponse: shape(resultsResponse as unknown as JsonObject) }),
      ...(resultsRequest === undefined ? {} : { resultsRequest: shape(resultsRequest as JsonObject) })
    }
  }
  return {
    results: (transaction, spelling) => spellAnswer(shape(buildRRes(transaction) as unknown as JsonObject), spelling),
    final: (transaction, spelling) => spellAnswer(shapeFinal(finalResult(transaction)), spelling),
    push: (transaction, spelling) =>
      spellAnswer({ ...transaction.rReq as JsonObject, ...shapeFinal(finalResult(transaction)) }, spelling)
  }
}
