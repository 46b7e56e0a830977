import { isDeepStrictEqual } from 'node:util'
import { MockError, type ProtocolError, type Fault } from '../errors.ts'
import type { Log } from '../log.ts'
import type { RReq } from '../protocol/messages.ts'
import { rreqRefusal } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { atLeast } from '../protocol/versions.ts'
import type { StateStore } from '../store/state-store.ts'
import { awaitsResult } from '../transaction/has-challenge.ts'
import { erroIdsOf } from '../transaction/erro-ids.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { ResultRules } from './judge-results.ts'

/** What taking a result in needs. */
export interface ResultsParts {
  store: StateStore
  log: Log
  rules: ResultRules
  /** Told of each result that was taken. */
  onFinished (transaction: Transaction, transStatus: string): void
}

/**
 * Takes the result of a challenge: the first one counts, the very same again is answered the same, another is refused.
 * After a frictionless flow there is no result to wait for (emv3ds-protocol §5.2): one that agrees with the ARes is
 * acknowledged and not kept, so that what `finalResult` tells never changes.
 * @param rReq in EMV spelling, each element judged already
 * @returns the transaction, with its result where there was a challenge
 * @throws ProtocolError of the 3DS Server: 301 for an unknown transaction and for ids that are not the stored ones, 203 and
 * 201 naming all that contradicts or is missing by the rules, 305 for another result than the one there is
 */
export async function takeResults (rReq: RReq, { store, log, rules, onFinished }: ResultsParts): Promise<Transaction> {
  let taken = false
  const transaction = await store.update(rReq.threeDSServerTransID, (current) => {
    taken = false
    requireSameIds(rReq, current, rules)
    if (current.rReq !== undefined) return sameResult(rReq, current, log)
    requireFaultless(rReq, current, rules)
    if (rules.needsChallenge && !awaitsResult(current)) return sameAsARes(rReq, current, log)
    taken = true
    return { ...current, rReq }
  }).catch((error) => { throw toProtocolError(error, rReq) })
  if (taken) onFinished(transaction, rReq.transStatus)
  return transaction
}

/** §1: `sdkTransID` is of app transactions only, so one that the transaction has not is not valid here. */
function requireSameIds (rReq: RReq, transaction: Transaction, { needsKnownIds }: ResultRules): void {
  const wrong = (['sdkTransID', 'acsTransID', 'dsTransID'] as const).filter((id) => {
    const [given, kept] = [rReq[id], transaction[id]]
    if (typeof given !== 'string' || (kept === undefined && !needsKnownIds)) return false
    return canonicalUuid(given) !== canonicalUuid(kept)
  })
  if (wrong.length > 0) throw refusal('301', wrong, 'Transaction ids do not match', rReq, transaction)
}

/** Wrong elements before missing ones: emv3ds-protocol §3. */
function requireFaultless (rReq: RReq, transaction: Transaction, { judge }: ResultRules): void {
  const { wrong, missing } = judge(rReq, transaction)
  const faults = [...wrong, ...missing]
  if (faults.length === 0) return
  const message = `The RReq cannot be used: ${faults.map(({ element, message }) => `${element} ${message}`).join('; ')}`
  throw wrong.length > 0
    ? refusal('203', namesOf(wrong), message, rReq, transaction)
    : refusal('201', namesOf(missing), message, rReq, transaction)
}

function namesOf (faults: readonly Fault[]): string[] {
  return [...new Set(faults.map(({ element }) => element))]
}

function sameResult (rReq: RReq, transaction: Transaction, log: Log): Transaction {
  if (isDeepStrictEqual(comparable(rReq), comparable(transaction.rReq as RReq))) return transaction
  log.warn({ threeDSServerTransID: transaction.threeDSServerTransID }, 'a second, different result was refused')
  throw refusal('305', ['transStatus'], 'Another result was received before', rReq, transaction)
}

/** The SDK's id is kept as it was sent, and is the same in capitals. The other ids are in one form already. */
function comparable (rReq: RReq): RReq {
  return typeof rReq.sdkTransID === 'string' ? { ...rReq, sdkTransID: canonicalUuid(rReq.sdkTransID) as string } : rReq
}

/** §12.2: 313 is for this, but must not be used before 2.3.1: there 305 takes its place. */
function sameAsARes (rReq: RReq, transaction: Transaction, log: Log): Transaction {
  if (rReq.transStatus === transaction.aRes?.transStatus) return transaction
  log.warn({ threeDSServerTransID: transaction.threeDSServerTransID }, 'a result without a challenge, other than that of the ARes, was refused')
  const errorCode = atLeast(transaction.aReq.messageVersion, '2.3.1') ? '313' : '305'
  throw refusal(errorCode, ['transStatus'], 'There was no challenge: the result is that of the ARes', rReq, transaction)
}

function toProtocolError (error: unknown, rReq: RReq): unknown {
  return error instanceof MockError && error.code === 'transaction_not_found'
    ? refusal('301', ['threeDSServerTransID'], error.message, rReq)
    : error
}

function refusal (
  errorCode: string, elements: readonly string[], message: string, rReq: RReq, transaction?: Transaction
): ProtocolError {
  const { messageVersion, threeDSServerTransID, acsTransID, dsTransID } = rReq
  const ids = transaction === undefined ? { messageVersion } : erroIdsOf(transaction)
  return rreqRefusal({ errorCode, errorDetail: elements.join(',') }, message, { ...ids, threeDSServerTransID, acsTransID, dsTransID })
}
