import { isDeepStrictEqual } from 'node:util'
import { MockError, ProtocolError, type ErroContent } from '../errors.ts'
import type { Log } from '../log.ts'
import type { RReq } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** What taking a result in needs. */
export interface ResultsParts {
  store: StateStore
  log: Log
  /** Told of each result that was taken. */
  onFinished (transaction: Transaction, transStatus: string): void
}

/**
 * Takes the result of a challenge: the first one counts, the very same again is answered the same, another is refused.
 * @param rReq in EMV spelling, each element judged already
 * @returns the transaction with its result
 * @throws ProtocolError S/301 for an unknown transaction and for ids that are not the stored ones, S/305 for a second result
 */
export async function takeResults (rReq: RReq, { store, log, onFinished }: ResultsParts): Promise<Transaction> {
  let taken = false
  const transaction = await store.update(rReq.threeDSServerTransID, (current) => {
    taken = false
    requireSameIds(rReq, current)
    if (current.rReq !== undefined) return sameResult(rReq, current, log)
    taken = true
    return { ...current, rReq }
  }).catch((error) => { throw toProtocolError(error, rReq) })
  if (taken) onFinished(transaction, rReq.transStatus)
  return transaction
}

function requireSameIds (rReq: RReq, transaction: Transaction): void {
  const wrong = (['acsTransID', 'dsTransID'] as const).filter((id) => canonicalUuid(rReq[id]) !== canonicalUuid(transaction[id]))
  const { sdkTransID } = rReq
  if (typeof sdkTransID === 'string' && transaction.sdkTransID !== undefined &&
    canonicalUuid(sdkTransID) !== canonicalUuid(transaction.sdkTransID)) {
    throw refusal('301', ['sdkTransID', ...wrong].join(','), 'Transaction ids do not match', rReq)
  }
  if (wrong.length > 0) throw refusal('301', wrong.join(','), 'Transaction ids do not match', rReq)
}

function sameResult (rReq: RReq, transaction: Transaction, log: Log): Transaction {
  if (isDeepStrictEqual(rReq, transaction.rReq)) return transaction
  log.warn({ threeDSServerTransID: transaction.threeDSServerTransID }, 'a second, different result was refused')
  throw refusal('305', 'transStatus', 'Another result was received before', rReq)
}

function toProtocolError (error: unknown, rReq: RReq): unknown {
  return error instanceof MockError && error.code === 'transaction_not_found'
    ? refusal('301', 'threeDSServerTransID', 'Transaction not found', rReq)
    : error
}

function refusal (errorCode: string, errorDetail: string, message: string, rReq: RReq): ProtocolError {
  const erro: ErroContent = {
    errorCode,
    errorComponent: 'S',
    errorDetail,
    errorMessageType: 'RReq',
    messageVersion: rReq.messageVersion,
    threeDSServerTransID: rReq.threeDSServerTransID,
    acsTransID: rReq.acsTransID,
    dsTransID: rReq.dsTransID
  }
  return new ProtocolError(message, erro)
}
