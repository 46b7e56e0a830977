import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { answerError } from '../../plugins/error-answer.ts'
import { isReturnable } from '../../src/acs/browser-challenge.ts'
import { returnPage } from '../../src/acs/browser-pages.ts'
import { errorPage } from '../../src/acs/pages/message-page.ts'
import { type ErroContent, ProtocolError } from '../../src/errors.ts'
import { erroBody } from '../../src/protocol/erro.ts'
import { isWebAddress } from '../../src/protocol/web-address.ts'
import type { StateStore } from '../../src/store/state-store.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import type { Form } from './challenge-form.ts'
import { sendPage } from './send-page.ts'

/**
 * Answers what goes wrong in a browser: an `Erro` goes through the browser to the notificationURL where the transaction is
 * known and has one (emv3ds-protocol §12.3), everything else is a page. Nothing of the request is repeated.
 */
export function createPageErrorHandler (store: StateStore): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async function answerWithPage (error, request, reply) {
    const erro = error instanceof ProtocolError ? error.erro : undefined
    const transaction = erro === undefined ? undefined : await transactionOf(erro, store)
    if (erro !== undefined && transaction !== undefined && isWebAddress(transaction.aReq.notificationURL)) {
      const { dsTransID, aReq: { messageVersion } } = transaction
      request.log.info({ code: erro.errorCode }, 'challenge request refused')
      return sendPage(reply, returnPage(transaction, { ...erroBody({ ...erro, messageVersion, dsTransID }) }, sessionDataOf(request)))
    }
    const { status, headers, body } = answerError(error, 'emv', true)
    if (status >= 500) request.log.error({ err: error }, 'challenge failed')
    return sendPage(reply.code(status).headers(headers), errorPage({ title: 'This challenge cannot be shown', message: `${body.error}.`, status }))
  }
}

/** The session data that came with the faulty CReq: it was not kept. What would come back changed is not sent back. */
function sessionDataOf ({ body }: FastifyRequest): string | undefined {
  const sent = (body as Form | undefined)?.['threeDSSessionData']
  return typeof sent === 'string' && isReturnable(sent) ? sent : undefined
}

/** The transaction an `Erro` is about, if both of its ids say so: one alone does not make a caller its owner. */
async function transactionOf (erro: ErroContent, store: StateStore): Promise<Transaction | undefined> {
  const { threeDSServerTransID, acsTransID } = erro
  if (threeDSServerTransID === undefined || acsTransID === undefined) return undefined
  const transaction = await store.get(threeDSServerTransID).catch(() => undefined)
  return transaction?.acsTransID.toLowerCase() === acsTransID.toLowerCase() ? transaction : undefined
}
