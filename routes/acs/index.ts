import type { FastifyInstance } from 'fastify'
import { sdkRoutes } from './sdk.ts'
import { browserRoutes } from './browser.ts'
import { originalRoutes } from './original.ts'

/** The ACS: challenge in the browser, challenge in an app, and the original server's paths for both. */
export async function acsRoutes (app: FastifyInstance): Promise<void> {
  await app.register(browserRoutes, { prefix: '/acs' })
  await app.register(originalRoutes, { prefix: '/processor/mock/acs' })
  await app.register(sdkRoutes)
}
