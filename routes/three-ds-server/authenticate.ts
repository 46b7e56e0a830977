import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { ErrorSchema } from '../../plugins/error-answer.ts'
import { bodyFaults } from '../../plugins/spelling.ts'
import { invalidRequest } from '../../plugins/validation.ts'
import { isJsonObject } from '../../src/dialects/spelling.ts'
import { authenticateAnswer } from '../../src/dialects/three-ds-server-api/authenticate-answer.ts'
import { AuthenticateAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { channelFaults, elementFaults, resultAddressFaults, versionFaults } from '../../src/dialects/three-ds-server-api/authenticate-faults.ts'
import { type AuthenticateCall, toAuthenticateCall } from '../../src/dialects/three-ds-server-api/authenticate-request.ts'
import { legacyAuthenticateAnswer } from '../../src/dialects/three-ds-server-api/legacy-answer.ts'
import { type AuthenticateRequest, AuthenticateRequestSchema, LegacyAuthenticateRequestSchema } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { decide } from '../../src/scenario/decide.ts'
import { cardsTable } from '../../src/scenario/describe.ts'
import { authenticate, type Authenticated, type RoleAddresses } from '../../src/three-ds-server/authenticate.ts'
import { completeAReq } from '../../src/three-ds-server/complete-areq.ts'

type Request = Pick<FastifyRequest, 'spellingFaults' | 'validationError' | 'transactionIds'> & { body: AuthenticateRequest }

const schema = {
  tags: ['3DS Server API'],
  summary: 'Authenticate a cardholder',
  description: `Which card ends how:\n\n${cardsTable()}`,
  response: { 200: AuthenticateAnswerSchema, 400: ErrorSchema, 503: ErrorSchema } as Record<number, TSchema>
}

/** `POST /3ds/authenticate` */
export async function authenticateRoute (app: FastifyInstance): Promise<void> {
  const { authentication, config } = app.roles
  const legacy = config.compatibility === 'legacy'
  const addressesOf = legacy ? legacyAddresses : emvAddresses
  const body = legacy ? LegacyAuthenticateRequestSchema : AuthenticateRequestSchema

  app.withTypeProvider<TypeBoxTypeProvider>().post('/authenticate', { schema: { ...schema, body }, attachValidation: true },
    async function answerAuthenticate (request): Promise<JsonObject> {
      const { aReq, preferences } = readCall(request)
      const { spelling } = request
      const addresses = addressesOf(app.publicUrl(request))
      if (legacy) aReq.messageVersion = '2.2.0'
      const authenticated = await authenticate(
        { aReq: completeAReq(aReq, addresses.threeDSServerURL), preferences, spelling, addresses }, authentication)
      noteIds(request, authenticated)
      return legacy
        ? legacyAuthenticateAnswer(authenticated, request.body.cardholderAccount.cardSecurityCode, app.answerSpelling(spelling))
        : authenticateAnswer(authenticated, app.answerSpelling(spelling))
    })

  /** Names everything that is wrong at once: form, spelling, and what the channel needs. */
  function readCall (request: Request): AuthenticateCall {
    const faults = bodyFaults(request)
    const body: unknown = request.body
    const call = faults.length === 0 ? toAuthenticateCall(request.body) : undefined
    if (isJsonObject(body)) {
      faults.push(...channelFaults(body, call !== undefined && needsKey(call)))
      if (!legacy) faults.push(...versionFaults(body), ...resultAddressFaults(body))
      // What is nested too deeply is among the faults of spelling, and not to be compared.
      if (!legacy && call?.isDoubtful !== false && request.spellingFaults.length === 0) faults.push(...elementFaults(body))
    }
    if (call === undefined || faults.length > 0) throw invalidRequest(faults)
    return call
  }

  /** An app that will be challenged needs a key of its own. */
  function needsKey ({ aReq }: AuthenticateCall): boolean {
    return !legacy && aReq.deviceChannel === '01' && aReq.acctNumber !== undefined &&
      decide(aReq, authentication.scenarios).transStatus === 'C'
  }
}

function emvAddresses (base: string): RoleAddresses {
  return { acsURL: `${base}/acs/challenge`, acsAppURL: `${base}/acs/app`, threeDSServerURL: `${base}/3ds/results` }
}

function legacyAddresses (base: string): RoleAddresses {
  return { ...emvAddresses(base), acsURL: `${base}/processor/mock/acs/trigger-otp`, acsAppURL: `${base}/challenge` }
}

function noteIds (request: Request, { aRes }: Authenticated): void {
  const { threeDSServerTransID, acsTransID, dsTransID } = aRes
  Object.assign(request.transactionIds, { threeDSServerTransID, acsTransID, dsTransID })
}
