import { erroBody } from '../protocol/erro.ts'
import type { AReq, JsonObject } from '../protocol/messages.ts'
import { readAnswer } from '../protocol/read-sound-message.ts'
import { atLeast } from '../protocol/versions.ts'
import type { SendMessage, Sent } from '../exchange/send-message.ts'
import type { AcsLink, AcsReply, DsStamp } from './ds-parts.ts'

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
export function createAskAcs ({ send, acsAddress, timeoutMs }: AskAcsParts): AcsLink {
  return {
    place: 'elsewhere',
    async authenticate (aReq, stamp) {
      const message = { ...aReq, ...stamp } as unknown as JsonObject
      const options = { timeoutMs, headers: tracing(aReq, stamp) }
      const first = await send(acsAddress, message, options)
      return toReply(first.outcome === 'unreachable' ? await send(acsAddress, message, options) : first)
    },
    // It has nothing to say to that, and nobody waits for it.
    complain (erro) { send(acsAddress, { ...erroBody(erro) } as JsonObject, { timeoutMs }) }
  }
}

/** `X-Request-ID` came with 2.3.1: emv3ds-protocol §2. */
function tracing ({ messageVersion }: AReq, { dsTransID }: DsStamp): Record<string, string> {
  return atLeast(messageVersion, '2.3.1') ? { 'x-request-id': dsTransID } : {}
}

function toReply (sent: Sent): AcsReply {
  if (sent.outcome === 'timed-out') return { failure: 'timed-out', reason: 'The ACS did not answer in time' }
  if (sent.outcome !== 'answered') return { failure: 'unreachable', reason: `The ACS cannot be reached: ${sent.reason}` }
  const read = readAnswer(sent.text)
  return read.message['messageType'] === 'Erro' ? { erro: read.message } : { aRes: read }
}
