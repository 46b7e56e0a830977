import t, { type Test } from 'tap'
import { advanceChallenge, type ChallengeParts } from '../../../src/acs/advance-challenge.ts'
import { askDs } from '../../../src/acs/ask-ds.ts'
import { buildRReq } from '../../../src/acs/build-rreq.ts'
import { browserCRes } from '../../../src/acs/build-cres.ts'
import { createReportHandler, createResumeHandler, createTimerHandler, lookInterval, setTimer, TIMER_JOB } from '../../../src/acs/challenge-timer.ts'
import { type ChallengeEvent, type ChallengeRules, step } from '../../../src/acs/challenge/machine.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { createResultReporting, REPORT_JOB, reportAgain, reportJobId, RESUME_JOB, type ReportingParts, type ResultReporting } from '../../../src/acs/report-result.ts'
import { renewReport } from '../../../src/acs/report-lease.ts'
import { unavailableRReq } from '../../../src/acs/unavailable-rreq.ts'
import { createManualClock, type ManualClock } from '../../../src/clock.ts'
import { MockError } from '../../../src/errors.ts'
import { createOutboundPolicy } from '../../../src/exchange/outbound-policy.ts'
import { createOutboundPost } from '../../../src/exchange/outbound-request.ts'
import { createSendMessage } from '../../../src/exchange/send-message.ts'
import type { JobQueue, NewJob } from '../../../src/jobs/job-queue.ts'
import { createMemoryJobs } from '../../../src/jobs/memory-jobs.ts'
import { createJudge } from '../../../src/protocol/judge.ts'
import type { AReq, ARes, JsonObject, RReq } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { StateStore } from '../../../src/store/state-store.ts'
import type { ChallengeProgress } from '../../../src/transaction/challenge.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { createReadLog, createSignal, type ReadLog, START } from '../../contracts/job-queue.ts'
import { startReceiver, type Receiver } from '../../setup/receiver.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  acsTransID: '0a0b0c0d-1111-4222-8333-444455556666',
  dsTransID: '71727374-7576-4778-8980-818283848586'
}
const OTHER_ID = 'ffffffff-ffff-4fff-8fff-ffffffffffff'
const ELSEWHERE = { threeDSServer: 'elsewhere', ds: 'elsewhere', acs: 'here' } as const
const RRES = { messageType: 'RRes', messageVersion: '2.2.0', ...IDS, resultsStatus: '01' }
const TTL_MS = 1_800_000

/** An answer opens as well, so that one event is a whole challenge. */
const rules: ChallengeRules = { otp: '1234', otpMaxAttempts: 3, maxAttemptsReason: '19', opensUnasked: true }
const OPEN: ChallengeEvent = { type: 'open' }
const RIGHT: ChallengeEvent = { type: 'entry', value: '1234' }

/** The RReq of a challenge that was passed at the first try. */
const PASSED: RReq = {
  messageType: 'RReq',
  messageVersion: '2.2.0',
  ...IDS,
  messageCategory: '01',
  transStatus: 'Y',
  interactionCounter: '01',
  authenticationType: '02',
  eci: '02',
  authenticationValue: 'kBAgUYVhioGZPXmZNBRqiEH0+CGN'
}
/** The same one when it could not be reported in time. */
const UNAVAILABLE = {
  messageType: 'RReq', messageVersion: '2.2.0', ...IDS, messageCategory: '01', transStatus: 'U', transStatusReason: '22', interactionCounter: '01'
}
/** Of a challenge that nobody began, or nobody answered. */
const TIMED_OUT = {
  messageType: 'RReq', messageVersion: '2.2.0', ...IDS, messageCategory: '01', transStatus: 'N', transStatusReason: '14', interactionCounter: '00', authenticationType: '02'
}

/** What a DS does with what it gets; without an answer the connection ends. */
type Ds = (message: JsonObject, count: number) => object | string | undefined | Promise<object | string | undefined>

interface World {
  clock: ManualClock
  store: StateStore
  log: ReadLog
  jobs: JobQueue
  ds: Receiver
  reporting: ResultReporting
  parts: ReportingParts
  /** A challenge whose ARes has just gone out, with its timer set. */
  begin (more?: Partial<Transaction>): Promise<Transaction>
  act (event: ChallengeEvent): Promise<Transaction>
  kept (): Promise<Transaction>
  /** Lets the time pass, and what is due happen. */
  pass (milliseconds: number): Promise<number>
  /** What the DS got. */
  bodies (): JsonObject[]
}

interface Options { ds?: Ds, timeoutMs?: number, ttlMs?: number, send?: ReportingParts['send'], store?: (real: StateStore) => StateStore, jobs?: (real: JobQueue) => ReportingParts['jobs'], idleMs?: number, eciOnFailure?: 'present' }

/** An ACS with a DS elsewhere, and a clock that stands still. */
async function world (t: Test, { ds: answer = () => RRES, timeoutMs = 30_000, ttlMs = TTL_MS, send: sendHere, store: around = (real) => real, jobs: shared = (real) => real, idleMs = 600_000, eciOnFailure }: Options = {}): Promise<World> {
  const clock = createManualClock(START)
  const real = createMemoryStore({ ttlSeconds: ttlMs / 1000, maxTransactions: 10, maxBytes: 1_000_000, clock })
  const store = around(real)
  const log = createReadLog()
  const jobs = createMemoryJobs({ clock, log })
  t.teardown(() => jobs.close())
  const ds = await startReceiver(t, async (response, { body }) => {
    const answered = await answer(body, ds.received.length)
    if (answered === undefined) response.destroy()
    else response.end(typeof answered === 'string' ? answered : JSON.stringify(answered))
  })
  const post = createOutboundPost({ policy: createOutboundPolicy(['127.0.0.1']) })
  const asking = { send: createSendMessage(post), judge: createJudge({ strict: false, firstErrorCode: '203' }), timeoutMs }
  const proofs = createEmvProofs('seed', eciOnFailure)
  const parts: ReportingParts = { store, clock, log, jobs: shared(jobs), ownJobs: jobs, waitMs: 15_000, closing: new AbortController().signal, lookMs: ttlMs / 2, proofs, send: sendHere ?? ((rReq, transaction) => askDs(rReq, transaction, asking)) }
  const reporting = createResultReporting(parts)
  const challenge: ChallengeParts & { rules: ChallengeRules } = {
    store,
    clock,
    rules,
    reporting,
    timers: { firstCReq: 30_000, idle: idleMs, spc: 600_000 },
    buildResult: (transaction, progress, ending) => buildRReq(transaction, progress, ending, proofs),
    onFinished () {}
  }
  const timed = { challenge, reporting: parts }
  jobs.handle(TIMER_JOB, createTimerHandler(timed))
  jobs.handle(REPORT_JOB, createReportHandler(timed))
  jobs.handle(RESUME_JOB, createResumeHandler(timed))
  return {
    clock,
    store,
    log,
    jobs,
    ds,
    reporting,
    parts,
    async begin (more = {}) {
      const transaction = transactionWith(`${ds.url}/`, more)
      await real.insert(transaction)
      await setTimer(transaction, jobs, ttlMs / 2)
      return transaction
    },
    async act (event) { return (await advanceChallenge(challenge, IDS, (current) => step(current, event, rules))).transaction },
    kept: () => real.get(IDS.threeDSServerTransID),
    pass (milliseconds) {
      clock.advance(milliseconds)
      return jobs.runDue()
    },
    bodies: () => ds.received.map(({ body }) => body)
  }
}

function transactionWith (dsURL: string, more: Partial<Transaction> = {}): Transaction {
  const aReq = { messageType: 'AReq', messageVersion: '2.2.0', threeDSServerTransID: IDS.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: '5200000000001005', dsURL } satisfies AReq
  const aRes = { messageType: 'ARes', messageVersion: '2.2.0', ...IDS, acsReferenceNumber: 'issuer1', acsOperatorID: 'MOCK_ACS', dsReferenceNumber: 'DS', transStatus: 'C' } satisfies ARes
  return {
    ...IDS,
    aReq,
    aRes,
    preferences: {},
    spelling: 'emv',
    parties: ELSEWHERE,
    challenge: { interactionCounter: 0, sdkCounter: 0, deadline: START + 30_000 },
    createdAt: START,
    ...more
  }
}

/** A transaction whose process ended between storing the result and reporting it. */
const leftBehind = (rReq: RReq = PASSED): { challenge: ChallengeProgress } => ({ challenge: { state: 'reporting', interactionCounter: 1, sdkCounter: 0, rReq } })

t.test('without a first CReq in 30 s the RReq says N with reason 14 and challengeCancel 05, once, and what the DS answered is kept (emv3ds-protocol §10, §11)', async (t) => {
  const { begin, pass, bodies, kept, clock } = await world(t)
  const transaction = await begin()
  t.equal(await pass(29_999), 0)
  t.strictSame(bodies(), [])
  t.equal(await pass(1), 1)
  const rReq = { ...TIMED_OUT, challengeCancel: '05' }
  t.strictSame(bodies(), [rReq])
  t.strictSame(await kept(), {
    ...transaction,
    challenge: { state: 'ended', interactionCounter: 0, sdkCounter: 0, rReq, reports: [{ outcome: 'answered', answer: RRES, at: clock.now() }] }
  })
  t.equal(await pass(TTL_MS - 1), 0)
  t.equal(bodies().length, 1)
})

t.test('each CReq moves the deadline: 600 s after the last one the RReq says N with reason 14 and challengeCancel 04 (emv3ds-protocol §11)', async (t) => {
  const { begin, act, pass, bodies } = await world(t)
  await begin()
  await pass(29_999)
  await act(OPEN)
  await pass(1)
  await pass(599_998)
  t.strictSame(bodies(), [])
  await act({ type: 'entry', value: '0000' })
  await pass(1)
  await pass(599_998)
  t.strictSame(bodies(), [])
  await pass(1)
  t.strictSame(bodies(), [{ ...TIMED_OUT, challengeCancel: '04', interactionCounter: '01' }])
})

t.test('a CReq that comes while the timer looks is heard: the timer waits for the deadline that it set', async (t) => {
  let meanwhile = async (): Promise<unknown> => undefined
  const { begin, act, pass, bodies, kept } = await world(t, {
    store: (real) => Object.assign(Object.create(real) as StateStore, {
      async get (id: string) {
        const found = await real.get(id)
        await meanwhile()
        return found
      }
    })
  })
  await begin()
  meanwhile = async () => {
    meanwhile = async () => undefined
    await act(OPEN)
  }
  t.equal(await pass(30_000), 1)
  t.match((await kept()).challenge, { state: 'asking', deadline: START + 630_000 })
  await pass(599_999)
  t.strictSame(bodies(), [])
  await pass(1)
  t.strictSame(bodies(), [{ ...TIMED_OUT, challengeCancel: '04' }])
})

t.test('a result that comes while the timer looks is the only one', async (t) => {
  let meanwhile = async (): Promise<unknown> => undefined
  const { begin, act, pass, bodies } = await world(t, {
    store: (real) => Object.assign(Object.create(real) as StateStore, {
      async get (id: string) {
        const found = await real.get(id)
        await meanwhile()
        return found
      }
    })
  })
  await begin()
  meanwhile = async () => {
    meanwhile = async () => undefined
    await act(RIGHT)
  }
  await pass(30_000)
  await pass(600_000)
  t.strictSame(bodies(), [PASSED])
})

t.test('a decoupled authentication that lasts longer than a transaction is kept is looked at meanwhile and not lost: U with reason 24 and challengeCancel 03 when its time is over (emv3ds-protocol §5.7, §11)', async (t) => {
  const week = 10_080 * 60_000
  const { begin, pass, bodies } = await world(t)
  const { aRes } = transactionWith('')
  await begin({ aRes: { ...aRes as ARes, transStatus: 'D' }, challenge: { interactionCounter: 0, sdkCounter: 0, deadline: START + week } })
  await pass(30_000)
  for (let passed = 30_000; passed < week - 900_000; passed += 900_000) await pass(900_000)
  t.strictSame(bodies(), [])
  await pass(900_000)
  t.strictSame(bodies(), [{ messageType: 'RReq', messageVersion: '2.2.0', ...IDS, messageCategory: '01', transStatus: 'U', transStatusReason: '24', challengeCancel: '03' }])
})

t.test('a challenge without a deadline has no timer, and one that lost it is let be', async (t) => {
  const { begin, pass, jobs, kept } = await world(t)
  const transaction = await begin({ challenge: { interactionCounter: 0, sdkCounter: 0 } })
  t.equal(await pass(600_000), 0)
  await jobs.schedule({ id: 'a', kind: TIMER_JOB, dueAt: 0, data: { ...IDS } })
  t.equal(await pass(0), 1)
  t.strictSame(await kept(), transaction)
})

t.test('a DS that cannot be reached is called again at once, then every 10 s with status U until it has the result; each attempt is kept, and the CRes says Y all the time: the ACS knows its own result (emv3ds-protocol §10)', async (t) => {
  const { begin, act, pass, bodies, kept, clock } = await world(t, { ds: (_, count) => count <= 4 ? undefined : RRES })
  await begin()
  const reported = await act(RIGHT)
  t.strictSame(bodies(), [PASSED, PASSED])
  const unreachable = (at: number) => ({ outcome: 'unreachable', reason: 'ECONNRESET', at })
  t.strictSame(reported.challenge, { state: 'reporting', interactionCounter: 1, sdkCounter: 0, rReq: PASSED, reports: [unreachable(START)] })
  t.strictSame(await kept(), reported)
  t.match(browserCRes(reported, 'N'), { transStatus: 'Y' })

  await pass(9_999)
  t.equal(bodies().length, 2)
  await pass(1)
  t.strictSame(bodies().slice(2), [UNAVAILABLE])
  t.strictSame((await kept()).challenge, { ...reported.challenge, reports: [unreachable(START), unreachable(START + 10_000)] })
  await pass(10_000)
  // The timer of the first CReq would be over now.
  await pass(10_000)
  t.strictSame(bodies().slice(3), [UNAVAILABLE, UNAVAILABLE])
  t.strictSame((await kept()).challenge, {
    ...reported.challenge,
    state: 'ended',
    reports: [unreachable(START), unreachable(START + 10_000), unreachable(START + 20_000), { outcome: 'answered', answer: RRES, at: START + 30_000 }]
  })
  t.match(browserCRes(await kept(), 'N'), { transStatus: 'Y' })
  for (let count = 0; count < 100; count++) await pass(10_000)
  t.equal(bodies().length, 5)
  t.equal(clock.now(), START + 1_030_000)
})

t.test('a DS that can be reached at the second attempt has the result as it is, and no job is left', async (t) => {
  const { begin, act, bodies, jobs, kept } = await world(t, { ds: (_, count) => count === 1 ? undefined : RRES })
  await begin()
  await act(RIGHT)
  t.strictSame(bodies(), [PASSED, PASSED])
  t.match((await kept()).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
  t.equal(await jobs.cancel(reportJobId(IDS.acsTransID)), false)
})

t.test('what a DS says that cannot be used it is told, and there is no other attempt: A/101, A/203 and A/301 (emv3ds-protocol §10, §12.3)', async (t) => {
  const erro = (errorCode: string, errorDetail: string, errorDescription: string) => ({
    messageType: 'Erro', messageVersion: '2.2.0', errorCode, errorComponent: 'A', errorDescription, errorDetail, errorMessageType: 'RRes', ...IDS
  })
  const unreadable = 'Message is not readable or not meant for this component'
  const rows: ReadonlyArray<readonly [answer: object | string, told: ReturnType<typeof erro>]> = [
    ['', erro('101', 'The answer is empty', unreadable)],
    ['<html>', erro('101', 'The answer is no JSON object', unreadable)],
    [{ ...RRES, messageType: 'CRes' }, erro('101', 'messageType', unreadable)],
    [{ ...RRES, resultsStatus: 'x' }, erro('203', 'resultsStatus', 'An element has an invalid format or value')],
    [{ ...RRES, messageVersion: '2.1.0' }, erro('203', 'messageVersion', 'An element has an invalid format or value')],
    [{ ...RRES, acsTransID: OTHER_ID }, erro('301', 'acsTransID', 'Transaction identifier is not known or not valid here')],
    [{ ...RRES, threeDSServerTransID: OTHER_ID, dsTransID: OTHER_ID }, erro('301', 'threeDSServerTransID,dsTransID', 'Transaction identifier is not known or not valid here')]
  ]
  for (const [answer, told] of rows) {
    const heard = createSignal()
    const { begin, act, bodies, kept, pass } = await world(t, {
      ds ({ messageType }) {
        if (messageType === 'RReq') return answer
        heard.give()
        return ''
      }
    })
    await begin()
    await act(RIGHT)
    await heard.given
    t.strictSame(bodies(), [PASSED, told], told.errorCode)
    const { messageType, errorDescription, ...content } = told
    t.strictSame((await kept()).challenge, { state: 'ended', interactionCounter: 1, sdkCounter: 0, rReq: PASSED, reports: [{ outcome: 'faulty', erro: content, at: START }] })
    await pass(600_000)
    t.equal(bodies().length, 2)
  }
})

t.test('ids of an RRes are compared as UUIDs, whatever way they are written in', async (t) => {
  const { begin, act, kept } = await world(t, { ds: () => ({ ...RRES, acsTransID: RRES.acsTransID.toUpperCase() }) })
  await begin()
  await act(RIGHT)
  t.match((await kept()).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
})

t.test('an Erro in place of the RRes ends it: nobody answers an Erro, and it is kept as it came, without what is none of its elements however long or deep (emv3ds-protocol §10, §12.1)', async (t) => {
  const erro = { messageType: 'Erro', messageVersion: '2.2.0', errorCode: '301', errorComponent: 'D', errorDescription: 'x', errorDetail: 'acsTransID' }
  const { begin, act, bodies, kept, pass } = await world(t, { ds: () => `${JSON.stringify(erro).slice(0, -1)},"cause":${'['.repeat(200_000)}${']'.repeat(200_000)},"more":"${'x'.repeat(500_000)}"}` })
  await begin()
  await act(RIGHT)
  await pass(600_000)
  t.strictSame(bodies(), [PASSED])
  t.strictSame((await kept()).challenge, { state: 'ended', interactionCounter: 1, sdkCounter: 0, rReq: PASSED, reports: [{ outcome: 'answered', answer: erro, at: START }] })
})

t.test('a DS that does not answer in time is told so with A/402, and there is no other attempt (emv3ds-protocol §10, §11)', async (t) => {
  const heard = createSignal()
  const { begin, act, bodies, kept, pass } = await world(t, {
    timeoutMs: 1000,
    async ds ({ messageType }) {
      if (messageType === 'Erro') heard.give()
      await heard.given
      return ''
    }
  })
  await begin()
  await act(RIGHT)
  await heard.given
  t.strictSame(bodies(), [PASSED, {
    messageType: 'Erro', messageVersion: '2.2.0', errorCode: '402', errorComponent: 'A', errorDescription: 'Transaction timed out', errorDetail: 'No results response came in time', errorMessageType: 'RReq', ...IDS
  }])
  t.strictSame((await kept()).challenge, { state: 'ended', interactionCounter: 1, sdkCounter: 0, rReq: PASSED, reports: [{ outcome: 'timed-out', at: START }] })
  await pass(600_000)
  t.equal(bodies().length, 2)
})

t.test('in 2.3.1 the RReq bears the acsTransID as X-Request-ID, before it has none (emv3ds-protocol §2)', async (t) => {
  for (const [messageVersion, expected] of [['2.1.0', undefined], ['2.2.0', undefined], ['2.3.1', IDS.acsTransID]] as const) {
    const { begin, act, ds } = await world(t, { ds: () => ({ ...RRES, messageVersion }) })
    await begin({ aReq: { ...transactionWith(`${ds.url}/`).aReq, messageVersion } })
    await act(RIGHT)
    t.strictSame(ds.received.map(({ headers }) => headers['x-request-id']), [expected])
  }
})

t.test('a DS at an address that may not be called is not tried again', async (t) => {
  const { begin, act, kept, bodies } = await world(t)
  await begin({ aReq: { ...transactionWith('').aReq, dsURL: 'http://169.254.169.254/' } })
  await act(RIGHT)
  t.match((await kept()).challenge, { state: 'ended', reports: [{ outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW' }] })
  t.strictSame(bodies(), [])
})

t.test('a result that a process stored and did not report, as it ended, is reported by the timer\'s job as it is, also when that takes several attempts', async (t) => {
  for (const failures of [0, 1, 3]) {
    const { begin, pass, bodies, kept, jobs } = await world(t, { ds: (_, count) => count <= failures ? undefined : RRES })
    await begin()
    await begin(leftBehind())
    await pass(30_000)
    if (failures === 3) await pass(10_000)
    if (failures === 3) await pass(10_000)
    t.strictSame(bodies(), failures === 3 ? [PASSED, PASSED, UNAVAILABLE, UNAVAILABLE] : new Array(failures + 1).fill(PASSED))
    t.match((await kept()).challenge, { state: 'ended' })
    t.equal(await jobs.cancel(reportJobId(IDS.acsTransID)), false)
  }
})

t.test('a job to report an authentication that has no result does nothing', async (t) => {
  const { begin, pass, bodies, jobs, kept } = await world(t)
  const { challenge, ...frictionless } = await begin()
  for (const transaction of [await kept(), frictionless]) {
    await begin({ ...transaction, challenge: transaction === frictionless ? undefined : challenge } as Transaction)
    await jobs.schedule({ id: 'report', kind: REPORT_JOB, dueAt: 0, data: { ...IDS } })
    t.equal(await pass(0), 1)
  }
  t.strictSame(bodies(), [])
})

t.test('a result whose process ended while it was sent is sent again by the job that was set before, as it is', async (t) => {
  const { begin, pass, bodies, kept, jobs } = await world(t)
  await begin(leftBehind())
  await jobs.schedule({ id: reportJobId(IDS.acsTransID), kind: REPORT_JOB, dueAt: START + 15_000, data: { ...IDS } })
  await pass(15_000)
  t.strictSame(bodies(), [PASSED])
  t.match((await kept()).challenge, { state: 'ended', rReq: PASSED, reports: [{ outcome: 'answered' }] })
})

t.test('a result that is on its way when the timer of the first CReq is over is sent once', async (t) => {
  const [received, passing] = [createSignal(), createSignal()]
  const { begin, act, pass, bodies } = await world(t, {
    async ds () {
      received.give()
      await passing.given
      return RRES
    }
  })
  await begin()
  await pass(29_000)
  const acting = act(RIGHT)
  await received.given
  const timed = pass(1000)
  passing.give()
  await Promise.all([acting, timed])
  t.strictSame(bodies(), [PASSED])
})

t.test('reports and timers of an authentication whose id another one took, or that is gone, do nothing', async (t) => {
  const { begin, pass, jobs, kept, store, bodies, log } = await world(t)
  await begin()
  const successor = await begin({ ...leftBehind(), acsTransID: OTHER_ID })
  await jobs.schedule({ id: 'report', kind: REPORT_JOB, dueAt: 0, data: { ...IDS } })
  t.equal(await pass(30_000), 2)
  t.strictSame(await kept(), successor)
  await store.delete(IDS.threeDSServerTransID)
  await jobs.schedule({ id: 'report', kind: REPORT_JOB, dueAt: 0, data: { ...IDS } })
  await jobs.schedule({ id: 'timer', kind: TIMER_JOB, dueAt: 0, data: { ...IDS } })
  t.equal(await pass(0), 2)
  t.strictSame([bodies(), log.lines], [[], []])
})

t.test('an authentication that takes the id while the result is on its way does not get what came of it', async (t) => {
  let take = async (): Promise<unknown> => undefined
  const { begin, act, kept, bodies } = await world(t, {
    async ds () {
      await take()
      return RRES
    }
  })
  await begin()
  let successor: Transaction | undefined
  take = async () => { successor = await begin({ acsTransID: OTHER_ID }) }
  await act(RIGHT)
  t.strictSame(bodies(), [PASSED])
  t.strictSame(await kept(), successor)
})

t.test('when the store is away a job runs again later', async (t) => {
  let isAway = true
  const { begin, pass, bodies, log } = await world(t, {
    store: (real) => Object.assign(Object.create(real) as StateStore, {
      async get (id: string) {
        if (isAway) throw new MockError('store_connection', 'away')
        return real.get(id)
      }
    })
  })
  await begin()
  await pass(30_000)
  t.match(log.lines, [{ message: 'job failed and will run again', details: { error: 'store_connection', backOffMs: 1000 } }])
  t.strictSame(bodies(), [])
  isAway = false
  await pass(1000)
  t.strictSame(bodies(), [{ ...TIMED_OUT, challengeCancel: '05' }])
})

t.test('when what came of the report cannot be kept that is logged, and whoever ended the challenge is not held up', async (t) => {
  let isAway = false
  const { begin, act, log } = await world(t, {
    store: (real) => Object.assign(Object.create(real) as StateStore, {
      async update (id: string, change: (transaction: Transaction) => Transaction) {
        if (isAway) throw new MockError('store_connection', 'away')
        isAway = true
        return real.update(id, change)
      }
    })
  })
  await begin()
  t.match(await act(RIGHT), { challenge: { state: 'reporting', rReq: PASSED } })
  t.match(log.lines.at(-1), { message: 'the result could not be reported now', details: { err: { code: 'store_connection' }, threeDSServerTransID: IDS.threeDSServerTransID } })
})

/** A store, or jobs, that can be taken away. */
function removable<Thing extends object> (names: readonly (keyof Thing)[]): { isAway: boolean, around (real: Thing): Thing } {
  const state = {
    isAway: false,
    around: (real: Thing): Thing => new Proxy(real, {
      get (target, name) {
        const member = target[name as keyof Thing]
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => state.isAway && names.includes(name as keyof Thing) ? Promise.reject(new MockError('store_timeout', 'away')) : member.apply(target, args)
      }
    })
  }
  return state
}

t.test('a result whose jobs are away is sent all the same, and as soon as they are back what came of it is kept, without sending it again', async (t) => {
  const shared = removable<JobQueue>(['schedule', 'cancel'])
  const { begin, act, pass, bodies, kept, log } = await world(t, { jobs: shared.around })
  await begin()
  shared.isAway = true
  t.match((await act(RIGHT)).challenge, { state: 'reporting', reports: undefined })
  t.strictSame(log.lines.map(({ message }) => message), ['no job stands behind a report', 'the result could not be reported now'])
  t.strictSame(bodies(), [PASSED])
  for (let second = 0; second < 3; second++) t.equal(await pass(1000), 1, 'it looks every second')
  t.match((await kept()).challenge, { state: 'reporting', reports: undefined })
  shared.isAway = false
  await pass(1000)
  t.match((await kept()).challenge, { state: 'ended', rReq: PASSED, reports: [{ outcome: 'answered', answer: RRES }] })
  await pass(600_000)
  t.strictSame(bodies(), [PASSED])
})

t.test('a DS that cannot be reached while jobs are away is called again when they are back, as it is, and then every 10 s (emv3ds-protocol §10)', async (t) => {
  const shared = removable<JobQueue>(['schedule', 'cancel'])
  const { begin, act, pass, bodies, kept } = await world(t, { jobs: shared.around, ds: (_, count) => count <= 3 ? undefined : RRES })
  await begin()
  shared.isAway = true
  await act(RIGHT)
  t.strictSame(bodies(), [PASSED, PASSED])
  shared.isAway = false
  await pass(1000)
  t.match((await kept()).challenge, { state: 'reporting', reports: [{ outcome: 'unreachable' }] })
  await pass(10_000)
  await pass(10_000)
  t.strictSame(bodies().slice(2), [UNAVAILABLE, UNAVAILABLE])
  t.match((await kept()).challenge, { state: 'ended', rReq: PASSED })
})

t.test('a store that is away when the result was sent, or that the 3DS Server of this process needs to take it, is asked every second until it is back', async (t) => {
  for (const isElsewhere of [true, false]) {
    const shared = removable<StateStore>(['get', 'update'])
    const sent: RReq[] = []
    let meanwhile = (): void => {}
    const { begin, act, pass, kept, store } = await world(t, {
      store: shared.around,
      async send (rReq) {
        meanwhile()
        if (shared.isAway && !isElsewhere) throw new MockError('store_connection', 'away')
        sent.push(rReq)
        return { outcome: 'answered', answer: RRES }
      }
    })
    const { parties, ...transaction } = await begin()
    if (!isElsewhere) await store.insert(transaction)
    meanwhile = () => { shared.isAway = true }
    await act(RIGHT)
    for (let second = 0; second < 3; second++) t.equal(await pass(1000), 1)
    t.equal(sent.length, isElsewhere ? 1 : 0)
    meanwhile = () => {}
    shared.isAway = false
    await pass(1000)
    t.strictSame(sent, [PASSED])
    if (isElsewhere) t.match((await kept()).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
  }
})

t.test('to go on with a report that somebody else went on with, or that is gone, is to do nothing; what the store cannot read is not asked for every second', async (t) => {
  const { begin, pass, jobs, bodies, kept, store, log } = await world(t)
  const resume = () => jobs.schedule({ id: RESUME_JOB, kind: RESUME_JOB, dueAt: 0, data: { ...IDS } })
  await begin({ challenge: { ...leftBehind().challenge, reports: [{ outcome: 'timed-out', at: START }] } })
  const before = await kept()
  await resume()
  await pass(0)
  t.strictSame(await kept(), before)
  await store.delete(IDS.threeDSServerTransID)
  await resume()
  await pass(0)
  t.strictSame([bodies(), log.lines], [[], []])
  for (const failure of [new MockError('store_serialization', 'broken'), new TypeError('x')]) {
    const { begin, pass, jobs, log } = await world(t, { store: (real) => Object.assign(Object.create(real) as StateStore, { get: () => Promise.reject(failure) }) })
    await begin()
    await jobs.schedule({ id: RESUME_JOB, kind: RESUME_JOB, dueAt: 0, data: { ...IDS } })
    await pass(0)
    t.match(log.lines, [{ message: 'job failed and will run again' }])
  }
})

t.test('a challenge is looked at in time for a time limit that became shorter with its first CReq, and before its transaction is gone', async (t) => {
  t.equal(lookInterval({ timers: { idle: 5000 }, transactionTtlSeconds: 1800 }), 5000)
  t.equal(lookInterval({ timers: { idle: 600_000 }, transactionTtlSeconds: 1000 }), 500_000)
  const { begin, act, pass, bodies } = await world(t, { ttlMs: 10_000, idleMs: 5000 })
  await begin()
  await pass(1000)
  await act(OPEN)
  await pass(4999)
  t.strictSame(bodies(), [])
  await pass(1)
  t.strictSame(bodies(), [{ ...TIMED_OUT, challengeCancel: '04' }])
})

t.test('the ECI of a result that comes too late is that of U, where one is wanted (emv3ds-protocol §8, §10)', async (t) => {
  const { begin, act, pass, bodies } = await world(t, { ds: () => undefined, eciOnFailure: 'present' })
  await begin()
  await act(RIGHT)
  await pass(10_000)
  t.strictSame(bodies().at(-1), { ...UNAVAILABLE, eci: '00' })
})

/** A DS of this process. */
function here (answers: readonly object[]): { sent: RReq[], send: ReportingParts['send'] } {
  const sent: RReq[] = []
  return {
    sent,
    async send (rReq) {
      sent.push(rReq)
      return { outcome: 'answered', answer: answers[sent.length - 1] as JsonObject }
    }
  }
}

t.test('where everybody is played here there is no job behind the report, unless the result is pushed, and of an RRes nothing is kept; an Erro is', async (t) => {
  const erro = { messageType: 'Erro', messageVersion: '2.2.0', errorCode: '403', errorComponent: 'D', errorDescription: 'x', errorDetail: 'x' }
  for (const [resultsResponseNotificationUrl, answer, jobs] of [['', RRES, []], ['', erro, []], ['http://shop.test/', RRES, ['report']], ['http://shop.test/', erro, ['report']]] as const) {
    const { sent, send } = here([answer])
    const { begin, kept, reporting, parts } = await world(t, { send })
    const kinds: string[] = []
    Object.assign(parts.jobs, { schedule: async (job: NewJob) => { kinds.push(job.kind) } })
    const { parties, ...transaction } = await begin({ ...leftBehind(), preferences: { resultsResponseNotificationUrl } })
    await parts.store.insert(transaction)
    const expected = answer === RRES ? transaction : { ...transaction, challenge: { ...transaction.challenge, state: 'ended', reports: [{ outcome: 'answered', answer: erro, at: START }] } }
    t.strictSame(await reporting.report(transaction), expected)
    t.strictSame(await kept(), expected)
    t.strictSame([sent, kinds], [[PASSED], jobs])
  }
})

t.test('a timer or a job to report that is due after the 3DS Server has the result sends nothing once more', async (t) => {
  const { sent, send } = here([RRES, RRES])
  const { begin, act, pass, store, jobs } = await world(t, { send })
  const { parties, ...transaction } = await begin()
  await store.insert(transaction)
  await act(RIGHT)
  // The 3DS Server has it.
  await store.update(IDS.threeDSServerTransID, (current) => ({ ...current, rReq: PASSED }))
  await jobs.schedule({ id: 'report', kind: REPORT_JOB, dueAt: START + 15_000, data: { ...IDS } })
  t.equal(await pass(30_000), 2)
  t.strictSame(sent, [PASSED])
})

t.test('a report is settled when its answer is there, and one that is not under way at once', async (t) => {
  const happened: string[] = []
  let settled: Promise<void> | undefined
  const { begin, act, reporting, kept } = await world(t, {
    async ds () {
      const settling = reporting.settled(await kept()).then(() => { happened.push('settled') })
      happened.push('received')
      await reporting.settled({ ...transactionWith(''), acsTransID: OTHER_ID })
      happened.push('nothing under way')
      settled = settling
      return RRES
    }
  })
  await begin()
  await act(RIGHT)
  await settled
  t.strictSame(await reporting.settled(await kept()), await kept())
  t.strictSame(happened, ['received', 'nothing under way', 'settled'])
})

t.test('what could not be reported is reported as U: without what goes with other statuses, and with reason 22, a technical problem, which 2.1.0 does not know: 07 (emv3ds-protocol §6, §7, §10)', async (t) => {
  const kept = { messageType: 'RReq', ...IDS, messageCategory: '01', interactionCounter: '02', sdkTransID: OTHER_ID, acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' }, trustListStatus: 'Y' } as const
  const left = {
    eci: '05', authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=', authenticationType: '02', authenticationMethod: ['02'], challengeCancel: '01', challengeErrorReporting: { messageType: 'Erro' }
  }
  for (const [messageVersion, transStatusReason] of [['2.1.0', '07'], ['2.2.0', '22'], ['2.3.1', '22']] as const) {
    for (const was of [{ transStatus: 'Y' }, { transStatus: 'N', transStatusReason: '01' }]) {
      t.strictSame(unavailableRReq({ ...kept, ...left, ...was, messageVersion }), { ...kept, messageVersion, transStatus: 'U', transStatusReason })
    }
  }
})

t.test('a DS that cannot be reached for a day is given up, and only the first and the last attempts are kept', async (t) => {
  const { begin, act, kept, pass, jobs } = await world(t, { send: async () => ({ outcome: 'unreachable', reason: 'ECONNREFUSED' }) })
  await begin()
  await act({ type: 'cancel', code: '01' })
  const first = (await kept()).challenge?.reports?.[0]
  for (let attempt = 0; attempt < 12; attempt++) await pass(10_000)
  const { reports = [] } = (await kept()).challenge ?? {}
  t.equal(reports.length, 10)
  t.strictSame(reports[0], first)
  const { parts } = await world(t)
  const old = { ...await kept(), challenge: { interactionCounter: 0, sdkCounter: 0, state: 'reporting' as const, rReq: (await kept()).challenge?.rReq as never, reports: [{ at: START - 86_400_000, outcome: 'unreachable' as const }] } }
  await parts.store.insert(old)
  t.equal(await reportAgain(old, { ...parts, send: async () => ({ outcome: 'unreachable', reason: 'ECONNREFUSED' }) }), undefined)
  await jobs.close()
})

t.test('a fault of our own is no outage: it is not tried again each second, but by the job behind the report', async (t) => {
  let sent = 0
  const { begin, act, pass, log } = await world(t, { send: async () => { sent++; throw new RangeError('a fault') } })
  await begin()
  await act({ type: 'open' })
  await act({ type: 'cancel', code: '01' })
  t.match(log.lines, [{ details: { err: { message: 'a fault' } }, message: 'the result could not be reported now' }])
  t.equal(await pass(5999), 0)
  t.equal(sent, 1)
  t.equal(await pass(1), 1)
  t.equal(sent, 2)
})

/** Holds a DS up until it is told to go on. */
function patientDs (): { ds: Ds, asked: Promise<void>, goOn: () => void } {
  const [asked, answered] = [createSignal(), createSignal()]
  return {
    asked: asked.given,
    goOn: () => { answered.give() },
    async ds () {
      asked.give()
      await answered.given
      return RRES
    }
  }
}

t.test('who finds a result that another process reports waits for its RRes: nobody hears of the end before (emv3ds-protocol §10)', async (t) => {
  const { ds, asked, goOn } = patientDs()
  const { begin, act, kept, parts, bodies, store } = await world(t, { ds })
  await begin()
  const reporting = act(RIGHT)
  await asked
  t.match((await kept()).challenge, { state: 'reporting', reportLease: START + 3000 })
  const looks = createSignal()
  let looked = 0
  const update: StateStore['update'] = (id, change) => {
    if (++looked === 3) looks.give()
    return store.update(id, change)
  }
  const another = createResultReporting({ ...parts, store: Object.assign(Object.create(store) as StateStore, { update }) })
  let isSettled = false
  const settled = another.settled(await kept()).finally(() => { isSettled = true })
  const alive = setInterval(() => {}, 60_000)
  await looks.given
  t.equal(isSettled, false)
  goOn()
  const ended = await reporting
  t.strictSame(await settled, ended)
  clearInterval(alive)
  t.match(ended.challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
  t.equal(ended.challenge?.reportLease, undefined)
  t.strictSame(bodies(), [PASSED])
})

t.test('a result whose process died is reported by whoever finds it, before anybody hears of it, and by one of several: when the lease of 3 s is over, or where there is none (emv3ds-protocol §10)', async (t) => {
  for (const lease of [{ reportLease: START }, {}]) {
    const { begin, parts, bodies, kept, jobs } = await world(t)
    const alive = setInterval(() => {}, 60_000)
    const found = await begin({ challenge: { ...leftBehind().challenge as ChallengeProgress, ...lease } })
    const all = await Promise.all([parts, parts, parts].map((each) => createResultReporting(each).settled(found)))
    clearInterval(alive)
    for (const one of all) t.strictSame(one, await kept())
    t.match((await kept()).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
    t.strictSame(bodies(), [PASSED])
    t.equal(await jobs.cancel(reportJobId(IDS.acsTransID)), false)
  }
})

t.test('who reports says each second that he is still at it, so that nobody else does; a job that comes meanwhile looks again', async (t) => {
  const { ds, asked, goOn } = patientDs()
  const renewed = createSignal()
  const { begin, act, pass, bodies, clock } = await world(t, {
    ds,
    store: (real) => Object.assign(Object.create(real) as StateStore, {
      async update (id: string, change: (transaction: Transaction) => Transaction) {
        const after = await real.update(id, change)
        if (after.challenge?.reportLease === START + 8000) renewed.give()
        return after
      }
    })
  })
  await begin()
  const reporting = act(RIGHT)
  await asked
  clock.advance(5000)
  await renewed.given
  t.equal(await pass(1000), 1)
  t.strictSame(bodies(), [PASSED])
  goOn()
  await reporting
  t.strictSame(bodies(), [PASSED])
})

t.test('a report that another process is at is let be by the job behind it, which does it when the lease is over', async (t) => {
  const { begin, pass, bodies, jobs } = await world(t)
  await begin({ challenge: { ...leftBehind().challenge, reportLease: START + 7000 } })
  await jobs.schedule({ id: reportJobId(IDS.acsTransID), kind: REPORT_JOB, dueAt: START + 6000, data: { ...IDS } })
  t.equal(await pass(6000), 1)
  t.strictSame(bodies(), [])
  t.equal(await pass(2999), 0)
  t.equal(await pass(1), 1)
  t.strictSame(bodies(), [PASSED])
})

t.test('who waits for another process gives it up after a time without news, whatever the clock says, and does not wait when this one closes, or when another authentication has taken the id', async (t) => {
  const { begin, parts, store, bodies } = await world(t)
  const alive = setInterval(() => {}, 60_000)
  t.teardown(() => { clearInterval(alive) })
  const found = await begin({ challenge: { ...leftBehind().challenge, reportLease: START + 1 } })
  await t.rejects(createResultReporting({ ...parts, closing: AbortSignal.abort() }).settled(found), { code: 'server_closing' })
  await store.insert({ ...found, acsTransID: OTHER_ID })
  await t.rejects(createResultReporting(parts).settled(found), { code: 'transaction_not_found' })
  t.strictSame(bodies(), [])
  await store.insert(found)
  t.match((await createResultReporting({ ...parts, waitMs: 0 }).settled(found)).challenge, { state: 'ended', reports: [{ outcome: 'answered' }] })
  t.strictSame(bodies(), [PASSED])
})

t.test('a DS that is away is tried every 10 s however soon a transaction is forgotten: the job looks at it half-way (emv3ds-protocol §10)', async (t) => {
  const { begin, act, pass, bodies, kept } = await world(t, { ttlMs: 4000, ds: (_, count) => count <= 3 ? undefined : RRES })
  await begin()
  await act(RIGHT)
  for (const sent of [2, 2, 2, 2, 3, 3, 3, 3, 3, 4]) {
    await pass(2000)
    t.equal(bodies().length, sent)
  }
  t.strictSame(bodies().slice(2), [UNAVAILABLE, UNAVAILABLE])
  t.match((await kept()).challenge, { state: 'ended', rReq: PASSED })
})

t.test('a lease is renewed as long as there is something to report, and not that of another authentication which has the id', async (t) => {
  const { begin, kept, parts } = await world(t)
  const lease = { reportLease: START }
  const found = await begin({ challenge: { ...leftBehind().challenge, ...lease } })
  await renewReport(found, parts)
  t.equal((await kept()).challenge?.reportLease, START + 3000)
  for (const [more, of] of [[{ reports: [{ outcome: 'timed-out', at: START }] }, found], [{}, { ...found, acsTransID: OTHER_ID }]] as const) {
    const other = await begin({ challenge: { ...leftBehind().challenge, ...lease, ...more as Partial<ChallengeProgress> } })
    await renewReport(of, parts)
    t.strictSame(await kept(), other)
  }
  const { parties, ...push } = await begin(leftBehind())
  await parts.store.insert(push)
  await renewReport(push, parts)
  t.strictSame(await kept(), push)
})
