import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { build, keepLog } from '../../setup/app.ts'
import { type Circumstances, evaluate } from '../../setup/parties/evaluate.ts'
import { aReq, aRes, erro, forwarded, oReq, pReq, REFERENCE, rReq, type Version } from '../../setup/parties/messages.ts'

const CHALLENGE_CARD = '4000400040004001'
const JSON_TYPE = 'application/json; charset=UTF-8'
const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']

interface Answer { status: number, type: unknown, body: any, headers: Record<string, unknown> }

/** Posts a message, or a text or bytes as they are. */
async function send (app: FastifyInstance, message: unknown, type: string | undefined = JSON_TYPE, url = '/ds'): Promise<Answer> {
  const payload = typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)
  const { statusCode, headers, body } = await app.inject({ method: 'POST', url, headers: type === '' ? {} : { 'content-type': type }, payload })
  return { status: statusCode, type: headers['content-type'], headers, body: body === '' ? '' : JSON.parse(body) }
}

/** The Erro that answers, which is whole by the catalogue, without its texts. */
async function refusal (t: Test, app: FastifyInstance, message: unknown, circumstances: Circumstances = {}): Promise<[status: number, code: string, detail: string]> {
  const { status, type, body } = await send(app, message)
  t.equal(type, JSON_TYPE)
  t.strictSame(evaluate(body, { messageType: 'Erro', ...circumstances }), [], 'a whole Erro')
  return [status, body.errorCode, body.errorDetail]
}

const with_ = (members: object, version: Version = '2.2.0') => ({ ...aReq({ version }), ...members })
const without = (message: any, ...names: string[]) => Object.fromEntries(Object.entries(message).filter(([name]) => !names.includes(name)))
const extension = (id: string) => ({ name: 'x', id, criticalityIndicator: true, data: { a: 'b' } })
const inText = (message: object, more: string) => JSON.stringify(message).replace(/\}$/, `,${more}}`)

t.test('what a message at fault is answered: one Erro of the first kind, naming every element that has it (emv3ds-protocol §3, §12)', async (t) => {
  const app = await build(t)
  const table: [name: string, message: unknown, code: string, detail: string | undefined][] = [
    ['no JSON', '{"messageType":', '101', undefined],
    ['nothing', ' ', '101', undefined],
    ['a list', '[]', '101', undefined],
    ['not UTF-8', Buffer.from(JSON.stringify(with_({ merchantName: 'ä' })), 'latin1'), '101', undefined],
    ['a byte order mark', '\uFEFF' + JSON.stringify(aReq()), '101', undefined],
    ['no type', without(aReq(), 'messageType'), '101', 'messageType'],
    ['a type of prototypes', with_({ messageType: 'constructor' }), '101', 'messageType'],
    ['a type that is no text', with_({ messageType: { toString: 1, valueOf: 1 } }), '101', 'messageType'],
    ['a version that is no text', with_({ messageVersion: { toString: 1 } }), '102', '2.1.0,2.2.0,2.3.1'],
    ['ids that are no texts', { ...rReq(aReq(), aRes(aReq())), dsTransID: { toString: 1 }, threeDSServerTransID: { toString: 1 } }, '203', 'dsTransID,threeDSServerTransID'],
    ['a type that nobody has', with_({ messageType: '__proto__' }), '101', 'messageType'],
    ['an answer', aRes(aReq()), '101', 'messageType'],
    ['for a 3DS Server or an ACS', oReq(), '101', 'messageType'],
    ['of a browser', { messageType: 'CReq', messageVersion: '2.2.0' }, '101', 'messageType'],
    ['a version nobody has', with_({ messageVersion: '2.0.0' }), '102', '2.1.0,2.2.0,2.3.1'],
    ['a version that is none', with_({ messageVersion: 2 }), '102', '2.1.0,2.2.0,2.3.1'],
    ['no version', without(aReq(), 'messageVersion'), '201', 'messageVersion'],
    ['a key twice', inText(aReq(), '"mcc":"5999"'), '204', 'mcc'],
    ['a nested key twice', inText(aReq(), '"acctInfo":{"chAccAgeInd":"01","chAccAgeInd":"02"}'), '204', 'acctInfo.chAccAgeInd'],
    ['wrong elements', with_({ mcc: '12', browserTZ: 'x', acctInfo: { chAccAgeInd: '1' } }), '203', 'acctInfo.chAccAgeInd,browserTZ,mcc'],
    ['wrong and missing', with_({ mcc: '12', purchaseDate: undefined }), '203', 'mcc'],
    ['missing elements', without(aReq(), 'mcc', 'acctNumber', 'threeDSServerURL'), '201', 'acctNumber,mcc,threeDSServerURL'],
    ['an empty one that is required', with_({ mcc: '' }), '201', 'mcc'],
    ['addresses of nobody\'s web', with_({ threeDSServerURL: 'ftp://3dss.test/', notificationURL: 'https://user:pass@shop.test/', threeDSRequestorURL: 'javascript:alert(1)' }), '203', 'notificationURL,threeDSRequestorURL,threeDSServerURL'],
    ['reserved in 2.3.1', with_({ threeDSRequestorAuthenticationInd: '11' }, '2.3.1'), '207', 'threeDSRequestorAuthenticationInd'],
    ['a critical extension', with_({ messageExtension: [extension('A000000003-x')] }), '202', 'A000000003-x'],
    ['an RReq for nobody', rReq(aReq(), aRes(aReq())), '301', 'threeDSServerTransID'],
    ['an RReq without ids', without(rReq(aReq(), aRes(aReq())), 'threeDSServerTransID'), '201', 'dsTransID,threeDSServerTransID'],
    ['a PReq at fault', pReq('2.2.0', { threeDSServerRefNumber: undefined }), '201', 'threeDSServerRefNumber']
  ]
  for (const [name, message, code, detail] of table) {
    const [status, errorCode, errorDetail] = await refusal(t, app, message)
    t.strictSame([status, errorCode, (detail === undefined ? undefined : errorDetail.split(',').sort().join(','))], [200, code, detail], name)
  }
})

t.test('the whole Erro, in each version (§12.1)', async (t) => {
  const app = await build(t)
  for (const version of VERSIONS) {
    const message = with_({ mcc: '12' }, version)
    t.strictSame((await send(app, message)).body, {
      messageType: 'Erro',
      messageVersion: version,
      errorCode: '203',
      errorComponent: 'D',
      errorDescription: (await send(app, message)).body.errorDescription,
      errorDetail: 'mcc',
      errorMessageType: 'AReq',
      threeDSServerTransID: message.threeDSServerTransID
    })
  }
  const { body } = await send(app, 'x')
  t.strictSame(Object.keys(body).sort(), ['errorCode', 'errorComponent', 'errorDescription', 'errorDetail', 'messageType', 'messageVersion'])
  t.strictSame([body.messageVersion, body.errorComponent], ['2.3.1', 'D'])
})

t.test('empty optional elements and codes without a country are for VALIDATION=emv-strict to refuse; 201 before 203 by FIRST_ERROR_CODE (§3.3, §3.10)', async (t) => {
  const [app, strict, missingFirst] = await Promise.all([build(t), build(t, { VALIDATION: 'emv-strict' }), build(t, { FIRST_ERROR_CODE: '201' })])
  for (const [members, code, element] of [[{ acctID: '' }, '203', 'acctID'], [{ merchantCountryCode: '901' }, '304', 'merchantCountryCode'], [{ purchaseCurrency: '999' }, '304', 'purchaseCurrency']] as const) {
    t.match((await send(app, with_(members))).body, { messageType: 'ARes', transStatus: 'Y' })
    t.strictSame(await refusal(t, strict, with_(members)), [200, code, element])
  }
  t.strictSame(await refusal(t, missingFirst, with_({ mcc: '12', purchaseDate: undefined })), [200, '201', 'purchaseDate'])
})

t.test('ERRO_STATUS=400 says so in HTTP too (§2)', async (t) => {
  const app = await build(t, { ERRO_STATUS: '400' })
  t.strictSame(await refusal(t, app, with_({ mcc: '12' })), [400, '203', 'mcc'])
  t.equal((await refusal(t, app, 'x'))[0], 400)
  t.equal((await send(app, aReq())).status, 200)
  t.equal((await send(app, erro(aReq(), 'S', '203', 'x'))).status, 200)
})

t.test('nobody answers an Erro: an empty 200, whatever is in it (§1)', async (t) => {
  const app = await build(t)
  for (const message of [erro(aRes(aReq()), 'S', '203', 'eci'), { messageType: 'Erro' }, { messageType: 'Erro', errorCode: { a: 1 }, threeDSServerTransID: 'x' }]) {
    const { status, body } = await send(app, message)
    t.strictSame([status, body], [200, ''])
  }
})

t.test('what is not called JSON, or is compressed or wide, is no message: 415; called JSON in any case it is one (§2)', async (t) => {
  const app = await build(t)
  for (const type of ['text/plain', 'application/jose', 'application/x-www-form-urlencoded', 'application/jsonx', '', 'application/json; charset=utf-16']) {
    const { status, type: answered, body } = await send(app, aReq(), type)
    t.strictSame([status, answered, body.code], [415, JSON_TYPE, 'unsupported_media_type'], type)
    t.match(body.error, type.includes('utf-16') ? 'send UTF-8' : 'Content type must be application/json', type)
  }
  for (const type of ['application/JSON', 'application/json', 'Application/Json;charset="utf-8"', 'application/vnd.emv+json']) {
    t.match(await send(app, aReq(), type), { status: 200, type: JSON_TYPE, body: { messageType: 'ARes' } })
  }
  for (const type of ['', 'json', '/']) {
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/ds', headers: { 'content-type': type }, payload: JSON.stringify(aReq()) })
    t.strictSame([statusCode, JSON.parse(body)], [415, { error: 'Content type must be application/json', code: 'unsupported_media_type' }], `'${type}'`)
  }
  const packed = await app.inject({ method: 'POST', url: '/ds', headers: { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }, payload: JSON.stringify(aReq()) })
  t.equal(packed.statusCode, 415)
  t.equal((await app.inject({ method: 'POST', url: '/ds' })).statusCode, 415)
})

t.test('a message is posted: every other method is 405, and Allow says which there is (RFC 9110 §15.5.6)', async (t) => {
  const app = await build(t)
  for (const url of ['/ds', '/acs']) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const { statusCode, headers, body } = await app.inject({ method, url })
      t.strictSame([statusCode, headers['allow']], [405, 'POST'], `${method} ${url}`)
      if (method !== 'HEAD') t.strictSame(JSON.parse(body), { error: 'This path takes POST only', code: 'method_not_allowed' })
    }
  }
})

t.test('hostile messages: prototype keys, nesting without end, bodies of megabytes: an answer each time, none of them 5xx', async (t) => {
  const app = await build(t)
  const nested = (depth: number, open: string, close: string) => open.repeat(depth) + '1' + close.repeat(depth)
  const bodies: [string, string][] = [
    ['__proto__', inText(aReq(), '"__proto__":{"acctNumber":"1","transStatus":"Y"}')],
    ['constructor', inText(aReq(), '"constructor":{"prototype":{"x":"y"}}')],
    ['lists', inText(aReq(), `"x":${nested(500_000, '[', ']')}`)],
    ['objects', inText(aReq(), `"x":${nested(200_000, '{"a":', '}')}`)],
    ['nested deep in an element', inText(aReq(), `"acctInfo":${nested(100_000, '{"chAccAgeInd":', '}')}`)],
    ['an extension', inText(aReq(), `"messageExtension":[{"name":"x","id":"y","criticalityIndicator":false,"data":${nested(3000, '{"a":', '}')}}]`)],
    ['long', inText(aReq(), `"x":"${'x'.repeat(2_000_000)}"`)],
    ['many keys', inText(aReq(), Array.from({ length: 50_000 }, (_, at) => `"k${at}":"v"`).join(','))],
    ['one key many times', inText(aReq(), '"x":"y",'.repeat(50_000) + '"x":"y"')],
    ['an RReq of lists', inText(rReq(aReq(), aRes(aReq())), `"x":${nested(500_000, '[', ']')}`)],
    ['a PReq of lists', inText(pReq(), `"x":${nested(500_000, '[', ']')}`)],
    ['an Erro of lists', inText(erro(aReq(), 'S', '203', 'x'), `"x":${nested(500_000, '[', ']')}`)]
  ]
  for (const [name, body] of bodies) {
    const { status, body: answered } = await send(app, body)
    t.ok(status < 500, `${name}: ${status} ${answered.messageType} ${answered.errorCode} ${answered.errorDetail?.slice(0, 99)}`)
    if (answered.messageType === 'Erro') t.strictSame(evaluate(answered), [])
  }
  t.match((await send(app, 'x'.repeat(2_097_153))).body, { messageType: 'Erro', errorCode: '101', errorDetail: 'The request body is too large' })
  t.match((await send(app, aReq())).body, { transStatus: 'Y' })
  t.equal(({} as any).acctNumber, undefined)
})

t.test('an id that another transaction has is refused under VALIDATION=emv-strict, and nothing happens to that; else it is replaced, which is logged (§12.2)', async (t) => {
  const { logger, lines } = await keepLog()
  const [strict, app] = await Promise.all([build(t, { VALIDATION: 'emv-strict' }), build(t, {}, { logger })])
  for (const version of VERSIONS) {
    const message = { ...aReq({ version }), acctNumber: CHALLENGE_CARD }
    const id = message.threeDSServerTransID
    t.match((await send(strict, message)).body, { messageType: 'ARes', transStatus: 'C' })
    const kept = await strict.stateStore.get(id)
    t.strictSame(await refusal(t, strict, message), [200, '301', 'threeDSServerTransID'])
    t.strictSame(await refusal(t, strict, { ...message, threeDSServerTransID: id.toUpperCase() }), [200, '301', 'threeDSServerTransID'])
    t.match((await send(strict, forwarded(message, 'https://ds.test/'), JSON_TYPE, '/acs')).body, { messageType: 'Erro', errorCode: '301', errorComponent: 'A', errorDetail: 'threeDSServerTransID', errorMessageType: 'AReq', messageVersion: version })
    t.strictSame(await refusal(t, strict, { ...message, mcc: '5' }), [200, '203', 'mcc'], 'what is wrong with the message itself comes first')
    t.strictSame(await strict.stateStore.get(id), kept)

    const { body: first } = await send(app, message)
    const { body: second } = await send(app, message)
    t.match(second, { messageType: 'ARes', transStatus: 'C' })
    t.not(second.acsTransID, first.acsTransID)
  }
  t.equal(lines.filter((line) => line.includes('the transaction was replaced')).length, 3)
  t.match((await send(strict, forwarded(aReq(), 'https://ds.test/'), JSON_TYPE, '/acs')).body, { messageType: 'ARes' })
})

t.test('NUL and half characters, which no UTF-8 has, are wrong in every element, and tolerated in what is additional; no line of the log has them (§3.4, §3.6, §3.7)', async (t) => {
  const { logger, lines } = await keepLog()
  const app = await build(t, {}, { logger })
  const extended = (data: object) => ({ messageExtension: [{ name: 'x', id: 'A000000003-x', criticalityIndicator: false, data }] })
  for (const bad of ['a\u0000', '\ud800', 'a\udc00b', '\udc00\ud800']) {
    const table: [members: object, detail: string][] = [
      [{ merchantName: bad }, 'merchantName'],
      [{ acctInfo: { chAccAgeInd: '01', nobodys: { any: ['', bad] } } }, 'acctInfo'],
      [extended({ a: [1, null, { b: bad }] }), 'messageExtension'],
      [{ merchantName: bad, browserUserAgent: bad, mcc: '5' }, 'browserUserAgent,mcc,merchantName'],
      [{ threeDSServerTransID: bad }, 'threeDSServerTransID']
    ]
    for (const [members, detail] of table) {
      const [status, code, named] = await refusal(t, app, with_(members))
      t.strictSame([status, code, named.split(',').sort().join(',')], [200, '203', detail], JSON.stringify(members))
    }
    t.match((await send(app, with_({ nobodys: bad, threeRIInd: bad }))).body, { messageType: 'ARes' })
    t.strictSame((await refusal(t, app, with_({ messageType: bad })))[1], '101')
    t.equal((await send(app, { ...erro(aReq(), 'S', bad, bad), errorComponent: bad })).body, '')
    t.match((await send(app, oReq({ opDescription: bad }), JSON_TYPE, '/3ds/results')).body, { messageType: 'Erro', errorCode: '203', errorDetail: 'opDescription' })
    t.match((await send(app, { ...pReq(), threeDSServerRefNumber: bad }, JSON_TYPE, '/acs')).body, { errorCode: '101' })
  }
  for (const fine of ['\ud83d\ude00', '\u00e4', '\\u0000', 'a\u001bb']) t.match((await send(app, with_({ merchantName: fine }))).body, { messageType: 'ARes' }, fine)
  t.match((await send(app, JSON.stringify(with_({ merchantName: 'X' })).replace('"X"', '"\\u00e4 \\\\u0000"'))).body, { messageType: 'ARes' }, 'written so, and meant otherwise')
  t.ok(lines.length > 20)
  t.strictSame(lines.filter((line) => /[^\n\P{Cc}]|\p{Surrogate}|\\u0000|\\ud[89a-f]/u.test(line)), [])
})

t.test('what is no fault of a message is told by HTTP: 429 (§2)', async (t) => {
  const app = await build(t, { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '1' })
  await send(app, aReq())
  const { status, headers } = await send(app, aReq())
  t.strictSame([status, Number(headers['retry-after']) > 0], [429, true])
})

t.test('every number of a reference is taken: who may ask is not limited (§3)', async (t) => {
  const app = await build(t)
  t.match((await send(app, { ...pReq(), threeDSServerRefNumber: REFERENCE.acs })).body, { messageType: 'PRes' })
})

t.test('a request without Host is refused by HTTP; one that comes while the server closes with 503 and an Erro 403, to be tried again', async (t) => {
  const app = await build(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const body = JSON.stringify(aReq())
  const raw = async (head: string, meanwhile = async () => {}) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => { answer += chunk })
    const ended = once(socket, 'close')
    // A whole request first: then the connection is one of HTTP, and kept.
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nPOST /ds HT')
    await once(socket, 'data')
    answer = ''
    await meanwhile()
    socket.write(`TP/1.1\r\n${head}Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
    await ended
    return { answer, body: JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) }
  }
  t.match(await raw(''), { answer: /^HTTP\/1\.1 400 /, body: { error: 'The Host header is missing' } })
  let closed: Promise<void> | undefined
  const closing = await raw('Host: x\r\n', async () => {
    closed = app.close()
    while (app.server.listening) await nextTurn()
  })
  t.match(closing, { answer: /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n/, body: { messageType: 'Erro', errorCode: '403', errorComponent: 'D', errorDetail: 'The server is closing' } })
  await closed
})
