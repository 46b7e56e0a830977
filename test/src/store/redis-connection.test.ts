import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { ReplyError } from 'ioredis'
import t, { type Test } from 'tap'
import { closeRedis, openRedis } from '../../../src/store/redis-connection.ts'
import type { MockError } from '../../../src/errors.ts'
import { fromRedis, redisReason } from '../../../src/store/redis-errors.ts'
import { redisIsLeftOut, startRedisServer } from '../../setup/redis-server.ts'

const impatient = { connectTimeoutMs: 200, commandTimeoutMs: 200 }

/** A door behind which nobody answers. */
async function blackhole (t: Test): Promise<number> {
  const server: Server = createServer((socket) => { t.teardown(() => socket.destroy()) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

t.test('a start without Redis fails with one line that says where and why, credentials masked', async (t) => {
  async function refusal (url: string, why: string) {
    await t.rejects(openRedis({ url, ...impatient }), { name: 'MockError', code: 'store_connection', message: why, cause: undefined })
  }
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  await refusal(`redis://127.0.0.1:${port}/2`, `Redis at redis://127.0.0.1:${port}/2 cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`)
  await refusal(`redis://shop:secret@127.0.0.1:${port}`, `Redis at redis://***@127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`)
  await refusal('redis://shop:secret@:port', 'Redis at redis://*** cannot be reached: Invalid URL')
})

t.test('a start at a Redis that accepts and never answers fails within the timeouts', async (t) => {
  const port = await blackhole(t)
  const start = { name: 'MockError', code: 'store_connection' }
  await t.rejects(openRedis({ url: `redis://:secret@127.0.0.1:${port}`, ...impatient }),
    { ...start, message: new RegExp(`^Redis at redis://\\*\\*\\*@127.0.0.1:${port} cannot be reached: (Command timed out|Socket timeout.*)$`) })
  await t.rejects(openRedis({ url: `rediss://:secret@127.0.0.1:${port}`, ...impatient }),
    { ...start, message: `Redis at rediss://***@127.0.0.1:${port} cannot be reached: connect ETIMEDOUT` })
})

t.test('a start is given up after both timeouts together, however busy Redis seems', async (t) => {
  // Answers as a server does that is still reading its files, and always about to be done.
  const server = createServer((socket) => {
    t.teardown(() => socket.destroy())
    const loading = 'loading:1\r\nloading_eta_seconds:0\r\n'
    socket.on('data', (sent) => {
      for (const command of sent.toString().match(/\r\n(?:hello|client|info)\r\n/gi) ?? []) {
        socket.write(/info/i.test(command) ? `$${loading.length}\r\n${loading}\r\n` : '+OK\r\n')
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  await t.rejects(openRedis({ url: `redis://127.0.0.1:${port}`, ...impatient }),
    { code: 'store_connection', message: `Redis at redis://127.0.0.1:${port} cannot be reached: no answer within 400 ms` })
})

t.test('passwords and databases of the URL are used, and wrong ones refused', { skip: redisIsLeftOut }, async (t) => {
  const { port } = await startRedisServer(t, { password: 'secret-pass' })
  const patient = { connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 }
  const redis = await openRedis({ url: `redis://:secret-pass@127.0.0.1:${port}/3`, ...patient })
  t.match(await redis.client('INFO'), / db=3 /)
  await closeRedis(redis)
  const where = `Redis at redis://***@127.0.0.1:${port}`
  await t.rejects(openRedis({ url: `redis://:wrong-pass@127.0.0.1:${port}`, ...patient }),
    { message: `${where} cannot be reached: WRONGPASS invalid username-password pair or user is disabled.` })
  await t.rejects(openRedis({ url: `redis://127.0.0.1:${port}`, ...patient }),
    { message: /^Redis at redis:\/\/127.0.0.1:\d+ cannot be reached: NOAUTH / })
  await t.rejects(openRedis({ url: `redis://:secret-pass@127.0.0.1:${port}/99`, ...patient }),
    { message: `${where}/99 cannot be reached: ERR DB index is out of range` })
})

t.test('closing does not wait for a Redis that is away or silent', { skip: redisIsLeftOut }, async (t) => {
  const server = await startRedisServer(t)
  const frozen = await openRedis({ url: server.url, connectTimeoutMs: 30_000, commandTimeoutMs: 200 })
  const left = await openRedis({ url: server.url, connectTimeoutMs: 30_000, commandTimeoutMs: 200 })
  server.freeze()
  // A wait for the silent one would last until the test is given up: nobody thaws it.
  await t.resolves(closeRedis(frozen), 'though it says nothing')
  const lost = new Promise((resolve) => left.once('reconnecting', resolve))
  await server.kill()
  await lost
  await t.resolves(closeRedis(left), 'though nobody is there to say goodbye')
})

t.test('every failure is one of the closed set, and carries no argument of a command', async (t) => {
  const failure = (error: Error) => Object.assign(error, { command: { name: 'set', args: ['4000000000001091'] } })
  const unreadable = ['store_serialization', 'The stored transaction cannot be read'] as const
  const refused = ['store_connection', 'The transaction store refuses the operation'] as const
  const kinds: [Error, readonly [code: string, message: string]][] = [
    [new Error('Command timed out'), ['store_timeout', 'The transaction store did not answer in time']],
    [new Error('Connection is closed.'), ['store_connection', 'The transaction store cannot be reached']],
    [new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value'), unreadable],
    [new ReplyError('ERR Error running script (call to f_1): @user_script:3: WRONGTYPE Operation against a key'), unreadable],
    [new ReplyError('READONLY You can\'t write against a read only replica.'), refused],
    [new ReplyError('OOM command not allowed when used memory > \'maxmemory\'.'), refused],
    [new ReplyError('NOPERM this user has no permissions to run the \'evalsha\' command'), refused],
    [new ReplyError('MISCONF Redis is configured to save RDB snapshots, but it\'s currently unable to persist to disk.'), refused],
    [new ReplyError('LOADING Redis is loading the dataset in memory'), refused]
  ]
  for (const [reason, [code, message]] of kinds) {
    const error = await fromRedis(Promise.reject(failure(reason))).catch((thrown: unknown) => thrown as MockError)
    t.match(error, { name: 'MockError', code, message, cause: { message: reason.message } })
    t.notMatch(JSON.stringify(error) + JSON.stringify(error.cause), '4000000000001091')
  }
  t.equal(redisReason(failure(new ReplyError("ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'secret'"))), "ERR unknown command 'HELLO'")
  t.equal(redisReason(new ReplyError("NOPERM User shop has no permissions to run the 'evalsha' command")), "NOPERM the user has no permissions to run the 'evalsha' command")
  t.equal(redisReason(new AggregateError([], '')), 'AggregateError')
  t.equal(redisReason(Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })), 'ECONNREFUSED')
  t.equal(redisReason('a text'), 'a text')
})
