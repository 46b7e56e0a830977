// The base of every ratio: Fastify that parses the same bodies and answers objects and texts of the same size. No schema, no log.
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import Fastify from 'fastify'

const answer = JSON.parse(process.env['BENCH_ANSWER'] ?? '{}')
/** The requests of a flow, each with an answer of its own. @type {{ type: string, answer: string }[]} */
const steps = JSON.parse(process.env['BENCH_STEPS'] ?? '[]')
/** A file, of which the same bytes are streamed in pieces of the same size. */
const streamed = process.env['BENCH_STREAM']

const app = Fastify({ bodyLimit: 2_097_152 })
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => { done(null, Object.fromEntries(new URLSearchParams(String(body)))) })
app.addContentTypeParser('application/jose', { parseAs: 'string' }, (_request, body, done) => { done(null, body) })
app.post('/3ds/authenticate', async () => answer)
for (const [index, step] of steps.entries()) {
  const content = step.type.startsWith('application/json') ? JSON.parse(step.answer) : step.answer
  app.post(`/step/${index}`, async (_request, reply) => reply.type(step.type).send(content))
}
if (streamed !== undefined) {
  const text = readFileSync(streamed, 'utf8')
  const pieces = Array.from({ length: Math.ceil(text.length / 16_384) }, (_, index) => text.slice(index * 16_384, (index + 1) * 16_384))
  app.post('/ds', async (_request, reply) => reply.type('application/json; charset=UTF-8').send(Readable.from(pieces)))
}
app.get('/health', async () => ({ status: 'healthy' }))
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
console.log('listening')
