import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { noteIds } from '../../plugins/request-log.ts'
import { isOver } from '../../src/acs/challenge/challenge-of.ts'
import { forms } from '../../plugins/forms.ts'
import { pageSecurityHeaders } from '../../plugins/security-headers.ts'
import { approvalAddress } from '../../src/acs/approval.ts'
import { type BrowserTurn, openBrowserChallenge, showBrowserChallenge, takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { questionPage, returnPage } from '../../src/acs/browser-pages.ts'
import { MAX_CREQ_LENGTH, parseCreq } from '../../src/dialects/browser-creq.ts'
import { eventOf, fieldOf } from './challenge-form.ts'
import { createPageErrorHandler } from './page-errors.ts'
import { described, entrySchema, openSchema, standSchema } from './schemas.ts'
import { isFramed, sendPage } from './send-page.ts'

type Params = { acsTransID: string }

/** `creq` and `threeDSSessionData`, percent-encoded at worst. */
const BODY_LIMIT = 2 * MAX_CREQ_LENGTH

/** A code, a button and a count. */
const ENTRY_LIMIT = 16_384

/** The challenge in a browser: `POST /acs/challenge` takes the CReq, the page's form posts to the path below it. */
export async function browserRoutes (app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(forms)
  await app.register(pageSecurityHeaders)
  app.setErrorHandler(createPageErrorHandler(app.roles.config))
  const { challenge, config } = app.roles

  app.post('/challenge', described(openSchema, BODY_LIMIT),
    async function openChallenge (request, reply) {
      const creq = parseCreq(fieldOf(request.body, 'creq'))
      const turn = await openBrowserChallenge(creq, fieldOf(request.body, 'threeDSSessionData'), challenge)
      return answer(request, reply, turn, `challenge/${turn.transaction.acsTransID}`)
    })

  app.post<{ Params: Params }>('/challenge/:acsTransID', described(entrySchema, ENTRY_LIMIT),
    async function takeEntry (request, reply) {
      const { acsTransID } = request.params
      return answer(request, reply, await takeBrowserEvent(acsTransID, eventOf(request.body), challenge), `./${acsTransID}`)
    })

  app.get<{ Params: Params }>('/challenge/:acsTransID', described(standSchema),
    async function showChallenge (request, reply) {
      const { acsTransID } = request.params
      return answer(request, reply, await showBrowserChallenge(acsTransID, challenge), `./${acsTransID}`)
    })

  function answer (request: FastifyRequest, reply: FastifyReply, turn: BrowserTurn, action: string): FastifyReply {
    noteIds(request, turn.transaction)
    if (isOver(turn.transaction)) return sendPage(reply, returnPage(turn.transaction, config.fallbackCRes))
    const approvalURL = approvalAddress(app.publicUrl(request), turn.transaction)
    return sendPage(reply, questionPage(turn, challenge.rules, { action, framed: isFramed(request), approvalURL, statusURL: `${action}/status`, now: app.roles.clock.now() }))
  }
}
