import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forms } from '../../plugins/forms.ts'
import { pageSecurityHeaders } from '../../plugins/security-headers.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { approvalPageOf, findApproval, isApproved, takeApproval } from '../../src/acs/approval.ts'
import { showBrowserChallenge } from '../../src/acs/browser-challenge.ts'
import { type ApprovalAction, approvalActions } from '../../src/acs/pages/approval-page.ts'
import { actionField } from '../../src/acs/pages/fields.ts'
import { MockError } from '../../src/errors.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import { fieldOf } from './challenge-form.ts'
import { sendErrorPage } from './page-errors.ts'
import { approvalSchema, decisionSchema, described, statusSchema } from './schemas.ts'
import { sendPage } from './send-page.ts'

type Params = { acsTransID: string }

/** A button. */
const DECISION_LIMIT = 1024

/** The page that stands for the bank's app: `/acs/oob/:acsTransID` (emv3ds-protocol §5.6, §5.7). */
export async function approvalRoutes (app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(forms)
  await app.register(pageSecurityHeaders)
  app.setErrorHandler(answerWithPage)
  const { challenge } = app.roles

  app.get<{ Params: Params }>('/oob/:acsTransID', described(approvalSchema), async function showApproval (request, reply) {
    return answer(request, reply, await findApproval(request.params.acsTransID, challenge))
  })

  app.post<{ Params: Params }>('/oob/:acsTransID', described(decisionSchema, DECISION_LIMIT), async function decide (request, reply) {
    const action = actionOf(request.body)
    return answer(request, reply, await takeApproval(request.params.acsTransID, action, challenge))
  })

  function answer (request: FastifyRequest, reply: FastifyReply, transaction: Transaction): FastifyReply {
    noteIds(request, transaction)
    return sendPage(reply, approvalPageOf(transaction, `./${transaction.acsTransID}`))
  }
}

function actionOf (form: unknown): ApprovalAction {
  const sent = fieldOf(form, actionField)
  const action = approvalActions.find((one) => one === sent)
  if (action === undefined) throw new MockError('invalid_request', `${actionField} must be one of ${approvalActions.join(', ')}`)
  return action
}

/** The shop is not here. */
function answerWithPage (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendErrorPage(error, request, reply, 'There is nothing to approve')
}

/** Whether the cardholder approved: the page of the challenge asks. In a sandbox it has no origin. */
export async function approvalStatusRoute (app: FastifyInstance): Promise<void> {
  app.get<{ Params: Params }>('/challenge/:acsTransID/status', described(statusSchema), async function showStatus (request, reply) {
    const { transaction } = await showBrowserChallenge(request.params.acsTransID, app.roles.challenge)
    noteIds(request, transaction)
    return reply.headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' }).send({ approved: isApproved(transaction) })
  })
}
