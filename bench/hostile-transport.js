// What can be wrong with a request besides its body: compression, charsets, methods, header fields.
import { constants, brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** @typedef {import('./hostile-bodies.js').FuzzRequest} FuzzRequest */
/** @typedef {(request: FuzzRequest) => FuzzRequest} Alteration */

const MEGABYTES = 20
/** Some 20 KB that are 20 MB: JSON that is white space for the most part, and one text. */
const BOMBS = [`{${' '.repeat(MEGABYTES * 1e6)}}`, `{"messageType":"AReq","merchantName":"${'a'.repeat(MEGABYTES * 1e6)}"}`].map((text) => gzipSync(text))
/** A bomb in a bomb. */
BOMBS.push(gzipSync(/** @type {Buffer} */ (BOMBS[0])))

/** @param {FuzzRequest} request @param {Record<string, string>} headers @param {Buffer} [body] @returns {FuzzRequest} */
const withHeaders = (request, headers, body = request.body) => ({ ...request, headers: { ...request.headers, ...headers }, body, isAltered: true })

/** @param {FuzzRequest} request @param {string} charset @returns {string} */
const typeIn = ({ type = 'application/json' }, charset) => `${type.split(';')[0]}; charset=${charset}`

/** @type {Alteration[]} */
const COMPRESSED = [
  (request) => withHeaders(request, { 'content-encoding': 'gzip' }, gzipSync(request.body)),
  (request) => withHeaders(request, { 'content-encoding': 'gzip' }, gzipSync(request.body).subarray(0, -5)),
  (request) => withHeaders(request, { 'content-encoding': 'deflate' }, deflateSync(request.body)),
  (request) => withHeaders(request, { 'content-encoding': 'br' }, brotliCompressSync(request.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })),
  (request) => withHeaders(request, { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(request.body))),
  // Compressed without saying so, and the other way round.
  (request) => withHeaders(request, {}, gzipSync(request.body)),
  ...['gzip', 'identity', 'x', 'compress', ''].map((encoding) => (/** @type {FuzzRequest} */ request) => withHeaders(request, { 'content-encoding': encoding })),
  ...BOMBS.map((bomb) => (/** @type {FuzzRequest} */ request) => withHeaders(request, { 'content-encoding': 'gzip' }, bomb))
]

/** @type {Alteration[]} */
const CHARSETS = [
  (request) => ({ ...withHeaders(request, {}, Buffer.from(request.body.toString(), 'utf16le')), type: typeIn(request, 'utf-16') }),
  (request) => withHeaders(request, {}, Buffer.from(request.body.toString(), 'utf16le')),
  (request) => withHeaders(request, {}, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(request.body.toString(), 'utf16le')])),
  (request) => withHeaders(request, {}, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), request.body])),
  (request) => withHeaders(request, {}, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]), request.body])),
  (request) => ({ ...withHeaders(request, {}, Buffer.from(request.body.toString(), 'latin1')), type: typeIn(request, 'iso-8859-1') }),
  ...['utf-7', 'UTF-8', '"utf-8"', 'utf8', '', 'utf-32', 'x'.repeat(200)].map((charset) => (/** @type {FuzzRequest} */ request) => ({ ...withHeaders(request, {}), type: typeIn(request, charset) })),
  // Over-long forms and bytes that are no UTF-8.
  (request) => withHeaders(request, {}, Buffer.concat([request.body.subarray(0, 20), Buffer.from([0xc0, 0x80, 0xff, 0xed, 0xa0, 0x80]), request.body.subarray(20)]))
]

/** @type {Alteration[]} */
const METHODS = ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'QUERY', 'post', 'FUZZ'].map((method) => (request) => ({ ...withHeaders(request, {}), method }))

/** @type {Record<string, string>[]} */
const FIELDS = [
  { 'accept-encoding': 'gzip, br, zstd' }, { accept: 'text/html;q=x, */*' }, { accept: 'x'.repeat(4000) }, { range: 'bytes=0-0' }, { range: 'bytes=9-1,,-' }, { 'if-none-match': '*' },
  { host: 'evil.test:99999' }, { host: '' }, { host: '[::1' }, { host: '"><fuzz' }, { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'javascript' }, { 'x-forwarded-for': '1, 2, x' },
  { 'x-request-id': 'x'.repeat(5000) }, { 'x-request-id': '<fuzz onerror=1>' }, { cookie: 'a=b; '.repeat(1000) }, { origin: 'null' }, { authorization: 'Basic x' }, { expect: 'x' }, { te: 'trailers' },
  { upgrade: 'websocket', connection: 'upgrade' }, { connection: 'close' }, { 'content-length': '5, 5' }, { 'transfer-encoding': 'gzip' }, { 'x-long': 'x'.repeat(20_000) }, { 'content-type': 'text/html' },
  { 'http2-settings': 'AAMAAABkAAQAAP__', upgrade: 'h2c', connection: 'upgrade, http2-settings' }, { 'x-http-method-override': 'DELETE' }, { 'accept-language': '-_;q=,' }, { traceparent: '00-0-0-0' }
]

const alterations = fc.oneof(
  fc.constantFrom(...COMPRESSED), fc.constantFrom(...CHARSETS), fc.constantFrom(...METHODS),
  fc.constantFrom(...FIELDS).map((fields) => (/** @type {FuzzRequest} */ request) => withHeaders(request, fields))
)

/** One request in ten is altered. @param {fc.Arbitrary<FuzzRequest>} requests @returns {fc.Arbitrary<FuzzRequest>} */
export function altered (requests) {
  return fc.oneof({ weight: 9, arbitrary: requests }, fc.tuple(requests, alterations).map(([request, alter]) => alter(request)))
}
