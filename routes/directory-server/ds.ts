import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { noteIds } from '../../plugins/request-log.ts'
import { roleAddresses } from '../../src/dialects/three-ds-server-api/authenticate-door.ts'
import { dsRefusal } from '../../src/directory-server/refuse.ts'
import { takeAReq } from '../../src/directory-server/take-areq.ts'
import { takePReq } from '../../src/directory-server/take-preq.ts'
import { takeRReq } from '../../src/directory-server/take-rreq.ts'
import type { AReq } from '../../src/protocol/messages.ts'
import type { ReadMessage } from '../../src/protocol/read-message.ts'
import { SUPPORTED_VERSIONS } from '../../src/protocol/versions.ts'
import { newTransaction } from '../../src/transaction/new-transaction.ts'
import { described } from '../acs/schemas.ts'
import { MESSAGE_TYPE, messageOf, openMessageDoor, refuseOtherMethods, sendMessage, takeErro, trace } from './message-door.ts'
import { messageSchema } from './schemas.ts'

/** Answers one message, by its type. */
type Answer = (this: FastifyInstance, read: ReadMessage, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

const ANSWERS = new Map<unknown, Answer>([['AReq', answerAReq], ['RReq', answerRReq], ['PReq', answerPReq], ['Erro', takeErro]])

/** `POST /ds`: the Directory Server for 3DS Servers, and for ACSs that send results. */
export async function dsRoute (app: FastifyInstance): Promise<void> {
  openMessageDoor(app, 'D', app.roles.config)
  refuseOtherMethods(app, '')

  app.post('/', { ...described(messageSchema('Directory Server')), prefixTrailingSlash: 'no-slash' }, async function answerMessage (request, reply) {
    const read = messageOf(request, 'D')
    const answer = ANSWERS.get(read.message['messageType'])
    if (answer === undefined) throw dsRefusal(read.message, { errorCode: '101', errorDetail: 'messageType' })
    return answer.call(app, read, request, reply)
  })
}

async function answerAReq (this: FastifyInstance, read: ReadMessage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { clock, directoryServer, keep, onAnswered } = this.roles
  const { aRes, acs, kept } = await takeAReq({ read, addresses: roleAddresses(this.publicUrl(request)) }, directoryServer)
  const parties = { threeDSServer: 'elsewhere', ds: 'here', acs } as const
  await keep({ ...newTransaction(read.message as AReq, aRes, clock.now()), ...kept, parties })
  onAnswered(read.message as AReq, aRes)
  noteIds(request, aRes)
  return sendMessage(reply, aRes, aRes.dsTransID)
}

async function answerRReq (this: FastifyInstance, read: ReadMessage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  noteIds(request, read.message)
  return sendMessage(reply, await takeRReq({ read }, this.roles.rReqs), String(read.message['dsTransID']))
}

async function answerPReq (this: FastifyInstance, read: ReadMessage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { directoryServer: { judge }, ids, preparation } = this.roles
  const { refused } = judge(read, { messageTypes: ['PReq'] })
  if (refused !== undefined) throw dsRefusal(read.message, refused)
  const base = this.publicUrl(request)
  const dsTransID = ids.uuid()
  const pres = takePReq(read.message, {
    ...preparation,
    dsProtocolVersions: SUPPORTED_VERSIONS,
    dsTransID,
    threeDSMethodURL: `${base}/acs/method`,
    cardRangeDataFileURL: `${base}/ds/card-ranges.json`
  })
  return trace(reply, read.message['messageVersion'], dsTransID).header('content-type', MESSAGE_TYPE).send(Readable.from(pres))
}
