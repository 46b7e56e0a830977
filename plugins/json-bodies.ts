import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { MockError } from '../src/errors.ts'
import { parseJson as parsedJson } from '../src/protocol/json.ts'

/** As `addContentTypeParser` takes it. */
type JsonParser = (request: FastifyRequest, body: string, done: (error: Error | null, value?: unknown) => void) => void

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads a JSON body; for the parsers of other content types that are JSON. */
    parseJson: JsonParser
  }
  interface FastifyRequest {
    /** The text of a JSON body: it says what the value has lost. */
    jsonText: string
  }
}

/** Reads JSON bodies. One that would change prototypes is refused, and told so: to Fastify it is the same as no JSON. */
export const jsonBodies = fp(async function jsonBodies (app: FastifyInstance) {
  const parse = app.getDefaultJsonParser('error', 'error') as JsonParser
  app.decorateRequest('jsonText', '')
  const parseJson: JsonParser = (request, body, done) => {
    request.jsonText = body
    parse(request, body, (error, value) => { done(error !== null && parsedJson(body) !== undefined ? forbidden() : error, value) })
  }
  app.decorate('parseJson', parseJson)
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson)
}, { name: 'json-bodies', fastify: '5.x', dependencies: ['errors'] })

function forbidden (): MockError {
  return new MockError('invalid_request', 'The request body has a member __proto__ or constructor.prototype, which is not taken')
}
