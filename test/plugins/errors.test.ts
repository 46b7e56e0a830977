import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { acceptance } from '../../plugins/acceptance.ts'
import { errorOptions, errors } from '../../plugins/errors.ts'
import { forms } from '../../plugins/forms.ts'
import { jsonBodies } from '../../plugins/json-bodies.ts'
import { createLogger } from '../../plugins/logger.ts'
import { createRequestIds, requestLog } from '../../plugins/request-log.ts'
import { validation } from '../../plugins/validation.ts'
import type { Compatibility } from '../../src/config.ts'
import { MockError, ProtocolError, type ErrorCode } from '../../src/errors.ts'
import { randomIds } from '../../src/ids.ts'

const transactionId = '8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const FORM = 'application/x-www-form-urlencoded'
const card = '4111111111111111'

async function build (t: Test, compatibility: Compatibility = 'emv'): Promise<{ app: FastifyInstance, lines: string[] }> {
  const lines: string[] = []
  const app = Fastify({
    loggerInstance: await createLogger({ level: 'trace', pretty: false, destination: { write: (line) => { lines.push(line) } } }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(randomIds),
    bodyLimit: 1024,
    ...errorOptions({ compatibility })
  })
  t.teardown(() => app.close())
  await app.register(errors, { compatibility })
  await app.register(acceptance)
  await app.register(jsonBodies)
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
    messageVersion: '2.3.1',
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
  await app.register(validation)
  const body = Type.Object({ cardNumber: Type.String({ pattern: '^x$' }), a: Type.Optional(Type.Object({ b: Type.String() })) })
  app.post('/json', { schema: { body } }, async () => 'ok')
  const send = async (payload: object) => (await app.inject({ method: 'POST', url: '/json', payload })).json()
  const refused = (element: string, message: string) => ({
    error: `${element} ${message}`, code: 'invalid_request', faults: [{ element, message }]
  })
  t.strictSame(await send({ cardNumber: card }), refused('cardNumber', 'must match pattern "^x$"'))
  t.strictSame(await send({}), refused('cardNumber', 'is required'))
  t.strictSame(await send({ cardNumber: 'x', a: {} }), refused('a.b', 'is required'))
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
  for (const payload of ['{"__proto__":{}}', '{"a":{"__proto__":1}}', '{"constructor":{"prototype":{}}}', '{"__pro\\u0074o__":{}}']) {
    t.strictSame(await send('/json', 'application/json', payload), [400, refused('The request body has a member __proto__ or constructor.prototype, which is not taken')], payload)
  }
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

/** A server that listens: its port. */
async function listen (app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

/** One raw answer: status line, headers by lower-case name, JSON. It must say its length, its type, and that the connection ends. */
function read (t: Test, answer: string): { status: string, body: unknown } {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ')))
  t.match(headers, { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)), connection: 'close' })
  t.equal(answer, `${head}\r\n\r\n${body}`, 'one answer')
  return { status, body: JSON.parse(body) }
}

t.test('what is not HTTP gets one answer in JSON and a closed connection; the server lives on', async (t) => {
  const { app } = await build(t)
  app.post('/json', async () => 'ok')
  app.get('/', async () => 'ok')
  const port = await listen(app)
  const post = 'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`
  const invalid = { error: 'The request is not valid', code: 'invalid_request' }
  const cases: [sent: string, status: string, body: object][] = [
    ['nonsense\r\n\r\n', '400 Bad Request', invalid],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 Bad Request', invalid],
    [`${post}Content-Length: x\r\n\r\n{}`, '400 Bad Request', invalid],
    [`${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, '400 Bad Request', invalid],
    [`${chunked}zz\r\n{}\r\n0\r\n\r\n`, '400 Bad Request', invalid],
    [`${chunked}2;${'a'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`, '413 Payload Too Large', { error: 'The request body is too large', code: 'payload_too_large' }],
    [`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large', { error: 'The request headers are too large', code: 'headers_too_large' }]
  ]
  for (const [sent, status, body] of cases) {
    t.strictSame(read(t, await exchange(port, sent)), { status: `HTTP/1.1 ${status}`, body }, sent.slice(0, 100))
  }
  t.match(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 OK/)
})

t.test('what Node answers by itself is answered in JSON too: no Host, an unknown Expect, CONNECT', async (t) => {
  for (const compatibility of ['emv', 'legacy'] as const) {
    const { app } = await build(t, compatibility)
    app.get('/', async () => 'ok')
    app.post('/json', async () => 'ok')
    const port = await listen(app)
    const refused = (status: string, error: string, code: string) => ({ status: `HTTP/1.1 ${status}`, body: compatibility === 'emv' ? { error, code } : { error } })
    const noHost = refused('400 Bad Request', 'The Host header is missing', 'invalid_request')
    t.strictSame(read(t, await exchange(port, 'GET / HTTP/1.1\r\n\r\n')), noHost)
    t.strictSame(read(t, await exchange(port, 'GET /unknown HTTP/1.1\r\n\r\n')), noHost)
    t.strictSame(read(t, await exchange(port, 'POST /json HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}')), noHost)
    t.match(await exchange(port, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK/, 'HTTP/1.0 knows no Host')

    const post = 'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n'
    t.strictSame(read(t, await exchange(port, `${post}Expect: a-miracle\r\n\r\n{}`)),
      refused('417 Expectation Failed', 'The Expect header asks for what this server does not know', 'expectation_failed'))
    t.match(await exchange(port, `${post}Expect: 100-continue\r\n\r\n{}`), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    t.strictSame(read(t, await exchange(port, 'CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test\r\n\r\n')), refused('404 Not Found', 'Not found', 'not_found'))
  }
})

t.test('a connection that is reset after CONNECT ends nothing else', async (t) => {
  const { app } = await build(t)
  app.get('/', async () => 'ok')
  const port = await listen(app)
  const [tunnel] = await Promise.all([once(app.server, 'connect'), abort(port, 'CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
  tunnel[1].emit('error', new Error('reset'))
  t.equal(tunnel[1].destroyed, true)
  t.match(await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 OK/)
})

t.test('a body that is compressed or in wide characters is refused by name with 415, whoever takes it', async (t) => {
  const { app } = await build(t)
  app.post('/json', async (request) => request.body)
  await app.register(async (scope) => {
    scope.removeContentTypeParser('application/json')
    await scope.register(forms)
    scope.post('/form', { schema: { consumes: [FORM] } }, async (request) => request.body)
  })
  const send = async (url: string, headers: Record<string, string>, payload = '{}') => {
    const response = await app.inject({ method: 'POST', url, payload, headers })
    return [response.statusCode, response.json()]
  }
  const refused = (error: string) => [415, { error, code: 'unsupported_media_type' }]
  for (const [url, type] of [['/json', 'application/json'], ['/form', FORM]] as const) {
    for (const encoding of ['gzip', 'br', 'Deflate', 'zstd']) {
      t.strictSame(await send(url, { 'content-type': type, 'content-encoding': encoding }), refused(`Content-Encoding ${encoding}: a compressed body is not read, send it as it is`))
    }
    t.strictSame(await send(url, { 'content-type': type, 'content-encoding': `x${card}` }), refused('Content-Encoding: a compressed body is not read, send it as it is'))
    for (const charset of ['utf-16', 'UTF-16LE', '"utf-32"', 'ucs-2']) {
      t.strictSame(await send(url, { 'content-type': `${type}; charset=${charset}` }), refused(`charset ${charset.replaceAll('"', '')} is not read, send UTF-8`))
    }
  }
  for (const headers of [{ 'content-encoding': 'identity' }, { 'content-encoding': '' }, {}]) t.strictSame(await send('/json', { 'content-type': 'application/json', ...headers }), [200, {}])
  // What a good part of all Java clients says of its ASCII.
  for (const charset of ['utf-8', 'UTF8', 'iso-8859-1', 'us-ascii']) t.strictSame(await send('/json', { 'content-type': `application/json; charset=${charset}` }), [200, {}])
})

t.test('while it closes, a request that had only begun is refused in JSON', async (t) => {
  const { app } = await build(t)
  const begun = new EventEmitter()
  app.get('/', async () => 'ok')
  app.addHook('preClose', async () => { begun.emit('closing') })
  const port = await listen(app)
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => { answer += chunk })
  const ended = once(socket, 'close')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT')
  await once(socket, 'data')
  const [served = ''] = answer.split('\r\n\r\nok')
  answer = ''
  const closed = app.close()
  await once(begun, 'closing')
  socket.write('TP/1.1\r\nHost: x\r\n\r\n')
  await Promise.all([closed, ended])
  const refused = answer
  t.match(served, /^HTTP\/1\.1 200 OK/)
  t.match(refused, /\r\nretry-after: 1\r\n/)
  t.strictSame(read(t, String(refused)), { status: 'HTTP/1.1 503 Service Unavailable', body: { error: 'The server is closing', code: 'server_closing' } })
})

t.test('a slow request is answered 408, a reset connection not at all', async (t) => {
  const { clientErrorHandler } = errorOptions({ compatibility: 'legacy' })
  const app = Fastify()
  const answerTo = (code: string, prepare = (_socket: Duplex) => {}): string[] => {
    const written: string[] = []
    const socket = new Duplex({ read () {}, write (chunk, _encoding, done) { written.push(String(chunk)); done() } })
    prepare(socket)
    clientErrorHandler?.call(app, Object.assign(new Error(), { code }) as never, socket as never)
    return written
  }
  t.match(answerTo('ERR_HTTP_REQUEST_TIMEOUT'), [/^HTTP\/1\.1 408 Request Timeout\r\n[^]*\{"error":"The request took too long to arrive"\}$/])
  t.strictSame(answerTo('ECONNRESET'), [])
  t.strictSame(answerTo('HPE_INVALID', (socket) => socket.destroy()), [])
  t.strictSame(answerTo('HPE_INVALID', (socket) => socket.end()), [], 'nor one that was answered')
})

t.test('what is not HTTP and does not end is not listened to for ever', async (t) => {
  const { app } = await build(t)
  const port = await listen(app)
  const [, [served]] = await Promise.all([exchange(port, 'nonsense\r\n\r\n', { allowHalfOpen: true }), once(app.server, 'connection')])
  if (!served.destroyed) await once(served, 'close')
})

/** Writes bytes to a port and ends the connection as a crash does. */
function abort (port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { socket.write(text, () => { socket.resetAndDestroy() }) })
    socket.on('error', reject)
    socket.on('close', () => { resolve() })
  })
}

/** Writes bytes to a port and collects what comes back until the other side closes. */
function exchange (port: number, text: string, options: { allowHalfOpen?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...options }, () => { socket.write(text) })
    let answer = ''
    socket.on('data', (chunk) => { answer += chunk })
    socket.on('error', reject)
    socket.on('end', () => { resolve(answer) })
  })
}
