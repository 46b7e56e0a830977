import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { decodeTransaction, encodeTransaction } from '../../../src/dialects/stored-transaction.ts'
import { randomIds } from '../../../src/ids.ts'
import { closeRedis, openRedis } from '../../../src/store/redis-connection.ts'
import { createRedisStore, type RecordCodec } from '../../../src/store/redis-store.ts'
import type { StateStore } from '../../../src/store/state-store.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { countOne, newTransaction, testStateStore, TTL_SECONDS } from '../../contracts/state-store.ts'
import { redisIsLeftOut, startRedisServer, type RedisServer } from '../../setup/redis-server.ts'

const skip = redisIsLeftOut
const patient = { connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 }
const TTL_MS = TTL_SECONDS * 1000
const maskedUrl = 'redis://***@127.0.0.1'
const codec: RecordCodec = { encode: encodeTransaction, decode: decodeTransaction }
const unreadable = { name: 'MockError', code: 'store_serialization', message: 'The stored transaction cannot be read' }

async function connect (t: Test, url: string, timeouts = patient): Promise<Redis> {
  const redis = await openRedis({ url, ...timeouts })
  t.teardown(() => closeRedis(redis))
  return redis
}

/** @returns a store of its own prefix on that connection. */
function storeOn (redis: Redis, keyPrefix: string): StateStore {
  return createRedisStore({ redis, keyPrefix, ttlSeconds: TTL_SECONDS, maskedUrl, codec, ids: randomIds })
}

/** Waits for the connection's next change to that status. */
function status (redis: Redis, name: 'ready' | 'reconnecting'): Promise<void> {
  return new Promise((resolve) => redis.once(name, () => resolve()))
}

/** Lets every key of a prefix grow older, as if the time had passed. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  redis.call('PEXPIRE', key, redis.call('PTTL', key) - ARGV[2])
end`

t.test('the store contract, on Redis', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)
  await testStateStore(t, () => {
    const keyPrefix = randomUUID()
    return {
      create: (events) => createRedisStore({ redis, keyPrefix, ttlSeconds: TTL_SECONDS, maskedUrl, codec, ids: randomIds, events }),
      async age (seconds) { await redis.eval(AGE, 0, keyPrefix, seconds * 1000) }
    }
  })
})

t.test('what stands in Redis', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)
  const store = storeOn(redis, '3ds_transaction')
  t.beforeEach(() => redis.flushall())

  /** @returns keys and what they hold, lengths of life rounded to seconds. */
  async function everything (): Promise<Record<string, [string | null, number]>> {
    const keys = (await redis.keys('*')).sort()
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, [await redis.get(key), Math.ceil(await redis.pttl(key) / 1000)]])))
  }

  await t.test('record and index, and no index among what the original server would take for records', async (t) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    t.strictSame(await everything(), {
      [`3ds_transaction:${transaction.threeDSServerTransID}`]: [encodeTransaction(transaction), TTL_SECONDS],
      [`3ds_transaction_acs:${transaction.acsTransID}`]: [transaction.threeDSServerTransID, TTL_SECONDS]
    })
    t.strictSame(await redis.keys('3ds_transaction:*'), [`3ds_transaction:${transaction.threeDSServerTransID}`])
    await store.check()
    t.equal(await redis.dbsize(), 2, 'a check leaves nothing behind')
    await store.update(transaction.threeDSServerTransID, (given) => ({ ...given, acsTransID: randomUUID() }))
    t.equal(await redis.dbsize(), 2, 'an index that moves leaves nothing behind')
    await store.insert(transaction)
    t.equal(await redis.dbsize(), 2, 'nor does one that is replaced')
    await store.delete(transaction.threeDSServerTransID)
    t.equal(await redis.dbsize(), 0)
    t.equal(await store.size(), undefined)
  })

  await t.test('each access sets both times to live to full', async (t) => {
    const transaction = newTransaction()
    const keys = [`3ds_transaction:${transaction.threeDSServerTransID}`, `3ds_transaction_acs:${transaction.acsTransID}`]
    await store.insert(transaction)
    const accesses = [
      () => store.get(transaction.threeDSServerTransID),
      () => store.findByAcsTransId(transaction.acsTransID),
      () => store.update(transaction.threeDSServerTransID, (given) => given),
      () => store.update(transaction.threeDSServerTransID, countOne),
      () => store.insert(transaction)
    ]
    for (const access of accesses) {
      for (const key of keys) await redis.pexpire(key, 60_000)
      await access()
      for (const key of keys) {
        const life = await redis.pttl(key)
        t.ok(life > TTL_MS - 50_000 && life <= TTL_MS, `${access} ${key} ${life}`)
      }
    }
  })

  await t.test('one round trip each, two for an update, and never a search among the keys', async (t) => {
    const transaction = newTransaction()
    const id = transaction.threeDSServerTransID
    const operations: [trips: number, () => Promise<unknown>][] = [
      [1, () => store.insert(transaction)],
      [1, () => store.get(id)],
      [1, () => store.findByAcsTransId(transaction.acsTransID)],
      [1, () => store.update(id, (given) => given)],
      [2, () => store.update(id, countOne)],
      [1, () => store.delete(id)]
    ]
    for (const [trips, operation] of operations) {
      await redis.config('RESETSTAT')
      await operation()
      const calls = Object.fromEntries([...(await redis.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]))
      t.equal((calls['eval'] ?? 0) + (calls['evalsha'] ?? 0), trips, `${operation}`)
      const others = Object.keys(calls).filter((name) => !['eval', 'evalsha', 'get', 'set', 'del', 'expire', 'config|resetstat', 'info'].includes(name))
      t.strictSame(others, [])
    }
  })

  await t.test('the scripts are sent again when Redis has forgotten them', async (t) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    await store.get(transaction.threeDSServerTransID)
    await redis.script('FLUSH')
    t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
  })

  await t.test('a record of the original server is found by acsTransID once it was read (compatibility B32)', async (t) => {
    const ours = newTransaction()
    const { authenticate_request: request, emv, ...rest } = JSON.parse(encodeTransaction(ours))
    t.ok(emv)
    const { threeDSServerTransID: id, acsTransID } = ours
    await redis.set(`3ds_transaction:${id}`, JSON.stringify({ authenticate_request: request, ...rest }), 'EX', 60)
    await t.rejects(store.findByAcsTransId(acsTransID), { code: 'transaction_not_found' })
    t.match(await store.get(id), { threeDSServerTransID: id, acsTransID, aReq: { acctNumber: ours.aReq.acctNumber } })
    t.match(await store.findByAcsTransId(acsTransID), { threeDSServerTransID: id, acsTransID })
    t.ok(await redis.pttl(`3ds_transaction:${id}`) > 60_000)
    await redis.pexpire(`3ds_transaction_acs:${acsTransID}`, 1000)
    await store.update(id, (given) => ({ ...given, dsTransID: acsTransID }))
    t.ok(await redis.pttl(`3ds_transaction_acs:${acsTransID}`) > 60_000)
    await store.delete(id)
    t.equal(await redis.dbsize(), 0)
  })

  await t.test('an index that its record no longer names leads nowhere', async (t) => {
    const transaction = newTransaction()
    const other = newTransaction({ threeDSServerTransID: transaction.threeDSServerTransID })
    await store.insert(transaction)
    await redis.set(`3ds_transaction:${transaction.threeDSServerTransID}`, encodeTransaction(other))
    await t.rejects(store.findByAcsTransId(transaction.acsTransID), { code: 'transaction_not_found' })
    t.strictSame(await store.get(other.threeDSServerTransID), other)
    t.strictSame(await store.findByAcsTransId(other.acsTransID), other)
  })

  await t.test('an acs_trans_id that is nested, inside a text or no text moves no index', async (t) => {
    const victim = newTransaction()
    await store.insert(victim)
    const bait = `"acs_trans_id":"${victim.acsTransID}"`
    const before = await everything()
    const hostile = [
      `{"x":{${bait}}}`,
      `{"x":${JSON.stringify(bait)},"acs_trans_id":{${bait}}}`,
      `[{${bait}}]`,
      JSON.stringify(`{${bait}}`),
      `{${bait}`.slice(1),
      `{"x":{"acs_trans_id":"${randomUUID()}"}}`,
      '{"acs_trans_id":null}',
      `{"x":${'['.repeat(2000)}`,
      ''
    ]
    for (const value of hostile) {
      const id = randomUUID()
      await redis.set(`3ds_transaction:${id}`, value)
      await t.rejects(store.get(id), { code: 'store_serialization' }, value.slice(0, 60))
      t.strictSame(await store.findByAcsTransId(victim.acsTransID), victim)
      t.equal(await redis.dbsize(), 3, 'the two of the victim, and the record')
      t.equal(await store.delete(id), true)
    }
    // These name an index, at the right place: their own, and the victim's.
    const odd = randomUUID()
    await redis.set(`3ds_transaction:${odd}`, '{"acs_trans_id":"A*\\u0000\\n:b"}')
    await t.rejects(store.get(odd), { code: 'store_serialization' })
    t.strictSame(await redis.get('3ds_transaction_acs:a*\u0000\n:b'), odd)
    await store.delete(odd)
    const thief = randomUUID()
    await redis.set(`3ds_transaction:${thief}`, `{${bait}}`)
    await t.rejects(store.get(thief), { code: 'store_serialization' })
    await store.delete(thief)
    t.strictSame(await store.findByAcsTransId(victim.acsTransID), victim)
    t.strictSame(await everything(), before)
  })

  await t.test('what cannot be read is refused and never overwritten, neither by an update nor by an insert; a delete removes it', async (t) => {
    const transaction = newTransaction()
    const { threeDSServerTransID: id, acsTransID } = transaction
    const whole = encodeTransaction(transaction)
    const key = `3ds_transaction:${id}`
    const texts = [
      '', 'null', '5', '[]', '{}', 'no JSON', '{"acs_trans_id":', `{"acs_trans_id":"${acsTransID}"}`, `{"x":${'['.repeat(2000)}`,
      // A record of ours that something went wrong with: cut off, at a brace too, or damaged somewhere.
      ...Array.from({ length: 20 }, (_, part) => whole.slice(0, Math.ceil(whole.length * part / 20))),
      whole.slice(0, -1), whole.slice(0, whole.lastIndexOf('}', whole.length - 3) + 1), `${whole}}`, whole.replace('"emv":{', '"emv":['),
      whole.replace('"authenticate_request":{', '"authenticate_request":5,"x":{'), whole.replace('"ds_trans_id":"', '"other":"'),
      whole.replace(`"acs_trans_id":"${acsTransID}"`, '"acs_trans_id":5'), whole.replace('"threeDsServerTransId":', '"other":')
    ]
    const obstacles = [...texts.map((text) => () => redis.set(key, text)), () => redis.rpush(key, 'a list'), () => redis.hset(key, 'a', 'hash')]
    for (const obstacle of obstacles) {
      await obstacle()
      const dump = await redis.dump(key)
      const young = newTransaction({ threeDSServerTransID: id })
      await t.rejects(store.insert(young), unreadable)
      await t.rejects(store.insert({ ...transaction, threeDSServerTransID: id.toUpperCase() }), unreadable)
      t.equal(await redis.exists(`3ds_transaction_acs:${young.acsTransID}`), 0, 'no index without its record')
      t.equal(await redis.pttl(key), -1, 'as it was, its time too')
      await redis.set(`3ds_transaction_acs:${acsTransID}`, id)
      await t.rejects(store.get(id), unreadable)
      await t.rejects(store.findByAcsTransId(acsTransID), unreadable)
      await t.rejects(store.update(id, countOne), unreadable)
      t.equal(await redis.dump(key), dump, 'still as it was')
      t.equal(await store.delete(id), true)
      t.equal(await store.insert(transaction), false)
      t.strictSame(await store.get(id), transaction)
      await store.delete(id)
    }
    await redis.rpush(`3ds_transaction_acs:${acsTransID}`, 'no id')
    await t.rejects(store.findByAcsTransId(acsTransID), unreadable)
    await redis.set(key, whole)
    t.strictSame(await store.get(id), transaction, 'an unreadable index does not stand in the way of its record')
  })

  await t.test('a record of any writer that can be read is replaced, and its index goes with it', async (t) => {
    const old = newTransaction()
    const { threeDSServerTransID: id } = old
    const { emv, ...original } = JSON.parse(encodeTransaction(old))
    t.ok(emv)
    const texts = [
      JSON.stringify(original),
      // What a script cannot tell to be a record: the documented spelling, an id in capitals, another writer's lists in lists.
      JSON.stringify(original).replace('"threeDsServerTransId"', '"threeDSServerTransID"'),
      JSON.stringify(original).replace(`"threeDsServerTransId":"${id}"`, `"threeDsServerTransId":"${id.toUpperCase()}"`),
      `${JSON.stringify(original).slice(0, -1)},"x":${'['.repeat(2000)}${']'.repeat(2000)}}`
    ]
    for (const text of texts) {
      await redis.set(`3ds_transaction:${id}`, text)
      await redis.set(`3ds_transaction_acs:${old.acsTransID}`, id)
      const young = newTransaction({ threeDSServerTransID: id })
      t.equal(await store.insert(young), true)
      t.strictSame(await everything(), {
        [`3ds_transaction:${id}`]: [encodeTransaction(young), TTL_SECONDS],
        [`3ds_transaction_acs:${young.acsTransID}`]: [id, TTL_SECONDS]
      })
      await store.delete(id)
    }
  })

  await t.test('of 40 simultaneous inserts over a record that only we can judge all succeed, and one is left', async (t) => {
    const old = newTransaction()
    const { threeDSServerTransID: id } = old
    await redis.set(`3ds_transaction:${id}`, encodeTransaction(old).replace('"threeDsServerTransId"', '"threeDSServerTransID"'))
    const young = Array.from({ length: 40 }, () => newTransaction({ threeDSServerTransID: id }))
    const replaced = await Promise.all(young.map((transaction) => store.insert(transaction)))
    t.ok(replaced.every((isReplaced) => isReplaced))
    const { acsTransID } = await store.get(id)
    const left = young.find((transaction) => transaction.acsTransID === acsTransID) as Transaction
    t.strictSame(await everything(), {
      [`3ds_transaction:${id}`]: [encodeTransaction(left), TTL_SECONDS],
      [`3ds_transaction_acs:${acsTransID}`]: [id, TTL_SECONDS]
    })
  })

  await t.test('an update that a transaction does not outlive finds nothing to write on', async (t) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    await t.rejects(store.update(transaction.threeDSServerTransID, (given) => {
      redis.del(`3ds_transaction:${transaction.threeDSServerTransID}`)
      return countOne(given)
    }), { code: 'transaction_not_found' })
    t.equal(await redis.exists(`3ds_transaction:${transaction.threeDSServerTransID}`), 0)
  })

  await t.test('an update that loses every race gives up with store_conflict', async (t) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    let rival = 0
    await t.rejects(store.update(transaction.threeDSServerTransID, (given) => {
      redis.set(`3ds_transaction:${transaction.threeDSServerTransID}`, encodeTransaction({ ...transaction, createdAt: ++rival }))
      return countOne(given)
    }), { name: 'MockError', code: 'store_conflict', message: 'The transaction is being changed by too many others' })
    t.strictSame(await store.get(transaction.threeDSServerTransID), { ...transaction, createdAt: rival })
  })
})

t.test('an insert that loses every race gives up with store_conflict', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)
  const store = storeOn(redis, '3ds_transaction')
  const old = newTransaction()
  const key = `3ds_transaction:${old.threeDSServerTransID}`
  // A record that no script can tell to be one, changed by another whenever it is to be replaced.
  const rival = (createdAt: number) => encodeTransaction({ ...old, createdAt }).replace('"threeDsServerTransId"', '"threeDSServerTransID"')
  await redis.set(key, rival(0))
  let races = 0
  const scripted = redis as unknown as { replaceTransaction (...args: unknown[]): Promise<unknown> }
  const { replaceTransaction } = scripted
  scripted.replaceTransaction = async (...args) => {
    await redis.set(key, rival(++races))
    return replaceTransaction.apply(redis, args)
  }
  await t.rejects(store.insert(newTransaction({ threeDSServerTransID: old.threeDSServerTransID })), {
    name: 'MockError', code: 'store_conflict', message: 'The transaction is being changed by too many others'
  })
  t.equal(races, 200)
  t.equal(await redis.get(key), rival(races))
})

const refused = { name: 'MockError', code: 'store_connection', message: 'The transaction store refuses the operation' }

t.test('what Redis answers and refuses is store_connection, nothing of it is done, and the check says what does not work', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const redis = await connect(t, url)
  const store = storeOn(redis, '3ds_transaction')
  const transaction = newTransaction()
  const { threeDSServerTransID: id, acsTransID } = transaction
  await store.insert(transaction)
  const writes: [string, (store: StateStore) => Promise<unknown>][] = [
    ['insert', (store) => store.insert(newTransaction())],
    ['an insert that replaces', (store) => store.insert(newTransaction({ threeDSServerTransID: id }))],
    ['update', (store) => store.update(id, countOne)],
    ['an update that moves the index', (store) => store.update(id, (given) => ({ ...given, acsTransID: randomUUID() }))]
  ]
  const others: typeof writes = [
    ['get', (store) => store.get(id)],
    ['findByAcsTransId', (store) => store.findByAcsTransId(acsTransID)],
    ['delete', (store) => store.delete(id)]
  ]

  await t.test('no memory left: nothing is written, what is there can be read', async (t) => {
    await redis.config('SET', 'maxmemory', '1')
    for (const [name, write] of writes) await t.rejects(write(store), refused, name)
    t.strictSame(await store.get(id), transaction)
    t.strictSame(await store.findByAcsTransId(acsTransID), transaction)
    t.match(await store.check(), { connected: true, operations: { ping: true, set: false, get: true, delete: true } })
    await redis.config('SET', 'maxmemory', '0')
  })

  await t.test('a replica that may only be read: no access can renew the time to live, so none succeeds', async (t) => {
    await redis.call('REPLICAOF', '127.0.0.1', '1')
    for (const [name, access] of [...writes, ...others]) await t.rejects(access(store), refused, name)
    t.match(await store.check(), { connected: true, operations: { ping: true, set: false, get: false, delete: false } })
    await redis.call('REPLICAOF', 'NO', 'ONE')
  })

  const users: [what: string, rights: string[], operations: object][] = [
    ['scripts', ['~*', '+@all', '-@scripting'], { ping: true, set: false, get: false, delete: false }],
    ['the commands that write', ['~*', '+@all', '-set', '-expire'], { ping: true, set: false, get: false, delete: true }],
    ['the keys of indexes and trials', ['~3ds_transaction:*', '+@all'], { ping: true, set: false, get: false, delete: false }]
  ]
  for (const [what, rights, operations] of users) {
    await t.test(`a user without rights on ${what}`, async (t) => {
      await redis.acl('SETUSER', 'shop', 'reset', 'on', '>pass', ...rights)
      const limited = storeOn(await connect(t, url.replace('//', '//shop:pass@')), '3ds_transaction')
      for (const [name, write] of writes) await t.rejects(write(limited), refused, name)
      t.match(await limited.check(), { connected: true, operations })
    })
  }

  t.strictSame(await store.get(id), transaction)
  t.strictSame(await store.findByAcsTransId(acsTransID), transaction)
  t.equal(await redis.dbsize(), 2, 'and no index or trial key is left')
})

t.test('three instances on one Redis share one truth', { skip }, async (t) => {
  const { url } = await startRedisServer(t)
  const stores = await Promise.all([1, 2, 3].map(async () => storeOn(await connect(t, url), 'shared'))) as [StateStore, StateStore, StateStore]
  const transaction = newTransaction()
  await stores[0].insert(transaction)
  t.strictSame(await stores[1].findByAcsTransId(transaction.acsTransID), transaction)
  await Promise.all(Array.from({ length: 40 }, (_, index) => (stores[index % 3] as StateStore).update(transaction.threeDSServerTransID, countOne)))
  t.equal((await stores[2].get(transaction.threeDSServerTransID)).challenge?.interactionCounter, 40)
})

const impatient = { connectTimeoutMs: 30_000, commandTimeoutMs: 300 }
const away = { name: 'MockError', code: /^store_(timeout|connection)$/, message: /^The transaction store (did not answer in time|cannot be reached)$/ }

async function everythingFails (t: Test, store: StateStore, { threeDSServerTransID: id, acsTransID }: ReturnType<typeof newTransaction>) {
  await Promise.all([
    t.rejects(store.insert(newTransaction()), away),
    t.rejects(store.get(id), away),
    t.rejects(store.update(id, countOne), away),
    t.rejects(store.delete(id), away),
    t.rejects(store.findByAcsTransId(acsTransID), away)
  ])
  t.match(await store.check(), { connected: false, url: maskedUrl, operations: { ping: false, set: false, get: false, delete: false } })
}

async function atServer (t: Test, options: Parameters<typeof startRedisServer>[1] = {}) {
  const server = await startRedisServer(t, options)
  const redis = await connect(t, server.url, impatient)
  const store = storeOn(redis, 'p')
  const transaction = newTransaction()
  await store.insert(transaction)
  return { server, redis, store, transaction }
}

t.test('while Redis is frozen everything is refused in time, and works again unaided afterwards', { skip }, async (t) => {
  const { server, redis, store, transaction } = await atServer(t)
  const lost = status(redis, 'reconnecting')
  server.freeze()
  await t.rejects(store.get(transaction.threeDSServerTransID), { code: 'store_timeout', message: 'The transaction store did not answer in time' })
  await lost
  await t.rejects(store.get(transaction.threeDSServerTransID), { code: 'store_connection' }, 'at once, without waiting for the timeout again')
  await everythingFails(t, store, transaction)
  const ready = status(redis, 'ready')
  server.thaw()
  await ready
  t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
})

t.test('commands waiting for a frozen Redis end together, and later ones are not kept', { skip }, async (t) => {
  const { server, redis, store, transaction } = await atServer(t)
  server.freeze()
  const ended = await Promise.allSettled(Array.from({ length: 1000 }, () => store.get(transaction.threeDSServerTransID)))
  t.ok(ended.every(({ status }) => status === 'rejected'))
  const queues = redis as unknown as Record<'commandQueue' | 'offlineQueue', { length: number }>
  if (redis.status !== 'reconnecting') await status(redis, 'reconnecting')
  await Promise.allSettled(Array.from({ length: 1000 }, () => store.get(transaction.threeDSServerTransID)))
  t.strictSame([queues.commandQueue.length, queues.offlineQueue.length], [0, 0])
  server.thaw()
})

t.test('a killed Redis is store_connection, and one that comes back on its port is used again unaided', { skip }, async (t) => {
  const { server, redis, store, transaction } = await atServer(t, { appendonly: true, password: 'secret-pass' })
  const lost = status(redis, 'reconnecting')
  await server.kill()
  await lost
  await everythingFails(t, store, transaction)
  const error = await store.get(transaction.threeDSServerTransID).then(() => t.fail('answered'), (error: Error) => error) as Error & { cause: Error }
  t.match(error, { code: 'store_connection', message: 'The transaction store cannot be reached' })
  t.strictSame(Object.keys(error.cause), [], 'no command, no arguments')
  const ready = status(redis, 'ready')
  await server.restart()
  await ready
  t.strictSame(await store.get(transaction.threeDSServerTransID), transaction, 'what it wrote down survived')
  t.strictSame(await store.findByAcsTransId(transaction.acsTransID), transaction)
  t.strictSame(await store.update(transaction.threeDSServerTransID, countOne), countOne(transaction))
})

t.test('a read-modify-write cut in the middle leaves the old record or the new one', { skip }, async (t) => {
  const { server, redis, store, transaction } = await atServer(t, { appendonly: true })
  const id = transaction.threeDSServerTransID
  const cuts: [string, (server: RedisServer) => void, (server: RedisServer) => void | Promise<void>][] = [
    ['frozen', () => server.freeze(), () => server.thaw()],
    ['killed', () => process.kill(server.pid, 'SIGKILL'), () => server.restart()]
  ]
  for (const [name, cut, mend] of cuts) {
    const before = await store.get(id)
    const lost = status(redis, 'reconnecting')
    await t.rejects(store.update(id, (given) => { cut(server); return countOne(given) }), away, name)
    await lost
    const ready = status(redis, 'ready')
    await mend(server)
    await ready
    const after = await store.get(id)
    t.strictSame(after, after.challenge?.interactionCounter === before.challenge?.interactionCounter ? before : countOne(before))
    t.strictSame(await store.findByAcsTransId(transaction.acsTransID), after)
  }
})
