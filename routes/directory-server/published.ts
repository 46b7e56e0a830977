import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'

const rootSchema = {
  tags: ['Directory Server'],
  summary: 'The root certificate that a 3DS SDK has to trust, PEM',
  produces: ['application/x-pem-file']
}

const keysSchema = {
  tags: ['Directory Server'],
  summary: 'The keys with which a 3DS SDK encrypts device data, as JWKS',
  response: { 200: { description: 'RSA for RSA-OAEP-256, P-256 for ECDH-ES.', content: { 'application/json': { schema: Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) }) } } } }
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
