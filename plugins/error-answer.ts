import { Type } from 'typebox'
import type { Compatibility } from '../src/config.ts'
import { MockError, ProtocolError, type ErrorCode, type Fault } from '../src/errors.ts'
import { maskText } from '../src/masking.ts'
import { erroBody } from '../src/protocol/erro.ts'

/** What an answer to a failed request is made of. */
export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: { error: string, code?: ErrorCode, faults?: Fault[] }
}

/** Body of every failed request, for response schemas. There may be members of an EMV `Erro` in addition to these. */
export const ErrorSchema = Type.Object({
  error: Type.String({ description: 'What went wrong, in words' }),
  code: Type.Optional(Type.String({ description: 'What went wrong, for programs' })),
  faults: Type.Optional(Type.Array(Type.Object({ element: Type.String(), message: Type.String() }), {
    description: 'Everything that is wrong with the request'
  }))
}, { additionalProperties: true })

const statuses: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  transaction_not_found: 400,
  results_not_found: 400,
  invalid_challenge_request: 400,
  protocol_error: 400,
  illegal_event: 409,
  store_connection: 503,
  store_timeout: 503,
  store_conflict: 503,
  store_serialization: 500,
  client_certificate_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  expectation_failed: 417,
  too_many_requests: 429,
  headers_too_large: 431,
  internal_error: 500,
  server_closing: 503
}

// Texts that clients of the original compare.
const fixedTexts: Partial<Record<ErrorCode, string>> = {
  transaction_not_found: 'Transaction not found',
  results_not_found: 'Results not found for this transaction'
}

const frameworkTexts: Readonly<Record<string, string>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The request body is empty',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The request body is not valid JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'Content-Length does not match the request body',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Content type must be application/json',
  FST_ERR_BAD_URL: 'The URL is malformed'
}

interface StatusText { code: ErrorCode, error: string }

const byStatus: { readonly [status: number]: StatusText, readonly 400: StatusText } = {
  400: { code: 'invalid_request', error: 'The request is not valid' },
  403: { code: 'client_certificate_required', error: 'This path needs a client certificate' },
  404: { code: 'not_found', error: 'Not found' },
  405: { code: 'method_not_allowed', error: 'This path takes POST only' },
  408: { code: 'request_timeout', error: 'The request took too long to arrive' },
  413: { code: 'payload_too_large', error: 'The request body is too large' },
  414: { code: 'uri_too_long', error: 'The URL is too long' },
  415: { code: 'unsupported_media_type', error: 'Content type must be application/x-www-form-urlencoded' },
  416: { code: 'range_not_satisfiable', error: 'The file has no such part' },
  417: { code: 'expectation_failed', error: 'The Expect header asks for what this server does not know' },
  429: { code: 'too_many_requests', error: 'Too many requests' },
  431: { code: 'headers_too_large', error: 'The request headers are too large' },
  500: { code: 'internal_error', error: 'Internal server error' },
  503: { code: 'server_closing', error: 'The server is closing' }
}

/** A request that no route may see, whatever it asks for. The message is shown to the caller. */
export class Refusal extends Error {
  readonly status: 400 | 403 | 405 | 415 | 416 | 503

  constructor (status: 400 | 403 | 405 | 415 | 416 | 503, message?: string) {
    super(message ?? byStatus[status]?.error)
    this.name = 'Refusal'
    this.status = status
  }
}

/** As an `Erro` by HTTP status: a passing fault (403) where the store is away, a lasting one (404) for everything that is our own. */
export const SYSTEM_FAULTS: Readonly<Record<number, string>> = { 503: '403', 500: '404' }

/** The answer for an HTTP status that needs no further explanation. */
export function answerStatus (status: number, compatibility: Compatibility, text?: string): ErrorAnswer {
  const { code, error } = byStatus[status] ?? byStatus[400]
  return compose(status, { error: text ?? error, code }, compatibility)
}

/**
 * The one place that turns an error into HTTP. Nothing of an unexpected error is shown.
 * @param form whether the route takes forms, where a wrong content type is 415; elsewhere it is 400 (compatibility §0.3)
 */
export function answerError (error: unknown, compatibility: Compatibility, form = false): ErrorAnswer {
  if (error instanceof MockError) return answerMockError(error, compatibility)
  if (error instanceof Refusal) return answerStatus(error.status, compatibility, error.message)
  const { statusCode, code } = error as { statusCode?: unknown, code?: unknown }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return answerStatus(500, compatibility)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && form) return answerStatus(415, compatibility)
  return answerStatus(statusCode === 415 ? 400 : statusCode, compatibility, frameworkTexts[String(code)])
}

function answerMockError (error: MockError, compatibility: Compatibility): ErrorAnswer {
  const erro = error instanceof ProtocolError ? erroBody(error.erro) : {}
  const faults = error.faults.map(({ element, message }) => ({ element: maskText(element), message: maskText(message) }))
  const body = { ...erro, error: fixedTexts[error.code] ?? maskText(error.message), code: error.code, faults }
  return compose(statuses[error.code], body, compatibility)
}

/** `emv`: everything there is to say. `legacy`: the original server's text, `error` and nothing else. */
function compose (status: number, said: ErrorAnswer['body'], compatibility: Compatibility): ErrorAnswer {
  const { faults, ...rest } = said
  const body = compatibility === 'legacy' ? { error: said.error } : faults?.length ? { ...rest, faults } : rest
  return { status, headers: status === 503 ? { 'retry-after': '1' } : {}, body }
}
