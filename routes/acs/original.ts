import type { FastifyInstance } from 'fastify'
import { forms } from '../../plugins/forms.ts'
import { pageSecurityHeaders } from '../../plugins/security-headers.ts'
import { triggerOtpRoutes } from './trigger-otp.ts'
import { verifyOtpRoute } from './verify-otp.ts'

/** The original server's browser ACS: a page, and a redirect to the 3DS Requestor with the result in its query. */
export async function originalRoutes (app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(forms)
  await app.register(pageSecurityHeaders)
  await app.register(triggerOtpRoutes)
  await app.register(verifyOtpRoute)
}
