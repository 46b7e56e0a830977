import type { ErroContent } from '../errors.ts'
import { ask } from '../exchange/ask.ts'
import { judgeErro, judgeRRes } from '../exchange/judge-answer.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { erroAbout, erroAboutAnswer } from '../protocol/erro-about.ts'
import { erroBody, soundErro } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** What came of one attempt to report a result to the DS. */
export type Reported =
  /** An RRes, or an `Erro` in its place. */
  | { outcome: 'answered', answer: JsonObject }
  /** An answer that cannot be used: the `Erro` that the DS was told, unless it failed by HTTP; of an `Erro` that is none by the catalogue, what it was and what is wrong with it. */
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
  const { send, judge, timeoutMs } = parts
  const address = String(transaction.aReq['dsURL'])
  const asked = await ask({ send, address, message: rReq as JsonObject, timeoutMs, requestId: rReq.acsTransID })
  if (asked.outcome === 'timed-out') {
    complain(address, erroAbout(rReq, { errorCode: '402', errorDetail: 'No results response came in time' }, 'A'), parts)
    return asked
  }
  if (asked.outcome === 'unreachable' || asked.outcome === 'refused') return asked
  if (asked.outcome === 'failed') return { outcome: 'faulty', erro: erroAbout(rReq, asked.refused, 'A') }
  if (asked.outcome === 'unreadable') return faulty(asked.refused, rReq, address, parts)
  const { read } = asked
  if (read.message['messageType'] === 'Erro') return erroOf(read, rReq, judge)
  const found = judgeRRes(read, rReq, transaction, judge)
  return found === undefined ? { outcome: 'answered', answer: read.message } : faulty(found, rReq, address, parts)
}

function faulty (refused: Refused, rReq: RReq, address: string, parts: AskDsParts): Reported {
  const erro = erroAboutAnswer(rReq, 'RRes', refused, 'A')
  complain(address, erro, parts)
  return { outcome: 'faulty', erro }
}

/** An `Erro` gets no answer, whatever is wrong with it (§12.1). */
function erroOf (read: ReadMessage, rReq: RReq, judge: Judge): Reported {
  const answer = soundErro(read.message)
  const fault = judgeErro(read, judge)
  return fault === undefined ? { outcome: 'answered', answer } : { outcome: 'faulty', answer, erro: erroAboutAnswer(rReq, 'Erro', fault, 'A') }
}

/** Nobody waits for an answer to an `Erro`. */
function complain (address: string, erro: ErroContent, { send, timeoutMs }: AskDsParts): void {
  send(address, erroBody(erro), { timeoutMs })
}
