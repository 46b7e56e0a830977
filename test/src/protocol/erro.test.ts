import t from 'tap'
import { describeErrorCode } from '../../../src/protocol/error-codes.ts'
import { erroBody } from '../../../src/protocol/erro.ts'

t.test('an Erro carries what is known and nothing else (emv3ds-protocol §12.1)', async (t) => {
  t.strictSame(erroBody({
    errorCode: '301',
    errorComponent: 'S',
    errorDetail: 'not known',
    errorMessageType: 'RReq',
    messageVersion: '2.1.0',
    threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
    dsTransID: 'f25084f0-5b16-4c0a-ae5d-b24808a95e4b',
    acsTransID: 'd7c1ee99-9478-44a6-b1f2-391e29c6b340',
    sdkTransID: 'b2385523-a66c-4907-ac3c-91848e8c0067'
  }), {
    messageType: 'Erro',
    messageVersion: '2.1.0',
    errorCode: '301',
    errorComponent: 'S',
    errorDescription: 'Transaction identifier is not known or not valid here',
    errorDetail: 'not known',
    errorMessageType: 'RReq',
    threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
    dsTransID: 'f25084f0-5b16-4c0a-ae5d-b24808a95e4b',
    acsTransID: 'd7c1ee99-9478-44a6-b1f2-391e29c6b340',
    sdkTransID: 'b2385523-a66c-4907-ac3c-91848e8c0067'
  })
  t.strictSame(erroBody({ errorCode: '101', errorComponent: 'A', errorDetail: 'not JSON' }), {
    messageType: 'Erro',
    messageVersion: '2.3.1',
    errorCode: '101',
    errorComponent: 'A',
    errorDescription: 'Message is not readable or not meant for this component',
    errorDetail: 'not JSON'
  })
})

t.test('errorDetail is at most 2048 characters long (§12.1)', async (t) => {
  t.equal(erroBody({ errorCode: '203', errorComponent: 'S', errorDetail: 'x'.repeat(5000) }).errorDetail, 'x'.repeat(2048))
})

t.test('every code of §12.2 has a text of its own; an unknown one a neutral text', async (t) => {
  const codes = [101, 102, 103, 201, 202, 203, 204, 205, 206, 207, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 312, 313, 314, 315, 402, 403, 404, 405]
  const texts = new Set(codes.map((code) => describeErrorCode(String(code))))
  t.equal(texts.size, codes.length)
  t.notOk(texts.has('Error'))
  t.equal(describeErrorCode('401'), 'Error')
  t.equal(describeErrorCode('constructor'), 'Error')
})
