import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { errorOptions, errors } from '../../plugins/errors.ts'
import { forms } from '../../plugins/forms.ts'
import { createLogger } from '../../plugins/logger.ts'
import { createRequestIds, requestLog } from '../../plugins/request-log.ts'
import type { Compatibility } from '../../plugins/error-answer.ts'
import { MockError, ProtocolError, type ErrorCode } from '../../src/errors.ts'
import { randomIds } from '../../src/ids.ts'

const transactionId = '8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const FORM = 'application/x-www-form-urlencoded'
const card = '4111111111111111'

async function build (t: Test, compatibility: Compatibility = 'emv'): Promise<{ app: FastifyInstance, lines: string[] }> {
  const lines: string[] = []
  const app = Fastify({
    loggerInstance: await createLogger({ level: 'trace', pretty: false, destination: { write: (line) => { lines.push(line) } } }),
    disableRequestLogging: true,
    genReqId: createRequestIds(randomIds),
    bodyLimit: 1024,
    ...errorOptions({ compatibility })
  })
  t.teardown(() => app.close())
  await app.register(errors, { compatibility })
  await app.register(requestLog)
  return { app, lines }
}

function throwing (app: FastifyInstance, error: unknown): void {
  app.get('/throws', async () => { throw error })
}

const answers: Array<[ErrorCode, number, string, string | undefined]> = [
  ['invalid_request', 400, 'as given', undefined],
  ['transaction_not_found', 400, 'Transaction not found', undefined],
  ['results_not_found', 400, 'Results not found for this transaction', undefined],
  ['invalid_challenge_request', 400, 'as given', undefined],
  ['store_connection', 503, 'as given', '1'],
  ['store_timeout', 503, 'as given', '1'],
  ['store_conflict', 503, 'as given', '1'],
  ['store_serialization', 500, 'as given', undefined]
]

for (const [code, status, error, retryAfter] of answers) {
  t.test(`${code} is answered ${status}`, async (t) => {
    for (const compatibility of ['emv', 'legacy'] as const) {
      const { app } = await build(t, compatibility)
      throwing(app, new MockError(code, 'as given', { cause: new Error('private') }))
      const response = await app.inject('/throws')
      t.equal(response.statusCode, status)
      t.equal(response.headers['content-type'], 'application/json; charset=utf-8')
      t.equal(response.headers['retry-after'], retryAfter)
      t.strictSame(response.json(), compatibility === 'legacy' ? { error } : { error, code })
    }
  })
}

t.test('faults are listed, without anything that looks like a card number', async (t) => {
  const { app } = await build(t)
  throwing(app, new MockError('invalid_request', `bad ${card}`, { faults: [{ element: `a.${card}`, message: `is ${card}` }] }))
  t.strictSame((await app.inject('/throws')).json(), {
    error: 'bad [masked]', code: 'invalid_request', faults: [{ element: 'a.[masked]', message: 'is [masked]' }]
  })
})

t.test('a ProtocolError is answered with the members of an Erro and the text of the API, one body for both kinds of client', async (t) => {
  const error = new ProtocolError('acsTransID does not belong to the transaction', {
    errorCode: '301', errorComponent: 'S', errorDetail: 'acsTransID', errorMessageType: 'RReq', threeDSServerTransID: transactionId
  })
  const { app } = await build(t)
  // The route's own schema for 400 must not drop any of it.
  app.get('/throws', { schema: { response: { 400: { type: 'object', properties: { error: { type: 'string' } } } } } }, async () => { throw error })
  const response = await app.inject('/throws')
  t.equal(response.statusCode, 400)
  t.strictSame(response.json(), {
    messageType: 'Erro',
    messageVersion: '2.2.0',
    errorCode: '301',
    errorComponent: 'S',
    errorDescription: 'Transaction identifier is not known or not valid here',
    errorDetail: 'acsTransID',
    errorMessageType: 'RReq',
    threeDSServerTransID: transactionId,
    error: 'acsTransID does not belong to the transaction',
    code: 'protocol_error'
  })
  const legacy = await build(t, 'legacy')
  throwing(legacy.app, error)
  t.strictSame((await legacy.app.inject('/throws')).json(), { error: 'acsTransID does not belong to the transaction' })
})

t.test('an unexpected error is answered 500 without any detail, and logged', async (t) => {
  for (const thrown of [new Error(`secret ${card}`), Object.assign(new Error('odd'), { statusCode: 302 }), Object.assign(new Error('upstream'), { statusCode: 502 })]) {
    const { app, lines } = await build(t)
    throwing(app, thrown)
    const response = await app.inject('/throws')
    t.equal(response.statusCode, 500)
    t.strictSame(response.json(), { error: 'Internal server error', code: 'internal_error' })
    t.match(lines.map((line) => JSON.parse(line)), [{ level: 'error', msg: 'request failed', err: { type: 'Error', stack: /errors\.test/ } }, { level: 'info', status: 500 }])
    t.notMatch(lines.join(''), card)
  }
})

t.test('what the route has not declared in its error is answered by its status', async (t) => {
  for (const [statusCode, code] of [[413, 'payload_too_large'], [414, 'uri_too_long'], [418, 'invalid_request']] as const) {
    const { app } = await build(t)
    throwing(app, Object.assign(new Error(card), { statusCode }))
    const response = await app.inject('/throws')
    t.equal(response.statusCode, statusCode)
    t.equal(response.json().code, code)
    t.notMatch(response.body, card)
  }
})

t.test('schema faults name their elements and never repeat the value', async (t) => {
  const { app } = await build(t)
  const schema = { body: { type: 'object', required: ['cardNumber'], properties: { cardNumber: { type: 'string', pattern: '^x$' }, a: { type: 'object', required: ['b'] } } } }
  app.post('/json', { schema }, async () => 'ok')
  const response = await app.inject({ method: 'POST', url: '/json', payload: { cardNumber: card } })
  t.equal(response.statusCode, 400)
  t.strictSame(response.json(), {
    error: 'The request is not valid', code: 'invalid_request', faults: [{ element: 'cardNumber', message: 'must match pattern "^x$"' }]
  })
  t.strictSame((await app.inject({ method: 'POST', url: '/json', payload: {} })).json().faults,
    [{ element: 'cardNumber', message: "must have required property 'cardNumber'" }])
  t.strictSame((await app.inject({ method: 'POST', url: '/json', payload: { cardNumber: 'x', a: {} } })).json().faults,
    [{ element: 'a.b', message: "must have required property 'b'" }])
})

t.test('a validator that names nothing still gets an answer, and one that lists missing members is understood', async (t) => {
  const { app } = await build(t)
  throwing(app, Object.assign(new Error(), { statusCode: 400, validation: [{}, { instancePath: '/a', params: { requiredProperties: ['b', 'c'] }, message: 'missing' }] }))
  t.strictSame((await app.inject('/throws')).json().faults, [{ element: '', message: 'is not valid' }, { element: 'a.b', message: 'missing' }])
})

t.test('bodies that cannot be read are 400, too long ones 413, unknown types 400 for JSON and 415 for forms (compatibility §0.3)', async (t) => {
  const { app } = await build(t)
  app.removeContentTypeParser('text/plain')
  app.post('/json', async () => 'ok')
  await app.register(async (scope) => {
    scope.removeContentTypeParser('application/json')
    await scope.register(forms)
    scope.post('/form', { schema: { consumes: [FORM] } }, async (request) => request.body)
  })
  const send = async (url: string, type: string | undefined, payload: string) => {
    const response = await app.inject({ method: 'POST', url, payload, headers: type === undefined ? {} : { 'content-type': type } })
    return [response.statusCode, response.json()]
  }
  const refused = (error: string, code = 'invalid_request') => ({ error, code })
  t.strictSame(await send('/json', 'application/json', `{"a":${card}x}`), [400, refused('The request body is not valid JSON')])
  t.strictSame(await send('/json', 'application/json', '{"__proto__":{}}'), [400, refused('The request body is not valid JSON')])
  t.strictSame(await send('/json', 'application/json', ''), [400, refused('The request body is empty')])
  t.strictSame(await send('/json', 'application/json', `"${'x'.repeat(2000)}"`), [413, refused('The request body is too large', 'payload_too_large')])
  for (const type of [undefined, 'text/plain', FORM, 'not a type']) {
    t.strictSame(await send('/json', type, '{}'), [400, refused('Content type must be application/json')])
  }
  t.strictSame(await send('/form', 'application/json', '{}'), [415, refused('Content type must be application/x-www-form-urlencoded', 'unsupported_media_type')])
  t.strictSame(await send('/form', FORM, 'a=%zz'), [400, refused('The form is not URL-encoded UTF-8')])
  t.strictSame(await send('/form', FORM, 'a=1&b=2'), [200, { a: '1', b: '2' }])
})

t.test('unknown paths, wrong methods and malformed URLs are told in JSON, without repeating the URL', async (t) => {
  const { app, lines } = await build(t)
  app.get('/known/:id', async () => 'ok')
  for (const [method, url] of [['GET', `/${card}?otp=1`], ['DELETE', '/known/1'], ['GET', '/known/1/']] as const) {
    const response = await app.inject({ method, url })
    t.equal(response.statusCode, 404)
    t.strictSame(response.json(), { error: 'Not found', code: 'not_found' })
  }
  const malformed = await app.inject('/%zz')
  t.equal(malformed.statusCode, 400)
  t.ok(malformed.headers['x-request-id'])
  t.strictSame(malformed.json(), { error: 'The URL is malformed', code: 'invalid_request' })
  const long = await app.inject(`/known/${'x'.repeat(200)}`)
  t.equal(long.statusCode, 414)
  t.strictSame(long.json(), { error: 'The URL is too long', code: 'uri_too_long' })
  t.match(lines.map((line) => JSON.parse(line)).filter((line) => line.msg === 'request refused'), [{ status: 400, code: 'FST_ERR_BAD_URL' }, { status: 414 }])
})

t.test('an error after the answer began is not answered twice', async (t) => {
  const { app } = await build(t)
  app.get('/hijacked', (_request, reply) => {
    reply.hijack()
    reply.raw.end('mine')
    throw new Error('late')
  })
  t.equal((await app.inject('/hijacked')).body, 'mine')
})

t.test('what is not HTTP gets one answer in JSON and a closed connection; the server lives on', async (t) => {
  const { app } = await build(t)
  app.get('/', async () => 'ok')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  t.match(await exchange(port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\nConnection: close\r\n\r\n\{"error":"The request is not valid","code":"invalid_request"\}$/)
  t.match(await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[^]*"headers_too_large"\}$/)
  t.match(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 OK/)
})

t.test('a slow request is answered 408, a reset connection not at all', async (t) => {
  const { clientErrorHandler } = errorOptions({ compatibility: 'legacy' })
  const app = Fastify()
  for (const [code, state, expected] of [
    ['ERR_HTTP_REQUEST_TIMEOUT', {}, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*\{"error":"The request took too long to arrive"\}$/],
    ['ECONNRESET', {}, /^$/],
    ['HPE_INVALID', { destroyed: true }, /^$/],
    ['HPE_INVALID', { writable: false }, /^$/]
  ] as const) {
    let written = ''
    const socket = { destroyed: false, writable: true, write (text: string) { written += text }, destroy () {}, ...state }
    clientErrorHandler?.call(app, Object.assign(new Error(), { code }) as never, socket as never)
    t.match(written, expected)
  }
})

/** Writes bytes to a port and collects what comes back until the other side closes. */
function exchange (port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { socket.write(text) })
    let answer = ''
    socket.on('data', (chunk) => { answer += chunk })
    socket.on('error', reject)
    socket.on('close', () => { resolve(answer) })
  })
}
