import { once } from 'node:events'
import { isIP } from 'node:net'
import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { createResultDelivery, type ResultDelivery } from '../../../src/exchange/deliver-result.ts'
import { createOutboundPolicy } from '../../../src/exchange/outbound-policy.ts'
import { createOutboundPost, type Resolve } from '../../../src/exchange/outbound-request.ts'
import { createPostJson } from '../../../src/exchange/post-json.ts'
import type { JsonObject } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { StateStore } from '../../../src/store/state-store.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { START } from '../../setup/app.ts'
import { startReceiver } from '../../setup/receiver.ts'

/** Reserved by IANA (tcpmux): nothing listens there. */
const REFUSING_PORT = 1

const policy = createOutboundPolicy(['127.0.0.1', '[::1]'])
const post = createOutboundPost({ policy })
const postJson = createPostJson({ post, timeoutMs: 10_000 })
const body = { transStatus: 'Y', merchantName: 'Livraria São João' }

t.test('a body is posted once, as JSON in UTF-8', async (t) => {
  const receiver = await startReceiver(t, (response) => response.writeHead(201).end('thanks'))
  t.strictSame(await postJson(`${receiver.url}/rres?order=1`, body), { outcome: 'delivered', status: 201 })
  t.match(receiver.received, [{ method: 'POST', path: '/rres?order=1', headers: { 'content-type': 'application/json; charset=UTF-8' }, body }])
  t.equal(receiver.received.length, 1)
})

t.test('an answer outside 2xx is a failed delivery; redirects are not followed', async (t) => {
  const other = await startReceiver(t)
  for (const status of [301, 302, 307, 308, 400, 404, 500, 503]) {
    const receiver = await startReceiver(t, (response) => response.writeHead(status, { location: `${other.url}/elsewhere` }).end())
    t.strictSame(await postJson(receiver.url, body), { outcome: 'failed', status, reason: 'answered with an error' })
    t.equal(receiver.received.length, 1)
  }
  t.strictSame(other.received, [])
})

t.test('a receiver that does not answer within the time limit is a failed delivery', async (t) => {
  const receiver = await startReceiver(t, () => {})
  const impatient = createPostJson({ post, timeoutMs: 20 })
  t.strictSame(await impatient(receiver.url, body), { outcome: 'failed', reason: 'timed out' })
})

t.test('a receiver that wants to speak another protocol is a failed delivery', async (t) => {
  const receiver = await startReceiver(t, ({ socket }) => socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'))
  t.strictSame(await postJson(receiver.url, body), { outcome: 'failed', status: 101, reason: 'answered with an error' })
})

t.test('the body of the answer is not read: one without an end is cut off', async (t) => {
  let ended: Promise<unknown> | undefined
  const receiver = await startReceiver(t, (response) => {
    ended = once(response, 'close')
    const more = () => { while (response.write('x'.repeat(65_536))); }
    response.on('drain', more)
    more()
  })
  t.strictSame(await postJson(receiver.url, body), { outcome: 'delivered', status: 200 })
  await ended
})

t.test('a refused or broken connection is a failed delivery; the reason is an error code and never an address', async (t) => {
  const receiver = await startReceiver(t, (response) => response.destroy())
  const broken = await postJson(receiver.url, body)
  t.strictSame(broken, { outcome: 'failed', reason: 'ECONNRESET' })
  t.strictSame(await postJson(`http://127.0.0.1:${REFUSING_PORT}/`, body), { outcome: 'failed', reason: 'ECONNREFUSED' })
})

t.test('a URL that is not absolute, has credentials or names a host outside OUTBOUND_ALLOW is refused and not called', async (t) => {
  const receiver = await startReceiver(t)
  const { port } = new URL(receiver.url)
  for (const [address, reason] of [
    ['/rres', 'not an absolute URL'],
    ['', 'not an absolute URL'],
    ['http://', 'not an absolute URL'],
    [`http://user:pass@127.0.0.1:${port}/`, 'credentials in the URL'],
    [`http://user@127.0.0.1:${port}/`, 'credentials in the URL'],
    [`http://127.0.0.2:${port}/`, 'host not in OUTBOUND_ALLOW'],
    [`http://localhost:${port}/`, 'host not in OUTBOUND_ALLOW'],
    [`ftp://127.0.0.1:${port}/`, 'host not in OUTBOUND_ALLOW']
  ] as const) {
    t.strictSame(await postJson(address, body), { outcome: 'refused', reason }, reason)
  }
  t.strictSame(receiver.received, [])
})

/** Addresses that names of a test have. */
function resolving (names: Record<string, string[]>): Resolve {
  return async (host) => {
    const addresses = names[host]
    if (addresses === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
    return addresses.map((address) => ({ address, family: isIP(address) }))
  }
}

t.test('a host is called at the addresses its name resolves to, except those of cloud metadata', async (t) => {
  const receiver = await startReceiver(t)
  const { port } = new URL(receiver.url)
  const resolve = resolving({
    'shop.test': ['127.0.0.1'],
    'printer.test': ['fe80::1', '169.254.9.9', '127.0.0.1'],
    'rebound.test': ['169.254.169.254'],
    'mapped.test': ['::ffff:169.254.169.254', 'fd00:ec2::254']
  })
  const send = createPostJson({ post: createOutboundPost({ policy: createOutboundPolicy(['*.test']), resolve }), timeoutMs: 10_000 })
  for (const host of ['shop.test', 'printer.test']) t.strictSame(await send(`http://${host}:${port}/`, body), { outcome: 'delivered', status: 200 }, host)
  t.strictSame(receiver.received.map(({ headers }) => headers.host), [`shop.test:${port}`, `printer.test:${port}`])
  for (const host of ['http://rebound.test', 'https://rebound.test', 'http://mapped.test']) {
    t.strictSame(await send(`${host}:${port}/`, body), { outcome: 'refused', reason: 'the host\'s address is not in OUTBOUND_ALLOW' }, host)
  }
  t.strictSame(await send('http://unknown.test', body), { outcome: 'failed', reason: 'ENOTFOUND' })
  t.equal(receiver.received.length, 2)
})

t.test('without a resolver of its own, names are resolved by the system', async (t) => {
  const receiver = await startReceiver(t)
  const send = createPostJson({ post: createOutboundPost({ policy: createOutboundPolicy(['localhost']) }), timeoutMs: 10_000 })
  t.strictSame(await send(receiver.url.replace('127.0.0.1', 'localhost'), body), { outcome: 'delivered', status: 200 })
})

t.test('an https URL is called with TLS', async (t) => {
  const receiver = await startReceiver(t)
  t.match(await postJson(receiver.url.replace('http:', 'https:'), body), { outcome: 'failed', reason: /^(?:ERR_SSL_|EPROTO|ECONNRESET)/ })
  t.strictSame(receiver.received, [])
})

const transaction: Transaction = {
  threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218',
  aReq: {
    messageType: 'AReq', messageVersion: '2.2.0', threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013', deviceChannel: '02', messageCategory: '01', acctNumber: '4000400040004001'
  },
  preferences: {},
  spelling: 'emv',
  createdAt: 1
}
const wanting = (resultsResponseNotificationUrl: string): Transaction => ({ ...transaction, preferences: { resultsResponseNotificationUrl } })

/** A store and what delivers from it, with what was logged. */
function delivering (t: Test): ResultDelivery & { store: StateStore, logged: [string, object, string][] } {
  const clock = createManualClock(START)
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock })
  t.teardown(() => store.close())
  const logged: [string, object, string][] = []
  const log = {
    debug (details: object, message: string) { logged.push(['debug', details, message]) },
    info (details: object, message: string) { logged.push(['info', details, message]) },
    warn (details: object, message: string) { logged.push(['warn', details, message]) }
  }
  const resultBody = ({ threeDSServerTransID }: Transaction): JsonObject => ({ threeDSServerTransID })
  return { store, logged, ...createResultDelivery({ store, clock, log, postJson, resultBody }) }
}

t.test('a result is posted to resultsResponseNotificationUrl, and its outcome is kept with the transaction and logged', async (t) => {
  const { store, deliver, logged } = delivering(t)
  const receiver = await startReceiver(t)
  const asked = wanting(receiver.url)
  await store.insert(asked)
  const delivery = { outcome: 'delivered', status: 200, at: START }
  t.strictSame(await deliver(asked), { ...asked, delivery })
  t.strictSame(await store.get(asked.threeDSServerTransID), { ...asked, delivery })
  t.strictSame(receiver.received.map((one) => one.body), [{ threeDSServerTransID: asked.threeDSServerTransID }])
  t.strictSame(logged, [['info', { threeDSServerTransID: asked.threeDSServerTransID, outcome: 'delivered', status: 200 }, 'result delivered to resultsResponseNotificationUrl']])
})

t.test('a result that could not be delivered is kept and logged as such', async (t) => {
  const { store, deliver, logged } = delivering(t)
  const asked = wanting(`http://127.0.0.1:${REFUSING_PORT}/`)
  await store.insert(asked)
  const delivery = { outcome: 'failed', reason: 'ECONNREFUSED', at: START }
  t.strictSame(await deliver(asked), { ...asked, delivery })
  t.strictSame(await store.get(asked.threeDSServerTransID), { ...asked, delivery })
  t.strictSame(logged, [['info', { threeDSServerTransID: asked.threeDSServerTransID, outcome: 'failed', reason: 'ECONNREFUSED' }, 'result not delivered to resultsResponseNotificationUrl']])
})

t.test('without resultsResponseNotificationUrl, or with an empty one, nothing is posted', async (t) => {
  const { deliver, logged } = delivering(t)
  t.equal(await deliver(transaction), transaction)
  const empty = wanting('')
  t.equal(await deliver(empty), empty)
  t.strictSame(logged, [])
})

t.test('a transaction that replaced the delivered one meanwhile does not get its outcome', async (t) => {
  const { store, deliver } = delivering(t)
  const successor = { ...transaction, acsTransID: 'ffffffff-ffff-4fff-8fff-ffffffffffff' }
  const receiver = await startReceiver(t, async (response) => {
    await store.insert(successor)
    response.end()
  })
  await store.insert(wanting(receiver.url))
  const asked = wanting(receiver.url)
  t.strictSame(await deliver(asked), { ...asked, delivery: { outcome: 'delivered', status: 200, at: START } })
  t.strictSame(await store.get(transaction.threeDSServerTransID), successor)
})

t.test('an outcome that cannot be stored is logged, and the caller still gets it', async (t) => {
  const { deliver, logged } = delivering(t)
  const receiver = await startReceiver(t)
  const asked = wanting(receiver.url)
  t.strictSame(await deliver(asked), { ...asked, delivery: { outcome: 'delivered', status: 200, at: START } })
  t.match(logged[1], ['warn', { threeDSServerTransID: asked.threeDSServerTransID, err: { code: 'transaction_not_found' } }, 'what became of the delivery could not be kept'])
})
