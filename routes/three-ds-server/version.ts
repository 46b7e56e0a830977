import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { errorAnswers, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { bodyFaults } from '../../plugins/spelling.ts'
import { invalidRequest } from '../../plugins/validation.ts'
import { isJsonObject, spellAnswer } from '../../src/dialects/spelling.ts'
import { VersionAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { LegacyVersionRequestSchema, type VersionRequest, VersionRequestSchema } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../src/protocol/web-address.ts'
import { threeDSMethodData } from '../../src/three-ds-server/method-data.ts'
import { cardRangesFor } from '../../src/three-ds-server/version.ts'

const schema = {
  tags: ['3DS Server API'],
  summary: 'Which card range is the card in, and how does its 3DS Method start?',
  response: { 200: VersionAnswerSchema, ...errorAnswers(OF_SERVER_POST) } as Record<number, TSchema>
}

/** `POST /3ds/version` */
export async function versionRoute (app: FastifyInstance): Promise<void> {
  const { ids, cardRanges: rules, config: { compatibility, responseSpelling } } = app.roles
  const body = compatibility === 'legacy' ? LegacyVersionRequestSchema : VersionRequestSchema
  // The request has no transaction id to tell a spelling by: the answer carries both.
  const spelling = responseSpelling === 'as-request' ? 'both' : responseSpelling

  app.withTypeProvider<TypeBoxTypeProvider>().post('/version', { schema: { ...schema, body }, attachValidation: true },
    async function answerVersion (request): Promise<JsonObject> {
      const notificationURL = readNotificationURL(request)
      const threeDSServerTransID = ids.uuid()
      noteIds(request, { threeDSServerTransID })
      const cardRanges = cardRangesFor(request.body.cardNumber, rules, {
        methodURL: `${app.publicUrl(request)}/acs/method`,
        ...(notificationURL === undefined ? {} : { data: threeDSMethodData(threeDSServerTransID, notificationURL) })
      })
      return spellAnswer({ threeDSServerTransID, cardRanges: cardRanges as unknown as JsonObject[] }, spelling)
    })

  /** Names everything that is wrong at once. The original reads no such member, and minds none. */
  function readNotificationURL (request: Pick<FastifyRequest, 'spellingFaults' | 'validationError'> & { body: VersionRequest }): string | undefined {
    const faults = bodyFaults(request)
    const url = isJsonObject(request.body) ? request.body.threeDSMethodNotificationURL : undefined
    const isSound = url === undefined || isWebAddress(url)
    if (!isSound && compatibility !== 'legacy') faults.push({ element: 'threeDSMethodNotificationURL', message: NO_WEB_ADDRESS })
    if (faults.length > 0) throw invalidRequest(faults)
    return isSound ? url : undefined
  }
}
