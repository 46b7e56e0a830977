import { isUtf8 } from 'node:buffer'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {} from '../../plugins/metrics.ts'
import { answerError, Refusal, SYSTEM_FAULTS } from '../../plugins/error-answer.ts'
import { noteIds } from '../../plugins/request-log.ts'
import type { Config } from '../../src/config.ts'
import { PassedOnErro } from '../../src/directory-server/refuse.ts'
import { ProtocolError } from '../../src/errors.ts'
import { erroAbout } from '../../src/protocol/erro-about.ts'
import { erroBody } from '../../src/protocol/erro.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import type { ReadMessage } from '../../src/protocol/read-message.ts'
import { readSoundMessage } from '../../src/protocol/read-sound-message.ts'
import { canonicalUuid } from '../../src/protocol/uuid.ts'
import { atLeast } from '../../src/protocol/versions.ts'

/** Media type of every message between servers: emv3ds-protocol §2. */
export const MESSAGE_TYPE = 'application/json; charset=UTF-8'

const NO_JSON = new Refusal(415, 'Content type must be application/json')

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/**
 * Makes a scope one where messages between servers come in: bodies are kept as they came, and what goes wrong is an `Erro`.
 * @param component who answers: D the DS, A the ACS
 */
export function openMessageDoor (app: FastifyInstance, component: 'D' | 'A', { erroStatus }: Pick<Config, 'erroStatus'>): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
  app.setErrorHandler(function answerErro (error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    const answer = answerError(error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? NO_JSON : error, 'emv')
    if (isOfHttp(error, answer.status)) return sendJson(reply, answer)
    if (answer.status >= 500) request.log.error({ err: error }, 'a message could not be answered')
    else request.log.info({ err: error }, 'a message was refused')
    const system = { errorCode: SYSTEM_FAULTS[answer.status] ?? '101', errorDetail: answer.body.error }
    return reply.code(answer.status >= 500 ? answer.status : erroStatus).headers(answer.headers)
      .header('content-type', MESSAGE_TYPE).send(JSON.stringify(erroOf(error) ?? erroBody(erroAbout(readBody(request)?.message ?? {}, system, component))))
  })
}

/** Messages are posted: every other method is told so (RFC 9110 §15.5.6). @param url of the door */
export function refuseOtherMethods (app: FastifyInstance, url: string): void {
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url,
    schema: { hide: true },
    async handler (_request, reply) {
      reply.header('allow', 'POST')
      throw new Refusal(405)
    }
  })
}

/** No fault of a message: the media type, a client certificate that is missing, too many requests (emv3ds-protocol §2). */
function isOfHttp (error: Error, status: number): boolean {
  return status === 415 || status === 429 || (error instanceof Refusal && status < 500)
}

function erroOf (error: Error): object | undefined {
  if (error instanceof PassedOnErro) return error.original
  return error instanceof ProtocolError ? erroBody(error.erro) : undefined
}

function sendJson (reply: FastifyReply, { status, headers, body }: ReturnType<typeof answerError>): FastifyReply {
  return reply.code(status).headers(headers).header('content-type', MESSAGE_TYPE).send(JSON.stringify(body))
}

/**
 * The message of a request, as it came.
 * @throws Refusal 415 for what is not called JSON; ProtocolError 101 for what is no JSON object in UTF-8
 */
export function messageOf ({ body, headers, server }: FastifyRequest, component: 'D' | 'A'): ReadMessage {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) throw NO_JSON
  const read = readBody({ body })
  if (read !== undefined) {
    server.meters.messageReceived(component === 'D' ? 'ds' : 'acs', read.message['messageType'])
    return read
  }
  throw new ProtocolError('The message is no JSON object', { errorCode: '101', errorComponent: component, errorDetail: 'The message is no JSON object in UTF-8' })
}

/** @returns nothing where no body has come, or no message */
function readBody ({ body }: Pick<FastifyRequest, 'body'>): ReadMessage | undefined {
  return Buffer.isBuffer(body) && isUtf8(body) ? readSoundMessage(body.toString('utf8')) : undefined
}

/** Nobody answers an `Erro`: emv3ds-protocol §1. */
export async function takeErro ({ message }: ReadMessage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  noteErro(request, message)
  return reply.send()
}

/** An `Erro` came in, at whichever door: it is counted, and logged with the ids that it names. @param erro as it came */
export function noteErro (request: FastifyRequest, erro: JsonObject): void {
  const { errorCode, errorComponent } = erro
  request.server.meters.erroReceived(errorComponent, errorCode)
  noteIds(request, erro)
  request.log.info({ errorCode: codeOf(errorCode), errorComponent: codeOf(errorComponent) }, 'an Erro came in')
}

/** Anything else is no code, and nothing for a log. */
function codeOf (value: unknown): string | undefined {
  return typeof value === 'string' && /^(?:\d{3}|[CSDA])$/.test(value) ? value : undefined
}

/** Answers with a message. @param id of the one that answers, for tracing */
export function sendMessage (reply: FastifyReply, message: { messageVersion?: unknown }, id: string): FastifyReply {
  return trace(reply, message.messageVersion, id).header('content-type', MESSAGE_TYPE).send(JSON.stringify(message))
}

/** `X-Response-ID` came with 2.3.1: emv3ds-protocol §2. */
export function trace (reply: FastifyReply, messageVersion: unknown, id: string): FastifyReply {
  return atLeast(String(messageVersion), '2.3.1') && canonicalUuid(id) !== undefined ? reply.header('x-response-id', id) : reply
}
