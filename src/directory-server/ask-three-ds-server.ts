import { type ErroContent, ProtocolError } from '../errors.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { differentIds } from '../protocol/different-ids.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import { erroBody, soundErro } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { readAnswer } from '../protocol/read-sound-message.ts'
import { atLeast } from '../protocol/versions.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'
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
      const options = { timeoutMs, headers: atLeast(rReq.messageVersion, '2.3.1') ? { 'x-request-id': rReq.dsTransID } : {} }
      const first = await send(address, rReq as JsonObject, options)
      const sent = first.outcome === 'unreachable' ? await send(address, rReq as JsonObject, options) : first
      if (sent.outcome === 'timed-out') throw failed(rReq, '402', 'The 3DS Server did not answer in time')
      if (sent.outcome !== 'answered') throw failed(rReq, '405', `The 3DS Server cannot be reached: ${sent.reason}`)
      return usableRRes(readAnswer(sent.text), rReq, transaction, parts)
    },
    complain (erro, transaction) { tell(send, erro, transaction, timeoutMs) }
  }
}

function addressOf ({ aReq }: Transaction): string {
  return String(aReq['threeDSServerURL'])
}

function tell (send: SendMessage, erro: ErroContent, transaction: Transaction, timeoutMs: number): void {
  send(addressOf(transaction), { ...erroBody(erro) } as JsonObject, { timeoutMs })
}

function failed (rReq: RReq, errorCode: string, errorDetail: string): ProtocolError {
  return new ProtocolError(errorDetail, erroAbout(rReq, { errorCode, errorDetail }, 'D'))
}

/** An `Erro` is passed on as it came; an RRes at fault is told to both sides (emv3ds-protocol §12.3). */
function usableRRes (read: ReadMessage, rReq: RReq, transaction: Transaction, { judge, send, timeoutMs }: AskThreeDSServerParts): JsonObject {
  const { message } = read
  if (message['messageType'] === 'Erro') return soundErro(message)
  const { refused } = judge(read, { messageTypes: ['RRes'], version: rReq.messageVersion, earlier: earlierOf(transaction) })
  const found = refused ?? differentIds(message, rReq, ['threeDSServerTransID', 'acsTransID', 'dsTransID'])
  if (found === undefined) return message
  const erro: ErroContent = { ...erroAbout({ ...rReq, messageType: 'RRes' }, { ...found, errorDetail: '' }, 'D'), ...found }
  tell(send, erro, transaction, timeoutMs)
  throw new ProtocolError('The RRes cannot be used', erro)
}
