import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { errorAnswers, inJson, OF_SERVER_POST } from '../../plugins/error-schemas.ts'
import { spoken } from '../../plugins/parties.ts'
import { invalidRequest } from '../../plugins/validation.ts'
import { buildOReqs } from '../../src/directory-server/build-oreqs.ts'
import { sendOperation, type SentOperation } from '../../src/directory-server/send-operation.ts'
import type { Fault } from '../../src/errors.ts'
import type { JsonObject } from '../../src/protocol/messages.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../src/protocol/web-address.ts'
import { messages } from '../message-schemas.ts'

const Text = Type.String({ minLength: 1, maxLength: 20_000 })

const OperationSchema = Type.Object({
  url: Type.String({ description: 'Of the receiver: the `threeDSServerURL` of a 3DS Server, or the address of an ACS.' }),
  opCategory: Type.String(),
  opSeverity: Type.String(),
  opExpDate: Type.String({ description: 'YYYYMMDD' }),
  opDescription: Type.Union([Text, Type.Array(Text, { minItems: 1, maxItems: 99 })], { description: 'Several are sent as a sequence of as many messages.' }),
  opPriorTransRef: Type.Optional(Type.Object({ transIdType: Type.String(), transId: Type.String() }, { additionalProperties: false }))
}, {
  additionalProperties: false,
  examples: [{ url: 'https://3ds-server.test/3ds/results', opCategory: '03', opSeverity: '02', opExpDate: '20271231', opDescription: 'The certificate of the Directory Server changes at the end of the year' }]
})

const schema = {
  tags: ['Mock'],
  summary: 'The Directory Server informs a 3DS Server or an ACS (2.3.1): OReq',
  body: OperationSchema,
  response: {
    200: inJson('What was sent, and the answer to the last of it: ORes, or an Erro of the receiver or of the Directory Server.', Type.Object({
      sent: Type.Array(messages(['OReq'])),
      answer: messages(['ORes', 'Erro'])
    })),
    ...errorAnswers(OF_SERVER_POST)
  }
}

/** `POST /mock/operations`: emv3ds-protocol §15. */
export async function operationsRoute (app: FastifyInstance): Promise<void> {
  const { ids, operations } = app.roles
  app.withTypeProvider<TypeBoxTypeProvider>().post('/operations', { schema }, async function sendOperations ({ body }): Promise<SentOperation> {
    const { url, ...operation } = body
    const oReqs = buildOReqs(operation, ids)
    const faults = [...isWebAddress(url) ? [] : [{ element: 'url', message: NO_WEB_ADDRESS }], ...faultsOf(oReqs)]
    if (faults.length > 0) throw invalidRequest(faults)
    return sendOperation(oReqs, url, operations)
  })

  /** The elements are judged as those of a message that came in; whatever may be written in JSON may be in them. */
  function faultsOf (oReqs: readonly JsonObject[]): Fault[] {
    const names = oReqs.flatMap((message) => operations.judge({ ...spoken(message), hasEscapes: true }, { messageTypes: ['OReq'] }).refused?.errorDetail.split(',') ?? [])
    return names.map((element) => ({ element, message: 'has no value that EMV allows' }))
  }
}
