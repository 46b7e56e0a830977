import type { FastifyInstance } from 'fastify'
import type {} from '@fastify/swagger'
import { Type } from 'typebox'
import { errorAnswers, inJson, OF_GET } from '../../plugins/error-schemas.ts'

const rootSchema = {
  tags: ['Directory Server'],
  summary: 'The root certificate that a 3DS SDK has to trust, PEM',
  response: { 200: { description: 'One certificate.', content: { 'application/x-pem-file': { schema: Type.String() } } }, ...errorAnswers(OF_GET) }
}

const keysSchema = {
  tags: ['Directory Server'],
  summary: 'The keys with which a 3DS SDK encrypts device data, as JWKS',
  response: {
    200: inJson('RSA for RSA-OAEP-256, P-256 for ECDH-ES.', Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) })),
    ...errorAnswers(OF_GET)
  }
}

/** What the Directory Server publishes for SDKs. */
export async function publishedRoutes (app: FastifyInstance): Promise<void> {
  app.get('/ca.pem', { schema: rootSchema }, async function sendRoot (_request, reply) {
    reply.type('application/x-pem-file')
    return app.roles.certificates.rootPem()
  })
  app.get('/keys', { schema: keysSchema }, async function sendKeys () {
    return app.roles.dsKeys.jwks()
  })
}
