import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createLogger, flushLogger } from '../../plugins/logger.ts'
import { createRequestIds, requestLog } from '../../plugins/request-log.ts'
import { createSeededIds } from '../../src/ids.ts'

const card = '4111111111111111'
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

async function open (level: string) {
  const lines: string[] = []
  const logger = await createLogger({ level, pretty: false, destination: { write: (line) => { lines.push(line) } } })
  return { logger, lines, read: () => lines.map((line) => JSON.parse(line)) }
}

t.test('a line has a time, a level in words and the message', async (t) => {
  const { logger, read } = await open('info')
  logger.info({ dsTransID: 'x' }, 'said')
  logger.debug('not said')
  const [line, ...others] = read()
  t.strictSame(others, [])
  t.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  delete line.time
  t.strictSame(line, { level: 'info', dsTransID: 'x', msg: 'said' })
})

t.test('nothing secret is in any line at trace, wherever it stands', async (t) => {
  const { logger, lines, read } = await open('trace')
  logger.trace({ acctNumber: card, deep: { list: [{ otp: '987', cardSecurityCode: '321' }] }, url: `redis://me:swordfish@h/${card}` }, 'a')
  logger.info(`card ${card}`)
  logger.child({ authorization: 'swordfish', note: card }).info({ n: Number(card) }, 'c')
  logger.error({ err: Object.assign(new Error(`bad ${card}`), { body: { otp: '987' } }), cookie: 'swordfish' }, 'd')
  logger.error({ error: 'swordfish is no error', err: { password: 'swordfish' } }, 'e')
  logger.error(new Error(card))
  t.notMatch(lines.join(''), /4111111111111111|"987"|"321"|:swordfish|"swordfish"/)
  t.match(read(), [
    { acctNumber: '[masked]', deep: { list: [{ otp: '[masked]', cardSecurityCode: '[masked]' }] }, url: 'redis://[masked]@h/[masked]' },
    { msg: 'card [masked]' },
    { authorization: '[masked]', note: '[masked]', n: '[masked]' },
    { err: { type: 'Error', message: 'bad [masked]', stack: /at / } },
    { err: { password: '[masked]' } },
    { err: { message: '[masked]' } }
  ])
})

t.test('errors carry their stack at debug and trace only', async (t) => {
  for (const [level, expected] of [['trace', true], ['debug', true], ['info', false]] as const) {
    const { logger, read } = await open(level)
    logger.error({ err: new Error('x') }, 'failed')
    t.equal('stack' in read()[0].err, expected)
  }
})

t.test('lines for people are lines for people, and masked too', async (t) => {
  const destination = new PassThrough()
  const logger = await createLogger({ level: 'info', pretty: true, destination })
  logger.info({ acctNumber: card, dsTransID: 'x' }, `hello ${card}`)
  await flushLogger(logger)
  const text = String(destination.read())
  t.match(text, /INFO.*: hello \[masked\]\n\s+acctNumber: "\[masked\]"\n\s+dsTransID: "x"/)
  t.notMatch(text, card)
})

t.test('standard output gets its lines in batches, and all of them before the process ends', async (t) => {
  for (const [pretty, expected] of [[false, /"msg":"first"[^]*"msg":"second"/], [true, /first[^]*second/]] as const) {
    const script = `
      import { createLogger, flushLogger } from '${new URL('../../plugins/logger.ts', import.meta.url).href}'
      const logger = await createLogger({ level: 'info', pretty: ${pretty} })
      logger.info('first')
      await flushLogger(logger)
      logger.info('second')
      process.exit(0)`
    const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => { output += chunk })
    const [code] = await once(child, 'close')
    t.equal(code, 0)
    t.match(output, expected)
    t.ok(await createLogger({ level: 'silent', pretty }), 'opens in this process as well')
  }
})

async function serve (t: Test): Promise<{ app: FastifyInstance, read: () => Array<Record<string, unknown>>, lines: string[] }> {
  const { logger, lines, read } = await open('trace')
  const app = Fastify({ loggerInstance: logger, disableRequestLogging: true, genReqId: createRequestIds(createSeededIds('log')) })
  t.teardown(() => app.close())
  await app.register(requestLog)
  return { app, lines, read }
}

t.test('every answer is one line: method, route, status, time, request id and the ids of the transaction', async (t) => {
  const { app, read } = await serve(t)
  app.get('/things/:id', async (request, reply) => {
    request.transactionIds.threeDSServerTransID = 'a'
    request.transactionIds.acsTransID = 'b'
    return reply.code(201).send('x')
  })
  await app.inject({ url: '/things/1?otp=1234', headers: { 'x-request-id': 'mine' } })
  await app.inject({ method: 'POST', url: `/nowhere/${card}?otp=1234` })
  await app.inject(`/${'x'.repeat(500)}`)
  const [line, unmatched, long] = read()
  t.match(line?.['ms'], Number)
  t.equal(Math.round(Number(line?.['ms']) * 1000) / 1000, line?.['ms'])
  for (const member of ['time', 'ms']) delete line?.[member]
  t.strictSame(line, {
    level: 'info', reqId: 'mine', method: 'GET', path: '/things/:id', status: 201, threeDSServerTransID: 'a', acsTransID: 'b', msg: 'request'
  })
  t.strictSame([unmatched?.['method'], unmatched?.['path'], unmatched?.['status']], ['POST', '/nowhere/[masked]', 404])
  t.equal(String(long?.['path']).length, 200)
})

t.test('the caller may name the request, in 1 to 128 harmless characters; the answer repeats the name', async (t) => {
  const { app, read } = await serve(t)
  app.get('/', async () => 'ok')
  for (const id of ['a', 'A-1_b.c:d', 'x'.repeat(128)]) {
    t.equal((await app.inject({ url: '/', headers: { 'x-request-id': id } })).headers['x-request-id'], id)
  }
  for (const id of ['', 'x'.repeat(129), 'a b', 'a"b', 'é', 'a,b']) {
    t.match((await app.inject({ url: '/', headers: { 'x-request-id': id } })).headers['x-request-id'], uuid)
  }
  t.match((await app.inject('/')).headers['x-request-id'], uuid)
  t.equal(read().at(0)?.['reqId'], 'a')
})

t.test('requests and replies are logged without query, headers and body', async (t) => {
  const { app, read } = await serve(t)
  app.post('/', async (request, reply) => {
    request.log.info({ req: request, res: reply }, 'both')
    return 'ok'
  })
  await app.inject({ method: 'POST', url: '/?otp=1', payload: { otp: '1' } })
  t.strictSame([read()[0]?.['req'], read()[0]?.['res']], [{ method: 'POST', path: '/' }, { status: 200 }])
})
