// One request over a raw socket and its answer: what is sent is sent to the byte, and an answer that is none is seen.
import type { Socket } from 'node:net'
import type { HostileAnswer } from './hostile-answers.ts'
import type { FuzzRequest } from './hostile-bodies.js'

/** Long, so that a busy machine is not taken for a hang: what is not there by then never comes. */
const UNANSWERED_MS = 30_000
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** As it goes over the wire. */
export function toBytes ({ method = 'POST', path, type, headers, body }: FuzzRequest): Buffer {
  const fields = { host: '127.0.0.1', ...(type === undefined ? {} : { 'content-type': type }), 'content-length': String(body.length), ...headers }
  const head = `${method} ${path} HTTP/1.1\r\n${Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

/**
 * Sends a request and waits for the whole answer.
 * @returns the answer, and whether the server closes the connection behind it
 * @throws Error that says what is wrong when there is none, none in time, or more than one
 */
export function exchange (socket: Socket, request: FuzzRequest): Promise<{ answer: HostileAnswer, close: boolean }> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const timer = setTimeout(() => { end(new Error(`no answer within ${UNANSWERED_MS / 1000} s`)) }, UNANSWERED_MS)
    const onClose = () => { end(new Error('the connection was closed without a whole answer')) }
    const onData = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      try {
        const answer = readAnswer(received, request.method === 'HEAD')
        if (answer !== undefined) end(undefined, answer)
      } catch (error) {
        end(error as Error)
      }
    }
    function end (error: Error | undefined, answer?: HostileAnswer) {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      if (answer === undefined) reject(error)
      else resolve({ answer, close: /\bclose\b/i.test(String(answer.headers['connection'])) })
    }
    socket.on('data', onData).on('close', onClose)
    socket.write(toBytes(request))
  })
}

/** @returns nothing while something is missing */
function readAnswer (received: Buffer, isHead: boolean): HostileAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  const status = Number(first.slice(9, 12))
  const start = end + 4
  if (isHead || status === 204 || status === 304) return { status, headers, body: '' }
  if (headers['transfer-encoding'] === 'chunked') {
    return received.toString('latin1', received.length - LAST_CHUNK.length) === LAST_CHUNK ? { status, headers, body: unchunked(received, start) } : undefined
  }
  const length = Number(headers['content-length'] ?? NaN)
  if (Number.isNaN(length)) throw new Error('an answer without a length')
  if (received.length > start + length) throw new Error('more than one answer')
  return received.length < start + length ? undefined : { status, headers, body: received.toString('utf8', start) }
}

function unchunked (received: Buffer, start: number): string {
  const parts: Buffer[] = []
  for (let at = start; ;) {
    const line = received.indexOf('\r\n', at)
    const length = parseInt(received.toString('latin1', at, line), 16)
    if (!(length > 0)) return Buffer.concat(parts).toString('utf8')
    parts.push(received.subarray(line + 2, line + 2 + length))
    at = line + 2 + length + 2
  }
}
