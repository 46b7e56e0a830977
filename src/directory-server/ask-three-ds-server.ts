import { type ErroContent, ProtocolError } from '../errors.ts'
import { ask } from '../exchange/ask.ts'
import { judgeErro, judgeRRes } from '../exchange/judge-answer.ts'
import { onceMore } from '../exchange/once-more.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { erroAbout, erroAboutAnswer } from '../protocol/erro-about.ts'
import { erroBody, soundErro } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { handOn } from './hand-on.ts'
import type { ThreeDSServerLink } from './take-rreq.ts'

/** What asking a 3DS Server elsewhere takes. */
export interface AskThreeDSServerParts {
  send: SendMessage
  judge: Judge
  /** Less than the ACS waits: emv3ds-protocol §11. */
  timeoutMs: number
}

/** The link to a 3DS Server of somebody else, at the `threeDSServerURL` of its AReq. */
export function createAskThreeDSServer (parts: AskThreeDSServerParts): ThreeDSServerLink {
  const { send, timeoutMs } = parts
  return {
    place: 'elsewhere',
    async results (rReq, transaction) {
      const address = addressOf(transaction)
      const asked = await onceMore(() => ask({ send, address, message: rReq as JsonObject, timeoutMs, requestId: rReq.dsTransID }))
      switch (asked.outcome) {
        case 'answered': return usableAnswer(asked.read, rReq, transaction, parts)
        case 'unreadable': throw faulty(asked.refused, rReq, transaction, parts)
        case 'failed': throw unanswered(rReq, asked.refused)
        case 'timed-out': throw unanswered(rReq, { errorCode: '402', errorDetail: 'The 3DS Server did not answer in time' })
        default: throw unanswered(rReq, { errorCode: '405', errorDetail: `The 3DS Server cannot be reached: ${asked.reason}` })
      }
    },
    complain (erro, transaction) { tell(erro, transaction, parts) }
  }
}

function addressOf ({ aReq }: Transaction): string {
  return String(aReq['threeDSServerURL'])
}

function tell (erro: ErroContent, transaction: Transaction, { send, timeoutMs }: AskThreeDSServerParts): void {
  send(addressOf(transaction), erroBody(erro), { timeoutMs })
}

function unanswered (rReq: RReq, refused: Refused): ProtocolError {
  return new ProtocolError(refused.errorDetail, erroAbout(rReq, refused, 'D'))
}

/** An RRes at fault is told to both sides (emv3ds-protocol §12.3). */
function faulty (refused: Refused, rReq: RReq, transaction: Transaction, parts: AskThreeDSServerParts): ProtocolError {
  const erro = erroAboutAnswer(rReq, 'RRes', refused, 'D')
  tell(erro, transaction, parts)
  return new ProtocolError('The RRes cannot be used', erro)
}

/** An `Erro` is passed on as it came, unless it is none by the catalogue: nobody answers an `Erro` (§12.1). */
function usableAnswer (read: ReadMessage, rReq: RReq, transaction: Transaction, parts: AskThreeDSServerParts): JsonObject {
  const isErro = read.message['messageType'] === 'Erro'
  const refused = isErro ? judgeErro(read, parts.judge) : judgeRRes(read, rReq, transaction, parts.judge)
  if (refused === undefined) return isErro ? soundErro(read.message) : handOn(read.message, transaction.aReq)
  if (!isErro) throw faulty(refused, rReq, transaction, parts)
  throw new ProtocolError('The Erro of the 3DS Server is none', erroAboutAnswer(rReq, 'Erro', refused, 'D'))
}
