import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {} from '../../plugins/metrics.ts'
import { forms } from '../../plugins/forms.ts'
import { pageSecurityHeaders } from '../../plugins/security-headers.ts'
import { noteIds } from '../../plugins/request-log.ts'
import { METHOD_FIELD } from '../../src/acs/method/method-data.ts'
import { keepMethodData, type MethodParts, serveMethod } from '../../src/acs/method/run-method.ts'
import { BEHAVIOUR_PARAMETER } from '../../src/scenario/method-behaviour.ts'
import { fieldOf, type Form } from './challenge-form.ts'
import { methodDataSchema, methodSchema } from './method-schemas.ts'
import { sendErrorPage } from './page-errors.ts'
import { described } from './schemas.ts'
import { sendPage } from './send-page.ts'

/** Two elements, the longer of 2048 characters, in base64 and percent-encoded; what a page gathers is shorter. */
const FORM_LIMIT = 16_384

/** The 3DS Method: `POST /acs/method` serves the page of a hidden frame, which posts what it gathers to the path below it. */
export async function methodRoutes (app: FastifyInstance, { method }: { method: MethodParts }): Promise<void> {
  app.removeAllContentTypeParsers()
  await app.register(forms)
  await app.register(pageSecurityHeaders)
  app.setErrorHandler(answerWithPage)

  app.post('/method', described(methodSchema, FORM_LIMIT), async function runMethod (request, reply) {
    const { id, page } = await serveMethod(fieldOf(request.body, METHOD_FIELD), fieldOf(request.query, BEHAVIOUR_PARAMETER), method)
    app.meters.methodStep('page')
    noteIds(request, { threeDSServerTransID: id })
    return sendPage(reply, page)
  })

  app.post<{ Params: { threeDSServerTransID: string } }>('/method/:threeDSServerTransID', described(methodDataSchema, FORM_LIMIT),
    async function takeMethodData (request, reply) {
      const { threeDSServerTransID } = request.params
      await keepMethodData(threeDSServerTransID, (request.body ?? {}) as Form, method)
      app.meters.methodStep('data')
      noteIds(request, { threeDSServerTransID })
      return reply.code(204).send()
    })
}

/** There is nobody to send an Erro to, and nobody to see the page but who looks for the fault. */
function answerWithPage (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendErrorPage(error, request, reply, 'The 3DS Method cannot be run')
}
