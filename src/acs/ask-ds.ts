import type { ErroContent } from '../errors.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { differentIds } from '../protocol/different-ids.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import { erroBody, soundErro } from '../protocol/erro.ts'
import type { Expected, Judge } from '../protocol/judge.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { readAnswer } from '../protocol/read-sound-message.ts'
import { atLeast } from '../protocol/versions.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** What came of one attempt to report a result to the DS. */
export type Reported =
  /** An RRes, or an `Erro` in its place. */
  | { outcome: 'answered', answer: JsonObject }
  /** An answer that cannot be used: the `Erro` that the DS was told; of an `Erro` that is none by the catalogue, what it was and what is wrong with it. */
  | { outcome: 'faulty', erro: ErroContent, answer?: JsonObject }
  | { outcome: 'timed-out' }
  | { outcome: 'unreachable', reason: string }
  /** The address is not one the mock may call. */
  | { outcome: 'refused', reason: string }

/** What asking a DS elsewhere takes. */
export interface AskDsParts {
  send: SendMessage
  judge: Judge
  timeoutMs: number
}

/**
 * Sends an RReq to the DS of the AReq, at its `dsURL`: emv3ds-protocol §10. What is wrong with the answer the DS is told (§12.3).
 */
export async function askDs (rReq: RReq, transaction: Transaction, parts: AskDsParts): Promise<Reported> {
  const { send, timeoutMs } = parts
  const address = String(transaction.aReq['dsURL'])
  const headers = atLeast(rReq.messageVersion, '2.3.1') ? { 'x-request-id': rReq.acsTransID } : {}
  const sent = await send(address, rReq as JsonObject, { timeoutMs, headers })
  if (sent.outcome === 'timed-out') {
    complain(address, erroAbout(rReq, { errorCode: '402', errorDetail: 'No results response came in time' }, 'A'), parts)
    return { outcome: 'timed-out' }
  }
  if (sent.outcome !== 'answered') return sent
  return judged(readAnswer(sent.text), rReq, { address, earlier: earlierOf(transaction) }, parts)
}

function judged (read: ReadMessage, rReq: RReq, { address, earlier }: { address: string } & Required<Pick<Expected, 'earlier'>>, parts: AskDsParts): Reported {
  const { message } = read
  if (message['messageType'] === 'Erro') return erroOf(read, rReq, parts)
  const { refused } = parts.judge(read, { messageTypes: ['RRes'], version: rReq.messageVersion, earlier })
  const found = refused ?? differentIds(message, rReq, ['threeDSServerTransID', 'acsTransID', 'dsTransID'])
  if (found === undefined) return { outcome: 'answered', answer: message }
  const erro: ErroContent = { ...erroAbout({ ...rReq, messageType: 'RRes' }, { ...found, errorDetail: '' }, 'A'), ...found }
  complain(address, erro, parts)
  return { outcome: 'faulty', erro }
}

/** An `Erro` gets no answer, whatever is wrong with it (§12.1). */
function erroOf (read: ReadMessage, rReq: RReq, { judge }: AskDsParts): Reported {
  const answer = soundErro(read.message)
  const { refused: fault } = judge(read, { messageTypes: ['Erro'] })
  if (fault === undefined) return { outcome: 'answered', answer }
  return { outcome: 'faulty', answer, erro: { ...erroAbout({ ...rReq, messageType: 'Erro' }, { ...fault, errorDetail: '' }, 'A'), ...fault } }
}

/** Nobody waits for an answer to an `Erro`. */
function complain (address: string, erro: ErroContent, { send, timeoutMs }: AskDsParts): void {
  send(address, { ...erroBody(erro) } as JsonObject, { timeoutMs })
}
