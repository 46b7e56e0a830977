import t from 'tap'
import { advanceChallenge, type ChallengeParts } from '../../../src/acs/advance-challenge.ts'
import { buildRReq } from '../../../src/acs/build-rreq.ts'
import { type ChallengeEvent, type ChallengeRules, step } from '../../../src/acs/challenge/machine.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { createManualClock } from '../../../src/clock.ts'
import { decodeTransaction, encodeTransaction } from '../../../src/dialects/stored-transaction.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { AReq } from '../../../src/protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../../../src/transaction/transaction.ts'

const rules: ChallengeRules = { otp: '1234', otpMaxAttempts: 3, maxAttemptsReason: '19' }

/** The first 22 base64url characters of the SHA-256 of `0 0000`. */
const KEPT = 'mVOPxlHHlfQQMgCk3kvVNS'

const RIGHT: ChallengeEvent = { type: 'entry', value: '1234' }
const WRONG: ChallengeEvent = { type: 'entry', value: '0000' }
const EVENTS: readonly ChallengeEvent[] = [RIGHT, WRONG, { type: 'resend' }, { type: 'cancel', code: '01' }, { type: 'erro', errorCode: '402' }, { type: 'timeout' }]

const aReq = {
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  deviceChannel: '02',
  messageCategory: '01',
  acctNumber: '5200000000001005'
} satisfies AReq
const transaction: Transaction = {
  threeDSServerTransID: aReq.threeDSServerTransID,
  acsTransID: '0a0b0c0d-1111-4222-8333-444455556666',
  dsTransID: '71727374-7576-4778-8980-818283848586',
  aReq,
  preferences: {},
  spelling: 'emv',
  challenge: { state: 'asking', interactionCounter: 0, sdkCounter: 0 },
  createdAt: 0
}

/** The RReq of this challenge when it was passed at the first try. */
const PASSED = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  acsTransID: '0a0b0c0d-1111-4222-8333-444455556666',
  dsTransID: '71727374-7576-4778-8980-818283848586',
  messageCategory: '01',
  transStatus: 'Y',
  interactionCounter: '01',
  authenticationType: '02',
  eci: '02',
  authenticationValue: 'kBAgUYVhioGZPXmZNBRqiEH0+CGN'
}

async function advancing () {
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  await store.insert(transaction)
  const finished: Transaction[] = []
  const reported: Transaction[] = []
  const proofs = createEmvProofs('seed')
  const parts: ChallengeParts = {
    store,
    buildResult: (transaction, progress, ending) => buildRReq(transaction, progress, ending, proofs),
    clock: createManualClock(1_000),
    timers: { firstCReq: 30_000, idle: 600_000, spc: 600_000 },
    reporting: {
      async report (transaction) {
        reported.push(transaction)
        return { ...transaction, delivery: { outcome: 'delivered', status: 200, at: 1 } }
      },
      settled: async (transaction) => transaction
    },
    onFinished: (transaction) => { finished.push(transaction) }
  }
  const advance = (event: ChallengeEvent) => advanceChallenge(parts, transaction, (challenge) => step(challenge, event, rules))
  return { store, advance, parts, finished, reported }
}

t.test('advancing keeps what an event did and when its time is over; the first ending is kept, told, reported, and the only one (emv3ds-protocol §10, §11)', async (t) => {
  const { store, advance, finished, reported } = await advancing()
  const asked = { state: 'asking', interactionCounter: 1, sdkCounter: 0, wrongEntries: [KEPT] } as const
  const open = { ...transaction, challenge: { ...asked, deadline: 601_000 } }
  t.strictSame(await advance(WRONG), { transaction: open, step: { progress: asked, notice: 'wrong-code' } })
  t.strictSame(await store.get(aReq.threeDSServerTransID), open)

  const progress = { ...asked, state: 'reporting', interactionCounter: 2 }
  const ended = { ...open, challenge: { ...progress, rReq: { ...PASSED, interactionCounter: '02' } } }
  t.strictSame(await advance(RIGHT), {
    transaction: { ...ended, delivery: { outcome: 'delivered', status: 200, at: 1 } },
    step: { progress: { ...progress, deadline: 601_000 }, ending: { transStatus: 'Y' } }
  })
  t.strictSame(await store.get(aReq.threeDSServerTransID), ended)

  for (const late of await Promise.all(EVENTS.map((event) => advance(event)))) t.strictSame(late, { transaction: ended })
  t.strictSame([finished, reported], [[ended], [ended]])
})

t.test('what deciding throws changes nothing, and neither does a transaction of another id', async (t) => {
  const { store, parts, advance } = await advancing()
  await advance(WRONG)
  const before = await store.get(aReq.threeDSServerTransID)
  const refusal = new ProtocolError('no', { errorCode: '302', errorComponent: 'A', errorDetail: 'x' })
  await t.rejects(advanceChallenge(parts, transaction, () => { throw refusal }), refusal)
  await t.rejects(advanceChallenge(parts, { ...transaction, threeDSServerTransID: transaction.acsTransID }, ({ progress }) => ({ progress })), { code: 'transaction_not_found' })
  await t.rejects(advanceChallenge(parts, { ...transaction, acsTransID: transaction.dsTransID }, ({ progress }) => ({ progress })), { code: 'transaction_not_found' })
  t.strictSame(await store.get(aReq.threeDSServerTransID), before)
})

t.test('the time of a decoupled authentication is what the ARes said; a decision without change writes nothing', async (t) => {
  const { store, parts } = await advancing()
  const decoupled: Transaction = { ...transaction, challenge: { state: 'decoupled', interactionCounter: 0, sdkCounter: 0, deadline: 5 } }
  await store.insert(decoupled)
  const same = await advanceChallenge(parts, transaction, ({ progress }) => ({ progress }))
  t.strictSame(same.transaction, decoupled)
  const changed = await advanceChallenge(parts, transaction, ({ progress }) => ({ progress: { ...progress, approval: 'approved' } }))
  t.strictSame(changed.transaction.challenge, { ...decoupled.challenge, approval: 'approved' })
})

t.test('a record of an earlier version is gone on with, and its state and counters that no longer exist are let be', async (t) => {
  const { store, advance } = await advancing()
  const earlier = { state: 'open', interactionCounter: 1, sdkCounter: 2, acsCounter: 2, resends: 1 } as unknown as ChallengeProgress
  await store.insert(decodeTransaction(encodeTransaction({ ...transaction, challenge: earlier })))
  const { step: wrong } = await advance({ type: 'entry', value: '0000', attempt: 0 })
  t.strictSame(wrong, { progress: { ...earlier, state: 'asking', interactionCounter: 2, wrongEntries: [KEPT] }, notice: 'wrong-code' })
  const { step: right, transaction: { challenge } } = await advance(RIGHT)
  t.strictSame(right?.ending, { transStatus: 'Y' })
  t.strictSame(challenge?.rReq, { ...PASSED, interactionCounter: '03' })
})
