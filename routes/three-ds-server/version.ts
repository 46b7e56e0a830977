import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { ErrorSchema } from '../../plugins/error-answer.ts'
import { refuseFaulty } from '../../plugins/spelling.ts'
import { spellAnswer } from '../../src/dialects/spelling.ts'
import { VersionAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { LegacyVersionRequestSchema, VersionRequestSchema } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { cardRangesFor } from '../../src/three-ds-server/version.ts'

const schema = {
  tags: ['3DS Server API'],
  summary: 'Which card range is the card in?',
  response: { 200: VersionAnswerSchema, 400: ErrorSchema } as Record<number, TSchema>
}

/** `POST /3ds/version` */
export async function versionRoute (app: FastifyInstance): Promise<void> {
  const { ids, cardRanges: rules, config: { compatibility, responseSpelling } } = app.roles
  const body = compatibility === 'legacy' ? LegacyVersionRequestSchema : VersionRequestSchema
  // The request has no transaction id to tell a spelling by: the answer carries both.
  const spelling = responseSpelling === 'as-request' ? 'both' : responseSpelling

  app.withTypeProvider<TypeBoxTypeProvider>().post('/version', { schema: { ...schema, body }, attachValidation: true },
    async function answerVersion (request): Promise<JsonObject> {
      refuseFaulty(request)
      const cardRanges = cardRangesFor(request.body.cardNumber, rules, `${app.publicUrl(request)}/acs/method`)
      return spellAnswer({ threeDSServerTransID: ids.uuid(), cardRanges: cardRanges as unknown as JsonObject[] }, spelling)
    })
}
