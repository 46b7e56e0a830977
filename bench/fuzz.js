// npm run fuzz: 100 000 hostile bodies for each POST route, over real sockets, against the built server. Fails on any 5xx,
// on a request without an answer, on an Erro that is none, and when memory keeps growing. `--bodies N` and `--seed N` change the run.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { hostileRequests, openTargets, routes } from './hostile-bodies.js'
import { startMock } from './servers.js'

const { values } = parseArgs({ options: { bodies: { type: 'string', default: '100000' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } } })
const BODIES = Number(values.bodies)
const SEED = Number(values.seed)
const CONNECTIONS = 16
/** Bodies made at once, and how many transactions they are aimed at. */
const BATCH = 1000
const OPEN = 40
const UNANSWERED_MS = 10_000
/** First lap, in which code is compiled and what is bounded fills up. */
const WARM_UP_PART = 0.1
/** Has the server collect its garbage when told to, by a signal that means nothing else to it. */
const COLLECTING = '--expose-gc --import=data:text/javascript,process.on(%22SIGWINCH%22,()=>gc())'
const IDLE_MS = 3000
const LAST_CHUNK = '\r\n0\r\n\r\n'
/**
 * Memory at rest after the whole run against memory at rest after the first lap, and from how many bodies on that tells
 * anything. What the server holds must stay as it was; what the process has of the machine swings with how its allocator
 * happened to fill pages, and levels off.
 */
const MOST_GROWTH = { used: 1.25, rss: 2 }
const LONG_RUN = 50_000

/** @typedef {import('./hostile-bodies.js').FuzzRequest} FuzzRequest */
/** @typedef {Record<string, number>} Statuses */

/** @param {FuzzRequest} request */
function toBytes ({ path, type, body }) {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}content-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

/**
 * Sends requests one after the other and waits for each answer, on a new connection whenever the server has closed one.
 * @param {number} port
 * @param {() => FuzzRequest | undefined} next
 * @param {Statuses} statuses counted into
 */
async function work (port, next, statuses) {
  /** @type {import('node:net').Socket | undefined} */
  let socket
  for (let request = next(); request !== undefined; request = next()) {
    if (socket === undefined || socket.destroyed || !socket.writable) socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
    const { status, body, close } = await exchange(socket, request)
    statuses[status] = (statuses[status] ?? 0) + 1
    if (Number(status) >= 500) throw new Error(`${status} for ${describe(request)}`)
    const fault = faultOfErro(body)
    if (fault !== undefined) throw new Error(`An Erro with a wrong ${fault} for ${describe(request)}:\n${body.slice(0, 4000)}`)
    if (close) socket.destroy()
  }
  socket?.destroy()
}

const isId = (/** @type {unknown} */ value) => value === undefined || (typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value))
const isText = (/** @type {unknown} */ value) => typeof value === 'string' && value !== '' && [...value].length <= 2048
const isOf = (/** @type {RegExp} */ pattern) => (/** @type {unknown} */ value) => typeof value === 'string' && pattern.test(value)

/** What an `Erro` must hold, and may hold. @type {Record<string, (value: unknown) => boolean>} */
const ERRO = {
  messageVersion: isOf(/^2\.(?:1\.0|2\.0|3\.1)$/),
  errorCode: isOf(/^(?:10[1-3]|20[1-7]|30[1-9]|31[0-9]|40[1-6])$/),
  errorComponent: isOf(/^[CSDA]$/),
  errorDescription: isText,
  errorDetail: isText,
  errorMessageType: (value) => value === undefined || (typeof value === 'string' && /^(?:[ACROP]Re[qs]|Erro)$/.test(value)),
  threeDSServerTransID: isId,
  acsTransID: isId,
  dsTransID: isId,
  sdkTransID: isId
}

/** @param {string} body @returns {string | undefined} the element of an `Erro` that is wrong */
function faultOfErro (body) {
  if (!body.startsWith('{"messageType":"Erro"')) return undefined
  const erro = JSON.parse(body)
  return Object.keys(ERRO).find((element) => ERRO[element]?.(erro[element]) !== true)
}

/**
 * @param {import('node:net').Socket} socket @param {FuzzRequest} request
 * @returns {Promise<{ status: string, body: string, close: boolean }>}
 */
function exchange (socket, request) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer} */
    let received = Buffer.alloc(0)
    const timer = setTimeout(() => { end(new Error(`no answer within ${UNANSWERED_MS} ms for ${describe(request)}`)) }, UNANSWERED_MS)
    const onClose = () => { end(new Error(`the connection was closed without a whole answer for ${describe(request)}`)) }
    const onData = (/** @type {Buffer} */ chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const head = received.indexOf('\r\n\r\n')
      if (head === -1) return
      const header = received.toString('latin1', 0, head)
      const status = header.slice(9, 12)
      const close = /\r\nconnection: close/i.test(header)
      // Card ranges come in pieces.
      if (/\r\ntransfer-encoding: chunked/i.test(header)) {
        if (received.toString('latin1', received.length - LAST_CHUNK.length) === LAST_CHUNK) end(undefined, { status, body: '', close })
        return
      }
      const length = status === '204' ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(header)?.[1] ?? NaN)
      if (Number.isNaN(length)) end(new Error(`an answer without length for ${describe(request)}:\n${header}`))
      else if (received.length > head + 4 + length) end(new Error(`more than one answer for ${describe(request)}`))
      else if (received.length === head + 4 + length) end(undefined, { status, body: received.toString('utf8', head + 4), close })
    }
    /** @param {Error | undefined} error @param {{ status: string, body: string, close: boolean }} [answer] */
    function end (error, answer) {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      if (answer === undefined) reject(error)
      else resolve(answer)
    }
    socket.on('data', onData).on('close', onClose)
    socket.write(toBytes(request))
  })
}

/** @param {FuzzRequest} request */
function describe ({ path, type, body }) {
  return `POST ${path} (${type}), seed ${SEED}, body in base64: ${body.toString('base64').slice(0, 4000)}`
}

/**
 * One lap: so many bodies for each route.
 * @param {number} port @param {number} bodies @param {number} seed
 * @returns {Promise<Map<string, Statuses>>}
 */
async function lap (port, bodies, seed) {
  const found = new Map()
  for (const [index, route] of routes.entries()) {
    /** @type {Statuses} */
    const statuses = {}
    const start = performance.now()
    for (let sent = 0; sent < bodies; sent += BATCH) {
      const open = await openTargets((path, body) => postJson(port, path, body), OPEN)
      const requests = fc.sample(hostileRequests(route, open), { numRuns: Math.min(BATCH, bodies - sent), seed: seed + index * bodies + sent })
      await Promise.all(Array.from({ length: CONNECTIONS }, () => work(port, () => requests.pop(), statuses)))
    }
    const seconds = (performance.now() - start) / 1000
    found.set(route, statuses)
    console.log(`${route.padEnd(44)} ${Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join(', ')}  (${seconds.toFixed(1)} s)`)
  }
  return found
}

/** @param {number} port @param {string} path @param {object} body */
async function postJson (port, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

const server = await startMock({ ACS_SIGNING_ALG: 'ES256', OTP_MAX_ATTEMPTS: '99', MEMORY_MAX_TRANSACTIONS: '1000', NODE_OPTIONS: COLLECTING })
/** Memory in MB: what lives, and what the process takes. */
const atRest = async () => {
  for (let round = 0; round < 3; round++) {
    process.kill(server.pid, 'SIGWINCH')
    await sleep(IDLE_MS)
  }
  const response = await fetch(`http://127.0.0.1:${server.port}/health/detailed`)
  const { memory } = /** @type {{ memory: { heapUsed: number, external: number } }} */ (await response.json())
  return { used: (memory.heapUsed + memory.external) / 1e6, rss: server.rss() }
}
try {
  console.log(`${BODIES} bodies for each of ${routes.length} routes, seed ${SEED}; first lap:`)
  await lap(server.port, Math.ceil(BODIES * WARM_UP_PART), SEED)
  const before = await atRest()
  console.log(`at rest ${before.used.toFixed(1)} MB in use, RSS ${before.rss.toFixed(0)} MB; second lap:`)
  await lap(server.port, Math.floor(BODIES * (1 - WARM_UP_PART)), SEED + 1)
  const busy = server.rss()
  const after = await atRest()
  const growth = { used: after.used / before.used, rss: after.rss / before.rss }
  console.log(`RSS ${busy.toFixed(0)} MB at the end; at rest ${after.used.toFixed(1)} MB in use (${growth.used.toFixed(2)} × the first lap's, <= ${MOST_GROWTH.used}), ` +
    `RSS ${after.rss.toFixed(0)} MB (${growth.rss.toFixed(2)} ×, <= ${MOST_GROWTH.rss})`)
  const isLong = BODIES >= LONG_RUN
  if (isLong && (growth.used > MOST_GROWTH.used || growth.rss > MOST_GROWTH.rss)) throw new Error('memory keeps growing')
  console.log(`no 5xx, no hang, every Erro sound${isLong ? ', flat memory' : '; too short a run to tell about memory'}`)
} finally {
  await server.stop()
}
