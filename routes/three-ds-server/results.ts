import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorAnswers, inJson, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { bodyFaults } from '../../plugins/spelling.ts'
import { ResultsAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { ResultsRequestSchema } from '../../src/dialects/three-ds-server-api/request-schemas.ts'
import { isJsonObject } from '../../src/dialects/spelling.ts'
import { readResultsRequest, sentResult } from '../../src/dialects/three-ds-server-api/results-request.ts'
import { answerOReq } from '../../src/protocol/answer-oreq.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { UNWRITTEN, writingOf, type ReadMessage } from '../../src/protocol/read-message.ts'
import { rreqRefusal } from '../../src/protocol/refusal.ts'
import { THREE_DS_SERVER_REF_NUMBER } from '../../src/three-ds-server/complete-areq.ts'
import { takeResults } from '../../src/three-ds-server/results.ts'
import { described } from '../acs/schemas.ts'
import { noteErro } from '../directory-server/message-door.ts'

const schema = {
  tags: ['3DS Server API'],
  summary: 'Take in the result of a challenge (RReq)',
  description: `The ids have to be those of a transaction of your own: authenticate with the first example of \`/3ds/authenticate\`, and put
\`acsTransID\` and \`dsTransID\` of its \`authenticationResponse\` into the example here. An OReq and an Erro of a DS come to this path too:
the last OReq of a sequence is answered with an ORes, all else of these with nothing.`,
  response: { 200: ResultsAnswerSchema, ...errorAnswers(OF_SERVER_POST, inJson, { 400: 'An Erro, in words too.' }) }
}

/** `POST /3ds/results` */
export async function resultsRoute (app: FastifyInstance): Promise<void> {
  const { answers, directoryServer, ids, results, config: { compatibility } } = app.roles
  const documented = { ...schema, body: ResultsRequestSchema }
  const isOriginal = compatibility === 'legacy'
  const options = isOriginal ? { schema: documented, attachValidation: true } : described(documented)

  app.post('/results', { ...options, errorHandler: sayUnreadable },
    async function answerResults (request: FastifyRequest, reply: FastifyReply): Promise<JsonObject | FastifyReply> {
      const { body } = request
      // What a DS tells comes to the same address, and nobody answers an Erro: emv3ds-protocol §12.3, §15.
      const { messageType } = isJsonObject(body) ? body : {}
      if (messageType === 'Erro') {
        noteErro(request, body as JsonObject)
        return reply.send()
      }
      const writing = isJsonObject(body) ? writingOf(request.jsonText, body) : UNWRITTEN
      if (messageType === 'OReq') return takeOperation({ message: body as JsonObject, ...writing }) ?? reply.send()
      const sent = isOriginal ? readResultsRequest(body, bodyFaults(request)) : sentResult(body, request.spellingFaults, writing)
      noteIds(request, sent.rReq)
      return answers.results(await takeResults(sent, results), app.answerSpelling(request.spelling))
    })

  function takeOperation (read: ReadMessage): JsonObject | undefined {
    return answerOReq(read, directoryServer.judge, { threeDSServerTransID: ids.uuid(), threeDSServerRefNumber: THREE_DS_SERVER_REF_NUMBER })
  }
}

const UNREADABLE = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'The request body is not valid JSON'], ['FST_ERR_CTP_EMPTY_JSON_BODY', 'The request body is empty']
])

/** What is no JSON is Erro 101, as is any other message (emv3ds-protocol §12.2). */
function sayUnreadable (error: FastifyError): never {
  const message = UNREADABLE.get(error.code)
  if (message === undefined) throw error
  throw rreqRefusal({ errorCode: '101', errorDetail: message }, message)
}
