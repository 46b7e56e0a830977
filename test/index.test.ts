import { once } from 'node:events'
import { connect } from 'node:net'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import t from 'tap'
import { ConfigError, type MockSettings, startMockServer } from '../index.ts'
import { redisIsLeftOut, startRedisServer } from './setup/redis-server.ts'
import { ensureBuilt, root, run } from './setup/server-process.ts'

t.test('a mock starts in this process on a free port, answers and ends', async (t) => {
  const mock = await startMockServer({ OTP: '4711', SEED: 'index' })
  const { port, hostname } = new URL(mock.url)
  t.equal(hostname, '127.0.0.1')
  t.not(port, '8080')
  const health = await fetch(`${mock.url}/health`)
  t.match(await health.json(), { status: 'healthy', store: 'memory' })
  await mock.close()
  await t.rejects(fetch(`${mock.url}/health`))
})

t.test('an empty setting counts as none; the original\'s name of a setting counts as its own', async (t) => {
  const [one, other] = [await startMockServer({ PORT: '', LOG_LEVEL: '' }), await startMockServer()]
  t.not(new URL(one.url).port, '8080')
  const { port } = new URL(other.url)
  await Promise.all([one.close(), other.close()])
  const third = await startMockServer({ APP__SERVER__PORT: port })
  t.equal(new URL(third.url).port, port)
  await third.close()
})

t.test('a request that never ends is cut off after CLOSE_GRACE_MS', async (t) => {
  const mock = await startMockServer({ CLOSE_GRACE_MS: 50 })
  const { port, hostname } = new URL(mock.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write('POST /3ds/final HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n')
  await once(socket, 'data')
  const [, [error]] = await Promise.all([mock.close(), once(socket, 'close')])
  t.equal(typeof error, 'boolean')
})

t.test('two mocks at once do not know each other', async (t) => {
  const [one, other] = await Promise.all([startMockServer({ LOG_PRETTY: 'false' }), startMockServer()])
  t.not(one.url, other.url)
  await Promise.all([one.close(), other.close()])
})

t.test('faults of the settings are reported before anything starts', async (t) => {
  await t.rejects(startMockServer({ USE_REDIS: 'maybe' }), ConfigError)
})

t.test('a number or a boolean counts as the text that says it', async (t) => {
  const mock = await startMockServer({ PORT: 0, OTP: 4711, USE_REDIS: false, DOCS: false, SEED: undefined })
  t.equal((await fetch(`${mock.url}/docs`)).status, 404)
  await mock.close()
  const error = await startMockServer({ PORT: -1, TRANSACTION_TTL_SECONDS: 1.5, METRICS: 2 }).catch((error) => error)
  t.ok(error instanceof ConfigError)
  t.strictSame(error.faults.map(({ variable, value }: { variable: string, value: string }) => [variable, value]), [
    ['PORT', '"-1"'], ['TRANSACTION_TTL_SECONDS', '"1.5"'], ['METRICS', '"2"']
  ])
})

t.test('a value that no text stands for is a fault, and not shown', async (t) => {
  const wrong = { PORT: NaN, OTP: null, OUTBOUND_ALLOW: ['localhost'], SEED: { toString: 'swordfish' }, CLOSE_GRACE_MS: Infinity, KEY_PATH: Symbol('x') } as object
  const error = await startMockServer(wrong as MockSettings).catch((error) => error)
  t.ok(error instanceof ConfigError)
  t.strictSame(error.faults, Object.keys(wrong).map((variable) => {
    return { variable, value: '***', allowed: 'must be a string, a finite number or a boolean' }
  }))
})

t.test('a name that is no setting is a fault, as all of them are meant for the mock; its value is not shown', async (t) => {
  const error = await startMockServer({ OPT: '987654', OTP_ATTEMPTS: 'swordfish', NOTHING_LIKE_IT: 'x', USE_REDIS: 'maybe', APP__SERVER__PORT: '0' }).catch((error) => error)
  t.ok(error instanceof ConfigError)
  t.strictSame(error.faults, [
    { variable: 'USE_REDIS', value: '"maybe"', allowed: 'true, 1, yes, on or false, 0, no, off' },
    { variable: 'OPT', value: '***', allowed: 'no setting has this name, did you mean OTP?' },
    { variable: 'OTP_ATTEMPTS', value: '***', allowed: 'no setting has this name, did you mean OTP_MAX_ATTEMPTS?' },
    { variable: 'NOTHING_LIKE_IT', value: '***', allowed: 'no setting has this name' }
  ])
})

t.test('a mock that cannot listen leaves nothing open', { skip: redisIsLeftOut }, async (t) => {
  const [redis, mock] = [await startRedisServer(t), await startMockServer()]
  t.teardown(() => mock.close())
  const { port } = new URL(mock.url)
  await t.rejects(startMockServer({ PORT: port, USE_REDIS: 'true', REDIS_URL: redis.url }), { code: 'EADDRINUSE' })
  const observer = new Redis(redis.url)
  t.teardown(() => observer.disconnect())
  const clients = String(await observer.client('LIST')).trim().split('\n')
  t.equal(clients.length, 1, 'only who asks')
})

t.test('what was logged is written when a mock has closed', async (t) => {
  await ensureBuilt(t)
  const code = `
    import { startMockServer } from ${JSON.stringify(pathToFileURL(`${root}/dist/index.js`))}
    const mock = await startMockServer({ LOG_LEVEL: 'info' })
    await mock.close()
    process.kill(process.pid, 'SIGKILL')
  `
  const { signal, stdout } = await run(t, process.execPath, ['--input-type=module', '--eval', code]).ended
  t.equal(signal, 'SIGKILL')
  t.match(stdout, /Initializing in-memory state store/)
})
