import { Agent, get, request } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { helpText } from '../src/config/describe.ts'
import { version } from '../src/config/version.ts'
import { browserRequest } from './setup/requests.ts'
import { ensureBuilt, root, run, runServer, serverPath, startServer, untilListening } from './setup/server-process.ts'

/** A request on a connection that stays open. */
async function getKeepingAlive (url: string, agent: Agent): Promise<number | undefined> {
  const [response] = await once(get(url, { agent }), 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

/** Resolves when nobody listens on a port any more. */
async function untilRefused (port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await once(socket, 'connect').then(() => true, () => false)
  socket.destroy()
  if (isOpen) await untilRefused(port)
}

/** Reserved by IANA (tcpmux): nothing listens there. */
const REFUSING_PORT = 1

/** Takes a port until it is closed. */
async function listenSomewhere (): Promise<{ port: number, close: () => Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => once(server.close(), 'close') }
}

t.test('--help and -h print the settings, --version and -v the version; neither starts anything or checks the environment', async (t) => {
  const env = { PORT: 'faulty' }
  for (const flag of ['--help', '-h']) t.strictSame(await runServer(t, [flag], env), { code: 0, signal: null, stdout: helpText(), stderr: '' })
  for (const flag of ['--version', '-v']) t.strictSame(await runServer(t, [flag], env), { code: 0, signal: null, stdout: `${version}\n`, stderr: '' })
})

t.test('--print-config prints the settings in force as JSON on stdout, with credentials masked, and warnings on stderr', async (t) => {
  const { code, stdout, stderr } = await runServer(t, ['--print-config'], { PORT: '81', REDIS_URL: 'redis://u:swordfish@r/1', OTP: '987654', SEED: 'hunter', REDIS_PASSWD: 'swordfish' })
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { host: '127.0.0.1', port: 81, redis: { url: 'redis://***@r/1' }, otp: '***', seed: '***' })
  t.equal(stderr, '3ds-mock-server: REDIS_PASSWD is not a setting and is ignored: did you mean REDIS_PASSWORD?\n')
  t.notMatch(stdout + stderr, /swordfish|hunter|987654/)
})

t.test('an unexpected message is shown without a card number that may be in it', async (t) => {
  const { code, stderr } = await runServer(t, ['--4000400040004001'])
  t.equal(code, 2)
  t.equal(stderr, "3ds-mock-server: Unknown option '--[masked]'. Settings are environment variables, see 3ds-mock-server --help\n")
})

t.test('an unknown option or argument ends with code 2 and one line that names it', async (t) => {
  for (const [argv, why] of [[['--port', '80'], "Unknown option '--port'"], [['start'], "Unexpected argument 'start'"]] as const) {
    t.strictSame(await runServer(t, [...argv]), {
      code: 2,
      signal: null,
      stdout: '',
      stderr: `3ds-mock-server: ${why}. Settings are environment variables, see 3ds-mock-server --help\n`
    })
  }
})

t.test('faulty settings end the start and --print-config with code 1 and a list of every fault, files included, without a stack', async (t) => {
  const env = { PORT: '70000', USE_REDIS: 'maybe', REDIS_URL: 'redis://:swordfish@r/x', CERT_PATH: '/nowhere/chain.pem', KEY_PATH: root }
  for (const argv of [[], ['--print-config']]) {
    t.strictSame(await runServer(t, argv, env), {
      code: 1,
      signal: null,
      stdout: '',
      stderr: `3ds-mock-server: cannot start, see 3ds-mock-server --help:
  PORT="70000" is not allowed: a whole number from 0 to 65535
  USE_REDIS="maybe" is not allowed: true, 1, yes, on or false, 0, no, off
  REDIS_URL="redis://***@r/x" is not allowed: redis:// or rediss:// with optional user, password (percent-encoded), port and database number, no query or fragment
  CERT_PATH="/nowhere/chain.pem" is not allowed: the path of a readable PEM file: certificates that are valid now, the signing key's own first, then each one's issuer (this one does not exist)
  KEY_PATH="${root}" is not allowed: the path of a readable PEM file: an unencrypted private key, RSA of at least 2048 bits (PS256) or EC P-256 (ES256) (this one is a directory)
`
    })
  }
})

t.test('a port in use, or a HOST that is no address of this machine, ends with code 1 and one line', async (t) => {
  const taken = await listenSomewhere()
  t.teardown(taken.close)
  const inUse = await runServer(t, [], { PORT: String(taken.port) })
  t.strictSame([inUse.code, inUse.stderr], [1, `3ds-mock-server: cannot start: cannot listen on 127.0.0.1:${taken.port}: the port is in use, choose another one with PORT\n`])
  // 192.0.2.0/24 is nobody's: RFC 5737.
  const elsewhere = await runServer(t, [], { HOST: '192.0.2.1', PORT: '0' })
  t.strictSame([elsewhere.code, elsewhere.stderr], [1, '3ds-mock-server: cannot start: cannot listen on 192.0.2.1:0: HOST is no address of this machine\n'])
})

t.test('a Redis that cannot be reached ends with code 1 and one line, with credentials masked and without a fallback to memory', async (t) => {
  const { code, stdout, stderr } = await runServer(t, [], { PORT: '0', USE_REDIS: 'on', REDIS_CONNECT_TIMEOUT_MS: '2000', REDIS_URL: `redis://me:swordfish@127.0.0.1:${REFUSING_PORT}` })
  t.equal(code, 1)
  t.match(stderr, /^3ds-mock-server: cannot start: [^\n]*Redis[^\n]*\n$/)
  t.notMatch(stdout, /listening on/)
  t.notMatch(stdout + stderr, /swordfish/)
})

t.test('the start logs warnings first, then what is switched on, and the address it listens on last, once', async (t) => {
  const server = await startServer(t, { LOG_LEVL: 'debug' })
  const lines = server.logged().map(({ msg }) => msg)
  t.equal(lines[0], 'LOG_LEVL is not a setting and is ignored: did you mean LOG_LEVEL?')
  t.ok(lines.includes('Metrics on, API documents on, compression off, rate limit off'))
  t.ok(lines.includes('Initializing in-memory state store'))
  t.equal(lines.at(-1), `3ds-mock-server ${version} listening on ${server.url}`)
  t.equal(lines.filter((line) => line.includes('listening')).length, 1)
  t.equal((await fetch(`${server.url}/health`)).status, 200)
})

t.test('with HOST=0.0.0.0 there is one listening line too, and its address can be called', async (t) => {
  const server = await startServer(t, { HOST: '0.0.0.0' })
  t.equal(server.logged().filter(({ msg }) => msg.includes('listening')).length, 1)
  t.equal((await fetch(`${server.url}/health`)).status, 200)
})

t.test('PUBLIC_URL=request: an invalid Host, or one with an invalid port, is refused with 400 and a JSON error', async (t) => {
  const server = await startServer(t, { PUBLIC_URL: 'request' })
  const authenticate = JSON.stringify(browserRequest('3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'))
  async function ask (host: string): Promise<unknown[]> {
    const asked = request(`${server.url}/3ds/authenticate`, { method: 'POST', headers: { host, 'content-type': 'application/json' } })
    const [response] = await once(asked.end(authenticate), 'response')
    let text = ''
    for await (const part of response) text += part
    return [response.statusCode, JSON.parse(text)]
  }
  const refused = [400, { error: 'The request does not tell a valid host', code: 'invalid_request' }]
  for (const host of ['shop.example:65536', 'shop.example:99999', '300.1.1.1', '1.2.3.4.5:80', '[1::2::3]', '[12345::]', 'shop.example:1234567']) {
    t.strictSame(await ask(host), refused, host)
  }
  t.match(await ask('shop.example:65535'), [200, {}])
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends with code 0 and does not wait for idle keep-alive connections`, async (t) => {
    // The grace is longer than the test may last: an idle connection that held the server would fail it.
    const server = await startServer(t, { CLOSE_GRACE_MS: '600000' })
    const agent = new Agent({ keepAlive: true })
    t.teardown(() => agent.destroy())
    t.equal(await getKeepingAlive(`${server.url}/health`, agent), 200)
    const { code, signal: killedBy, stdout, stderr } = await server.stop(signal)
    t.strictSame({ code, killedBy, stderr }, { code: 0, killedBy: null, stderr: '' })
    t.ok(server.logged().some(({ msg }) => msg === `${signal}: closing, with 600000 ms for requests in flight`), 'buffered lines are written')
    t.ok(stdout.endsWith('\n'))
  })
}

t.test('SIGTERM with a request in flight: its answer closes the connection, and the process ends with code 0 at once', async (t) => {
  const server = await startServer(t, { CLOSE_GRACE_MS: '600000' })
  const port = Number(new URL(server.url).port)
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => { socket.destroy() })
  // The server asks for the body: so the request is with it.
  socket.write('POST /3ds/final HTTP/1.1\r\nhost: mock.test\r\ncontent-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n')
  await once(socket, 'data')
  const ended = server.stop('SIGTERM')
  await untilRefused(port)
  let answer = ''
  socket.on('data', (chunk) => { answer += String(chunk) })
  socket.write('{}')
  const { code } = await ended
  t.equal(code, 0)
  t.match(answer, /^HTTP\/1\.1 400 [\s\S]*\r\nconnection: close\r\n/i)
})

t.test('an uncaught error is logged as fatal and ends the process with code 1', async (t) => {
  // The server itself has no way to fail like this, so something beside it does.
  const failing = 'data:text/javascript,process.once("SIGUSR2",()=>{throw new Error("on purpose")})'
  await ensureBuilt(t)
  const running = run(t, process.execPath, ['--import', failing, serverPath], { PORT: '0' })
  const server = await untilListening(running)
  const { code, stderr } = await server.stop('SIGUSR2')
  t.strictSame([code, stderr], [1, ''])
  t.match(server.logged().find(({ level }) => level === 'fatal'), { msg: 'uncaught error, stopping', err: { message: 'on purpose' } })
})

t.test('LOG_PRETTY writes human-readable lines, in the built server too', async (t) => {
  const server = await startServer(t, { LOG_PRETTY: 'on' })
  const { code, stdout } = await server.stop()
  t.equal(code, 0)
  t.match(stdout, new RegExp(`INFO.*3ds-mock-server ${version} listening on ${server.url}`))
  t.notMatch(stdout, /^\{/m)
})
