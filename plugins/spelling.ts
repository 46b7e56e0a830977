import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../src/config.ts'
import { type AnswerSpelling, isJsonObject, spellingOf, toEmvSpelling } from '../src/dialects/spelling.ts'
import type { Fault } from '../src/errors.ts'
import type { Spelling } from '../src/transaction/transaction.ts'
import { faultsOf, invalidRequest } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Spelling in which the transaction id came. */
    spelling: Spelling
    /** Elements that came in two spellings with two values. */
    spellingFaults: Fault[]
  }
  interface FastifyInstance {
    /** How to spell the answer to a request that was spelt so. */
    answerSpelling (spelling: Spelling): AnswerSpelling
  }
}

/** What a request was spelt like, and how its answer is to be spelt. */
export const spelling = fp(async function spelling (app: FastifyInstance, { responseSpelling }: Pick<Config, 'responseSpelling'>) {
  app.decorateRequest('spelling', 'emv')
  app.decorateRequest('spellingFaults')
  app.decorate('answerSpelling', (asked: Spelling) => responseSpelling === 'as-request' ? asked : responseSpelling)
}, { name: 'spelling', fastify: '5.x' })

/** A request with what was found out about its body. */
type Judged = { spellingFaults: Fault[], validationError?: Error | undefined }

/** Everything that spelling and schema have against the body of a request whose route has `attachValidation`. */
export function bodyFaults ({ spellingFaults, validationError }: Judged): Fault[] {
  return [...spellingFaults, ...faultsOf(validationError)]
}

/** @throws MockError `invalid_request` when there is anything against the body */
export function refuseFaulty (request: Judged): void {
  const faults = bodyFaults(request)
  if (faults.length > 0) throw invalidRequest(faults)
}

/** Hook for the scope of the 3DS Server API: brings bodies into EMV spelling before they are judged. */
export function respellBodies (request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.spellingFaults = []
  if (isJsonObject(request.body)) {
    request.spelling = spellingOf(request.body)
    const { body, faults } = toEmvSpelling(request.body)
    request.body = body
    request.spellingFaults = faults
  }
  done()
}
