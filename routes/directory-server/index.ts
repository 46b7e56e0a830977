import type { FastifyInstance } from 'fastify'

const schema = {
  tags: ['Directory Server'],
  summary: 'The root certificate that a 3DS SDK has to trust, PEM',
  produces: ['application/x-pem-file']
}

/** What the Directory Server publishes. */
export async function directoryServerRoutes (app: FastifyInstance): Promise<void> {
  app.get('/ca.pem', { schema }, async function sendRoot (_request, reply) {
    reply.type('application/x-pem-file')
    return app.roles.certificates.rootPem()
  })
}
