import { MockError } from '../errors.ts'
import type { RReq, RRes } from '../protocol/messages.ts'
import { awaitsResult } from '../transaction/has-challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { buildRRes } from './build-rres.ts'
import { isGivenUp } from './decoupled-wait.ts'

/** The result of an authentication, as the 3DS Requestor reads it. */
export interface FinalResult {
  threeDSServerTransID: string
  transStatus: string
  eci?: string
  authenticationValue?: string
  /** Both absent where there was no RReq: after a frictionless flow (emv3ds-protocol §5.2), and where it did not come in time. */
  resultsRequest?: RReq
  resultsResponse?: RRes
}

/**
 * The final result: from the RReq when there was a challenge, from the ARes when there was none; U when the time of a decoupled
 * authentication is over.
 * @param now milliseconds since the Unix epoch
 * @throws MockError `results_not_found` while a challenge has no result
 */
export function finalResult (transaction: Transaction, now: number): FinalResult {
  const { rReq, aRes, threeDSServerTransID } = transaction
  // Failed, whatever may come yet.
  if (isGivenUp(transaction, now)) return { threeDSServerTransID, transStatus: 'U' }
  const source = rReq ?? (awaitsResult(transaction) ? undefined : aRes)
  if (source === undefined) throw new MockError('results_not_found', 'Results not found for this transaction')
  return {
    ...(source.eci === undefined ? {} : { eci: source.eci }),
    ...(source.authenticationValue === undefined ? {} : { authenticationValue: source.authenticationValue }),
    threeDSServerTransID,
    ...(rReq === undefined ? {} : { resultsResponse: buildRRes(transaction), resultsRequest: rReq }),
    transStatus: source.transStatus
  }
}
