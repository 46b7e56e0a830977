import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { build, post } from '../../setup/app.ts'
import { startAcs } from '../../setup/parties/acs.ts'
import { erro } from '../../setup/parties/messages.ts'
import { type Behaviour, emptyAnswer, hangUp, notJson, serverError, silence } from '../../setup/parties/party.ts'
import { startThreeDSServer } from '../../setup/parties/three-ds-server.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const OPERATION = { opCategory: '03', opSeverity: '02', opExpDate: '20271231', opDescription: 'The certificate changes' }

/** This Directory Server, and a foreign 3DS Server that it informs. */
async function start (t: Test, env: Record<string, string> = {}) {
  const theirs = await startThreeDSServer(t)
  const app = await build(t, env)
  return { theirs, inform: (more: object = {}, url = theirs.url) => post(app, '/mock/operations', { url, ...OPERATION, ...more }) }
}

t.test('an OReq for a 3DS Server or an ACS, whole, and its ORes (emv3ds-protocol §15, §2)', async (t) => {
  const { theirs, inform } = await start(t)
  const opPriorTransRef = { transIdType: '01', transId: randomUUID() }
  const { status, body } = await inform({ opPriorTransRef })
  const { message, headers } = await theirs.received('OReq')
  const { dsTransID, opSeq: { seqId } } = message
  t.match(dsTransID, UUID)
  t.match(seqId, UUID)
  const oReq = {
    messageType: 'OReq', messageVersion: '2.3.1', dsTransID, dsReferenceNumber: 'MOCK_DS', ...OPERATION, opPriorTransRef, opSeq: { seqId, seqNum: '01', seqTotal: '01' }
  }
  t.strictSame(message, oReq)
  t.equal(headers['x-request-id'], dsTransID)
  t.strictSame({ status, body }, {
    status: 200,
    body: {
      sent: [oReq],
      answer: {
        messageType: 'ORes', messageVersion: '2.3.1', dsTransID, threeDSServerTransID: '00000000-0000-4000-8000-0000000000a1', threeDSServerRefNumber: '3DS_LOA_SER_PRTY_020301_00001', opStatus: '01'
      }
    }
  })
  t.strictSame(theirs.faults, [])

  const acs = await startAcs(t)
  acs.answers['OReq'] = ({ message }) => ({ json: { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: message.dsTransID, acsTransID: opPriorTransRef.transId, acsReferenceNumber: 'theirs', opStatus: '03' } })
  t.match((await inform({}, acs.url)).body.answer, { acsTransID: opPriorTransRef.transId, opStatus: '03' })
})

t.test('several descriptions are one sequence, and its last is answered (emv3ds-protocol §15)', async (t) => {
  const { theirs, inform } = await start(t)
  const { body } = await inform({ opDescription: ['one', 'two', 'three'] })
  const came = theirs.of('OReq').map(({ message }) => message)
  t.strictSame(body.sent, came)
  t.strictSame(came.map(({ opDescription, opSeq: { seqNum, seqTotal } }) => [opDescription, seqNum, seqTotal]), [['one', '01', '03'], ['two', '02', '03'], ['three', '03', '03']])
  t.equal(new Set(came.map(({ opSeq: { seqId } }) => seqId)).size, 1)
  t.equal(new Set(came.map(({ dsTransID }) => dsTransID)).size, 3)
  t.match(body.answer, { messageType: 'ORes', dsTransID: came[2].dsTransID })
})

t.test('a sequence ends where it is answered with a message (emv3ds-protocol §15)', async (t) => {
  const { theirs, inform } = await start(t)
  theirs.answers['OReq'] = ({ message }) => ({ json: { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: message.dsTransID, threeDSServerTransID: randomUUID(), threeDSServerRefNumber: 'x', opStatus: '02' } })
  const { body } = await inform({ opDescription: ['one', 'two'] })
  t.equal(body.sent.length, 1)
  t.match(body.answer, { messageType: 'ORes', opStatus: '02', dsTransID: body.sent[0].dsTransID })
})

t.test('what is no ORes is an Erro of the DS, which the receiver is told where it answered (emv3ds-protocol §11, §12.3)', async (t) => {
  const { theirs, inform } = await start(t, { DS_RRES_TIMEOUT_MS: '100' })
  const ores = (members: object): Behaviour => ({ message }) => ({
    json: { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: message.dsTransID, threeDSServerTransID: randomUUID(), threeDSServerRefNumber: 'x', opStatus: '01', ...members }
  })
  let told = 0
  for (const [name, behaviour, errorCode, errorDetail, isTold] of [
    ['a wrong element', ores({ opStatus: '1' }), '203', 'opStatus', true],
    ['a missing element', ores({ opStatus: undefined }), '201', 'opStatus', true],
    ['of another message', ores({ dsTransID: randomUUID() }), '301', 'dsTransID', true],
    ['another message', ores({ messageType: 'RRes' }), '101', 'messageType', true],
    ['empty', emptyAnswer, '101', 'The answer is empty', true],
    ['no JSON', notJson, '101', 'The answer is no JSON object', true],
    ['HTTP says no', serverError, '403', 'The answer was HTTP status 500', false],
    ['silence', silence, '402', 'The receiver did not answer in time', false],
    ['a connection that closes', hangUp, '405', 'The receiver cannot be reached: ECONNRESET', false],
    ['an Erro that is none', () => ({ json: { messageType: 'Erro', messageVersion: '2.3.1', errorCode: '305' } }), '201', 'errorComponent,errorDescription,errorDetail', false]
  ] as const) {
    theirs.answers['OReq'] = behaviour
    const { status, body: { sent, answer } } = await inform()
    t.equal(status, 200, name)
    t.match(answer, { messageType: 'Erro', messageVersion: '2.3.1', errorComponent: 'D', errorCode, errorDetail, dsTransID: sent[0].dsTransID }, name)
    if (isTold) t.strictSame((await theirs.received('Erro', ++told)).message, answer, name)
  }
  t.equal(theirs.of('Erro').length, told)
})

t.test('an Erro of the receiver is shown as it came, and one that cannot be reached is told of (emv3ds-protocol §12.3)', async (t) => {
  const { theirs, inform } = await start(t, { OUTBOUND_ALLOW: '127.0.0.1' })
  theirs.answers['OReq'] = ({ message }) => ({ json: erro(message, 'S', '203', 'opSeverity') })
  const { body: { sent, answer } } = await inform()
  t.strictSame(answer, erro(sent[0], 'S', '203', 'opSeverity'))
  t.match((await inform({}, 'http://elsewhere.test/')).body.answer, { errorCode: '405', errorComponent: 'D', errorMessageType: 'OReq' })
  t.strictSame(theirs.of('OReq').length, 1)
  t.strictSame(theirs.of('Erro'), [])
})

t.test('what EMV does not allow is not sent', async (t) => {
  const { theirs, inform } = await start(t)
  const refused = (elements: [string, string][]) => ({
    status: 400,
    body: { error: elements.map((element) => element.join(' ')).join('; '), code: 'invalid_request', faults: elements.map(([element, message]) => ({ element, message })) }
  })
  const never = 'has no value that EMV allows'
  t.strictSame(await inform({ opCategory: '3', opExpDate: '20271331', opPriorTransRef: { transIdType: '04', transId: 'x' } }), refused([
    ['opCategory', never], ['opExpDate', never], ['opPriorTransRef.transIdType', never], ['opPriorTransRef.transId', never]
  ]))
  t.strictSame(await inform({ opSeverity: '05' }), refused([['opSeverity', never]]), 'reserved')
  for (const opDescription of ['NUL \u0000', 'half a character \ud800']) t.strictSame(await inform({ opDescription }), refused([['opDescription', never]]), opDescription)
  t.strictSame(await inform({}, 'ftp://127.0.0.1/'), refused([['url', 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes']]))
  t.match(await inform({ opCategory: undefined, opDescription: [], zzz: 1 }), { status: 400, body: { code: 'invalid_request' } })
  t.strictSame(theirs.of('OReq'), [])
})
