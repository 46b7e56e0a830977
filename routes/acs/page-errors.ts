import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { answerError } from '../../plugins/error-answer.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { isReturnable } from '../../src/acs/browser-challenge.ts'
import { refusalPage } from '../../src/acs/browser-pages.ts'
import { errorPage } from '../../src/acs/pages/message-page.ts'
import { RefusedInBrowser } from '../../src/acs/refused-in-browser.ts'
import type { Config } from '../../src/config.ts'
import { erroBody } from '../../src/protocol/erro.ts'
import { isWebAddress } from '../../src/protocol/web-address.ts'
import type { Form } from './challenge-form.ts'
import { sendPage } from './send-page.ts'

/**
 * Answers what goes wrong in a browser: an `Erro` goes through the browser to the notificationURL where the transaction is
 * known and has one (emv3ds-protocol §12.3); everything else is a page. Nothing of the request is repeated.
 */
export function createPageErrorHandler ({ erroField }: Pick<Config, 'erroField'>): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return function answerWithPage (error, request, reply) {
    if (error instanceof RefusedInBrowser) {
      const { erro, transaction } = error
      noteIds(request, transaction)
      request.log.info({ code: erro.errorCode }, 'challenge request refused')
      if (isWebAddress(transaction.aReq.notificationURL)) {
        return sendPage(reply, refusalPage(transaction, { erro: erroBody(erro), field: erroField, threeDSSessionData: sessionDataOf(request) }))
      }
    }
    return sendErrorPage(error, request, reply, 'This challenge cannot be shown')
  }
}

/** What cannot be told to anybody but whoever sits there. @param title what cannot be done */
export function sendErrorPage (error: FastifyError, request: FastifyRequest, reply: FastifyReply, title: string): FastifyReply {
  const { status, headers, body } = answerError(error, 'emv', true)
  if (status >= 500) request.log.error({ err: error }, 'challenge failed')
  return sendPage(reply.code(status).headers(headers), errorPage({ title, message: `${body.error}.`, status }))
}

/** The session data that came with the faulty CReq: it was not kept. What would come back changed is not sent back. */
function sessionDataOf ({ body }: FastifyRequest): string | undefined {
  const sent = (body as Form | undefined)?.['threeDSSessionData']
  return typeof sent === 'string' && isReturnable(sent) ? sent : undefined
}
