import type { FastifyInstance, FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { Refusal } from '../../plugins/error-answer.ts'
import { type DescribedAnswer, errorAnswers, inJson, OF_GET } from '../../plugins/error-schemas.ts'
import { createCardRangeFiles } from '../../src/directory-server/card-ranges/card-range-file.ts'
import { described } from '../acs/schemas.ts'

const LENGTH = { 'content-length': Type.Integer({ description: 'Bytes. Not where the answer is compressed.' }) }
const PART = { 'content-range': Type.String({ description: 'Which bytes of how many.' }) }
const FILE = { 'accept-ranges': Type.Literal('bytes'), etag: Type.String({ description: 'Of the ranges as they are now; for `If-Range`.' }), ...LENGTH }
const withHeaders = (answer: DescribedAnswer, headers: DescribedAnswer['headers']) => ({ ...answer, headers })

const schema = {
  tags: ['Directory Server'],
  summary: 'All card ranges as a file (2.3.1), with HTTP ranges',
  description: 'What `cardRangeDataFileURL` of a PRes points to. With `COMPRESSION` the whole is compressed for who accepts it, a part never.',
  headers: Type.Object({
    range: Type.Optional(Type.String({ description: 'One range: bytes=0-999, bytes=1000- or bytes=-500. With several, or another unit, the answer is the whole.' })),
    'if-range': Type.Optional(Type.String({ description: 'An `ETag`: of any other file the answer is the whole.' }))
  }),
  response: {
    200: withHeaders(inJson('The whole file.', Type.Object({ cardRangeData: Type.Array(Type.Object({}, { additionalProperties: true })) })), FILE),
    206: withHeaders(inJson('The part that was asked for: no JSON of its own.', Type.String()), { ...FILE, ...PART }),
    416: withHeaders(inJson('The file has no such part.'), PART),
    ...errorAnswers(OF_GET)
  }
}

/** One range of bytes; what has more of them, or another unit, is answered whole (RFC 9110 §14.2). */
const RANGE = /^bytes=(\d*)-(\d*)$/

/** `GET /ds/card-ranges.json`: emv3ds-protocol §14. */
export async function cardRangesRoute (app: FastifyInstance): Promise<void> {
  const fileFor = createCardRangeFiles(app.roles.preparation.history)

  app.get('/card-ranges.json', described(schema), async function sendFile (request, reply) {
    const file = fileFor(`${app.publicUrl(request)}/acs/method`)
    const etag = `"${file.serial}"`
    reply.type('application/json; charset=utf-8').header('accept-ranges', 'bytes').header('etag', etag)
    const ifRange = request.headers['if-range']
    const wanted = ifRange === undefined || ifRange === etag ? rangeOf(request.headers.range, file.size) : undefined
    if (wanted === undefined) return send(reply, file.slice(0, file.size), file.size)
    const { from, to } = wanted
    if (from >= to) {
      reply.header('content-range', `bytes */${file.size}`)
      throw new Refusal(416)
    }
    reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.size}`)
    return send(reply, file.slice(from, to), to - from)
  })
}

function send (reply: FastifyReply, chunks: Iterable<Uint8Array>, length: number): FastifyReply {
  return reply.header('content-length', length).send(Readable.from(chunks))
}

/** @returns from, and to exclusive; nothing where the whole is wanted. With `from` not before `to` there is no such part. */
function rangeOf (header: string | undefined, size: number): { from: number, to: number } | undefined {
  const [, first = '', last = ''] = RANGE.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return { from: Math.max(0, size - Number(last)), to: Number(last) === 0 ? 0 : size }
  if (last !== '' && Number(last) < Number(first)) return undefined
  return { from: Number(first), to: last === '' ? size : Math.min(size, Number(last) + 1) }
}
