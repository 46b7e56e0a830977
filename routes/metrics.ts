import type { FastifyInstance } from 'fastify'
import type {} from '@fastify/swagger'
import { Type } from 'typebox'
import { errorAnswers, OF_OPERATION } from '../plugins/error-schemas.ts'
import type {} from '../plugins/metrics.ts'

const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** `GET /metrics`: Prometheus text, where something is counted (compatibility §1.9, B43). */
export async function metricsRoute (app: FastifyInstance): Promise<void> {
  const { readMetrics } = app
  if (readMetrics === null) return
  app.get('/metrics', {
    config: { rateLimit: false },
    schema: {
      tags: ['Operation'],
      summary: 'Prometheus metrics',
      response: { 200: { description: 'What is counted.', content: { 'text/plain': { schema: Type.String() } } }, ...errorAnswers(OF_OPERATION) }
    }
  }, async function sendMetrics (_request, reply) {
    return reply.type(contentType).send(await readMetrics())
  })
}
