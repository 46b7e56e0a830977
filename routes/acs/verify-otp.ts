import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidRequest } from '../../plugins/validation.ts'
import { takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { isOver } from '../../src/acs/challenge/challenge-of.ts'
import { ERROR_REDIRECT_QUERY, redirectLocation } from '../../src/dialects/original/redirect.ts'
import { toEmvSpelling } from '../../src/dialects/spelling.ts'
import { MockError } from '../../src/errors.ts'
import { canonicalUuid } from '../../src/protocol/uuid.ts'
import { fieldOf } from './challenge-form.ts'
import { ORIGINAL_BODY_LIMIT, originalChallenge, type RedirectQuery, redirectTarget, resultLocation } from './original-redirect.ts'
import { described, verifyOtpSchema } from './schemas.ts'

/** Names of the id: EMV's, and the original server's in JSON. */
const IDS = ['threeDSServerTransID', 'threeDsServerTransId']

/** The original's `verify-otp`: always a redirect; what cannot be done is U. */
export async function verifyOtpRoute (app: FastifyInstance): Promise<void> {
  const { config } = app.roles
  const challenge = originalChallenge(app.roles.challenge)
  // The original gives a code posted here one try.
  const once = { ...challenge, rules: { ...challenge.rules, otpMaxAttempts: 1 } }

  app.post<{ Querystring: RedirectQuery }>('/verify-otp', described(verifyOtpSchema, ORIGINAL_BODY_LIMIT),
    async function verifyOtp (request, reply) {
      const { id, value } = entryOf(request.body)
      const found = await attempt(request, () => app.stateStore.get(canonicalUuid(id) ?? ''))
      // Before the code is taken: an address that nobody can be sent to is noticed while nothing has happened.
      const target = redirectTarget(request, found, config.compatibility)
      const ended = found && await attempt(request, () => takeBrowserEvent(found.acsTransID, { type: 'entry', value }, once))
      return reply.redirect(ended === undefined || !isOver(ended.transaction)
        ? redirectLocation(redirectTarget(request, undefined, config.compatibility), ERROR_REDIRECT_QUERY)
        : resultLocation(target, ended.transaction))
    })
}

/** What cannot be done is no error here, but a U. */
async function attempt<Result> ({ log }: Pick<FastifyRequest, 'log'>, act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act()
  } catch (error) {
    log.warn({ err: error }, 'the code could not be taken')
    return undefined
  }
}

function entryOf (form: unknown): { id: string, value: string } {
  const value = fieldOf(form, 'otp')
  const id = idOf(form)
  if (value === undefined || id === undefined) {
    throw new MockError('invalid_request', 'Parse error: otp and threeDSServerTransID are required')
  }
  return { id, value }
}

/** The id by either of its names; two ids are none. */
function idOf (form: unknown): string | undefined {
  const [threeDSServerTransID = null, threeDsServerTransId = null] = IDS.map((name) => fieldOf(form, name))
  const { body, faults } = toEmvSpelling({ threeDSServerTransID, threeDsServerTransId })
  if (faults.length > 0) throw invalidRequest(faults)
  return body['threeDSServerTransID'] as string | undefined
}
