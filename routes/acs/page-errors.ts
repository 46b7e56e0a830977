import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { answerError } from '../../plugins/error-answer.ts'
import { type BrowserChallengeParts, isReturnable } from '../../src/acs/browser-challenge.ts'
import { refusalPage } from '../../src/acs/browser-pages.ts'
import { errorPage } from '../../src/acs/pages/message-page.ts'
import { endWithRefusal } from '../../src/acs/refuse-creq.ts'
import type { Config } from '../../src/config.ts'
import { type ErroContent, ProtocolError } from '../../src/errors.ts'
import { erroBody } from '../../src/protocol/erro.ts'
import { isWebAddress } from '../../src/protocol/web-address.ts'
import type { StateStore } from '../../src/store/state-store.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import type { Form } from './challenge-form.ts'
import { sendPage } from './send-page.ts'

/**
 * Answers what goes wrong in a browser: an `Erro` goes through the browser to the notificationURL where the transaction is
 * known and has one (emv3ds-protocol §12.3), and its challenge is over; everything else is a page. Nothing of the request is
 * repeated.
 */
export function createPageErrorHandler (parts: BrowserChallengeParts, { erroField }: Pick<Config, 'erroField'>): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async function answerWithPage (error, request, reply) {
    const transaction = error instanceof ProtocolError ? await transactionOf(error.erro, parts.store) : undefined
    if (error instanceof ProtocolError && transaction !== undefined) {
      const told = withIdsOf(transaction, error)
      request.log.info({ code: told.erro.errorCode }, 'challenge request refused')
      await endWithRefusal(transaction, false, told, parts).catch((err: unknown) => { request.log.error({ err }, 'the challenge was not ended') })
      if (isWebAddress(transaction.aReq.notificationURL)) {
        return sendPage(reply, refusalPage(transaction, { erro: erroBody(told.erro), field: erroField, threeDSSessionData: sessionDataOf(request) }))
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

/** An `Erro` names what is known of its transaction: emv3ds-protocol §12.1. */
function withIdsOf ({ dsTransID, aReq: { messageVersion } }: Transaction, { message, erro }: ProtocolError): ProtocolError {
  return new ProtocolError(message, { ...erro, messageVersion, dsTransID })
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
