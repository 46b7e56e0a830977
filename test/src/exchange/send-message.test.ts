import { createServer, isIP, type AddressInfo, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { createOutboundPolicy } from '../../../src/exchange/outbound-policy.ts'
import { createOutboundPost, type Resolve } from '../../../src/exchange/outbound-request.ts'
import { createSendMessage } from '../../../src/exchange/send-message.ts'
import { startReceiver } from '../../setup/receiver.ts'

/** Reserved by IANA (tcpmux): nothing listens there. */
const REFUSING_PORT = 1
const PATIENT = { timeoutMs: 30_000 }
const LONGEST = 1_048_576

const message = { messageType: 'RReq', merchantName: 'Livraria São João' }
const send = createSendMessage(createOutboundPost({ policy: createOutboundPolicy(['127.0.0.1', '[::1]']) }))

/** A party that speaks no HTTP of Node's: it gets each connection as it is. */
async function startRaw (t: Test, connected: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    connected(socket)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => { server.close(resolve) })
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

t.test('a message is posted once, as JSON in UTF-8 with its length and the headers given; the answer is its text, whatever the status (emv3ds-protocol §2)', async (t) => {
  for (const status of [200, 201, 400, 404, 500, 503]) {
    const { url, received } = await startReceiver(t, (response) => response.writeHead(status).end('{"messageType":"RRes","merchantName":"São"}'))
    t.strictSame(await send(`${url}/ds?as=sent`, message, { ...PATIENT, headers: { 'x-request-id': 'abc', 'content-type': 'text/plain' } }), {
      outcome: 'answered', status, text: '{"messageType":"RRes","merchantName":"São"}'
    })
    t.match(received, [{
      method: 'POST',
      path: '/ds?as=sent',
      headers: { 'content-type': 'application/json; charset=UTF-8', 'content-length': String(Buffer.byteLength(JSON.stringify(message))), 'x-request-id': 'abc' },
      body: message
    }])
    t.equal(received.length, 1)
  }
})

t.test('an answer without a body is an empty text; a byte order mark stays, as with one a text is no JSON; what is no UTF-8 is not read (emv3ds-protocol §2)', async (t) => {
  const answers: ReadonlyArray<readonly [Buffer, object]> = [
    [Buffer.from(''), { text: '' }],
    [Buffer.from('\uFEFF{}'), { text: '\uFEFF{}' }],
    [Buffer.from('{}\uFEFF'), { text: '{}\uFEFF' }],
    [Buffer.from([0x7b, 0xff, 0x7d]), { text: '', fault: 'not in UTF-8' }]
  ]
  for (const [bytes, read] of answers) {
    const { url } = await startReceiver(t, (response) => response.end(bytes))
    t.strictSame(await send(url, message, PATIENT), { outcome: 'answered', status: 200, ...read })
  }
})

t.test('a character that is cut between two pieces of the answer is whole in the text', async (t) => {
  const bytes = Buffer.from('"ã"')
  const { url } = await startReceiver(t, (response) => {
    response.write(bytes.subarray(0, 2))
    setImmediate(() => response.end(bytes.subarray(2)))
  })
  t.strictSame(await send(url, message, PATIENT), { outcome: 'answered', status: 200, text: '"ã"' })
})

t.test('an answer of 1 MiB is read; one byte more, or one without an end, is not, and is hung up on', async (t) => {
  const whole = await startReceiver(t, (response) => response.end('x'.repeat(LONGEST)))
  t.strictSame(await send(whole.url, message, PATIENT), { outcome: 'answered', status: 200, text: 'x'.repeat(LONGEST) })
  const longer = await startReceiver(t, (response) => response.end('x'.repeat(LONGEST + 1)))
  t.strictSame(await send(longer.url, message, PATIENT), { outcome: 'answered', status: 200, text: '', fault: 'longer than 1 MiB' })
  let cutOff = () => {}
  const isCutOff = new Promise<void>((resolve) => { cutOff = resolve })
  const endless = await startReceiver(t, (response) => {
    const more = () => { while (response.write('x'.repeat(65_536))); }
    response.on('drain', more).on('close', cutOff)
    more()
  })
  t.strictSame(await send(endless.url, message, PATIENT), { outcome: 'answered', status: 200, text: '', fault: 'longer than 1 MiB' })
  await isCutOff
})

t.test('one time limit is for all of it: for a connection that is held, for a head that is never whole, and for a body that comes slowly', async (t) => {
  const silent = await startReceiver(t, () => {})
  const headless = await startRaw(t, (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-le'))
  const slow = await startReceiver(t, (response) => {
    const timer = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  })
  for (const url of [silent.url, headless, slow.url]) t.strictSame(await send(url, message, { timeoutMs: 50 }), { outcome: 'timed-out' })
})

t.test('a connection that does not come about in time leaves the party unreachable, whichever limit ends first; one that is there and is not answered has timed out (emv3ds-protocol §10, §11)', async (t) => {
  const held = await startRaw(t, () => {})
  const names: Resolve = () => new Promise(() => {})
  const swallowed = ['http://ds.test/', 'https://ds.test/', held.replace('http:', 'https:')]
  for (const [connectTimeoutMs, timeoutMs] of [[50, 30_000], [30_000, 50], [undefined, 50]] as const) {
    const policy = createOutboundPolicy(['*.test', '127.0.0.1'])
    const limited = createSendMessage(createOutboundPost({ policy, resolve: names, ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }) }))
    for (const url of swallowed) t.strictSame(await limited(url, message, { timeoutMs }), { outcome: 'unreachable', reason: 'CONNECT_TIMEOUT' }, `${connectTimeoutMs} ${url}`)
  }
  const limited = createSendMessage(createOutboundPost({ policy: createOutboundPolicy(['127.0.0.1']), connectTimeoutMs: 30_000 }))
  const once = await startReceiver(t, (response) => { if (once.received.length === 1) response.end() })
  t.strictSame(await limited(once.url, message, PATIENT), { outcome: 'answered', status: 200, text: '' })
  t.strictSame(await limited(once.url, message, { timeoutMs: 50 }), { outcome: 'timed-out' }, 'over the connection that was there before')
  t.equal(once.received.length, 2)
})

t.test('a connection that is refused or reset, an answer that breaks off and what is no HTTP leave the party unreachable; the reason is a code and never an address', async (t) => {
  t.strictSame(await send(`http://127.0.0.1:${REFUSING_PORT}/`, message, PATIENT), { outcome: 'unreachable', reason: 'ECONNREFUSED' })
  const reset = await startReceiver(t, (response) => response.destroy())
  t.strictSame(await send(reset.url, message, PATIENT), { outcome: 'unreachable', reason: 'ECONNRESET' })
  const broken = await startReceiver(t, (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{')
    setImmediate(() => response.destroy())
  })
  t.strictSame(await send(broken.url, message, PATIENT), { outcome: 'unreachable', reason: 'ECONNRESET' })
  const noHttp = await startRaw(t, (socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  t.match(await send(noHttp, message, PATIENT), { outcome: 'unreachable', reason: /^HPE_/ })
  const plain = await startReceiver(t)
  t.match(await send(plain.url.replace('http:', 'https:'), message, PATIENT), { outcome: 'unreachable', reason: /^(?:ERR_SSL_|EPROTO|ECONNRESET)/ })
  t.strictSame(plain.received, [])
})

t.test('a party that wants to speak another protocol has answered nothing, and is hung up on', async (t) => {
  let hungUp = () => {}
  const isHungUp = new Promise<void>((resolve) => { hungUp = resolve })
  const url = await startRaw(t, (socket) => socket.on('close', hungUp).once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')))
  t.strictSame(await send(url, message, PATIENT), { outcome: 'answered', status: 101, text: '' })
  await isHungUp
})

t.test('redirects are not followed: they are the answer', async (t) => {
  const other = await startReceiver(t)
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await startReceiver(t, (response) => response.writeHead(status, { location: `${other.url}/elsewhere` }).end('moved'))
    t.strictSame(await send(url, message, PATIENT), { outcome: 'answered', status, text: 'moved' })
  }
  t.strictSame(other.received, [])
})

t.test('a URL that is not absolute, has credentials or names a host outside OUTBOUND_ALLOW is refused and not called', async (t) => {
  const { url, received } = await startReceiver(t)
  const { port } = new URL(url)
  for (const [address, reason] of [
    ['undefined', 'not an absolute URL'],
    ['/ds', 'not an absolute URL'],
    ['', 'not an absolute URL'],
    [`http://user:pass@127.0.0.1:${port}/`, 'credentials in the URL'],
    [`http://:pass@127.0.0.1:${port}/`, 'credentials in the URL'],
    [`http://127.0.0.2:${port}/`, 'host not in OUTBOUND_ALLOW'],
    [`http://localhost:${port}/`, 'host not in OUTBOUND_ALLOW'],
    ['http://169.254.169.254/latest/', 'host not in OUTBOUND_ALLOW'],
    [`ftp://127.0.0.1:${port}/`, 'host not in OUTBOUND_ALLOW']
  ] as const) t.strictSame(await send(address, message, PATIENT), { outcome: 'refused', reason }, address)
  t.strictSame(received, [])
})

t.test('a name is resolved once for each connection, and what is connected to is what was looked at: one that leads to cloud metadata is refused, also when it did not before', async (t) => {
  const { url, received } = await startReceiver(t, (response) => response.writeHead(200, { connection: 'close' }).end())
  const { port } = new URL(url)
  const answers = [['127.0.0.1'], ['169.254.169.254'], ['fe80::1', '127.0.0.1'], []]
  const resolve: Resolve = async (host) => {
    if (host !== 'ds.test') throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
    return (answers.shift() as string[]).map((address) => ({ address, family: isIP(address) }))
  }
  const sendTo = createSendMessage(createOutboundPost({ policy: createOutboundPolicy(['*.test']), resolve }))
  const refused = { outcome: 'refused', reason: 'the host\'s address is not in OUTBOUND_ALLOW' }
  const answered = { outcome: 'answered', status: 200, text: '' }
  for (const expected of [answered, refused, answered, refused]) t.strictSame(await sendTo(`http://ds.test:${port}/`, message, PATIENT), expected)
  t.strictSame(answers, [])
  t.strictSame(received.map(({ headers }) => headers.host), [`ds.test:${port}`, `ds.test:${port}`])
  t.strictSame(await sendTo('http://unknown.test/', message, PATIENT), { outcome: 'unreachable', reason: 'ENOTFOUND' })
})
