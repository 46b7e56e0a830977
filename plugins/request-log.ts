import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest, RawRequestDefaultExpression } from 'fastify'
import type { IdSource } from '../src/ids.ts'
import { maskText } from '../src/masking.ts'
import { canonicalUuid } from '../src/protocol/uuid.ts'

/** Which transaction a request was about; routes fill in what they know. */
export interface TransactionIds {
  threeDSServerTransID?: string
  acsTransID?: string
  dsTransID?: string
  sdkTransID?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Goes into the line that is logged when the request is answered. */
    transactionIds: TransactionIds
  }
}

const NOTED = ['threeDSServerTransID', 'acsTransID', 'dsTransID'] as const

/** Notes which transaction a request is about, for its line in the log. @param ids a message or a transaction; what is no id is not noted */
export function noteIds ({ transactionIds }: Pick<FastifyRequest, 'transactionIds'>, ids: { readonly [Name in typeof NOTED[number]]?: unknown }): void {
  for (const name of NOTED) {
    const id = canonicalUuid(ids[name])
    if (id !== undefined) transactionIds[name] = id
  }
}

const usableRequestId = /^[\w.:-]{1,128}$/
const LONGEST_PATH = 200

/**
 * Makes `genReqId` of `Fastify()`: the caller's `x-request-id` where it is 1 to 128 of `A–Z a–z 0–9 . _ : -`, else a fresh one.
 */
export function createRequestIds (ids: IdSource): (request: RawRequestDefaultExpression) => string {
  return function genReqId (request) {
    const given = request.headers['x-request-id']
    return typeof given === 'string' && usableRequestId.test(given) ? given : ids.uuid()
  }
}

/**
 * One line for each answer, whatever it is, and the request's id in the answer. Goes with `disableRequestLogging`.
 * Paths are logged without their query, since queries carry what people typed.
 */
export const requestLog = fp(async function requestLog (app: FastifyInstance) {
  app.decorateRequest('transactionIds')

  app.addHook('onRequest', function giveRequestId (request, reply, done) {
    request.transactionIds = {}
    reply.header('x-request-id', request.id)
    done()
  })

  app.addHook('onResponse', function logAnswer (request, reply, done) {
    request.log.info({
      method: request.method,
      path: request.routeOptions.url ?? pathOf(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
      ...request.transactionIds
    }, 'request')
    done()
  })
}, { name: 'request-log', fastify: '5.x' })

function pathOf (url: string): string {
  // Masked before it is cut: half a card number would not be recognised.
  return maskText(url.split('?', 1)[0] as string).slice(0, LONGEST_PATH)
}
