import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forms } from '../../plugins/forms.ts'
import { pageSecurityHeaders } from '../../plugins/security-headers.ts'
import { type BrowserTurn, openBrowserChallenge, takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { questionPage } from '../../src/acs/browser-pages.ts'
import { resultPage } from '../../src/acs/pages/message-page.ts'
import { judgeCreq, parseCreq } from '../../src/dialects/browser-creq.ts'
import { ERROR_REDIRECT_QUERY, redirectLocation } from '../../src/dialects/original-redirect.ts'
import { MockError, ProtocolError } from '../../src/errors.ts'
import { canonicalUuid } from '../../src/protocol/uuid.ts'
import { isWebAddress } from '../../src/protocol/web-address.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import { eventOf, fieldOf } from './challenge-form.ts'
import { sendPage } from './send-page.ts'

type Query = { redirectUrl?: unknown }
type Request = FastifyRequest<{ Querystring: Query }>

/** As in the original. */
const BODY_LIMIT = 16_384
/** Where the original sends a browser when nobody said where to. */
const ORIGINAL_REDIRECT = 'https://juspay.api.in.end'

const about = { tags: ['Original server\'s paths'], consumes: ['application/x-www-form-urlencoded'] }

/** The original server's browser ACS: a page, and a redirect to the 3DS Requestor with the result in its query. */
export async function originalRoutes (app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(forms)
  await app.register(pageSecurityHeaders)
  const { challenge, config } = app.roles

  app.post<{ Querystring: Query }>('/trigger-otp', { bodyLimit: BODY_LIMIT, schema: { ...about, summary: 'Challenge page' } }, showPage)
  app.post<{ Querystring: Query }>('/verify-otp', { bodyLimit: BODY_LIMIT, schema: { ...about, summary: 'One code, one try, one redirect' } }, verify)
  app.post<{ Querystring: Query, Params: { acsTransID: string } }>('/challenge/:acsTransID',
    { bodyLimit: BODY_LIMIT, schema: { ...about, summary: 'What the cardholder entered on the page' } },
    async function takeEntry (request, reply) {
      const { acsTransID } = request.params
      const turn = await takeBrowserEvent(acsTransID, eventOf(request.body), challenge)
      return answerTurn(request, reply, turn, acsTransID)
    })

  async function showPage (request: Request, reply: FastifyReply): Promise<FastifyReply> {
    const creq = readCreq(fieldOf(request.body, 'creq'))
    try {
      const turn = await openBrowserChallenge(creq, undefined, challenge)
      return answerTurn(request, reply, turn, `challenge/${turn.transaction.acsTransID}`)
    } catch (error) {
      if (!isAboutTransaction(error)) throw error
      return sendPage(reply, resultPage({ title: 'No such challenge', message: 'There is no challenge for this transaction.' }))
    }
  }

  /** Always a redirect: what cannot be done is U. */
  async function verify (request: Request, reply: FastifyReply): Promise<FastifyReply> {
    const form = request.body
    const value = fieldOf(form, 'otp')
    const id = fieldOf(form, 'threeDSServerTransID') ?? fieldOf(form, 'threeDsServerTransId')
    if (value === undefined || id === undefined) {
      throw new MockError('invalid_request', 'Parse error: otp and threeDSServerTransID are required')
    }
    const transaction = await enterOnce(id, value, request)
    const target = redirectTarget(request, transaction)
    return reply.redirect(transaction?.rReq === undefined
      ? redirectLocation(target, ERROR_REDIRECT_QUERY)
      : redirectLocation(target, resultQuery(transaction)))
  }

  /** The original gives a code posted here one try. */
  async function enterOnce (id: string, value: string, request: Request): Promise<Transaction | undefined> {
    try {
      const { acsTransID } = await app.stateStore.get(canonicalUuid(id) ?? '')
      const once = { ...challenge, rules: { ...challenge.rules, otpMaxAttempts: 1 } }
      return (await takeBrowserEvent(acsTransID, { type: 'entry', value }, once)).transaction
    } catch (error) {
      request.log.warn({ err: error }, 'the code could not be taken')
      return undefined
    }
  }

  function answerTurn (request: Request, reply: FastifyReply, turn: BrowserTurn, action: string): FastifyReply {
    const { transaction } = turn
    const query = request.query.redirectUrl === undefined ? '' : `?redirectUrl=${encodeURIComponent(redirectTarget(request, transaction))}`
    if (transaction.rReq === undefined) return sendPage(reply, questionPage(turn, challenge.rules, action + query, true))
    return reply.redirect(redirectLocation(redirectTarget(request, transaction), resultQuery(transaction)))
  }

  function redirectTarget (request: Request, transaction: Transaction | undefined): string {
    const { redirectUrl } = request.query
    const fallback = config.compatibility === 'legacy' ? ORIGINAL_REDIRECT : undefined
    const target = redirectUrl ?? transaction?.aReq.notificationURL ?? fallback
    if (isWebAddress(target)) return target
    throw new MockError('invalid_request', 'redirectUrl must be an absolute http or https URL')
  }
}

function readCreq (creq: string | undefined): ReturnType<typeof judgeCreq> {
  try {
    return judgeCreq(parseCreq(creq))
  } catch (cause) {
    throw new MockError('invalid_challenge_request', 'Invalid JSON in challenge request', { cause })
  }
}

function isAboutTransaction (error: unknown): boolean {
  return error instanceof ProtocolError || (error instanceof MockError && error.code === 'transaction_not_found')
}

function resultQuery ({ threeDSServerTransID, rReq }: Transaction): [string, string | undefined][] {
  return [
    ['transStatus', rReq?.transStatus],
    ['threeDSServerTransID', threeDSServerTransID],
    ['eci', rReq?.eci],
    ['authenticationValue', rReq?.authenticationValue]
  ]
}
