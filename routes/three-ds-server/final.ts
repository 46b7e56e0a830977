import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { errorAnswers, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { refuseFaulty } from '../../plugins/spelling.ts'
import { FinalAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { FinalRequestSchema } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { canonicalUuid } from '../../src/protocol/uuid.ts'

const schema = {
  tags: ['3DS Server API'],
  summary: 'Read the result of an authentication',
  body: FinalRequestSchema,
  response: { 200: FinalAnswerSchema, ...errorAnswers(OF_SERVER_POST) } as Record<number, TSchema>
}

/** `POST /3ds/final` */
export async function finalRoute (app: FastifyInstance): Promise<void> {
  const { answers, clock } = app.roles

  app.withTypeProvider<TypeBoxTypeProvider>().post('/final', { schema, attachValidation: true },
    async function answerFinal (request): Promise<JsonObject> {
      refuseFaulty(request)
      const threeDSServerTransID = canonicalUuid(request.body.threeDSServerTransID) as string
      noteIds(request, { threeDSServerTransID })
      return answers.final(await app.stateStore.get(threeDSServerTransID), clock.now(), app.answerSpelling(request.spelling))
    })
}
