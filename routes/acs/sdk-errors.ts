import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { answerError, SYSTEM_FAULTS } from '../../plugins/error-answer.ts'
import { noteIds } from '../../plugins/request-log.ts'
import type { Config } from '../../src/config.ts'
import { ChallengeCryptoError } from '../../src/crypto/challenge-crypto-error.ts'
import { readProtectedHeader } from '../../src/crypto/challenge-jwe.ts'
import { type ErroContent, ProtocolError } from '../../src/errors.ts'
import { maskText } from '../../src/masking.ts'
import { erroBody } from '../../src/protocol/erro.ts'
import { isNotFound } from '../../src/store/not-found.ts'

type Handler = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply

const LONGEST_KID = 64

/**
 * Answers an SDK what goes wrong. EMV: an `Erro`, with 200, as some SDKs read nothing else. Legacy: the original server's
 * two members, with its status.
 */
export function createSdkErrorHandler (compatibility: Config['compatibility']): Handler {
  const answer = compatibility === 'legacy' ? answerAsOriginal : answerErro
  return function answerSdkError (error, request, reply) {
    const { status } = answerError(error, 'emv')
    if (error instanceof ProtocolError) noteIds(request, error.erro)
    if (status >= 500) request.log.error({ err: error }, 'app challenge failed')
    else request.log.info({ err: error }, 'message of an SDK refused')
    return answer(error, request, reply)
  }
}

function answerErro (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = answerError(error, 'emv')
  const erro: ErroContent = error instanceof ProtocolError
    ? error.erro
    : { errorCode: SYSTEM_FAULTS[status] ?? '101', errorComponent: 'A', errorDetail: body.error, errorMessageType: 'CReq' }
  const code = status < 500 ? 200 : status
  return reply.code(code).headers(headers).header('content-type', 'application/json; charset=UTF-8').send(JSON.stringify(erroBody(erro)))
}

function answerAsOriginal (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = answerError(error, 'legacy')
  const code = isNotFound(error.cause) ? 404 : status
  const errorDescription = status >= 500 ? 'Internal server error' : `${body.error}${repeatedKid(error, request)}`
  return reply.code(code).headers(headers).header('content-type', 'application/json')
    .send(JSON.stringify({ errorCode: String(code), errorDescription }))
}

/** The original repeats a kid that is no id; nobody else does, and no log has it. */
function repeatedKid (error: Error, { body }: FastifyRequest): string {
  if (!(error instanceof ChallengeCryptoError) || error.reason !== 'kid-format') return ''
  return `: ${maskText(readProtectedHeader(String(body).trim()).kid).slice(0, LONGEST_KID)}`
}
