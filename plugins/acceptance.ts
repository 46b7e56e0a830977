import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from './error-answer.ts'

const CLOSING = new Refusal(503)
const NO_HOST = new Refusal(400, 'The Host header is missing')
const COMPRESSED = 'a compressed body is not read, send it as it is'

// Only these are repeated: anything else is the caller's own text.
const KNOWN_ENCODING = /^(?:gzip|x-gzip|deflate|br|zstd|compress)$/i
// Other labels are let pass: many clients say iso-8859-1 and send ASCII or UTF-8.
const WIDE_CHARSET = /^application\/(?:[\w.+-]*json|x-www-form-urlencoded)\s*;.*\bcharset\s*=\s*["']?((?:utf|ucs)-?(?:16|32|2|4)(?:le|be)?)\b/i

/**
 * Refuses what no route may see: a request without Host (RFC 9112 §3.2), a body that is compressed or in a character set of
 * wide units, which would only look like broken JSON, and everything that comes while the server closes.
 * Node and Fastify are told by `errorOptions` to leave the first and the last to this. Register it after what gives every
 * answer its headers.
 */
export const acceptance = fp(async function acceptance (app: FastifyInstance) {
  let closing = false
  app.addHook('preClose', async function noteClosing () { closing = true })
  app.addHook('onRequest', function refuse (request, reply, done) {
    const refusal = closing ? CLOSING : refusalOf(request)
    if (refusal === null) return done()
    if (refusal === NO_HOST) reply.header('connection', 'close')
    done(refusal)
  })
  // A connection that was busy when closing began would be kept alive by its answer, and hold the process up.
  app.addHook('onSend', function endConnection (_request, reply, payload, done) {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}, { name: 'acceptance', fastify: '5.x', dependencies: ['errors'] })

function refusalOf ({ headers, raw }: FastifyRequest): Refusal | null {
  if (headers.host === undefined && raw.httpVersion === '1.1') return NO_HOST
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') {
    return new Refusal(415, KNOWN_ENCODING.test(encoding) ? `Content-Encoding ${encoding}: ${COMPRESSED}` : `Content-Encoding: ${COMPRESSED}`)
  }
  const charset = WIDE_CHARSET.exec(headers['content-type'] ?? '')?.[1]
  return charset === undefined ? null : new Refusal(415, `charset ${charset} is not read, send UTF-8`)
}
