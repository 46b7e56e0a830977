import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { noteIds } from '../../plugins/request-log.ts'
import { answerAppCReq, refusePlainCReq } from '../../src/acs/app-challenge.ts'
import { MAX_JWE_LENGTH } from '../../src/crypto/challenge-jwe.ts'
import { takeAppErro } from '../../src/acs/take-app-erro.ts'
import type { ProtocolError } from '../../src/errors.ts'
import { type ReadMessage, readMessage } from '../../src/protocol/read-message.ts'
import { creqRefusal } from '../../src/protocol/refusal.ts'
import { noteErro } from '../directory-server/message-door.ts'
import { described, sdkSchema } from './schemas.ts'
import { createSdkErrorHandler } from './sdk-errors.ts'

/** White space around the JWE included. */
const BODY_LIMIT = MAX_JWE_LENGTH

/** The challenge in an app: `POST /acs/app`, and the original server's `POST /challenge`. */
export async function sdkRoutes (app: FastifyInstance): Promise<void> {
  const { challenge, config } = app.roles
  const contentType = config.compatibility === 'legacy' ? 'application/jose' : 'application/jose; charset=UTF-8'
  app.removeAllContentTypeParsers()
  // SDKs label their messages in many ways: what a body is, it shows itself.
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) => { done(null, body) })
  app.setErrorHandler(createSdkErrorHandler(config.compatibility))
  app.post('/acs/app', described(sdkSchema, BODY_LIMIT), answerSdk)
  app.post('/challenge', described(sdkSchema, BODY_LIMIT), answerSdk)

  async function answerSdk (request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const message = textOf(request.body)
    const json = message.startsWith('{') ? readMessage(message) : undefined
    if (json !== undefined) return takeJson(json, request)
    const { transaction, jwe, erro } = await answerAppCReq(message, challenge, app.publicUrl(request))
    if (erro !== undefined) noteErro(request, erro)
    noteIds(request, transaction)
    if (jwe === undefined) return ''
    reply.header('content-type', contentType)
    return jwe
  }

  /** An `Erro` gets no answer, and nothing else comes without being encrypted. */
  async function takeJson (json: ReadMessage, request: FastifyRequest): Promise<string> {
    if (json.message['messageType'] !== 'Erro') throw await refusePlainCReq(json, challenge)
    noteErro(request, json.message)
    noteIds(request, await takeAppErro(json, challenge) ?? {})
    return ''
  }
}

function textOf (body: unknown): string {
  if (!Buffer.isBuffer(body) || !isUtf8(body)) throw unreadable('Invalid request body encoding')
  return body.toString('utf8').trim()
}

function unreadable (message: string): ProtocolError {
  return creqRefusal({ errorCode: '101', errorDetail: message }, message)
}
