import { once } from 'node:events'
import type { RequestOptions } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { acceptance } from '../../plugins/acceptance.ts'
import { errorOptions, errors } from '../../plugins/errors.ts'
import { createLogger } from '../../plugins/logger.ts'
import { publicUrl } from '../../plugins/public-url.ts'
import { tls, withTls } from '../../plugins/tls.ts'
import { loadConfig, type Config } from '../../src/config.ts'
import { ask, certificatesOf, writeFiles } from '../setup/tls.ts'

const NOW = Date.now()
const { root, server, client } = certificatesOf('the mock', NOW)
const foreign = certificatesOf('somebody else', NOW)

/** Doors of each kind, spelt as the whole server spells them. */
const SERVER_DOORS = ['/ds', '/acs', '/3ds/version', '/3ds/authenticate', '/3ds/results', '/3ds/final', '/mock/operations']
const OPEN_DOORS = [
  '/acs/challenge', '/acs/challenge/1', '/acs/app', '/acs/method', '/challenge', '/ds/ca.pem', '/ds/keys', '/health', '/metrics', '/docs', '/3dsecure',
  '/processor/mock/acs/trigger-otp'
]

interface Mock { app: FastifyInstance, url: string, port: number, config: Config, lines: { level: string, msg: string, code?: string }[] }

/** A server that listens by https with every kind of door. */
async function listen (t: Test, { mutual = false, ...env }: { mutual?: boolean, PUBLIC_URL?: string, COMPATIBILITY?: string } = {}): Promise<Mock> {
  const { cert, key, root: ca } = writeFiles(t, { cert: server.cert, key: server.key, root })
  const { config } = loadConfig({ TLS_CERT_PATH: cert, TLS_KEY_PATH: key, ...mutual && { TLS_CLIENT_CA_PATH: ca }, ...env })
  const lines: Mock['lines'] = []
  const logger = await createLogger({ level: 'debug', pretty: false, destination: { write: (line: string) => { lines.push(JSON.parse(line)) } } })
  const app = Fastify({ ...withTls(errorOptions(config), config), loggerInstance: logger, forceCloseConnections: 'idle' })
  await app.register(errors, config)
  await app.register(tls, config)
  await app.register(acceptance)
  await app.register(publicUrl, config)
  app.get('/3ds/hooked', { onRequest: async (_request, reply) => { reply.header('x-own', 'called') } }, async () => 'hooked')
  app.get('/url', async (request) => ({ url: app.publicUrl(request), protocol: request.protocol }))
  for (const path of [...SERVER_DOORS, ...OPEN_DOORS]) app.post(path, async () => ({ path }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { app, url: `https://127.0.0.1:${port}`, port, config, lines }
}

/** What the server says to a client, as status and JSON. */
async function post (url: string, who: RequestOptions): Promise<[number, unknown]> {
  const { status, text } = await ask(url, { ...who, ca: root, headers: { 'content-type': 'application/json' }, body: '{}' })
  return [status, JSON.parse(text)]
}

t.test('with certificate and key the listener speaks https, and so do the URLs that are given away', async (t) => {
  const { url, config, app } = await listen(t)
  t.strictSame(await ask(`${url}/url`, { ca: root }), { status: 200, text: JSON.stringify({ url, protocol: 'https' }) })
  await t.rejects(ask(`${url}/url`), { code: /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/ })
  t.strictSame(await post(`${url}/ds`, {}), [200, { path: '/ds' }], 'nobody is asked for a certificate')
  const notListening = Fastify()
  await notListening.register(publicUrl, { ...config, port: 1 })
  t.equal(notListening.publicUrl({} as never), 'https://127.0.0.1:1')
  t.strictSame((await app.inject({ method: 'POST', url: '/ds' })).statusCode, 200)
})

t.test('PUBLIC_URL=request says https where the request came by it', async (t) => {
  const { url, port } = await listen(t, { PUBLIC_URL: 'request' })
  t.match(await ask(`${url}/url`, { ca: root, headers: { host: `localhost:${port}` } }), { text: JSON.stringify({ url: `https://localhost:${port}`, protocol: 'https' }) })
})

t.test('mutual TLS: messages between servers need a client certificate of the authority, pages and apps do not, emv3ds-protocol §2', async (t) => {
  const { url, app } = await listen(t, { mutual: true })
  const refused = (error: string) => [403, { error, code: 'client_certificate_required' }]
  for (const path of SERVER_DOORS) {
    t.strictSame(await post(url + path, {}), refused('This path needs a client certificate'), `${path} without`)
    t.strictSame(await post(url + path, foreign.client), refused('The client certificate is not accepted: UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), `${path} with that of another authority`)
    t.strictSame(await post(url + path, client), [200, { path }], `${path} with the right one`)
  }
  t.strictSame(await post(`${url}/ds`, server), refused('The client certificate is not accepted: INVALID_PURPOSE'), 'that of a server')
  for (const path of OPEN_DOORS) {
    for (const who of [{}, foreign.client, client]) t.strictSame(await post(url + path, who), [200, { path }], path)
  }
  t.equal((await ask(`${url}/3ds/hooked`, { ca: root })).status, 403)
  t.strictSame(await ask(`${url}/3ds/hooked`, { ...client, ca: root }), { status: 200, text: 'hooked' }, 'a door with a hook of its own')
  t.equal((await app.inject({ method: 'POST', url: '/ds' })).statusCode, 403, 'what comes by no socket shows no certificate')
})

t.test('a refusal has the shape of the original with COMPATIBILITY=legacy', async (t) => {
  const { url } = await listen(t, { mutual: true, COMPATIBILITY: 'legacy' })
  t.strictSame(await post(`${url}/3ds/authenticate`, {}), [403, { error: 'This path needs a client certificate' }])
})

t.test('a session that is resumed is believed what it was believed before, and no more', async (t) => {
  const { port } = await listen(t, { mutual: true })
  for (const [who, status] of [[client, 200], [{}, 403]] as const) {
    const first = await exchange(port, { ...who })
    const again = await exchange(port, { session: first.session })
    t.strictSame([first.resumed, again.resumed], [false, true])
    for (const { answer } of [first, again]) t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `))
  }
})

t.test('without certificate and key nothing changes', async (t) => {
  const options = errorOptions({ compatibility: 'emv' })
  t.equal(withTls(options, {}), options)
  const app = Fastify(withTls(options, {}))
  await app.register(errors, { compatibility: 'emv' })
  await app.register(tls, {})
  app.post('/ds', async () => 'ok')
  t.equal((await app.inject({ method: 'POST', url: '/ds' })).statusCode, 200)
  t.equal(app.server.listenerCount('tlsClientError'), 0)
})

/** One request over TLS 1.2, which has its session when the handshake is done. */
async function exchange (port: number, options: { cert?: string, key?: string, session?: Buffer | undefined }, text = 'POST /ds HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n') {
  const socket = connectTls({ port, host: '127.0.0.1', ca: root, maxVersion: 'TLSv1.2', ...options })
  await once(socket, 'secureConnect')
  const [session, resumed] = [socket.getSession(), socket.isSessionReused()]
  let answer = ''
  socket.on('data', (chunk) => { answer += String(chunk) }).write(text)
  await once(socket, 'close')
  return { session, resumed, answer }
}

t.test('what is refused before there is a route is refused by https as by http: no Host, CONNECT, Expect, what is no HTTP', async (t) => {
  const { port } = await listen(t)
  const cases = [
    ['GET /url HTTP/1.1\r\n\r\n', '400 Bad Request', 'The Host header is missing'],
    ['CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test\r\n\r\n', '404 Not Found', 'Not found'],
    ['POST /ds HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n', '417 Expectation Failed', 'The Expect header asks for what this server does not know'],
    ['nonsense\r\n\r\n', '400 Bad Request', 'The request is not valid']
  ] as const
  for (const [sent, status, error] of cases) {
    const { answer } = await exchange(port, {}, sent)
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status}\\r\\n`))
    t.match(JSON.parse(answer.split('\r\n\r\n')[1] as string), { error })
  }
})

t.test('plain HTTP, noise and a client that does not trust us end their own connection only, with one line each at debug and none above', async (t) => {
  const { url, port, app, lines } = await listen(t)
  const failed = () => once(app.server, 'tlsClientError').then(([{ code }]) => code as string)
  for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\0\0\0\0\0\0']) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(text)
    const [code] = await Promise.all([failed(), once(socket, 'close')])
    t.match(lines.at(-1), { level: 'debug', msg: 'TLS handshake failed', code })
  }
  const [, code] = await Promise.all([t.rejects(ask(`${url}/url`)), failed()])
  t.match(lines.at(-1), { level: 'debug', msg: 'TLS handshake failed', code })
  t.equal(lines.filter(({ msg }) => msg === 'TLS handshake failed').length, 3)
  t.strictSame(lines.filter(({ level }) => level !== 'debug' && level !== 'info'), [])
  t.match(await ask(`${url}/url`, { ca: root }), { status: 200 })
})

t.test('closing waits neither for a connection that never shakes hands nor for an idle one', async (t) => {
  const { port, app } = await listen(t)
  const [silent, shaken] = [connect(port, '127.0.0.1'), connectTls({ port, host: '127.0.0.1', ca: root })]
  silent.on('error', () => {})
  const accepted = once(app.server, 'secureConnection')
  await Promise.all([once(silent, 'connect'), once(shaken, 'secureConnect'), accepted])
  shaken.write('GET /url HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(shaken, 'data')
  shaken.resume()
  await Promise.all([app.close(), once(silent, 'close'), once(shaken, 'close')])
})
