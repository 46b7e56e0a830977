import t from 'tap'
import { advanceChallenge, type ChallengeParts } from '../../../../src/acs/advance-challenge.ts'
import { deadlineOf } from '../../../../src/acs/challenge/timers.ts'
import { createManualClock } from '../../../../src/clock.ts'
import type { AReq, ARes } from '../../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../../src/store/memory-store.ts'
import type { Transaction } from '../../../../src/transaction/transaction.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5', acsTransID: '0a0b0c0d-1111-4222-8333-444455556666', dsTransID: '71727374-7576-4778-8980-818283848586'
}
const aReq = (members: object = {}) => ({
  messageType: 'AReq', messageVersion: '2.3.1', threeDSServerTransID: IDS.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: '4000400040004012', ...members
}) as AReq
const transaction = (transStatus: ARes['transStatus'], areq: AReq = aReq(), more: Partial<Transaction> = {}): Transaction => ({
  ...IDS, aReq: areq, preferences: {}, spelling: 'emv', createdAt: 0, aRes: { transStatus } as ARes, ...more
})
const PROGRESS = { interactionCounter: 0, sdkCounter: 0 }

t.test('what is over has no timer', async (t) => {
  const lengths = { firstCReq: 1, idle: 2, spc: 3 }
  t.strictSame((['reporting', 'ended', 'awaiting-creq', 'asking', 'spc'] as const).map((state) => deadlineOf(state, 10, lengths)), [undefined, undefined, 11, 12, 13])
  t.strictSame([deadlineOf('decoupled', 10, lengths, 1), deadlineOf('asking', 10, { ...lengths, idle: Infinity })], [60_010, undefined])
})

t.test('without timers a step keeps no deadline, and one that changes nothing writes nothing', async (t) => {
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  t.teardown(() => store.close())
  const kept = transaction('C', aReq(), { challenge: PROGRESS })
  await store.insert(kept)
  const parts = { store, clock: createManualClock(0), timers: { firstCReq: Infinity, idle: Infinity, spc: Infinity } } as unknown as ChallengeParts
  t.strictSame((await advanceChallenge(parts, IDS, ({ progress }) => ({ progress }))).transaction, kept)
  const { transaction: changed } = await advanceChallenge(parts, IDS, ({ progress }) => ({ progress: { ...progress, state: 'asking' } }))
  t.strictSame(changed.challenge, { ...PROGRESS, state: 'asking' })
})
