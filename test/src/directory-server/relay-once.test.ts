import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { relayOnce, type RelayParts } from '../../../src/directory-server/relay-once.ts'
import type { JsonObject } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { newTransaction } from '../../../src/transaction/new-transaction.ts'
import { aReq, aRes, rReq, rRes } from '../../setup/parties/messages.ts'

const areq = aReq()
const ares = { ...aRes(areq, { transStatus: 'C' }), dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218' }
const transaction = newTransaction(areq, ares, 0)
const sent = rReq(areq, ares)
const answer: JsonObject = rRes(sent)

async function keep (t: Test, waitMs = 60_000): Promise<RelayParts & { warned: string[] }> {
  const store = createMemoryStore({ ttlSeconds: 1800, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  t.teardown(() => store.close())
  await store.insert(transaction)
  const warned: string[] = []
  return { store, waitMs, warned, log: { debug () {}, info () {}, warn (_details: object, message: string) { warned.push(message) } } }
}

const keptIn = async ({ store }: RelayParts) => (await store.get(transaction.threeDSServerTransID)).relayed

t.test('of the same result at the very same moment one is relayed, and the others wait for its answer (emv3ds-protocol §10)', async (t) => {
  const parts = await keep(t)
  let asked = 0
  let reply: (answer: JsonObject) => void = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => { begin = resolve })
  const relay = () => new Promise<JsonObject>((resolve) => { asked++; reply = resolve; begin() })
  const outcomes = Promise.all([1, 2, 3].map(() => relayOnce(sent, transaction, relay, parts)))
  await begun
  t.strictSame(await keptIn(parts), { rReq: sent, attempt: 1 })
  reply(answer)
  const before = { before: { rReq: sent, answer } }
  t.strictSame(await outcomes, [{ answer }, before, before])
  t.equal(asked, 1)
  t.strictSame(await keptIn(parts), { rReq: sent, answer })
  t.strictSame(await relayOnce({ ...sent, transStatus: 'N' }, transaction, relay, parts), before, 'what was relayed stands, whatever comes')
})

t.test('a result that could not be relayed is not kept: who waits is the next', async (t) => {
  const parts = await keep(t)
  let asked = 0
  const relay = async () => {
    if (asked++ === 0) throw new Error('cannot be reached')
    return answer
  }
  const [first, second] = await Promise.allSettled([relayOnce(sent, transaction, relay, parts), relayOnce(sent, transaction, relay, parts)])
  t.match([first, second], [{ status: 'rejected', reason: { message: 'cannot be reached' } }, { status: 'fulfilled', value: { answer } }])
  t.strictSame(await keptIn(parts), { rReq: sent, answer })
})

t.test('who relays and is never heard of again is given up, and keeps nothing when he comes back', async (t) => {
  const parts = await keep(t, 0)
  let back: (answer: JsonObject) => void = () => {}
  const lost = relayOnce(sent, transaction, () => new Promise((resolve) => { back = resolve }), parts)
  const other = { ...answer, resultsStatus: '02' }
  t.strictSame(await relayOnce(sent, transaction, async () => other, parts), { answer: other })
  back(answer)
  t.strictSame(await lost, { answer })
  t.strictSame(await keptIn(parts), { rReq: sent, answer: other })
})

t.test('nothing is kept with another authentication that has the id, and a store that fails afterwards takes no answer away', async (t) => {
  const parts = await keep(t)
  await parts.store.insert({ ...transaction, acsTransID: '11111111-1111-4111-8111-111111111111' })
  t.strictSame(await relayOnce(sent, transaction, async () => answer, parts), { answer })
  t.equal(await keptIn(parts), undefined)
  await parts.store.insert(transaction)
  const relay = async () => {
    await parts.store.delete(transaction.threeDSServerTransID)
    return answer
  }
  t.strictSame(await relayOnce(sent, transaction, relay, parts), { answer })
  t.strictSame(parts.warned, ['the answer to a results request could not be kept'])
})
