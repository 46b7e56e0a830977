import type { FastifyInstance } from 'fastify'
import { respellBodies } from '../../plugins/spelling.ts'
import { authenticateRoute } from './authenticate.ts'
import { finalRoute } from './final.ts'
import { resultsRoute } from './results.ts'
import { versionRoute } from './version.ts'

/** The 3DS Server API, in whichever spelling the caller uses. */
export async function threeDSServerRoutes (app: FastifyInstance): Promise<void> {
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(/^application\/[\w.-]+\+json\b/, { parseAs: 'string' }, app.parseJson)
  app.addHook('preValidation', respellBodies)
  await app.register(versionRoute)
  await app.register(authenticateRoute)
  await app.register(resultsRoute)
  await app.register(finalRoute)
}
