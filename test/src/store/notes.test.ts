import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { createMemoryNotes } from '../../../src/store/memory-notes.ts'
import type { NoteStore } from '../../../src/store/note-store.ts'
import { closeRedis, openRedis } from '../../../src/store/redis-connection.ts'
import { createRedisNotes } from '../../../src/store/redis-notes.ts'
import { hardNote, NOTE_TTL_SECONDS, testNoteStore } from '../../contracts/note-store.ts'
import { redisIsLeftOut, startRedisServer } from '../../setup/redis-server.ts'

const skip = redisIsLeftOut
const plenty = { maxNotes: 1000, maxBytes: 10_000_000 }
const patient = { connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 }

async function connect (t: Test, url: string, timeouts = patient): Promise<Redis> {
  const redis = await openRedis({ url, ...timeouts })
  t.teardown(() => closeRedis(redis))
  return redis
}

/** @returns those of the keys that are still kept. */
async function kept (notes: NoteStore, keys: string[]): Promise<string[]> {
  const found = await Promise.all(keys.map((key) => notes.get(key)))
  return keys.filter((_, index) => found[index] !== undefined)
}

t.test('the note contract, in memory', async (t) => {
  await testNoteStore(t, () => {
    const clock = createManualClock(0)
    return { notes: createMemoryNotes({ ...plenty, clock }), age: async (seconds) => clock.advance(seconds * 1000) }
  })
})

t.test('in memory the time to live is exact on the clock given, to the millisecond', async (t) => {
  for (const start of [0, 1_700_000_000_000]) {
    const clock = createManualClock(start)
    const notes = createMemoryNotes({ ...plenty, clock })
    await notes.put('k', { a: 1 }, 1.5)
    clock.advance(1500)
    t.strictSame(await notes.get('k'), { a: 1 })
    clock.advance(1)
    t.equal(await notes.get('k'), undefined)
  }
})

t.test('in memory there are never more than the bounds allow, of notes and of bytes; the one goes that nobody asked for', async (t) => {
  const clock = createManualClock(0)
  const few = createMemoryNotes({ ...plenty, maxNotes: 3, clock })
  for (const key of ['a', 'b', 'c']) await few.put(key, {}, 60)
  await few.get('a')
  await few.put('d', {}, 60)
  t.strictSame(await kept(few, ['a', 'b', 'c', 'd']), ['a', 'c', 'd'])

  const full = createMemoryNotes({ maxNotes: 2, maxBytes: 10_000, clock })
  for (const key of ['a', 'b']) await full.put(key, {}, 60)
  await full.put('c', { text: 'x'.repeat(5000) }, 60)
  t.strictSame(await kept(full, ['a', 'b', 'c']), ['a', 'b'], 'what can never fit pushes nobody out')

  const small = createMemoryNotes({ ...plenty, maxBytes: 10_000, clock })
  for (let number = 0; number < 100; number++) await small.put(`${number}`, { text: 'x'.repeat(1000) }, 60)
  t.strictSame(await kept(small, Array.from({ length: 100 }, (_, number) => `${number}`)), ['96', '97', '98', '99'])
  await small.put('99', { text: 'x'.repeat(5000) }, 60)
  t.strictSame(await kept(small, ['96', '97', '98', '99']), ['96', '97', '98'], 'one that is too large is not kept, nor what it would have replaced')
})

t.test('in memory a close forgets everything', async (t) => {
  const notes = createMemoryNotes({ ...plenty, clock: createManualClock(0) })
  await notes.put('k', { a: 1 }, 60)
  await notes.close()
  t.equal(await notes.get('k'), undefined)
})

/** Lets every key of a prefix grow older, as if the time had passed. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  redis.call('PEXPIRE', key, redis.call('PTTL', key) - ARGV[2])
end`

t.test('on Redis', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)

  await t.test('the note contract', async (t) => {
    await testNoteStore(t, () => {
      const keyPrefix = randomUUID()
      return {
        notes: createRedisNotes({ redis, keyPrefix }),
        async age (seconds) { await redis.eval(AGE, 0, keyPrefix, seconds * 1000) }
      }
    })
  })

  await t.test('a note is JSON under <prefix>_note:<key>, with its time to live and each time it is put', async (t) => {
    await redis.flushall()
    const notes = createRedisNotes({ redis, keyPrefix: '3ds_transaction' })
    for (const ttlSeconds of [NOTE_TTL_SECONDS, 60, 60.0005]) {
      await notes.put('method:K', hardNote(), ttlSeconds)
      t.strictSame(await redis.keys('*'), ['3ds_transaction_note:method:K'])
      t.equal(await redis.get('3ds_transaction_note:method:K'), JSON.stringify(hardNote()))
      const life = await redis.pttl('3ds_transaction_note:method:K')
      t.ok(life > ttlSeconds * 1000 - 50_000 && life <= Math.ceil(ttlSeconds * 1000), `${life}`)
    }
    t.strictSame(await redis.keys('3ds_transaction:*'), [], 'not among the transactions')
    await notes.close()
    t.strictSame(await createRedisNotes({ redis, keyPrefix: '3ds_transaction' }).get('method:K'), hardNote(), 'others share it, and a close leaves it there')
    t.equal(await createRedisNotes({ redis, keyPrefix: 'other' }).get('method:K'), undefined)
  })

  await t.test('what is no note is store_serialization, and can be replaced or deleted', async (t) => {
    const notes = createRedisNotes({ redis, keyPrefix: 'p' })
    for (const text of ['', 'x', '5', 'null', '[]', '"{}"', '{"a":', `${'['.repeat(2000)}`]) {
      await redis.set('p_note:k', text)
      await t.rejects(notes.get('k'), { name: 'MockError', code: 'store_serialization', message: 'The stored note cannot be read' }, text.slice(0, 20))
    }
    await notes.put('k', { a: 1 }, 60)
    t.strictSame(await notes.get('k'), { a: 1 })
    await redis.del('p_note:k')
    await redis.rpush('p_note:k', 'a list')
    await t.rejects(notes.get('k'), { name: 'MockError', code: 'store_serialization' })
    t.equal(await notes.delete('k'), true)
  })
})

t.test('while Redis is away or silent everything is refused with the errors of the closed set', { skip }, async (t) => {
  const server = await startRedisServer(t)
  const redis = await connect(t, server.url, { connectTimeoutMs: 30_000, commandTimeoutMs: 300 })
  const notes = createRedisNotes({ redis, keyPrefix: 'p' })
  await notes.put('k', { secret: 'never told' }, 60)

  async function everythingFails (code: RegExp): Promise<void> {
    for (const operation of [() => notes.put('k', { secret: 'never told' }, 60), () => notes.get('k'), () => notes.delete('k')]) {
      const error = await operation().then(() => t.fail('answered'), (error: Error) => error) as Error & { cause: Error }
      t.match(error, { name: 'MockError', code, message: /^The transaction store / })
      t.notMatch(`${error.stack}${error.cause.stack}${Object.keys(error.cause)}`, 'never told')
    }
  }

  const given = new Promise((resolve) => redis.once('reconnecting', resolve))
  server.freeze()
  await t.rejects(notes.get('k'), { code: 'store_timeout' })
  await given
  await everythingFails(/^store_(timeout|connection)$/)
  const ready = new Promise((resolve) => redis.once('ready', resolve))
  server.thaw()
  await ready
  t.strictSame(await notes.get('k'), { secret: 'never told' })
  await redis.config('SET', 'maxmemory', '1')
  await t.rejects(notes.put('k', {}, 60), { code: 'store_connection', message: 'The transaction store refuses the operation' })
  await redis.config('SET', 'maxmemory', '0')
  const lost = new Promise((resolve) => redis.once('reconnecting', resolve))
  await server.kill()
  await lost
  await everythingFails(/^store_connection$/)
})
