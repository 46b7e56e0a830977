// Load over raw sockets: a request is one ready-made buffer, an answer is read no further than its length. The load must
// cost less than any server measured, or the ratios would tell about the load.
import { connect } from 'node:net'

/**
 * @typedef {object} Load
 * @property {number} port on loopback
 * @property {number} connections how many requests are under way at once
 * @property {number} seconds how long requests are sent
 * @property {number} [limit] how many requests at most
 * @property {(index: number) => Buffer} request the bytes of the next request
 * @property {(status: number, body: Buffer, index: number) => void} [onAnswer]
 * @property {boolean} [awake] false where somebody else needs the core on which the load runs
 */

/**
 * @typedef {object} Outcome
 * @property {number} requests answered
 * @property {number} perSecond
 * @property {number} p50 milliseconds
 * @property {number} p99 milliseconds
 * @property {Record<string, number>} statuses how often each status came
 */

/**
 * @param {Load} load
 * @returns {Promise<Outcome>}
 */
export async function runLoad ({ port, connections, seconds, limit = Infinity, request, onAnswer, awake = true }) {
  /** @type {number[]} */
  const latencies = []
  /** @type {Record<string, number>} */
  const statuses = {}
  let index = 0
  let isRunning = awake
  // Never asleep: waking a sleeping process is charged to whoever writes to it, and only the slower server would find it asleep.
  const stayAwake = () => { if (isRunning) setImmediate(stayAwake) }
  stayAwake()
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let pending = Buffer.alloc(0)
    let sentAt = 0
    let current = 0
    const next = () => {
      if (index >= limit || performance.now() >= end) {
        socket.end()
        resolve(undefined)
        return
      }
      current = index++
      sentAt = performance.now()
      socket.write(request(current))
    }
    socket.on('connect', next)
    socket.on('error', reject)
    socket.on('close', () => { resolve(undefined) })
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const head = pending.indexOf('\r\n\r\n')
      if (head === -1) return
      const header = pending.toString('latin1', 0, head)
      const length = Number(/content-length: (\d+)/i.exec(header)?.[1] ?? 0)
      if (pending.length < head + 4 + length) return
      latencies.push(performance.now() - sentAt)
      const status = header.slice(9, 12)
      statuses[status] = (statuses[status] ?? 0) + 1
      onAnswer?.(Number(status), pending.subarray(head + 4, head + 4 + length), current)
      pending = Buffer.alloc(0)
      next()
    })
  })))
  isRunning = false
  const elapsed = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (/** @type {number} */ part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0
  return { requests: latencies.length, perSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99), statuses }
}

/**
 * @param {string} path
 * @param {Buffer | string} body
 * @param {string} [type]
 */
export function post (path, body, type = 'application/json') {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}

/** @param {number[]} values */
export function median (values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
