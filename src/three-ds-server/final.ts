import { MockError } from '../errors.ts'
import type { RReq, RRes } from '../protocol/messages.ts'
import { awaitsResult } from '../transaction/has-challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { buildRRes } from './build-rres.ts'

/** The result of an authentication, as the 3DS Requestor reads it. */
export interface FinalResult {
  threeDSServerTransID: string
  transStatus: string
  eci?: string
  authenticationValue?: string
  /** Both absent after a frictionless flow: there was no RReq (emv3ds-protocol §5.2). */
  resultsRequest?: RReq
  resultsResponse?: RRes
}

/**
 * The final result: from the RReq when there was a challenge, from the ARes when there was none.
 * @throws MockError `results_not_found` while a challenge has no result
 */
export function finalResult (transaction: Transaction): FinalResult {
  const { rReq, aRes, threeDSServerTransID } = transaction
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
