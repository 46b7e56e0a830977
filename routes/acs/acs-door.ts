import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { noteIds } from '../../plugins/request-log.ts'
import { roleAddresses } from '../../src/dialects/three-ds-server-api/authenticate-door.ts'
import { ACS_REFERENCE_NUMBER } from '../../src/acs/answer-areq.ts'
import { takeAReq } from '../../src/acs/take-areq.ts'
import { stampIn } from '../../src/acs/foreign-areq.ts'
import { answerOReq } from '../../src/protocol/answer-oreq.ts'
import type { AReq } from '../../src/protocol/messages.ts'
import type { ReadMessage } from '../../src/protocol/read-message.ts'
import { refusalOf } from '../../src/protocol/refusal.ts'
import { contextsOf } from '../../src/protocol/second-areq.ts'
import { newTransaction } from '../../src/transaction/new-transaction.ts'
import { messageOf, openMessageDoor, refuseOtherMethods, sendMessage, takeErro } from '../directory-server/message-door.ts'
import { messageSchema } from '../directory-server/schemas.ts'
import { described } from './schemas.ts'

/** `POST /acs`: the ACS for a Directory Server of somebody else. */
export async function acsDoorRoute (app: FastifyInstance): Promise<void> {
  const { roles } = app
  openMessageDoor(app, 'A', roles.config)
  refuseOtherMethods(app, '/acs')

  app.post('/acs', described(messageSchema('ACS')), async function answerMessage (request, reply) {
    const read = messageOf(request, 'A')
    if (read.message['messageType'] === 'Erro') return takeErro(read, request, reply)
    return read.message['messageType'] === 'OReq' ? takeOperation(read, reply) : answerAReq(read, request, reply)
  })

  async function takeOperation (read: ReadMessage, reply: FastifyReply): Promise<FastifyReply> {
    const acsTransID = roles.ids.uuid()
    const oRes = answerOReq(read, roles.directoryServer.judge, { acsTransID, acsReferenceNumber: ACS_REFERENCE_NUMBER })
    return oRes === undefined ? reply.send() : sendMessage(reply, oRes, acsTransID)
  }

  async function answerAReq (read: ReadMessage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { refused } = roles.directoryServer.judge(read, { messageTypes: ['AReq'], leg: 'DS->ACS', contexts: contextsOf(read.message) })
    const aReq = read.message as AReq
    const found = refused ?? await roles.directoryServer.usedBefore?.(aReq.threeDSServerTransID)
    if (found !== undefined) throw refusalOf(read.message, found, 'A')
    const { aRes, kept } = await takeAReq(aReq, stampIn(aReq), roleAddresses(app.publicUrl(request)), roles.acs)
    const parties = { threeDSServer: 'elsewhere', ds: 'elsewhere', acs: 'here' } as const
    await roles.keep({ ...newTransaction(aReq, aRes, roles.clock.now()), ...kept, parties })
    roles.onAnswered(aReq, aRes)
    noteIds(request, aRes)
    return sendMessage(reply, aRes, aRes.acsTransID)
  }
}
