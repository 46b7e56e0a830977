import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import type { MockError, ProtocolError } from '../errors.ts'
import type { Log } from '../log.ts'
import { describeErrorCode } from '../protocol/error-codes.ts'
import type { RReq } from '../protocol/messages.ts'
import { type ErroIds, type Refused, rreqRefusal } from '../protocol/refusal.ts'
import { secondRReq, unannouncedRReq } from '../protocol/unwanted-rreq.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { atLeast, SUPPORTED_VERSIONS } from '../protocol/versions.ts'
import { isNotFound } from '../store/not-found.ts'
import type { StateStore } from '../store/state-store.ts'
import { awaitsResult } from '../transaction/has-challenge.ts'
import { erroIdsOf } from '../transaction/erro-ids.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { isGivenUp } from './decoupled-wait.ts'
import type { ResultRules, SentResult } from './judge-results.ts'

/** What taking a result in needs. */
export interface ResultsParts {
  store: StateStore
  clock: Clock
  log: Log
  rules: ResultRules
  /** Told of each result that was taken. */
  onFinished (transaction: Transaction, transStatus: string): void
}

/**
 * Takes the result of a challenge: the first one counts, the very same again is answered the same, another is refused.
 * After a frictionless flow there is none (emv3ds-protocol §5.2): at most it is acknowledged and not kept, so that what `finalResult`
 * tells never changes.
 * @returns the transaction, with its result where there was a challenge
 * @throws ProtocolError of the 3DS Server: all that the rules have against it by kind, in the order of §3; 301 for an unknown
 * transaction and for ids that are not the stored ones, 402 where it was given up (§11), what `secondRReq` and `unannouncedRReq` say
 */
export async function takeResults (sent: SentResult, { store, clock, log, rules, onFinished }: ResultsParts): Promise<Transaction> {
  const { rReq } = sent
  let taken = false
  const id = canonicalUuid(rReq.threeDSServerTransID)
  // What is no id the rules refuse.
  if (id === undefined) throw unusable(rules.judge(sent) as Refused, rReq)
  const transaction = await store.update(id, (current) => {
    taken = false
    const refused = rules.judge(sent, current)
    if (refused !== undefined) throw unusable(refused, rReq, current)
    requireSameIds(rReq, current, rules)
    if (current.rReq !== undefined) return sameResult(rReq, current, rules, log)
    if (isGivenUp(current, clock.now())) throw refusal(TOO_LATE, 'The result comes too late', rReq, current)
    if (rules.withoutChallenge !== 'taken' && !awaitsResult(current)) return sameAsARes(rReq, current, rules, log)
    taken = true
    return { ...current, rReq }
  }).catch((error) => { throw isNotFound(error) ? unknown(sent, rules, error) : error })
  if (taken) onFinished(transaction, rReq.transStatus)
  return transaction
}

/** What is wrong with the message itself comes before that nobody knows its transaction (§3). */
function unknown (sent: SentResult, rules: ResultRules, { message }: MockError): ProtocolError {
  const refused = rules.judge(sent)
  return refused === undefined ? refusal({ errorCode: '301', errorDetail: 'threeDSServerTransID' }, message, sent.rReq) : unusable(refused, sent.rReq)
}

function unusable (refused: Refused, rReq: RReq, transaction?: Transaction): ProtocolError {
  return refusal(refused, `The RReq cannot be used: ${describeErrorCode(refused.errorCode)}: ${refused.errorDetail}`, rReq, transaction)
}

const TOO_LATE: Refused = { errorCode: '402', errorDetail: 'The time of the decoupled authentication is over' }

/** §1: `sdkTransID` is of app transactions only, so one that the transaction has not is not valid here. */
function requireSameIds (rReq: RReq, transaction: Transaction, { needsKnownIds }: ResultRules): void {
  const wrong = (['sdkTransID', 'acsTransID', 'dsTransID'] as const).filter((id) => {
    const [given, kept] = [rReq[id], transaction[id]]
    if (typeof given !== 'string' || (kept === undefined && !needsKnownIds)) return false
    return canonicalUuid(given) !== canonicalUuid(kept)
  })
  if (wrong.length > 0) throw refusal({ errorCode: '301', errorDetail: wrong.join(',') }, 'Transaction ids do not match', rReq, transaction)
}

function sameResult (rReq: RReq, transaction: Transaction, { refusesRepeats }: ResultRules, log: Log): Transaction {
  const { threeDSServerTransID, aReq: { messageVersion } } = transaction
  const isSame = isDeepStrictEqual(comparable(rReq), comparable(transaction.rReq as RReq))
  if (isSame && !(refusesRepeats && atLeast(messageVersion, '2.3.1'))) return transaction
  if (!isSame) log.warn({ threeDSServerTransID }, 'a second, different result was refused')
  throw refusal(secondRReq(messageVersion, isSame), `${isSame ? 'The' : 'Another'} result was received before`, rReq, transaction)
}

/** The SDK's id is kept as it was sent, and is the same in capitals. The other ids are in one form already. */
function comparable (rReq: RReq): RReq {
  return typeof rReq.sdkTransID === 'string' ? { ...rReq, sdkTransID: canonicalUuid(rReq.sdkTransID) as string } : rReq
}

function sameAsARes (rReq: RReq, transaction: Transaction, { withoutChallenge }: ResultRules, log: Log): Transaction {
  const { threeDSServerTransID, aReq: { messageVersion }, aRes } = transaction
  if (withoutChallenge === 'acknowledged' && rReq.transStatus === aRes?.transStatus) return transaction
  log.warn({ threeDSServerTransID }, 'a result without a challenge was refused')
  throw refusal(unannouncedRReq(messageVersion), 'There was no challenge: the result is that of the ARes', rReq, transaction)
}

/** Names the transaction as it is known, and in the RReq's own letters what that says of it. */
function refusal (refused: Refused, message: string, rReq: RReq, transaction?: Transaction): ProtocolError {
  const version = SUPPORTED_VERSIONS.find((supported) => supported === rReq.messageVersion)
  const ids: ErroIds = transaction === undefined ? (version === undefined ? {} : { messageVersion: version }) : erroIdsOf(transaction)
  for (const name of ['threeDSServerTransID', 'acsTransID', 'dsTransID'] as const) {
    if (canonicalUuid(rReq[name]) !== undefined) ids[name] = rReq[name]
  }
  return rreqRefusal(refused, message, ids)
}
