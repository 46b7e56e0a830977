import { Type } from 'typebox'

const Message = Type.Object({
  messageType: Type.String({ description: 'AReq, RReq, PReq, OReq, Erro …' }),
  messageVersion: Type.String({ description: '2.1.0, 2.2.0 or 2.3.1.' })
}, { additionalProperties: true, description: 'A message of EMV 3-D Secure. Its elements are listed in docs/elements.' })

const json = (description: string) => ({ description, content: { 'application/json': { schema: Message } } })

/** Documentation of a door for messages between servers: what it takes the judge judges. @param tag whose door it is */
export function messageSchema (tag: 'Directory Server' | 'ACS') {
  return {
    tags: [tag],
    summary: tag === 'ACS' ? 'One message of a Directory Server: AReq, OReq, Erro' : 'One message of a 3DS Server or an ACS: AReq, PReq, RReq, Erro',
    consumes: ['application/json'],
    body: { content: { 'application/json': { schema: Message } } },
    response: {
      200: json('The answer; an Erro for a message at fault; nothing after an Erro.'),
      400: json('With `ERRO_STATUS=400`: an Erro.'),
      415: json('The message is not called JSON, or is compressed.'),
      503: json('The store is away, or the server is closing: an Erro. With Retry-After.')
    }
  }
}
