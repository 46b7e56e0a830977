import type { FastifyInstance, FastifyReply } from 'fastify'
import { approvalAddress } from '../../src/acs/approval.ts'
import { type BrowserTurn, openBrowserChallenge, showBrowserChallenge, takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { isOver } from '../../src/acs/challenge/challenge-of.ts'
import { questionPage } from '../../src/acs/browser-pages.ts'
import { resultPage } from '../../src/acs/pages/message-page.ts'
import { asUnreadable, parseCreq } from '../../src/dialects/browser-creq.ts'
import { ProtocolError } from '../../src/errors.ts'
import { isNotFound } from '../../src/store/not-found.ts'
import { eventOf, fieldOf } from './challenge-form.ts'
import { ORIGINAL_BODY_LIMIT, originalChallenge, type RedirectQuery, type RedirectRequest, redirectTarget, resultLocation } from './original-redirect.ts'
import { described, originalEntrySchema, triggerOtpSchema } from './schemas.ts'
import { isFramed, sendPage } from './send-page.ts'

/** The original's challenge page, and the path its form posts to; the ending is a redirect. */
export async function triggerOtpRoutes (app: FastifyInstance): Promise<void> {
  const { config } = app.roles
  const challenge = originalChallenge(app.roles.challenge)

  app.post<{ Querystring: RedirectQuery }>('/trigger-otp', described(triggerOtpSchema, ORIGINAL_BODY_LIMIT),
    async function showPage (request, reply) {
      const creq = parseCreq(fieldOf(request.body, 'creq'))
      try {
        const turn = await openBrowserChallenge(creq, undefined, challenge)
        return answer(request, reply, turn, `challenge/${turn.transaction.acsTransID}`)
      } catch (error) {
        // The original has one answer for everything that is wrong with a creq.
        if (!isAboutTransaction(error)) throw asUnreadable(error)
        return sendPage(reply, resultPage({ title: 'No such challenge', message: 'There is no challenge for this transaction.' }))
      }
    })

  app.post<{ Querystring: RedirectQuery, Params: { acsTransID: string } }>('/challenge/:acsTransID',
    described(originalEntrySchema, ORIGINAL_BODY_LIMIT),
    async function takeEntry (request, reply) {
      const { acsTransID } = request.params
      // Before the entry is taken: an address that nobody can be sent to is noticed while nothing has happened.
      const { transaction } = await showBrowserChallenge(acsTransID, challenge)
      redirectTarget(request, transaction, config.compatibility)
      return answer(request, reply, await takeBrowserEvent(acsTransID, eventOf(request.body), challenge), `./${acsTransID}`)
    })

  function answer (request: RedirectRequest, reply: FastifyReply, turn: BrowserTurn, action: string): FastifyReply {
    const target = redirectTarget(request, turn.transaction, config.compatibility)
    const query = request.query.redirectUrl === undefined ? '' : `?redirectUrl=${encodeURIComponent(target)}`
    if (isOver(turn.transaction)) return reply.redirect(resultLocation(target, turn.transaction))
    const approvalURL = approvalAddress(app.publicUrl(request), turn.transaction)
    return sendPage(reply, questionPage(turn, challenge.rules, { action: action + query, byRedirect: true, framed: isFramed(request), approvalURL }))
  }
}

/** Ids that do not belong together, and a transaction without a challenge. */
const OF_TRANSACTION: readonly string[] = ['301', '305']

function isAboutTransaction (error: unknown): boolean {
  if (error instanceof ProtocolError) return OF_TRANSACTION.includes(error.erro.errorCode)
  return isNotFound(error)
}
