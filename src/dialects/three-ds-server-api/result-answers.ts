import type { JsonObject } from '../../protocol/messages.ts'
import { buildRRes } from '../../three-ds-server/build-rres.ts'
import { finalResult } from '../../three-ds-server/final.ts'
import type { Transaction } from '../../transaction/transaction.ts'
import { type AnswerSpelling, spellAnswer } from '../spelling.ts'

/** Turns results into answers of the 3DS Server API. */
export interface ResultAnswers {
  /** Answer of `POST /3ds/results`. */
  results (transaction: Transaction, spelling: AnswerSpelling): JsonObject
  /** Answer of `POST /3ds/final`; throws as `finalResult` does. @param now milliseconds since the Unix epoch */
  final (transaction: Transaction, now: number, spelling: AnswerSpelling): JsonObject
  /**
   * What is pushed to `resultsResponseNotificationUrl`: the RReq, and beside its elements `resultsRequest` and
   * `resultsResponse`, which is what the other kind of receiver reads.
   */
  push (transaction: Transaction, spelling: AnswerSpelling): JsonObject
}

/** Makes a message one of an answer. @param sdkTransID of its transaction, for messages that repeat it */
type Shape = (message: JsonObject, sdkTransID?: string) => JsonObject

/** Answers with what EMV has. */
export const emvResultAnswers: ResultAnswers = createResultAnswers((message) => message)

/** Answers as the original: `sdkTransID` is there for every channel, null where there is none. */
export const legacyResultAnswers: ResultAnswers = createResultAnswers((message, sdkTransID) => ({ sdkTransID: sdkTransID ?? null, ...message }))

function createResultAnswers (shape: Shape): ResultAnswers {
  const shapeRRes = (rRes: unknown, { sdkTransID }: Transaction) => shape(rRes as JsonObject, sdkTransID)
  function shapeFinal (transaction: Transaction, now: number): JsonObject {
    const { resultsRequest, resultsResponse, ...members } = finalResult(transaction, now)
    return {
      ...members,
      ...(resultsResponse === undefined ? {} : { resultsResponse: shapeRRes(resultsResponse, transaction) }),
      ...(resultsRequest === undefined ? {} : { resultsRequest: shape(resultsRequest as JsonObject) })
    }
  }
  return {
    results: (transaction, spelling) => spellAnswer(shapeRRes(buildRRes(transaction), transaction), spelling),
    final: (transaction, now, spelling) => spellAnswer(shapeFinal(transaction, now), spelling),
    // There is an RReq: the time does not matter.
    push: (transaction, spelling) => spellAnswer({ ...transaction.rReq as JsonObject, ...shapeFinal(transaction, transaction.createdAt) }, spelling)
  }
}
