import t, { type Test } from 'tap'
import { createManualClock, type ManualClock } from '../../../src/clock.ts'
import { createRelayOnce, type RelayOnce, type RelayParts } from '../../../src/directory-server/relay-once.ts'
import type { JsonObject } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { newTransaction } from '../../../src/transaction/new-transaction.ts'
import { createSignal } from '../../contracts/job-queue.ts'
import { aReq, aRes, rReq, rRes } from '../../setup/parties/messages.ts'

const areq = aReq()
const ares = { ...aRes(areq, { transStatus: 'C' }), dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218' }
const transaction = newTransaction(areq, ares, 0)
const sent = rReq(areq, ares)
const answer: JsonObject = rRes(sent)

async function keep (t: Test, waitMs = 60_000): Promise<RelayParts & { clock: ManualClock, relayOnce: RelayOnce, another: RelayOnce, close: () => void, warned: string[] }> {
  const clock = createManualClock(0)
  const store = createMemoryStore({ ttlSeconds: 1800, maxTransactions: 10, maxBytes: 1_000_000, clock })
  t.teardown(() => store.close())
  await store.insert(transaction)
  const warned: string[] = []
  // Looking into the store keeps no process alive.
  const alive = setInterval(() => {}, 60_000)
  t.teardown(() => { clearInterval(alive) })
  const closing = new AbortController()
  const parts: RelayParts = { store, clock, waitMs, closing: closing.signal, log: { debug () {}, info () {}, warn (_details: object, message: string) { warned.push(message) } } }
  return { ...parts, clock, warned, relayOnce: createRelayOnce(parts), another: createRelayOnce(parts), close: () => { closing.abort() } }
}

const keptIn = async ({ store }: Pick<RelayParts, 'store'>) => (await store.get(transaction.threeDSServerTransID)).relayed

t.test('of the same result at the very same moment one is relayed, and the others wait for its answer (emv3ds-protocol §10)', async (t) => {
  const parts = await keep(t)
  let asked = 0
  let reply: (answer: JsonObject) => void = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => { begin = resolve })
  const relay = () => new Promise<JsonObject>((resolve) => { asked++; reply = resolve; begin() })
  const outcomes = Promise.all([parts.relayOnce, parts.relayOnce, parts.another].map((relayOnce) => relayOnce(sent, transaction, relay)))
  await begun
  t.strictSame(await keptIn(parts), { rReq: sent, attempt: 1, lease: 3000 })
  reply(answer)
  const before = { before: { rReq: sent, answer } }
  t.strictSame(await outcomes, [{ answer }, before, before])
  t.equal(asked, 1)
  t.strictSame(await keptIn(parts), { rReq: sent, answer })
  t.strictSame(await parts.relayOnce({ ...sent, transStatus: 'N' }, transaction, relay), before, 'what was relayed stands, whatever comes')
})

t.test('a result that could not be relayed is not kept: who waits is the next', async (t) => {
  const parts = await keep(t)
  let asked = 0
  const relay = async () => {
    if (asked++ === 0) throw new Error('cannot be reached')
    return answer
  }
  const [first, second] = await Promise.allSettled([parts.relayOnce(sent, transaction, relay), parts.relayOnce(sent, transaction, relay)])
  t.match([first, second], [{ status: 'rejected', reason: { message: 'cannot be reached' } }, { status: 'fulfilled', value: { answer } }])
  t.strictSame(await keptIn(parts), { rReq: sent, answer })
})

t.test('who relays in another process and is never heard of again is given up, and keeps nothing when he comes back', async (t) => {
  const parts = await keep(t, 0)
  let back: (answer: JsonObject) => void = () => {}
  const lost = parts.relayOnce(sent, transaction, () => new Promise((resolve) => { back = resolve }))
  const other = { ...answer, resultsStatus: '02' }
  t.strictSame(await parts.another(sent, transaction, async () => other), { answer: other })
  back(answer)
  t.strictSame(await lost, { answer })
  t.strictSame(await keptIn(parts), { rReq: sent, answer: other })
})

t.test('nothing is kept with another authentication that has the id, and a store that fails afterwards takes no answer away', async (t) => {
  const parts = await keep(t)
  await parts.store.insert({ ...transaction, acsTransID: '11111111-1111-4111-8111-111111111111' })
  t.strictSame(await parts.relayOnce(sent, transaction, async () => answer), { answer })
  t.equal(await keptIn(parts), undefined)
  await parts.store.insert(transaction)
  const relay = async () => {
    await parts.store.delete(transaction.threeDSServerTransID)
    return answer
  }
  t.strictSame(await parts.relayOnce(sent, transaction, relay), { answer })
  t.strictSame(parts.warned, ['the answer to a results request could not be kept'])
})

t.test('who waits in the process that relays does so as long as that takes, and asks the store once more only', async (t) => {
  const parts = await keep(t, 0)
  let asked = 0
  const update: RelayParts['store']['update'] = (id, change) => { asked++; return parts.store.update(id, change) }
  const relayOnce = createRelayOnce({ ...parts, store: { ...parts.store, update } })
  let reply: (answer: JsonObject) => void = () => {}
  const first = relayOnce(sent, transaction, () => new Promise((resolve) => { reply = resolve }))
  const second = relayOnce(sent, transaction, () => Promise.reject(new Error('relayed twice')))
  const turns = async (left: number): Promise<void> => { if (left > 0) await Promise.resolve().then(() => turns(left - 1)) }
  await turns(100)
  reply(answer)
  t.strictSame(await Promise.all([first, second]), [{ answer }, { before: { rReq: sent, answer } }])
  t.equal(asked, 4, 'two claims, what came of it, and one claim more')
})

t.test('who waits for another process is told when this one closes', async (t) => {
  const parts = await keep(t)
  let reply: (answer: JsonObject) => void = () => {}
  const relaying = parts.another(sent, transaction, () => new Promise((resolve) => { reply = resolve }))
  const waiting = parts.relayOnce(sent, transaction, async () => answer)
  parts.close()
  await t.rejects(waiting, { code: 'server_closing', message: 'The server is closing' })
  reply(answer)
  t.strictSame(await relaying, { answer })
})

t.test('who relays in a process that has died is given up as soon as his lease of 3 s is over; who is alive renews it, and nobody else\'s', async (t) => {
  const parts = await keep(t)
  await parts.store.update(transaction.threeDSServerTransID, (current) => ({ ...current, relayed: { rReq: sent, attempt: 1, lease: 0 } }))
  let relaying = createSignal()
  let renewed = createSignal()
  const update: RelayParts['store']['update'] = async (id, change) => {
    const after = await parts.store.update(id, change)
    renewed.give()
    return after
  }
  const relayOnce = createRelayOnce({ ...parts, store: { ...parts.store, update } })
  let reply: (answer: JsonObject) => void = () => {}
  const first = relayOnce(sent, transaction, () => new Promise((resolve) => { reply = resolve; relaying.give() }))
  await relaying.given
  t.strictSame(await keptIn(parts), { rReq: sent, attempt: 2, lease: 3000 })
  parts.clock.advance(2000)
  renewed = createSignal()
  await renewed.given
  t.strictSame(await keptIn(parts), { rReq: sent, attempt: 2, lease: 5000 })
  parts.clock.advance(3000)
  const second = relayOnce(sent, transaction, () => Promise.reject(new Error('relayed twice')))
  relaying = createSignal()
  let answerLast: (answer: JsonObject) => void = () => {}
  const third = parts.another(sent, transaction, () => new Promise((resolve) => { answerLast = resolve; relaying.give() }))
  await relaying.given
  const theirs = await keptIn(parts)
  renewed = createSignal()
  await renewed.given
  t.match(theirs, { attempt: 3 })
  t.match(await keptIn(parts), { attempt: 3 })
  answerLast(answer)
  await third
  reply(answer)
  t.strictSame([await first, await second], [{ answer }, { before: { rReq: sent, answer } }])
})

t.test('who is noted without a lease, by an earlier version, is given up after a time', async (t) => {
  const parts = await keep(t, 0)
  await parts.store.update(transaction.threeDSServerTransID, (current) => ({ ...current, relayed: { rReq: sent, attempt: 1 } }))
  t.strictSame(await parts.relayOnce(sent, transaction, async () => answer), { answer })
})
