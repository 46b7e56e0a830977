import t from 'tap'
import { leaseFrom, lookAgain, whileHeld } from '../../../src/store/lease.ts'
import { createSignal } from '../../contracts/job-queue.ts'

t.test('a lease counts for 3 s, and is renewed each second as long as the work lasts, whether the store is there or not', async (t) => {
  t.equal(leaseFrom(1000), 4000)
  const [first, second] = [createSignal(), createSignal()]
  let renewals = 0
  const renew = async () => {
    if (++renewals === 1) first.give()
    else second.give()
    throw new Error('away')
  }
  const alive = setInterval(() => {}, 60_000)
  const work = async () => {
    await first.given
    await second.given
    return 'done'
  }
  t.equal(await whileHeld(renew, work), 'done')
  clearInterval(alive)
  await t.rejects(whileHeld(renew, () => Promise.reject(new Error('failed'))), { message: 'failed' })
  t.equal(renewals, 2)
})

t.test('who waits to look again is told when the server closes', async (t) => {
  const closing = new AbortController()
  const waiting = lookAgain(closing.signal)
  closing.abort()
  await t.rejects(waiting, { code: 'server_closing', message: 'The server is closing' })
})
