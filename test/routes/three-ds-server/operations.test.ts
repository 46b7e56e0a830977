import t from 'tap'
import { build, post } from '../../setup/app.ts'
import { oReq } from '../../setup/parties/messages.ts'
import { evaluate } from '../../setup/parties/evaluate.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const sequence = (seqNum: string, seqTotal: string) => oReq({ opSeq: { seqId: '0e9d8c7b-6a5f-4e3d-9c2b-1a0f9e8d7c04', seqNum, seqTotal } })

const app = await build(t)

for (const [url, own] of [
  ['/3ds/results', { id: 'threeDSServerTransID', reference: { threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001' } }],
  ['/acs', { id: 'acsTransID', reference: { acsReferenceNumber: 'issuer1' } }]
] as const) {
  t.test(`${url}: a sequence of OReq has one ORes, after its last (emv3ds-protocol §15)`, async (t) => {
    const first = await app.inject({ method: 'POST', url, payload: sequence('01', '02') })
    t.strictSame([first.statusCode, first.body], [200, ''])
    const last = sequence('02', '02') as Record<string, unknown>
    const { status, body } = await post(app, url, last)
    t.equal(status, 200)
    t.match(body[own.id], UUID)
    t.strictSame(body, { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: last['dsTransID'], [own.id]: body[own.id], ...own.reference, opStatus: '01' })
    t.strictSame(evaluate(body, { messageType: 'ORes' }), [])
  })

  t.test(`${url}: an OReq at fault gets an Erro that names what is (emv3ds-protocol §12)`, async (t) => {
    const { body } = await post(app, url, { ...sequence('01', '01'), opSeverity: '4', opExpDate: '20261301' })
    t.match(body, { messageType: 'Erro', errorCode: '203', errorDetail: 'opExpDate,opSeverity', errorMessageType: 'OReq', messageVersion: '2.3.1' })
  })

  t.test(`${url}: an OReq past the end of its sequence is refused, one in another order is not (emv3ds-protocol §3.11, §15)`, async (t) => {
    t.match((await post(app, url, sequence('03', '02'))).body, { messageType: 'Erro', errorCode: '203', errorDetail: 'opSeq.seqNum', errorMessageType: 'OReq' })
    t.match((await post(app, url, sequence('02', '02'))).body, { messageType: 'ORes' })
    t.equal((await app.inject({ method: 'POST', url, payload: sequence('01', '02') })).body, '')
    for (const opSeq of ['x', null, { seqNum: { valueOf: 1, toString: 1 }, seqTotal: '01' }, { seqNum: '01', seqTotal: [] }]) t.match((await post(app, url, oReq({ opSeq }))).body, { messageType: 'Erro', errorMessageType: 'OReq' })
  })

  t.test(`${url}: an ORes is for nobody here: 101 (emv3ds-protocol §1)`, async (t) => {
    const { body } = await post(app, url, { messageType: 'ORes', messageVersion: '2.3.1', dsTransID: oReq().dsTransID, acsTransID: oReq().dsTransID, acsReferenceNumber: 'x', opStatus: '01' })
    t.match(body, { messageType: 'Erro', errorCode: '101', errorDetail: 'messageType', messageVersion: '2.3.1' })
    t.strictSame(evaluate(body, { messageType: 'Erro' }), [])
  })

  t.test(`${url}: nobody answers an Erro (emv3ds-protocol §1)`, async (t) => {
    const payload = { messageType: 'Erro', messageVersion: '2.2.0', errorCode: '203', errorComponent: 'D', errorDescription: 'x', errorDetail: 'y' }
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload })
    t.strictSame([statusCode, body], [200, ''])
  })
}
