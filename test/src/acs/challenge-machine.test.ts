import fc from 'fast-check'
import t, { type Test } from 'tap'
import { advanceChallenge, type ChallengeParts } from '../../../src/acs/advance-challenge.ts'
import { buildRReq } from '../../../src/acs/build-rreq.ts'
import { type ChallengeEvent, type ChallengeRules, FIRST_PROGRESS, step, type Step } from '../../../src/acs/challenge-machine.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { createManualClock } from '../../../src/clock.ts'
import { decodeTransaction, encodeTransaction } from '../../../src/dialects/stored-transaction.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { AReq } from '../../../src/protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../../../src/transaction/transaction.ts'

const rules: ChallengeRules = { otp: '1234', otpMaxAttempts: 3 }

/** The first 22 base64url characters of the SHA-256 of `ATTEMPT ENTRY`. */
const KEPT = {
  '0 0000': 'mVOPxlHHlfQQMgCk3kvVNS',
  '0 4321': 'V5wi0QjBA0flrS7_WLbdwC',
  '0 4322': 'UTPXtFbcghMnF0mUW_t1Ux',
  '0 ': 'fa7UOBS2M5UfonfNAWlVdN',
  '1 4321': 'E_SZ7DnqmF3MFzMxPellTm',
  '1 ': 'D8UWVoYZDKhFQHwDrUVy6A',
  '2 4321': '8ywk44HR3aSAW1SghQ4MZG'
}

const RIGHT: ChallengeEvent = { type: 'entry', value: '1234' }
const WRONG: ChallengeEvent = { type: 'entry', value: '4321' }
const EMPTY: ChallengeEvent = { type: 'entry', value: '' }
const RESEND: ChallengeEvent = { type: 'resend' }
const CANCEL: ChallengeEvent = { type: 'cancel', code: '01' }
const SDK_TIMED_OUT: ChallengeEvent = { type: 'cancel', code: '08' }
const ERRO_402: ChallengeEvent = { type: 'erro', errorCode: '402' }
const ERRO_203: ChallengeEvent = { type: 'erro', errorCode: '203' }
const EVENTS = [RIGHT, WRONG, EMPTY, RESEND, CANCEL, SDK_TIMED_OUT, ERRO_402, ERRO_203]

/** What each event makes of a progress. */
function leads (t: Test, progress: ChallengeProgress, table: ReadonlyArray<readonly [event: ChallengeEvent, step: Step]>): void {
  const before = structuredClone(progress)
  for (const [index, [event, wanted]] of table.entries()) t.strictSame(step(progress, event, rules), wanted, `row ${index + 1}: ${event.type}`)
  t.strictSame(progress, before, 'what was given is not changed')
}

t.test('a challenge begins with no answer given, and every event does to it what emv3ds-protocol §9.1 and §10 say', async (t) => {
  t.strictSame(FIRST_PROGRESS, { interactionCounter: 0, sdkCounter: 0 })
  leads(t, { interactionCounter: 0, sdkCounter: 0 }, [
    [RIGHT, { progress: { interactionCounter: 1, sdkCounter: 0 }, ending: { transStatus: 'Y' } }],
    [WRONG, { progress: { interactionCounter: 1, sdkCounter: 0, wrongEntries: [KEPT['0 4321']] }, notice: 'wrong-code' }],
    [EMPTY, { progress: { interactionCounter: 1, sdkCounter: 0, wrongEntries: [KEPT['0 ']] }, notice: 'wrong-code' }],
    [RESEND, { progress: { interactionCounter: 0, sdkCounter: 0 }, notice: 'code-resent' }],
    [CANCEL, { progress: { interactionCounter: 0, sdkCounter: 0 }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '01' } }],
    [SDK_TIMED_OUT, { progress: { interactionCounter: 0, sdkCounter: 0 }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '08' } }],
    [ERRO_402, { progress: { interactionCounter: 0, sdkCounter: 0 }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '08' } }],
    [ERRO_203, { progress: { interactionCounter: 0, sdkCounter: 0 }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '06' } }]
  ])
})

t.test('under way, an answer is counted, and what else is kept of the challenge stays (emv3ds-protocol §10)', async (t) => {
  const rest = { sdkCounter: 4, threeDSSessionData: 's' }
  leads(t, { interactionCounter: 1, wrongEntries: ['x'], ...rest }, [
    [RIGHT, { progress: { interactionCounter: 2, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'Y' } }],
    [WRONG, { progress: { interactionCounter: 2, wrongEntries: ['x', KEPT['1 4321']], ...rest }, notice: 'wrong-code' }],
    [EMPTY, { progress: { interactionCounter: 2, wrongEntries: ['x', KEPT['1 ']], ...rest }, notice: 'wrong-code' }],
    [RESEND, { progress: { interactionCounter: 1, wrongEntries: ['x'], ...rest }, notice: 'code-resent' }],
    [CANCEL, { progress: { interactionCounter: 1, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '01' } }],
    [SDK_TIMED_OUT, { progress: { interactionCounter: 1, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '08' } }],
    [ERRO_402, { progress: { interactionCounter: 1, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '08' } }],
    [ERRO_203, { progress: { interactionCounter: 1, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '06' } }]
  ])
})

t.test('at the last attempt a wrong answer ends it: N with reason 19 (emv3ds-protocol §10)', async (t) => {
  leads(t, { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, [
    [RIGHT, { progress: { interactionCounter: 3, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'Y' } }],
    [WRONG, { progress: { interactionCounter: 3, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'N', transStatusReason: '19' } }],
    [EMPTY, { progress: { interactionCounter: 3, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'N', transStatusReason: '19' } }],
    [RESEND, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, notice: 'code-resent' }],
    [CANCEL, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '01' } }],
    [SDK_TIMED_OUT, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'N', transStatusReason: '01', challengeCancel: '08' } }],
    [ERRO_402, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '08' } }],
    [ERRO_203, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: ['x', 'y'] }, ending: { transStatus: 'U', transStatusReason: '07', challengeCancel: '06' } }]
  ])
})

t.test('progress that an earlier version kept, without wrong entries, is gone on with', async (t) => {
  leads(t, { interactionCounter: 1, sdkCounter: 2 }, [
    [WRONG, { progress: { interactionCounter: 2, sdkCounter: 2, wrongEntries: [KEPT['1 4321']] }, notice: 'wrong-code' }],
    [{ ...WRONG, attempt: 0 }, { progress: { interactionCounter: 2, sdkCounter: 2, wrongEntries: [KEPT['0 4321']] }, notice: 'wrong-code' }]
  ])
})

t.test('a wrong answer to an earlier question changes nothing if it is the one that was counted, and is an attempt if it is another', async (t) => {
  const entry = (value: string, attempt: number): ChallengeEvent => ({ type: 'entry', value, attempt })
  const first = { interactionCounter: 1, sdkCounter: 0, wrongEntries: [KEPT['0 4321']] }
  const second = { interactionCounter: 2, sdkCounter: 0, wrongEntries: [KEPT['0 4321'], KEPT['0 4322']] }
  const tooMany: Step = { progress: { ...second, interactionCounter: 3 }, ending: { transStatus: 'N', transStatusReason: '19' } }
  leads(t, FIRST_PROGRESS, [[entry('4321', 0), { progress: first, notice: 'wrong-code' }]])
  leads(t, first, [
    [entry('4321', 0), { progress: first, notice: 'wrong-code' }],
    [entry('4322', 0), { progress: second, notice: 'wrong-code' }],
    [entry('1234', 0), { progress: { ...first, interactionCounter: 2 }, ending: { transStatus: 'Y' } }]
  ])
  leads(t, second, [
    [entry('4321', 0), { progress: second, notice: 'wrong-code' }],
    [entry('4322', 0), { progress: second, notice: 'wrong-code' }],
    [entry('4323', 0), tooMany],
    [entry('0 4321', 0), tooMany],
    [entry('4321', 1), tooMany],
    [entry('4321', 2), tooMany],
    [entry('4321', 3), tooMany]
  ])
  t.equal(step(second, entry('4321', 0), rules).progress, second, 'the very object, so that nothing is written')
})

t.test('an answer to the question that was put last is an attempt, even if a form that was tampered with gave it before its time', async (t) => {
  leads(t, { interactionCounter: 1, sdkCounter: 0 }, [
    [{ ...WRONG, attempt: 2 }, { progress: { interactionCounter: 2, sdkCounter: 0, wrongEntries: [KEPT['2 4321']] }, notice: 'wrong-code' }]
  ])
  leads(t, { interactionCounter: 2, sdkCounter: 0, wrongEntries: [KEPT['2 4321']] }, [
    [{ ...WRONG, attempt: 2 }, { progress: { interactionCounter: 3, sdkCounter: 0, wrongEntries: [KEPT['2 4321']] }, ending: { transStatus: 'N', transStatusReason: '19' } }]
  ])
})

t.test('no wrong entry is kept as it was written, and none takes more room than another', async (t) => {
  const { progress } = step(FIRST_PROGRESS, { type: 'entry', value: '9'.repeat(1_000_000) }, rules)
  t.strictSame(progress, { interactionCounter: 1, sdkCounter: 0, wrongEntries: ['IJ66Y0P4IsPiwKDY_yewLa'] })
})

t.test('with one attempt the first wrong code ends it (compatibility B23)', async (t) => {
  t.strictSame(step(FIRST_PROGRESS, WRONG, { ...rules, otpMaxAttempts: 1 }), {
    progress: { interactionCounter: 1, sdkCounter: 0 }, ending: { transStatus: 'N', transStatusReason: '19' }
  })
})

t.test('whatever happens: answers never exceed the attempts, Y needs the right code, counters only grow', async () => {
  const anyEvent = fc.constantFrom(...EVENTS)
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
  authenticationValue: 'kBAgUYVhioGZPXmZNBRqiEH0+CE='
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

t.test('advancing keeps what an event did; the first ending is kept, told, delivered, and the only one (emv3ds-protocol §10)', async (t) => {
  const { store, advance, finished, delivered } = await advancing()
  const open = { ...transaction, challenge: { interactionCounter: 1, sdkCounter: 0, wrongEntries: [KEPT['0 0000']] } }
  t.strictSame(await advance({ type: 'entry', value: '0000' }), { transaction: open, step: { progress: open.challenge, notice: 'wrong-code' } })
  t.strictSame(await store.get(aReq.threeDSServerTransID), open)

  const ended = {
    ...open,
    challenge: { interactionCounter: 2, sdkCounter: 0, wrongEntries: [KEPT['0 0000']] },
    rReq: { ...PASSED, interactionCounter: '02' }
  }
  t.strictSame(await advance(RIGHT), {
    transaction: { ...ended, delivery: { outcome: 'delivered', status: 200, at: 1 } },
    step: { progress: ended.challenge, ending: { transStatus: 'Y' } }
  })
  t.strictSame(await store.get(aReq.threeDSServerTransID), ended)

  for (const late of await Promise.all(EVENTS.map((event) => advance(event)))) t.strictSame(late, { transaction: ended })
  t.strictSame([finished, delivered], [[ended], [ended]])
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

t.test('a record of an earlier version is gone on with, and its counters that no longer exist are let be', async (t) => {
  const { store, advance } = await advancing()
  const earlier = { state: 'open', interactionCounter: 1, sdkCounter: 2, acsCounter: 2, resends: 1 } as ChallengeProgress
  await store.insert(decodeTransaction(encodeTransaction({ ...transaction, challenge: earlier })))
  const { step: wrong } = await advance({ type: 'entry', value: '0000', attempt: 0 })
  t.strictSame(wrong, { progress: { ...earlier, interactionCounter: 2, wrongEntries: [KEPT['0 0000']] }, notice: 'wrong-code' })
  const { step: right, transaction: { rReq } } = await advance(RIGHT)
  t.strictSame(right, { progress: { ...earlier, interactionCounter: 3, wrongEntries: [KEPT['0 0000']] }, ending: { transStatus: 'Y' } })
  t.strictSame(rReq, { ...PASSED, interactionCounter: '03' })
})
