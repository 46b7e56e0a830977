import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { errorAnswers, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { bodyFaults } from '../../plugins/spelling.ts'
import { invalidRequest } from '../../plugins/validation.ts'
import { isJsonObject } from '../../src/dialects/spelling.ts'
import { AuthenticateAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import type { AuthenticateCall } from '../../src/dialects/three-ds-server-api/authenticate-request.ts'
import type { AuthenticateRequest } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { decide } from '../../src/scenario/decide.ts'
import { cardsTable } from '../../src/scenario/describe.ts'
import { authenticate } from '../../src/three-ds-server/authenticate.ts'

type Request = Pick<FastifyRequest, 'spellingFaults' | 'validationError' | 'transactionIds'> & { body: AuthenticateRequest }

const schema = {
  tags: ['3DS Server API'],
  summary: 'Authenticate a cardholder',
  description: `Which card ends how:\n\n${cardsTable()}`,
  response: { 200: AuthenticateAnswerSchema, ...errorAnswers(OF_SERVER_POST) } as Record<number, TSchema>
}

/** `POST /3ds/authenticate` */
export async function authenticateRoute (app: FastifyInstance): Promise<void> {
  const { authentication, authenticateDoor: door, scenarios } = app.roles

  app.withTypeProvider<TypeBoxTypeProvider>().post('/authenticate', { schema: { ...schema, body: door.schema }, attachValidation: true },
    async function answerAuthenticate (request): Promise<JsonObject> {
      const { aReq, preferences } = readCall(request)
      const { spelling } = request
      const authenticated = await authenticate(
        { aReq, preferences, spelling, addresses: door.addresses(app.publicUrl(request)) }, authentication)
      noteIds(request, authenticated.aRes)
      return door.answer(authenticated, request.body, app.answerSpelling(spelling))
    })

  /** Names everything that is wrong at once: form, spelling, and what the channel needs. */
  function readCall (request: Request): AuthenticateCall {
    const faults = bodyFaults(request)
    const body: unknown = request.body
    const call = faults.length === 0 ? door.toCall(request.body) : undefined
    if (isJsonObject(body)) {
      faults.push(...door.faultsOf({ body, call, isChallenged: () => isChallenged(call), isComparable: request.spellingFaults.length === 0 }))
    }
    if (call === undefined || faults.length > 0) throw invalidRequest(faults)
    return call
  }

  function isChallenged (call: AuthenticateCall | undefined): boolean {
    return call?.aReq.acctNumber !== undefined && decide(call.aReq, scenarios).transStatus === 'C'
  }
}
