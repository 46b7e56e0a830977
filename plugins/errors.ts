import fp from 'fastify-plugin'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import type {} from '@fastify/swagger'
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { answerError, answerStatus, type Compatibility, type ErrorAnswer } from './error-answer.ts'

export interface ErrorsOptions { compatibility: Compatibility }

const FORM = 'application/x-www-form-urlencoded'

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
}, { name: 'errors', fastify: '5.x' })

/**
 * Options of `Fastify()` for what fails before a route is found: malformed URLs and requests that are not HTTP.
 * They answer in the shape of the `errors` plugin.
 */
export function errorOptions ({ compatibility }: ErrorsOptions): Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'> {
  return {
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
  reply.code(status).headers(headers).type('application/json; charset=utf-8').send(JSON.stringify(body))
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

// What arrived is not HTTP, so there is no request and no reply: one answer into the socket, then it is closed.
function answerClientError (error: NodeJS.ErrnoException, socket: Socket, compatibility: Compatibility): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const body = JSON.stringify(answerStatus(status, compatibility).body)
  if (socket.writable) {
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
