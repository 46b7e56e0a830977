import { type Asked, ask } from '../exchange/ask.ts'
import { onceMore } from '../exchange/once-more.ts'
import type { SendMessage } from '../exchange/send-message.ts'
import { erroBody } from '../protocol/erro.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { AcsLink, AcsReply } from './ds-parts.ts'
import { handOn } from './hand-on.ts'

/** What asking an ACS elsewhere takes. */
export interface AskAcsParts {
  send: SendMessage
  /** Its address, absolute URL. */
  acsAddress: string
  timeoutMs: number
}

/**
 * The link to an ACS of somebody else: the AReq is posted to it, once more where the connection fails (emv3ds-protocol §11).
 */
export function createAskAcs ({ send, acsAddress: address, timeoutMs }: AskAcsParts): AcsLink {
  return {
    place: 'elsewhere',
    async authenticate (aReq, stamp) {
      const message: JsonObject = { ...handOn(aReq as JsonObject, aReq, 'DS->ACS'), ...stamp }
      return toReply(await onceMore(() => ask({ send, address, message, timeoutMs, requestId: stamp.dsTransID })))
    },
    // It has nothing to say to that, and nobody waits for it.
    complain (erro) { send(address, erroBody(erro), { timeoutMs }) }
  }
}

function toReply (asked: Asked): AcsReply {
  switch (asked.outcome) {
    case 'answered': return asked.read.message['messageType'] === 'Erro' ? { erro: asked.read } : { aRes: asked.read }
    case 'unreadable': return { unreadable: asked.refused }
    case 'failed': return { failure: 'failed', refused: asked.refused }
    case 'timed-out': return { failure: 'timed-out', refused: { errorCode: '402', errorDetail: 'The ACS did not answer in time' } }
    default: return { failure: 'unreachable', refused: { errorCode: '405', errorDetail: `The ACS cannot be reached: ${asked.reason}` } }
  }
}
