import { Type } from 'typebox'
import { ErrorSchema } from '../../plugins/error-answer.ts'
import { errorAnswers, inJson, OF_SERVER_POST } from '../../plugins/error-schemas.ts'

const Message = Type.Object({
  messageType: Type.String({ description: 'AReq, RReq, PReq, OReq, Erro …' }),
  messageVersion: Type.String({ description: '2.1.0, 2.2.0 or 2.3.1.' })
}, { additionalProperties: true, description: 'A message of EMV 3-D Secure. Its elements are listed in docs/elements.' })

/** What is wrong with a message is said by an Erro; what is wrong with the request, in words. */
const Fault = Type.Union([Message, ErrorSchema])

/** Documentation of a door for messages between servers: what it takes the judge judges. @param tag whose door it is */
export function messageSchema (tag: 'Directory Server' | 'ACS') {
  return {
    tags: [tag],
    summary: tag === 'ACS' ? 'One message of a Directory Server: AReq, OReq, Erro' : 'One message of a 3DS Server or an ACS: AReq, PReq, RReq, Erro',
    consumes: ['application/json'],
    body: { content: { 'application/json': { schema: Message } } },
    response: {
      200: inJson('The answer; an Erro for a message at fault, or too long; nothing after an Erro.', Message),
      ...errorAnswers(OF_SERVER_POST.filter((status) => status !== 413), (description) => inJson(description, Fault), {
        400: 'With `ERRO_STATUS=400` an Erro for a message at fault. Without Host: what is wrong.',
        415: 'The message is not called JSON, is compressed, or in wide characters.',
        500: 'A fault of the server: Erro 404.',
        503: 'The store is away, or the server is closing: Erro 403.'
      })
    }
  }
}
