import { type Asked, ask } from '../exchange/ask.ts'
import { judgeErro } from '../exchange/judge-answer.ts'
import { onceMore } from '../exchange/once-more.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { differentIds } from '../protocol/different-ids.ts'
import { erroAbout, erroAboutAnswer } from '../protocol/erro-about.ts'
import { erroBody, soundErro } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'

/** What sending an operation takes. */
export interface SendOperationParts {
  send: SendMessage
  judge: Judge
  timeoutMs: number
}

/** What came back: the OReq that were sent, in their order, and the answer to the last of these. */
export interface SentOperation {
  sent: JsonObject[]
  /** An ORes, the receiver's `Erro`, or the `Erro` of this DS about what came, or did not come, instead. */
  answer: JsonObject
}

/**
 * Sends a sequence of OReq to a 3DS Server or an ACS: each after the one before was taken, until one of them is answered with a
 * message or fails (emv3ds-protocol §15). An ORes at fault is told to its sender (§12.3).
 * @param oReqs one or more, of `buildOReqs`
 * @param address absolute http or https URL of the receiver
 */
export async function sendOperation (oReqs: readonly JsonObject[], address: string, parts: SendOperationParts): Promise<SentOperation> {
  const tell = (oReq: JsonObject): Promise<Asked> => onceMore(() => ask({ ...parts, address, message: oReq, requestId: oReq['dsTransID'] as string }))
  for (const [index, oReq] of oReqs.slice(0, -1).entries()) {
    const asked = await tell(oReq)
    const isTaken = asked.outcome === 'unreadable' && asked.isEmpty
    if (!isTaken) return { sent: oReqs.slice(0, index + 1), answer: answerTo(oReq, asked, address, parts) }
  }
  const last = oReqs.at(-1) as JsonObject
  return { sent: [...oReqs], answer: answerTo(last, await tell(last), address, parts) }
}

function answerTo (oReq: JsonObject, asked: Asked, address: string, parts: SendOperationParts): JsonObject {
  switch (asked.outcome) {
    case 'answered': return judged(oReq, asked.read, address, parts)
    case 'unreadable': return complained(oReq, asked.refused, address, parts)
    case 'failed': return ours(oReq, asked.refused)
    case 'timed-out': return ours(oReq, { errorCode: '402', errorDetail: 'The receiver did not answer in time' })
    default: return ours(oReq, { errorCode: '405', errorDetail: `The receiver cannot be reached: ${asked.reason}` })
  }
}

function judged (oReq: JsonObject, read: ReadMessage, address: string, parts: SendOperationParts): JsonObject {
  const { message } = read
  if (message['messageType'] === 'Erro') {
    const refused = judgeErro(read, parts.judge)
    return refused === undefined ? soundErro(message) : erroBody(erroAboutAnswer(oReq, 'Erro', refused, 'D'))
  }
  const refused = parts.judge(read, { messageTypes: ['ORes'], version: '2.3.1' }).refused ?? differentIds(message, oReq, ['dsTransID'])
  return refused === undefined ? message : complained(oReq, refused, address, parts)
}

/** Nobody waits for what becomes of it. */
function complained (oReq: JsonObject, refused: Refused, address: string, { send, timeoutMs }: SendOperationParts): JsonObject {
  const erro = erroBody(erroAboutAnswer(oReq, 'ORes', refused, 'D'))
  send(address, erro, { timeoutMs })
  return erro
}

function ours (oReq: JsonObject, refused: Refused): JsonObject {
  return erroBody(erroAbout(oReq, refused, 'D'))
}
