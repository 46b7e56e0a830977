import { isDeepStrictEqual } from 'node:util'
import { type ErroContent, ProtocolError } from '../errors.ts'
import { noteFindings } from '../exchange/note-findings.ts'
import type { Log } from '../log.ts'
import { erroBody } from '../protocol/erro.ts'
import { differentIds } from '../protocol/different-ids.ts'
import { inLettersOf } from '../protocol/id-letters.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject, RReq, TransStatus } from '../protocol/messages.ts'
import { type ReadMessage, UNWRITTEN } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import { contradictionsIn } from '../protocol/rreq-contradictions.ts'
import { secondRReq, unannouncedRReq } from '../protocol/unwanted-rreq.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { atLeast } from '../protocol/versions.ts'
import { orNothing } from '../store/not-found.ts'
import type { StateStore } from '../store/state-store.ts'
import { earlierOf } from '../transaction/earlier.ts'
import { erroIdsOf } from '../transaction/erro-ids.ts'
import { awaitsResult } from '../transaction/has-challenge.ts'
import type { Place, Transaction } from '../transaction/transaction.ts'
import { handOn } from './hand-on.ts'
import { dsRefusal } from './refuse.ts'
import type { Answered, RelayOnce } from './relay-once.ts'

/** The 3DS Server as the DS knows it. */
export interface ThreeDSServerLink {
  place: Place
  /**
   * Hands an RReq on.
   * @returns the RRes, or the `Erro` in its place
   * @throws ProtocolError S/… of the 3DS Server of this process; D/402 to D/405 where it does not answer, D/… for an answer that cannot be used
   */
  results (rReq: RReq, transaction: Transaction): Promise<JsonObject>
  /** Tells it that an RReq for it could not be used; nobody waits for it. */
  complain (erro: ErroContent, transaction: Transaction): void
}

/** What relaying a result takes. */
export interface RReqParts {
  store: StateStore
  log: Log
  relayOnce: RelayOnce
  judge: Judge
  /** By who it is that asked. */
  threeDSServerOf (transaction: Transaction): ThreeDSServerLink
  /** Told of each result of an ACS elsewhere that a 3DS Server elsewhere has heard of. */
  onFinished (transaction: Transaction, transStatus: TransStatus): void
  /** Whether a message that was received before is refused in 2.3.1 (312). */
  isStrict: boolean
}

/** One RReq as it reached the DS. */
export interface RReqCall {
  read: ReadMessage
  /** The ACS of this process sent it: what only the judge has against it is noted and does not stop it. */
  isOwn?: boolean
}

/**
 * RReq in, RRes out: judges it by its transaction, hands it on to the 3DS Server, keeps what came back. The 3DS Server gets the ids as it
 * knows them, the ACS as it wrote them. The very same RReq again gets the same answer, another one is refused (emv3ds-protocol §10).
 * @throws ProtocolError with the `Erro` that goes to the ACS
 */
export async function takeRReq (call: RReqCall, parts: RReqParts): Promise<JsonObject> {
  const transaction = await transactionOf(call.read.message, parts)
  const rReq = usableRReq(call, transaction, parts)
  const threeDSServer = parts.threeDSServerOf(transaction)
  const relay = () => inLettersOfRReq(threeDSServer.results(call.isOwn === true ? rReq : toThreeDSServer(rReq, transaction), transaction), rReq)
  // A 3DS Server of this process keeps the result itself.
  if (threeDSServer.place === 'here') return relay()
  const done = await parts.relayOnce(rReq, transaction, relay)
  if (!('answer' in done)) return repeated(rReq, done.before, parts)
  if (call.isOwn !== true) parts.onFinished(transaction, rReq.transStatus as TransStatus)
  return done.answer
}

function toThreeDSServer (rReq: RReq, transaction: Transaction): RReq {
  return inLettersOf(handOn(rReq as JsonObject, transaction.aReq, 'DS->3DSServer'), erroIdsOf(transaction)) as RReq
}

/** What comes back is for the ACS. An `Erro` of somebody else goes as it came (emv3ds-protocol §10, §12.3). */
async function inLettersOfRReq (relaying: Promise<JsonObject>, rReq: RReq): Promise<JsonObject> {
  try {
    const answer = await relaying
    return answer['messageType'] === 'Erro' ? answer : inLettersOf(answer, rReq)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new ProtocolError(error.message, inLettersOf(error.erro, rReq))
  }
}

async function transactionOf (message: JsonObject, { judge, store }: RReqParts): Promise<Transaction> {
  // What can be said without a transaction is said first: type and version.
  const { refused } = judge({ message, ...UNWRITTEN }, { messageTypes: ['RReq'] })
  if (refused?.errorCode === '101' || refused?.errorCode === '102') throw dsRefusal(message, refused)
  const id = canonicalUuid(message['threeDSServerTransID'])
  // What is no id the judge has refused.
  if (id === undefined) throw dsRefusal(message, refused as Refused)
  const found = await orNothing(store.get(id))
  if (found === undefined) throw dsRefusal(message, { errorCode: '301', errorDetail: 'threeDSServerTransID' })
  return found
}

/** At fault for its elements, or for its ids; both sides hear of it (emv3ds-protocol §12.3). */
function usableRReq ({ read, isOwn = false }: RReqCall, transaction: Transaction, { judge, log, threeDSServerOf }: RReqParts): RReq {
  const { aReq } = transaction
  const judgement = judge(read, {
    messageTypes: ['RReq'], version: aReq.messageVersion, wrong: contradictionsIn(read.message, aReq), earlier: earlierOf(transaction)
  })
  const rReq = read.message as RReq
  noteFindings(read.message, judgement.findings, log)
  const refused = (isOwn ? undefined : judgement.refused) ?? differentIds(rReq, transaction, ['acsTransID', 'dsTransID']) ??
    (awaitsResult(transaction) ? undefined : unannouncedRReq(aReq.messageVersion))
  if (refused === undefined) return rReq
  const known = erroIdsOf(transaction)
  const error = dsRefusal(read.message, refused, known)
  threeDSServerOf(transaction).complain(inLettersOf(error.erro, known), transaction)
  throw error
}

function repeated (rReq: RReq, relayed: Answered, { isStrict }: RReqParts): JsonObject {
  const isSame = isDeepStrictEqual(rReq, relayed.rReq)
  if (isSame && !(isStrict && atLeast(rReq.messageVersion, '2.3.1'))) return relayed.answer
  throw dsRefusal(rReq, secondRReq(rReq.messageVersion, isSame))
}

/** An `Erro` as the answer that the other side gets. */
export function asAnswer (error: ProtocolError): JsonObject {
  return erroBody(error.erro)
}
