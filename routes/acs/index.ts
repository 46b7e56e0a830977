import type { FastifyInstance } from 'fastify'
import { acsDoorRoute } from './acs-door.ts'
import { approvalRoutes, approvalStatusRoute } from './approval.ts'
import { browserRoutes } from './browser.ts'
import { imageRoutes } from './images.ts'
import { methodRoutes } from './method.ts'
import { originalRoutes } from './original.ts'
import { sdkRoutes } from './sdk.ts'

/** The ACS: AReq of a DS, 3DS Method, challenge in the browser, challenge in an app, and the original server's paths for both. */
export async function acsRoutes (app: FastifyInstance): Promise<void> {
  await app.register(browserRoutes, { prefix: '/acs' })
  await app.register(originalRoutes, { prefix: '/processor/mock/acs' })
  await app.register(sdkRoutes)
  await app.register(acsDoorRoute)
  await app.register(methodRoutes, { prefix: '/acs', method: app.roles.method })
  await app.register(approvalRoutes, { prefix: '/acs' })
  await app.register(approvalStatusRoute, { prefix: '/acs' })
  await app.register(imageRoutes, { prefix: '/acs' })
}
