import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { StateStore, StoreEvents } from '../../src/store/state-store.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'

/** Full time to live in every store that the suite is run against. */
export const TTL_SECONDS = 1800

/** One kind of store, and how time passes for it. */
export interface StoreUnderTest {
  /** A store of the test's own, with a full time to live of `TTL_SECONDS`. */
  create (events?: StoreEvents): StateStore
  /** Lets everything kept by any store of this test grow older. */
  age (seconds: number): Promise<void>
}

/** @returns a browser challenge that has just begun, with fresh ids. */
export function newTransaction (changed: Partial<Transaction> = {}): Transaction {
  const threeDSServerTransID = changed.threeDSServerTransID ?? randomUUID()
  return {
    threeDSServerTransID,
    acsTransID: randomUUID(),
    dsTransID: randomUUID(),
    aReq: {
      messageType: 'AReq',
      messageVersion: '2.2.0',
      threeDSServerTransID,
      deviceChannel: '02',
      messageCategory: '01',
      acctNumber: '4000000000001091',
      merchantName: 'Käserei “Zum Nußbaum” 🧀',
      notificationURL: 'https://shop.test/done'
    },
    preferences: { challengeWindowSize: '03' },
    spelling: 'emv',
    challenge: { interactionCounter: 0, sdkCounter: 0 },
    createdAt: 1_700_000_000_000,
    ...changed
  }
}

/** A change as a cardholder's answer makes it: a copy with one interaction more. */
export function countOne (transaction: Transaction): Transaction {
  const challenge = transaction.challenge as NonNullable<Transaction['challenge']>
  return { ...transaction, challenge: { ...challenge, interactionCounter: challenge.interactionCounter + 1 } }
}

/** Tries to change a transaction: a store may hand out copies, or originals that refuse. */
function scribbleOn (transaction: Transaction): void {
  for (const object of [transaction, transaction.aReq, transaction.challenge as object]) {
    for (const name of Object.keys(object)) Reflect.set(object, name, 'scribbled upon')
  }
}

const notFound = { name: 'MockError', code: 'transaction_not_found', message: 'Transaction not found' }
const nearlyAll = 0.9 * TTL_SECONDS

/**
 * What every StateStore keeps to.
 * @param t the test it becomes part of
 * @param open prepares a kind of store for one test
 */
export async function testStateStore (t: Test, open: (t: Test) => StoreUnderTest | Promise<StoreUnderTest>): Promise<void> {
  async function rule (title: string, check: (t: Test, store: StateStore, age: StoreUnderTest['age']) => Promise<void>): Promise<void> {
    await t.test(title, async (t) => {
      const { create, age } = await open(t)
      const store = create()
      t.teardown(() => store.close())
      await check(t, store, age)
    })
  }

  await rule('what was inserted is found by both ids, whole and in any case of letters', async (t, store) => {
    const transaction = newTransaction()
    t.equal(await store.insert(transaction), false, 'nothing was replaced')
    t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
    t.strictSame(await store.get(transaction.threeDSServerTransID.toUpperCase()), transaction)
    t.strictSame(await store.findByAcsTransId(transaction.acsTransID), transaction)
    t.strictSame(await store.findByAcsTransId(transaction.acsTransID.toUpperCase()), transaction)
    const inCapitals = newTransaction({ acsTransID: randomUUID().toUpperCase() })
    await store.insert({ ...inCapitals, threeDSServerTransID: inCapitals.threeDSServerTransID.toUpperCase() })
    t.strictSame(await store.findByAcsTransId(inCapitals.acsTransID), inCapitals)
  })

  await rule('what is handed in or out cannot be changed in the store', async (t, store) => {
    const transaction = newTransaction()
    const expected = structuredClone(transaction)
    const id = transaction.threeDSServerTransID
    await store.insert(transaction)
    scribbleOn(transaction)
    scribbleOn(await store.get(id))
    scribbleOn(await store.findByAcsTransId(expected.acsTransID))
    scribbleOn(await store.update(id, countOne))
    t.strictSame(await store.get(id), countOne(expected))
  })

  await rule('what is not there is not found, whatever it is called', async (t, store) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    const strangers = [randomUUID(), transaction.acsTransID, '', '*', '__proto__', `${transaction.threeDSServerTransID}\n`, `${transaction.threeDSServerTransID.slice(0, -1)}?`]
    for (const id of strangers) {
      await t.rejects(store.get(id), notFound)
      await t.rejects(store.update(id, (unexpected) => { throw new Error(`called with ${unexpected.dsTransID}`) }), notFound)
      t.equal(await store.delete(id), false)
    }
    await t.rejects(store.findByAcsTransId(transaction.threeDSServerTransID), notFound)
    await t.rejects(store.findByAcsTransId('*'), notFound)
    t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
  })

  await rule('an insert replaces the transaction of the same id, and its index', async (t, store) => {
    const old = newTransaction()
    const young = newTransaction({ threeDSServerTransID: old.threeDSServerTransID })
    await store.insert(old)
    t.equal(await store.insert({ ...young, threeDSServerTransID: old.threeDSServerTransID.toUpperCase() }), true)
    t.strictSame(await store.get(old.threeDSServerTransID), young)
    t.strictSame(await store.findByAcsTransId(young.acsTransID), young)
    await t.rejects(store.findByAcsTransId(old.acsTransID), notFound)
    t.equal(await store.insert(young), true, 'with the same index too')
    t.strictSame(await store.findByAcsTransId(young.acsTransID), young)
  })

  await rule('an update keeps what the change returns', async (t, store) => {
    const transaction = newTransaction()
    const id = transaction.threeDSServerTransID
    await store.insert(transaction)
    t.strictSame(await store.update(id.toUpperCase(), countOne), countOne(transaction))
    t.strictSame(await store.get(id), countOne(transaction))
    t.strictSame(await store.findByAcsTransId(transaction.acsTransID), countOne(transaction))
    const moved = { ...transaction, acsTransID: randomUUID() }
    await store.update(id, () => moved)
    t.strictSame(await store.findByAcsTransId(moved.acsTransID), moved)
    await t.rejects(store.findByAcsTransId(transaction.acsTransID), notFound, 'the index moved along')
  })

  await rule('an update whose change returns what it was given, or throws, writes nothing', async (t, store) => {
    const transaction = newTransaction()
    const id = transaction.threeDSServerTransID
    await store.insert(transaction)
    t.strictSame(await store.update(id, (given) => given), transaction)
    t.strictSame(await store.get(id), transaction)
    const refusal = new Error('refused')
    await t.rejects(store.update(id, () => { throw refusal }), refusal)
    t.strictSame(await store.get(id), transaction)
  })

  await rule('of 40 simultaneous updates each counts exactly once', async (t, store) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    const results = await Promise.all(Array.from({ length: 40 }, () => store.update(transaction.threeDSServerTransID, countOne)))
    const counts = results.map(({ challenge }) => challenge?.interactionCounter).sort((a, b) => Number(a) - Number(b))
    t.strictSame(counts, Array.from({ length: 40 }, (_, index) => index + 1))
    t.equal((await store.get(transaction.threeDSServerTransID)).challenge?.interactionCounter, 40)
  })

  await rule('of 40 simultaneous answers that may only be given once, one is', async (t, store) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    const answer = (given: Transaction): Transaction => given.challenge?.interactionCounter === 0 ? countOne(given) : given
    const seen = await Promise.all(Array.from({ length: 40 }, () => store.update(transaction.threeDSServerTransID, answer)))
    for (const each of seen) t.strictSame(each, countOne(transaction), 'everybody sees the one answer')
    t.strictSame(await store.get(transaction.threeDSServerTransID), countOne(transaction))
  })

  await rule('a delete takes the index along', async (t, store) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    t.equal(await store.delete(transaction.threeDSServerTransID.toUpperCase()), true)
    t.equal(await store.delete(transaction.threeDSServerTransID), false)
    await t.rejects(store.get(transaction.threeDSServerTransID), notFound)
    await t.rejects(store.findByAcsTransId(transaction.acsTransID), notFound)
  })

  await rule('an acsTransID belongs to the last transaction written with it, and goes only with that one', async (t, store) => {
    const old = newTransaction()
    const young = newTransaction({ acsTransID: old.acsTransID })
    await store.insert(old)
    await store.insert(young)
    t.strictSame(await store.get(old.threeDSServerTransID), old, 'reading the old one does not take it back')
    t.strictSame(await store.findByAcsTransId(old.acsTransID), young)
    await store.delete(old.threeDSServerTransID)
    t.strictSame(await store.findByAcsTransId(old.acsTransID), young)
  })

  await rule('a transaction lives for the full time and no longer, its index too', async (t, store, age) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    await age(TTL_SECONDS + 1)
    await t.rejects(store.findByAcsTransId(transaction.acsTransID), notFound)
    await t.rejects(store.get(transaction.threeDSServerTransID), notFound)
    await t.rejects(store.update(transaction.threeDSServerTransID, countOne), notFound, 'an update does not bring it back')
    t.equal(await store.delete(transaction.threeDSServerTransID), false)
    t.equal(await store.insert(transaction), false, 'nothing is left to be replaced')
  })

  const accesses: Record<string, (store: StateStore, transaction: Transaction) => Promise<unknown>> = {
    insert: (store, transaction) => store.insert(transaction),
    get: (store, { threeDSServerTransID }) => store.get(threeDSServerTransID),
    findByAcsTransId: (store, { acsTransID }) => store.findByAcsTransId(acsTransID),
    'an update': (store, { threeDSServerTransID }) => store.update(threeDSServerTransID, countOne),
    'an update that changes nothing': (store, { threeDSServerTransID }) => store.update(threeDSServerTransID, (given) => given)
  }
  for (const [name, access] of Object.entries(accesses)) {
    await rule(`${name} gives transaction and index their full time again`, async (t, store, age) => {
      const transaction = newTransaction()
      await store.insert(transaction)
      for (let times = 0; times < 3; times++) {
        await age(nearlyAll)
        await access(store, transaction)
      }
      await age(nearlyAll)
      const found = await store.findByAcsTransId(transaction.acsTransID)
      t.strictSame(await store.get(transaction.threeDSServerTransID), found)
      t.equal(found.threeDSServerTransID, transaction.threeDSServerTransID)
    })
  }

  await rule('check tries everything and leaves the transactions alone', async (t, store) => {
    const transaction = newTransaction()
    await store.insert(transaction)
    const health = await store.check()
    t.match(health, { kind: store.kind, connected: true, operations: { ping: true, set: true, get: true, delete: true } })
    t.type(health.latencyMs, 'number')
    t.strictSame(await store.get(transaction.threeDSServerTransID), transaction)
  })

  await t.test('every operation is told with its duration and the code of its failure', async (t) => {
    const told: unknown[] = []
    const { create } = await open(t)
    const store = create({
      onOperation (operation, seconds, error) {
        t.ok(seconds >= 0 && seconds < 60, 'in seconds')
        told.push([operation, error])
      }
    })
    t.teardown(() => store.close())
    const transaction = newTransaction()
    const id = transaction.threeDSServerTransID
    await store.insert(transaction)
    await store.get(id)
    await store.update(id, countOne)
    await store.findByAcsTransId(transaction.acsTransID)
    await t.rejects(store.update(id, () => { throw new TypeError('not ours') }))
    await store.delete(id)
    await t.rejects(store.get(id))
    t.strictSame(told, [
      ['insert', undefined],
      ['get', undefined],
      ['update', undefined],
      ['findByAcsTransId', undefined],
      ['update', 'other'],
      ['delete', undefined],
      ['get', 'transaction_not_found']
    ])
  })
}
