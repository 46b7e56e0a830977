import fp from 'fastify-plugin'
import type { FastifyError, FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {} from '@fastify/swagger'
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Compatibility } from '../src/config.ts'
import { answerError, answerStatus, type ErrorAnswer } from './error-answer.ts'

export interface ErrorsOptions { compatibility: Compatibility }

type Options = Pick<FastifyHttpOptions<Server>, 'frameworkErrors' | 'clientErrorHandler' | 'return503OnClosing' | 'http'>

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Answers failed requests and unknown paths in one JSON shape. A route that takes forms says so in `schema.consumes`.
 * Together with `errorOptions`, which answers what fails before there is a route.
 */
export const errors = fp(async function errors (app: FastifyInstance, { compatibility }: ErrorsOptions) {
  const notFound = answerStatus(404, compatibility)

  app.setErrorHandler(function handleError (error: FastifyError, request, reply) {
    const form = request.routeOptions.schema?.consumes?.includes(FORM) === true
    const answer = error.statusCode === 429 ? answerLimit(reply, compatibility) : answerError(error, compatibility, form)
    report(request, error, answer.status)
    send(reply, answer)
  })

  app.setNotFoundHandler(function handleNotFound (_request, reply) {
    send(reply, notFound)
  })

  // Both never become a request of Fastify: without these Node answers the one with nothing in it, the other not at all.
  app.server.on('checkExpectation', function refuseExpectation (_request: IncomingMessage, response: ServerResponse) {
    const text = JSON.stringify(answerStatus(417, compatibility).body)
    response.writeHead(417, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text), connection: 'close' }).end(text)
  })
  app.server.on('connect', function refuseTunnel (_request: IncomingMessage, socket: Socket) {
    // Node no longer listens for its errors: one that nobody hears ends the process.
    socket.on('error', () => { socket.destroy() })
    socket.end(rawAnswer(notFound), () => { socket.destroy() })
  })
}, { name: 'errors', fastify: '5.x' })

/**
 * Options of `Fastify()` for what fails before a route is found: malformed URLs and requests that are not HTTP.
 * They answer in the shape of the `errors` plugin. What Node and Fastify would refuse in shapes of their own, the
 * `acceptance` plugin does.
 */
export function errorOptions ({ compatibility }: ErrorsOptions): Options {
  return {
    return503OnClosing: false,
    http: { requireHostHeader: false },
    frameworkErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
      const answer = answerError(error, compatibility)
      // No hook runs here, so this is the line of this answer.
      request.log.info({ method: request.method, status: answer.status, code: error.code }, 'request refused')
      send(reply.header('x-request-id', request.id), answer)
    },
    clientErrorHandler (error: NodeJS.ErrnoException, socket: Socket) {
      answerClientError(error, socket, compatibility)
    }
  }
}

// The body is sent ready made, so that no response schema of a route can drop a part of it.
function send (reply: FastifyReply, { status, headers, body }: ErrorAnswer): void {
  reply.code(status).headers(headers).type(JSON_TYPE).send(JSON.stringify(body))
}

function report (request: FastifyRequest, error: unknown, status: number): void {
  if (status === 500) request.log.error({ err: error }, 'request failed')
  else if (status === 503) request.log.warn({ err: error }, 'request could not be served')
  else request.log.debug({ err: error }, 'request refused')
}

// The limiter has set `retry-after`; the text and the second header are the original's (compatibility B42).
function answerLimit (reply: FastifyReply, compatibility: Compatibility): ErrorAnswer {
  const after = String(Math.max(1, Number(reply.getHeader('retry-after')) || 1))
  const answer = answerStatus(429, compatibility, `Too many requests, retry in ${after}s`)
  answer.headers = { 'retry-after': after, 'x-ratelimit-after': after }
  return answer
}

/** How long the rest of what is no HTTP is read and forgotten: a socket that is closed with something unread takes its answer along. */
const LINGER_MS = 500

// What arrived is not HTTP, so there is no request and no reply: one answer into the socket, then it is closed.
function answerClientError (error: NodeJS.ErrnoException, socket: Socket, compatibility: Compatibility): void {
  // What is read after the first error is one more of them.
  if (error.code === 'ECONNRESET' || socket.destroyed || socket.writableEnded) return
  const status = STATUS_BY_CODE[String(error.code)] ?? 400
  socket.end(rawAnswer(answerStatus(status, compatibility)))
  setTimeout(() => { socket.destroy() }, LINGER_MS).unref()
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413, HPE_HEADER_OVERFLOW: 431
}

function rawAnswer ({ status, body }: ErrorAnswer): string {
  const text = JSON.stringify(body)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
    `Content-Type: ${JSON_TYPE}\r\nConnection: close\r\n\r\n${text}`
}
