import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { StateStore } from '../../../src/store/state-store.ts'
import { freezeTransaction } from '../../../src/store/freeze-transaction.ts'
import { newTransaction, testStateStore, TTL_SECONDS } from '../../contracts/state-store.ts'

const plenty = { ttlSeconds: TTL_SECONDS, maxTransactions: 1000, maxBytes: 10_000_000 }

/** A store together with a count of what left it, on a clock that begins at zero. */
function watch (limits: Partial<typeof plenty>) {
  const clock = createManualClock(0)
  const left = { evicted: 0, expired: 0 }
  const store = createMemoryStore({
    ...plenty,
    ...limits,
    clock,
    events: { onEvicted () { left.evicted++ }, onExpired () { left.expired++ } }
  })
  return { store, clock, left }
}

async function fill (store: StateStore, count: number) {
  const transactions = Array.from({ length: count }, () => newTransaction())
  for (const transaction of transactions) await store.insert(transaction)
  return transactions
}

/** @returns the positions of those that are still kept, by both ids. */
async function kept (store: StateStore, transactions: readonly { threeDSServerTransID: string, acsTransID: string }[]) {
  const positions: number[] = []
  for (const [position, { threeDSServerTransID, acsTransID }] of transactions.entries()) {
    const found = await Promise.allSettled([store.get(threeDSServerTransID), store.findByAcsTransId(acsTransID)])
    if (found.every(({ status }) => status === 'fulfilled')) positions.push(position)
    else if (found.some(({ status }) => status === 'fulfilled')) throw new Error('a transaction without its index, or the other way round')
  }
  return positions
}

t.test('the store contract, in memory', async (t) => {
  await testStateStore(t, () => {
    const clock = createManualClock(1_700_000_000_000)
    return {
      create: (events) => createMemoryStore({ ...plenty, clock, events }),
      age: async (seconds) => clock.advance(seconds * 1000)
    }
  })
})

t.test('time to live is exact on the clock given, to the millisecond', async (t) => {
  const { store, clock } = watch({})
  t.teardown(() => store.close())
  const [transaction] = await fill(store, 1) as [ReturnType<typeof newTransaction>]
  clock.advance(TTL_SECONDS * 1000)
  t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
  clock.advance(TTL_SECONDS * 1000 + 1)
  await t.rejects(store.get(transaction.threeDSServerTransID), { code: 'transaction_not_found' })
})

t.test('bounded by count: whoever was not used for longest goes, and it is told', async (t) => {
  const { store, left } = watch({ maxTransactions: 3 })
  t.teardown(() => store.close())
  const transactions = await fill(store, 3)
  await store.get(transactions[0]?.threeDSServerTransID as string)
  transactions.push(...await fill(store, 1))
  t.strictSame(await kept(store, transactions), [0, 2, 3])
  t.strictSame(left, { evicted: 1, expired: 0 })
  t.equal(await store.size(), 3)
})

t.test('at the bound of count what can never fit pushes nobody out', async (t) => {
  const { store, left } = watch({ maxTransactions: 2, maxBytes: 20_000 })
  t.teardown(() => store.close())
  const transactions = await fill(store, 2)
  const huge = newTransaction()
  huge.aReq.merchantName = 'x'.repeat(20_000)
  await store.insert(huge)
  t.strictSame(await kept(store, [...transactions, huge]), [0, 1])
  t.strictSame(left, { evicted: 1, expired: 0 }, 'itself')
})

t.test('bounded by bytes: whoever was not used for longest goes, and it is told', async (t) => {
  const one = freezeTransaction(newTransaction()) + 300
  const { store, left } = watch({ maxBytes: 2 * one })
  t.teardown(() => store.close())
  const transactions = await fill(store, 3)
  t.strictSame(await kept(store, transactions), [1, 2])
  t.strictSame(left, { evicted: 1, expired: 0 })

  const large = newTransaction()
  large.aReq.merchantName = 'x'.repeat(one)
  await store.insert(large)
  t.strictSame(await kept(store, [...transactions, large]), [3], 'one that takes all the room, and no other')
  const huge = newTransaction({ threeDSServerTransID: large.threeDSServerTransID })
  huge.aReq.merchantName = 'x'.repeat(2 * one)
  t.equal(await store.insert(huge), true)
  const [young] = await fill(store, 1) as [ReturnType<typeof newTransaction>]
  t.equal(await store.insert({ ...huge, threeDSServerTransID: randomUUID() }), false)
  t.strictSame(await kept(store, [...transactions, large, huge, young]), [5], 'one that can never fit does not push out the others')
  t.strictSame(left, { evicted: 5, expired: 0 })
})

t.test('the estimate of bytes is never less than the characters take', (t) => {
  const sizeWith = (merchantName: string) => freezeTransaction(newTransaction({ aReq: { ...newTransaction().aReq, merchantName } }))
  const empty = sizeWith('')
  t.equal(sizeWith('x'.repeat(32)) - empty, 64, 'short: as if every character took two bytes')
  t.equal(sizeWith('x'.repeat(1000)) - empty, 1000)
  t.ok(sizeWith('ż'.repeat(1000)) - empty >= 2000)
  t.end()
})

t.test('what has expired goes before what is alive, and is told apart', async (t) => {
  const { store, clock, left } = watch({ maxTransactions: 2 })
  t.teardown(() => store.close())
  await fill(store, 2)
  clock.advance(TTL_SECONDS * 1000 + 1)
  t.equal(await store.size(), 0)
  t.strictSame(left, { evicted: 0, expired: 2 })
  await fill(store, 1)
  clock.advance(TTL_SECONDS * 500)
  const [young] = await fill(store, 1) as [ReturnType<typeof newTransaction>]
  clock.advance(TTL_SECONDS * 500 + 1)
  await fill(store, 1)
  t.strictSame(left, { evicted: 0, expired: 3 })
  t.equal(await store.size(), 2)
  t.strictSame(await store.get(young.threeDSServerTransID), young)
})

t.test('what has expired leaves memory although nobody asks', async (t) => {
  const clock = createManualClock(0)
  // The store's own timer does not keep a process alive.
  const alive = setInterval(() => {}, 60_000)
  t.teardown(() => clearInterval(alive))
  await new Promise<void>((resolve) => {
    const store = createMemoryStore({ ...plenty, ttlSeconds: 1, clock, events: { onExpired: resolve } })
    t.teardown(() => store.close())
    store.insert(newTransaction()).then(() => clock.advance(1001), t.threw)
  })
})

t.test('closing forgets everything', async (t) => {
  const { store, left } = watch({})
  await fill(store, 2)
  await store.close()
  t.equal(await store.size(), 0)
  t.strictSame(left, { evicted: 0, expired: 0 })
})
