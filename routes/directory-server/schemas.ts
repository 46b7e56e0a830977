import { Type } from 'typebox'
import { ErrorSchema } from '../../plugins/error-answer.ts'
import { errorAnswers, inJson, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { messages } from '../message-schemas.ts'

/** Whose door it is, and which messages go through it. */
const DOORS = {
  'Directory Server': { summary: 'One message of a 3DS Server or an ACS', taken: ['AReq', 'PReq', 'RReq', 'Erro'], given: ['ARes', 'PRes', 'RRes', 'Erro'] },
  ACS: { summary: 'One message of a Directory Server', taken: ['AReq', 'OReq', 'Erro'], given: ['ARes', 'ORes', 'Erro'] }
} as const

/** What is wrong with a message is said by an Erro; what is wrong with the request, in words. */
const Fault = Type.Union([messages(['Erro']), ErrorSchema])

/** Documentation of a door for messages between servers: what it takes the judge judges. @param tag whose door it is */
export function messageSchema (tag: keyof typeof DOORS) {
  const { summary, taken, given } = DOORS[tag]
  return {
    tags: [tag],
    summary: `${summary}: ${taken.join(', ')}`,
    consumes: ['application/json'],
    body: { content: { 'application/json': { schema: messages(taken) } } },
    response: {
      200: inJson('The answer; an Erro for a message at fault, or too long; nothing after an Erro.', messages(given)),
      ...errorAnswers(OF_SERVER_POST.filter((status) => status !== 413), (description) => inJson(description, Fault), {
        400: 'With `ERRO_STATUS=400` an Erro for a message at fault. Without Host: what is wrong.',
        415: 'The message is not called JSON, is compressed, or in wide characters.',
        500: 'A fault of the server: Erro 404.',
        503: 'The store is away, or the server is closing: Erro 403.'
      })
    }
  }
}
