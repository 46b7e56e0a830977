import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { advanceChallenge, type ChallengeParts } from '../../../src/acs/advance-challenge.ts'
import { buildRReq } from '../../../src/acs/build-rreq.ts'
import { type ChallengeEvent, type ChallengeRules, type Ending, FIRST_PROGRESS, step, type Step } from '../../../src/acs/challenge-machine.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { createManualClock } from '../../../src/clock.ts'
import { decodeTransaction, encodeTransaction } from '../../../src/dialects/stored-transaction.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { AReq } from '../../../src/protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../../../src/transaction/transaction.ts'

const rules: ChallengeRules = { otp: '1234', otpMaxAttempts: 3 }
const states: Record<string, ChallengeProgress> = {
  fresh: FIRST_PROGRESS,
  'under way': { ...FIRST_PROGRESS, interactionCounter: 1, sdkCounter: 4, wrongEntries: ['x'], threeDSSessionData: 's' },
  'at its last attempt': { ...FIRST_PROGRESS, interactionCounter: 2 }
}
const events: [string, ChallengeEvent][] = [
  ['the right code', { type: 'entry', value: '1234' }],
  ['a wrong code', { type: 'entry', value: '4321' }],
  ['an empty code', { type: 'entry', value: '' }],
  ['resend', { type: 'resend' }],
  ['cancel', { type: 'cancel', code: '01' }],
  ['a time-out of the SDK', { type: 'cancel', code: '08' }],
  ['Erro 402', { type: 'erro', errorCode: '402' }],
  ['another Erro', { type: 'erro', errorCode: '203' }]
]

/** What each event does, whatever the state: an ending, or the state again with a notice. */
function expected (progress: ChallengeProgress, [, event]: [string, ChallengeEvent]): Step {
  const end = (ending: Ending, answers = 0): Step => ({
    progress: { ...progress, interactionCounter: progress.interactionCounter + answers }, ending
  })
  if (event.type === 'resend') return { progress, notice: 'code-resent' }
  if (event.type === 'cancel') return end({ transStatus: 'N', transStatusReason: '01', challengeCancel: event.code })
  if (event.type === 'erro') return end({ transStatus: 'U', transStatusReason: '07', challengeCancel: event.errorCode === '402' ? '08' : '06' })
  if (event.value === '1234') return end({ transStatus: 'Y' }, 1)
  if (progress.interactionCounter === 2) return end({ transStatus: 'N', transStatusReason: '19' }, 1)
  return {
    progress: {
      ...progress,
      interactionCounter: progress.interactionCounter + 1,
      wrongEntries: [...progress.wrongEntries ?? [], hashOf(`${progress.interactionCounter} ${event.value}`)]
    },
    notice: 'wrong-code'
  }
}

function hashOf (text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

t.test('every state with every event (emv3ds §9.1, §10)', async (t) => {
  for (const [state, progress] of Object.entries(states)) {
    const before = structuredClone(progress)
    for (const event of events) t.strictSame(step(progress, event[1], rules), expected(progress, event), `${state}: ${event[0]}`)
    t.strictSame(progress, before, 'what was given is not changed')
  }
})

t.test('a wrong answer to an earlier question changes nothing if it is the one that was counted, and is an attempt if it is another', async (t) => {
  const entry = (value: string, attempt: number): ChallengeEvent => ({ type: 'entry', value, attempt })
  const first = step(FIRST_PROGRESS, entry('4321', 0), rules).progress
  t.equal(first.interactionCounter, 1)
  const again = step(first, entry('4321', 0), rules)
  t.strictSame(again, { progress: first, notice: 'wrong-code' })
  t.equal(again.progress, first, 'so that nothing is written')
  t.strictSame(step(first, entry('1234', 0), rules).ending, { transStatus: 'Y' })

  const second = step(first, entry('4322', 0), rules).progress
  t.equal(second.interactionCounter, 2)
  t.equal(step(second, entry('4322', 0), rules).progress, second)
  t.equal(step(second, entry('4321', 0), rules).progress, second)
  for (const [value, attempt] of [['4321', 1], ['4323', 0], ['4321', 2], ['4321', 3], ['0 4321', 0]] as const) {
    t.strictSame(step(second, entry(value, attempt), rules).ending, { transStatus: 'N', transStatusReason: '19' }, `${value} for question ${attempt}`)
  }
})

t.test('no wrong entry is kept as it was written, and none takes more room than another', async (t) => {
  const { progress } = step(FIRST_PROGRESS, { type: 'entry', value: '9'.repeat(1_000_000) }, rules)
  t.match(progress.wrongEntries, [/^[A-Za-z0-9_-]{22}$/])
})

t.test('with one attempt the first wrong code ends it (compatibility B23)', async (t) => {
  t.strictSame(step(FIRST_PROGRESS, { type: 'entry', value: '0' }, { ...rules, otpMaxAttempts: 1 }).ending, { transStatus: 'N', transStatusReason: '19' })
})

t.test('whatever happens: answers never exceed the attempts, Y needs the right code, counters only grow', async () => {
  const anyEvent = fc.constantFrom(...events.map(([, event]) => event))
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (sequence, otpMaxAttempts) => {
    let progress = FIRST_PROGRESS
    for (const event of sequence) {
      const { progress: next, ending } = step(progress, event, { otp: '1234', otpMaxAttempts })
      if (next.interactionCounter > otpMaxAttempts || next.interactionCounter < progress.interactionCounter) return false
      if ((ending?.transStatus === 'Y') !== (event.type === 'entry' && event.value === '1234')) return false
      if (ending !== undefined) return true
      progress = next
    }
    return true
  }))
})

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
  createdAt: 0
}

async function advancing () {
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  await store.insert(transaction)
  const finished: Transaction[] = []
  const delivered: Transaction[] = []
  const proofs = createEmvProofs('seed')
  const parts: ChallengeParts = {
    store,
    buildResult: (transaction, progress, ending) => buildRReq(transaction, progress, ending, proofs),
    delivery: {
      async deliver (transaction) {
        delivered.push(transaction)
        return { ...transaction, delivery: { outcome: 'delivered', status: 200, at: 1 } }
      },
      async settled () {}
    },
    onFinished: (transaction) => { finished.push(transaction) }
  }
  const advance = (event: ChallengeEvent) => advanceChallenge(parts, transaction, (progress) => step(progress, event, rules))
  return { store, advance, parts, finished, delivered }
}

t.test('advancing keeps what an event did; the first ending is kept, told, delivered, and the only one', async (t) => {
  const { store, advance, finished, delivered } = await advancing()
  const open = await advance({ type: 'entry', value: '0000' })
  t.match(open, { step: { notice: 'wrong-code' }, transaction: { challenge: { interactionCounter: 1 } } })
  t.strictSame((await store.get(aReq.threeDSServerTransID)).challenge, { ...FIRST_PROGRESS, interactionCounter: 1, wrongEntries: [hashOf('0 0000')] })

  const ended = await advance({ type: 'entry', value: '1234' })
  t.match(ended, { step: { ending: { transStatus: 'Y' } }, transaction: { delivery: { outcome: 'delivered' } } })
  const kept = await store.get(aReq.threeDSServerTransID)
  const { authenticationValue, ...rReq } = kept.rReq as NonNullable<typeof kept.rReq>
  t.match(authenticationValue, /^kB[A-Za-z0-9+/]{25}=$/)
  t.strictSame(rReq, {
    messageType: 'RReq',
    messageVersion: '2.2.0',
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    dsTransID: transaction.dsTransID,
    messageCategory: '01',
    transStatus: 'Y',
    interactionCounter: '02',
    authenticationType: '02',
    eci: '02'
  })

  const late = await Promise.all(events.map(([, event]) => advance(event)))
  for (const { step, transaction } of late) t.strictSame([step, transaction.rReq], [undefined, kept.rReq])
  t.strictSame([finished.length, delivered.length], [1, 1])
})

t.test('what deciding throws changes nothing, and a decision without change writes nothing', async (t) => {
  const { store, parts, advance } = await advancing()
  await advance({ type: 'entry', value: '0000' })
  const before = await store.get(aReq.threeDSServerTransID)
  const refusal = new ProtocolError('no', { errorCode: '302', errorComponent: 'A', errorDetail: 'x' })
  await t.rejects(advanceChallenge(parts, transaction, () => { throw refusal }), refusal)
  const same = await advanceChallenge(parts, transaction, (progress) => ({ progress }))
  t.strictSame(same, { transaction: before, step: { progress: before.challenge } })
  t.strictSame(await store.get(aReq.threeDSServerTransID), before)
  await t.rejects(advanceChallenge(parts, { ...transaction, threeDSServerTransID: transaction.acsTransID }, (progress) => ({ progress })), { code: 'transaction_not_found' })
})

t.test('progress that an earlier version stored is gone on with', async (t) => {
  const { store, advance } = await advancing()
  const earlier = { state: 'open', interactionCounter: 1, sdkCounter: 2, acsCounter: 2, resends: 1 } as ChallengeProgress
  await store.insert(decodeTransaction(encodeTransaction({ ...transaction, challenge: earlier })))
  t.match(await advance({ type: 'entry', value: '0000', attempt: 0 }), { step: { notice: 'wrong-code' }, transaction: { challenge: { interactionCounter: 2 } } })
  t.match(await advance({ type: 'entry', value: '1234' }), { transaction: { rReq: { transStatus: 'Y', interactionCounter: '03' } } })
})
