import type { FastifyInstance } from 'fastify'
import { cardRangesRoute } from './card-ranges.ts'
import { dsRoute } from './ds.ts'
import { publishedRoutes } from './published.ts'

/** The Directory Server. */
export async function directoryServerRoutes (app: FastifyInstance): Promise<void> {
  await app.register(dsRoute)
  await app.register(publishedRoutes)
  await app.register(cardRangesRoute)
}
