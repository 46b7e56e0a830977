import type { FastifyInstance, FastifyRequest } from 'fastify'
import { takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { ERROR_REDIRECT_QUERY, redirectLocation } from '../../src/dialects/original-redirect.ts'
import { MockError } from '../../src/errors.ts'
import { canonicalUuid } from '../../src/protocol/uuid.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import { fieldOf } from './challenge-form.ts'
import { ORIGINAL_BODY_LIMIT, type RedirectQuery, redirectTarget, resultLocation } from './original-redirect.ts'
import { described, verifyOtpSchema } from './schemas.ts'

/** The original's `verify-otp`: always a redirect; what cannot be done is U. */
export async function verifyOtpRoute (app: FastifyInstance): Promise<void> {
  const { challenge, config } = app.roles
  // The original gives a code posted here one try.
  const once = { ...challenge, anyChannel: true, rules: { ...challenge.rules, otpMaxAttempts: 1 } }

  app.post<{ Querystring: RedirectQuery }>('/verify-otp', described(verifyOtpSchema, ORIGINAL_BODY_LIMIT),
    async function verifyOtp (request, reply) {
      const { id, value } = entryOf(request.body)
      const transaction = await enter(id, value, request)
      const target = redirectTarget(request, transaction, config.compatibility)
      return reply.redirect(transaction?.rReq === undefined
        ? redirectLocation(target, ERROR_REDIRECT_QUERY)
        : resultLocation(target, transaction))
    })

  async function enter (id: string, value: string, { log }: Pick<FastifyRequest, 'log'>): Promise<Transaction | undefined> {
    try {
      const { acsTransID } = await app.stateStore.get(canonicalUuid(id) ?? '')
      return (await takeBrowserEvent(acsTransID, { type: 'entry', value }, once)).transaction
    } catch (error) {
      log.warn({ err: error }, 'the code could not be taken')
      return undefined
    }
  }
}

function entryOf (form: unknown): { id: string, value: string } {
  const value = fieldOf(form, 'otp')
  const id = fieldOf(form, 'threeDSServerTransID') ?? fieldOf(form, 'threeDsServerTransId')
  if (value === undefined || id === undefined) {
    throw new MockError('invalid_request', 'Parse error: otp and threeDSServerTransID are required')
  }
  return { id, value }
}
