// The base of every ratio: Fastify that parses the same body and answers an object of the same size. No schema, no log.
import Fastify from 'fastify'

const answer = JSON.parse(process.env['BENCH_ANSWER'] ?? '{}')
const app = Fastify({ bodyLimit: 2_097_152 })
app.post('/3ds/authenticate', async () => answer)
app.get('/health', async () => ({ status: 'healthy' }))
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
console.log('listening')
