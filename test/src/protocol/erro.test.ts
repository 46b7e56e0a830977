import t from 'tap'
import { describeErrorCode } from '../../../src/protocol/error-codes.ts'
import { erroBody, soundErro } from '../../../src/protocol/erro.ts'

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

t.test('of somebody else\'s Erro only what is an element of it in its format is kept, as it came; a text that is too long is cut (§3, §12.1)', async (t) => {
  const erro = {
    messageType: 'Erro',
    errorCode: '999',
    sdkTransID: 'B2385523-A66C-4907-AC3C-91848E8C0067',
    errorDetail: 'acsTransID',
    errorDescription: '',
    messageVersion: '2.3.1',
    errorComponent: 'D',
    errorMessageType: 'RReq',
    threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
    dsTransID: 'f25084f0-5b16-4c0a-ae5d-b24808a95e4b',
    acsTransID: 'd7c1ee99-9478-44a6-b1f2-391e29c6b340'
  }
  const sound = soundErro(erro)
  t.strictSame(sound, erro)
  t.strictSame(Object.keys(sound), Object.keys(erro))
  t.strictSame(soundErro({ messageType: 'Erro', errorDetail: 'x'.repeat(5000), errorDescription: 'y'.repeat(2049) }), { messageType: 'Erro', errorDetail: 'x'.repeat(2048), errorDescription: 'y'.repeat(2048) })
  const faulty = {
    messageType: ['RRes', 1],
    messageVersion: ['2', 'x'.repeat(100), 2],
    errorCode: ['1', '1234', 'abc', 101],
    errorComponent: ['X', 'DD', ''],
    errorDescription: [null, {}],
    errorDetail: [[], true],
    errorMessageType: ['RReqs', '', '<b>x'],
    threeDSServerTransID: ['x', ''],
    dsTransID: [null],
    acsTransID: [{}],
    sdkTransID: ['1'],
    messageExtension: [[{}]],
    constructor: ['x'],
    toString: ['x'],
    threeDSRequestorID: ['x']
  }
  for (const [name, values] of Object.entries(faulty)) {
    for (const value of values) t.strictSame(soundErro({ ...erro, [name]: value as never }), Object.fromEntries(Object.entries(erro).filter(([other]) => other !== name)), `${name} ${String(value)}`)
  }
  let deep: any = 'x'
  for (let level = 0; level < 50_000; level++) deep = [deep]
  t.strictSame(soundErro({ ...erro, cause: deep }), erro)
})

t.test('every code of §12.2 has a text of its own; an unknown one a neutral text', async (t) => {
  const codes = [101, 102, 103, 201, 202, 203, 204, 205, 206, 207, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 312, 313, 314, 315, 402, 403, 404, 405]
  const texts = new Set(codes.map((code) => describeErrorCode(String(code))))
  t.equal(texts.size, codes.length)
  t.notOk(texts.has('Error'))
  t.equal(describeErrorCode('401'), 'Error')
  t.equal(describeErrorCode('constructor'), 'Error')
})
