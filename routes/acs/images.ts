import type { FastifyInstance } from 'fastify'
import type {} from '@fastify/swagger'
import { Type } from 'typebox'
import { errorAnswers, inJson, OF_GET } from '../../plugins/error-schemas.ts'
import { imageOf, imagePath, IMAGES } from '../../src/acs/ui/images.ts'

const byFile = new Map(IMAGES.map((image) => [imagePath(image.name, image.size), image]))

const schema = {
  tags: ['ACS'],
  summary: 'An image of the native screens of apps: issuerImage, psImage',
  params: Type.Object({ file: Type.String({ description: [...byFile.keys()].map((path) => path.replace('images/', '')).join(', ') }) }),
  response: {
    200: { description: 'The image.', content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } },
    404: inJson('There is no such image.'),
    ...errorAnswers(OF_GET)
  }
}

/** The images that SDKs load for native screens; they never change while the server runs. */
export async function imageRoutes (app: FastifyInstance): Promise<void> {
  app.get<{ Params: { file: string } }>('/images/:file', { schema }, async function showImage (request, reply) {
    const image = byFile.get(`images/${request.params.file}`)
    if (image === undefined) return reply.callNotFound()
    const { type, body } = imageOf(image.name, image.size)
    return reply.type(type).header('cache-control', 'public, max-age=86400').send(body)
  })
}
