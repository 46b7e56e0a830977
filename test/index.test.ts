import t from 'tap'
import { ConfigError, startMockServer } from '../index.ts'

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

t.test('two mocks at once do not know each other', async (t) => {
  const [one, other] = await Promise.all([startMockServer({ LOG_PRETTY: 'false' }), startMockServer()])
  t.not(one.url, other.url)
  await Promise.all([one.close(), other.close()])
})

t.test('faults of the settings are told before anything starts', async (t) => {
  await t.rejects(startMockServer({ USE_REDIS: 'maybe' }), ConfigError)
})
