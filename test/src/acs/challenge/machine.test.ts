import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Challenge, type ChallengeEvent, type ChallengeRules, FIRST_PROGRESS, step, type Step } from '../../../../src/acs/challenge/machine.ts'
import { CHALLENGE_TABLE, type ChallengeEffect, type ChallengeEventType } from '../../../../src/acs/challenge/table.ts'
import type { ChallengePlan, ChallengeProgress, ChallengeState } from '../../../../src/transaction/challenge.ts'

const rules: ChallengeRules = { otp: '1234', otpMaxAttempts: 3, maxAttemptsReason: '19' }
const TEXT: ChallengePlan = { screens: ['text'], acsInterface: '01' }
const OOB: ChallengePlan = { screens: ['out-of-band'], acsInterface: '01' }
const INFORMATION: ChallengePlan = { screens: ['information'], acsInterface: '01' }

/** Offers another way. */
const CHOICE: Pick<Challenge, 'plan' | 'messageVersion'> = { plan: { screens: ['single-select'], acsInterface: '01' }, messageVersion: '2.3.1' }

function asking (progress: Partial<ChallengeProgress> = {}, more: Partial<Challenge> = {}): Challenge {
  return { state: 'asking', plan: TEXT, messageVersion: '2.2.0', progress: { ...FIRST_PROGRESS, state: 'asking', ...progress }, ...more }
}

function inState (state: ChallengeState, plan: ChallengePlan = TEXT, more: Partial<ChallengeProgress> = {}): Challenge {
  return { state, plan, messageVersion: '2.2.0', progress: { ...FIRST_PROGRESS, state, ...more } }
}

/** The first 22 base64url characters of the SHA-256 of `ATTEMPT ENTRY`. */
const KEPT = { '0 4321': 'V5wi0QjBA0flrS7_WLbdwC', '0 ': 'fa7UOBS2M5UfonfNAWlVdN', '1 4321': 'E_SZ7DnqmF3MFzMxPellTm' }

const RIGHT: ChallengeEvent = { type: 'entry', value: '1234' }
const WRONG: ChallengeEvent = { type: 'entry', value: '4321' }

/** One challenge and one event for every way in which an edge can be taken, and where it leads. */
type Walk = readonly [challenge: Challenge, event: ChallengeEvent, to: ChallengeState, ending?: Step['ending']]

const TIMED_OUT = { transStatus: 'N', transStatusReason: '14', challengeCancel: '04' } as const
const CANCELLED = { transStatus: 'N', transStatusReason: '01', challengeCancel: '01' } as const
const CONFUSED = { transStatus: 'U', transStatusReason: '07', challengeCancel: '06' } as const
const REFUSED = { transStatus: 'U', transStatusReason: '22', challengeCancel: '06' } as const
const PASSED = { transStatus: 'Y' } as const
const DECLINED = { transStatus: 'N', transStatusReason: '01' } as const

const plans = { asking: TEXT, 'out-of-band': OOB, informing: INFORMATION } as const
const screens = ['asking', 'out-of-band', 'informing'] as const

const onEveryScreen = (state: ChallengeState, plan: ChallengePlan): Walk[] => [
  [inState(state, plan), { type: 'cancel', code: '01' }, 'reporting', CANCELLED],
  [inState(state, plan), { type: 'erro', errorCode: '203' }, 'reporting', CONFUSED],
  [inState(state, plan), { type: 'refuse' }, 'reporting', REFUSED]
]

const then = (state: typeof screens[number]): ChallengePlan => ({ acsInterface: '01', screens: ['text', plans[state].screens[0] as 'text'] })
const after = (first: ChallengePlan, state: typeof screens[number]): ChallengePlan =>
  ({ acsInterface: '01', screens: [first.screens[0] as 'text', plans[state].screens[0] as 'text'] })

const WALKS: readonly Walk[] = [
  ...onEveryScreen('awaiting-creq', TEXT),
  ...screens.map((state): Walk => [inState('awaiting-creq', plans[state]), { type: 'open' }, state]),
  [inState('awaiting-creq'), { type: 'timeout' }, 'reporting', { transStatus: 'N', transStatusReason: '14', challengeCancel: '05' }],
  [inState('awaiting-creq', OOB), { type: 'approve' }, 'awaiting-creq'],
  [inState('awaiting-creq', OOB), { type: 'decline' }, 'awaiting-creq'],
  ...screens.flatMap((state): Walk[] => [
    ...onEveryScreen(state, plans[state]),
    [inState(state, plans[state]), { type: 'timeout' }, 'reporting', TIMED_OUT],
    [inState(state, plans[state]), { type: 'approve' }, state],
    [inState(state, plans[state]), { type: 'decline' }, state],
    [inState(state, plans[state]), { type: 'open' }, state],
    [inState(state, plans[state]), { type: 'look' }, state]
  ]),
  [asking(), RIGHT, 'reporting', PASSED],
  [asking(), WRONG, 'asking'],
  [asking({ interactionCounter: 2 }), WRONG, 'reporting', { transStatus: 'N', transStatusReason: '19' }],
  ...screens.map((state): Walk => [inState('asking', then(state)), RIGHT, state]),
  [asking(), { type: 'resend' }, 'asking'],
  [asking({}, CHOICE), { type: 'other-method' }, 'asking'],
  [inState('out-of-band', OOB), { type: 'continue' }, 'out-of-band'],
  [inState('out-of-band', OOB, { approval: 'approved' }), { type: 'continue' }, 'reporting', PASSED],
  [inState('out-of-band', OOB, { approval: 'declined' }), { type: 'continue' }, 'reporting', DECLINED],
  ...screens.map((state): Walk => [inState('out-of-band', after(OOB, state), { approval: 'approved' }), { type: 'continue' }, state]),
  [{ ...inState('out-of-band', OOB), messageVersion: '2.3.1' }, { type: 'other-method' }, 'asking'],
  [inState('informing', INFORMATION), { type: 'continue' }, 'reporting', PASSED],
  [inState('informing', { ...INFORMATION, fallback: true }), { type: 'continue' }, 'reporting', { transStatus: 'D', transStatusReason: '29' }],
  ...screens.map((state): Walk => [inState('informing', after(INFORMATION, state)), { type: 'continue' }, state]),
  [inState('decoupled'), { type: 'approve' }, 'reporting', PASSED],
  [inState('decoupled'), { type: 'decline' }, 'reporting', DECLINED],
  [inState('decoupled'), { type: 'timeout' }, 'reporting', { transStatus: 'U', transStatusReason: '24', challengeCancel: '03' }],
  [inState('spc'), { type: 'confirm' }, 'ended'],
  [inState('spc'), { type: 'timeout' }, 'reporting', TIMED_OUT],
  [inState('reporting'), { type: 'open' }, 'reporting'],
  [inState('reporting'), { type: 'look' }, 'reporting'],
  [inState('reporting'), { type: 'reported' }, 'ended'],
  [inState('ended'), { type: 'open' }, 'ended'],
  [inState('ended'), { type: 'look' }, 'ended'],
  [inState('ended'), { type: 'reported' }, 'ended']
]

/** Every edge of the table, as `state event → state`. */
function edgesOfTable (): string[] {
  return Object.entries(CHALLENGE_TABLE).flatMap(([state, row]) =>
    Object.entries(row).flatMap(([event, { to }]) => to.map((next) => `${state} ${event} → ${next}`)))
}

/** What the caller of `step()` has to do: an ending is reported, a result concludes, and who is still asked sees the screen. */
function effectOf ({ state }: Challenge, { type }: ChallengeEvent, { progress, ending }: Step): ChallengeEffect[] {
  if (ending !== undefined) return ['report']
  // Said to the bank's app, which has a page of its own; the answer to a second AReq is its ARes.
  if (['approve', 'decline', 'confirm'].includes(type)) return []
  return progress.state === 'reporting' || progress.state === 'ended' || state === 'ended' ? ['conclude'] : ['show']
}

t.test('every edge of the table can be walked, leads where it says and has the effects that it says; what is reported is what emv3ds-protocol §10 says', async (t) => {
  const walked = new Set<string>()
  const effects = new Map<string, Set<ChallengeEffect>>()
  for (const [challenge, event, to, ending] of WALKS) {
    const before = structuredClone(challenge)
    const taken = step(challenge, event, rules)
    const { progress, ending: given } = taken
    const cell = `${challenge.state} ${event.type}`
    effects.set(cell, new Set([...effects.get(cell) ?? [], ...effectOf(challenge, event, taken)]))
    const edge = `${challenge.state} ${event.type} → ${progress.state}`
    t.equal(progress.state, to, edge)
    t.strictSame(given, ending, edge)
    t.strictSame(challenge, before, 'what was given is not changed')
    walked.add(edge)
  }
  t.strictSame([...walked].sort(), edgesOfTable().sort())
  for (const [state, row] of Object.entries(CHALLENGE_TABLE)) {
    for (const [type, edge] of Object.entries(row)) t.strictSame([...effects.get(`${state} ${type}`) ?? []].sort(), [...edge.effects].sort(), `${state} ${type}`)
  }
})

t.test('what has no edge is refused, and tells what is possible', async (t) => {
  const events: Readonly<Record<ChallengeEventType, ChallengeEvent>> = {
    open: { type: 'open' },
    look: { type: 'look' },
    entry: RIGHT,
    resend: { type: 'resend' },
    'other-method': { type: 'other-method' },
    continue: { type: 'continue' },
    approve: { type: 'approve' },
    decline: { type: 'decline' },
    cancel: { type: 'cancel', code: '01' },
    erro: { type: 'erro', errorCode: '203' },
    refuse: { type: 'refuse' },
    timeout: { type: 'timeout' },
    confirm: { type: 'confirm' },
    reported: { type: 'reported' }
  }
  let refused = 0
  for (const [state, row] of Object.entries(CHALLENGE_TABLE) as [ChallengeState, object][]) {
    for (const [type, event] of Object.entries(events)) {
      if (type in row) continue
      t.throws(() => step(inState(state), event, rules), {
        code: 'illegal_event', message: `Not possible now: ${type}. Possible: ${Object.keys(row).join(', ')}`
      })
      refused++
    }
  }
  t.equal(refused, 8 * 14 - Object.values(CHALLENGE_TABLE).flatMap((row) => Object.keys(row)).length)
})

t.test('nothing is asked before the first CReq, so nothing answers (emv3ds-protocol §5.3, §9.1); with the original server\'s rules an answer opens as well', async (t) => {
  for (const event of [RIGHT, WRONG, { type: 'resend' }, { type: 'look' }, { type: 'continue' }] as const) {
    t.throws(() => step(inState('awaiting-creq'), event, rules), { code: 'illegal_event', message: /^Not possible now: [a-z]+\. Possible: cancel, / })
  }
  const original = { ...rules, opensUnasked: true }
  t.strictSame(step(inState('awaiting-creq'), RIGHT, original), { progress: { state: 'reporting', interactionCounter: 1, sdkCounter: 0 }, ending: PASSED })
  t.match(step(inState('awaiting-creq'), { type: 'resend' }, original), { progress: { state: 'asking', interactionCounter: 0 }, notice: 'code-resent' })
  t.throws(() => step(inState('awaiting-creq', OOB), RIGHT, original), { code: 'illegal_event', message: /^Not possible now: entry\. Possible: cancel, / })
  t.throws(() => step(inState('decoupled'), RIGHT, original), { code: 'illegal_event' })
  t.throws(() => step(inState('awaiting-creq'), { type: 'reported' }), { code: 'illegal_event' }, 'nor is anything reported')
})

function leads (t: Test, challenge: Challenge, table: ReadonlyArray<readonly [event: ChallengeEvent, step: Step]>): void {
  for (const [index, [event, wanted]] of table.entries()) t.strictSame(step(challenge, event, rules), wanted, `row ${index + 1}: ${event.type}`)
}

t.test('an answer is counted, and what else is kept of the challenge stays (emv3ds-protocol §10)', async (t) => {
  const rest = { sdkCounter: 4, threeDSSessionData: 's' }
  leads(t, asking({ interactionCounter: 1, wrongEntries: ['x'], ...rest }), [
    [RIGHT, { progress: { state: 'reporting', interactionCounter: 2, wrongEntries: ['x'], ...rest }, ending: { transStatus: 'Y' } }],
    [WRONG, { progress: { state: 'asking', interactionCounter: 2, wrongEntries: ['x', KEPT['1 4321']], ...rest }, notice: 'wrong-code' }],
    [{ type: 'resend' }, { progress: { state: 'asking', interactionCounter: 1, wrongEntries: ['x'], ...rest }, notice: 'code-resent' }]
  ])
  leads(t, asking({ interactionCounter: 1, wrongEntries: ['x'], ...rest }, CHOICE), [
    [{ type: 'other-method' }, { progress: { state: 'asking', otherMethod: 0, interactionCounter: 1, wrongEntries: ['x'], ...rest }, notice: 'other-method' }]
  ])
})

t.test('another way is taken where the screen offers one: not with a code, not before 2.3.1 (emv3ds-protocol §9.1, §9.2)', async (t) => {
  for (const challenge of [asking({}, { messageVersion: '2.3.1' }), asking({}, { ...CHOICE, messageVersion: '2.2.0' }), asking({ otherMethod: 0 }, CHOICE)]) {
    t.throws(() => step(challenge, { type: 'other-method' }, rules), { code: 'illegal_event', message: /^Not possible now: other-method/ })
  }
})

t.test('codes of what ended it are those of the version (emv3ds-protocol §9.1, §10)', async (t) => {
  const erro = { errorCode: '203' }
  const endings = (messageVersion: Challenge['messageVersion']) => ([
    { type: 'erro', errorCode: '402', erro }, { type: 'erro', errorCode: '203', erro }, { type: 'erro', errorCode: '203' }, { type: 'refuse', erro }, { type: 'refuse' }
  ] as const).map((event) => step(asking({}, { messageVersion }), event, rules).ending)
  const U = { transStatus: 'U', transStatusReason: '07' }
  t.strictSame(endings('2.1.0'), ['08', '06', '06', '06', '06'].map((challengeCancel) => ({ ...U, challengeCancel })))
  t.strictSame(endings('2.2.0'), [
    { ...U, challengeCancel: '08' }, { ...U, challengeCancel: '06' }, { ...U, challengeCancel: '06' },
    { ...U, transStatusReason: '22', challengeCancel: '06' }, { ...U, transStatusReason: '22', challengeCancel: '06' }
  ])
  t.strictSame(endings('2.3.1'), [
    { ...U, challengeCancel: '08' }, { ...U, challengeCancel: '09', erro }, { ...U, challengeCancel: '06' },
    { ...U, transStatusReason: '22', challengeCancel: '10', erro }, { ...U, transStatusReason: '22', challengeCancel: '06' }
  ])
})

t.test('a wrong answer to an earlier question changes nothing if it is the one that was counted, and is an attempt if it is another', async (t) => {
  const entry = (value: string, attempt: number): ChallengeEvent => ({ type: 'entry', value, attempt })
  const first = { interactionCounter: 1, wrongEntries: [KEPT['0 4321']] }
  const challenge = asking(first)
  t.strictSame(step(asking(), entry('4321', 0), rules).progress, { state: 'asking', sdkCounter: 0, ...first })
  t.equal(step(challenge, entry('4321', 0), rules).progress, challenge.progress, 'the very object, so that nothing is written')
  t.equal(step(challenge, entry('4322', 0), rules).progress.interactionCounter, 2)
  t.equal(step(challenge, entry('4321', 1), rules).progress.interactionCounter, 2)
  t.strictSame(step(challenge, entry('1234', 0), rules).ending, { transStatus: 'Y' })
})

t.test('no wrong entry is kept as it was written, and none takes more room than another', async (t) => {
  const { progress } = step(asking(), { type: 'entry', value: '9'.repeat(1_000_000) }, rules)
  t.strictSame(progress.wrongEntries, ['IJ66Y0P4IsPiwKDY_yewLa'])
})

t.test('with one attempt the first wrong code ends it (compatibility B23); the reason is the configured one (emv3ds-protocol §17)', async (t) => {
  t.strictSame(step(asking(), WRONG, { ...rules, otpMaxAttempts: 1 }).ending, { transStatus: 'N', transStatusReason: '19' })
  t.strictSame(step(asking(), WRONG, { ...rules, otpMaxAttempts: 1, maxAttemptsReason: '01' }).ending, { transStatus: 'N', transStatusReason: '01' })
})

t.test('a choice is right when it is the cardholder\'s own; several are right when they are all of them, in any order (emv3ds-protocol §9.1, §17)', async (t) => {
  const ends = (kind: 'single-select' | 'multi-select', value: string) =>
    step(asking({}, { plan: { screens: [kind], acsInterface: '01' } }), { type: 'entry', value }, rules).ending?.transStatus
  t.strictSame(['sms', 'mail', 'none', 'sms,mail', '1234', ''].map((value) => ends('single-select', value)), ['Y', 'Y', ...Array(4).fill(undefined)])
  t.strictSame(['sms,mail', 'mail;sms', ' mail , sms', 'sms', 'sms,mail,none', ''].map((value) => ends('multi-select', value)),
    ['Y', 'Y', 'Y', ...Array(3).fill(undefined)])
})

t.test('with a second box both have to be right (2.3.1): one that is missing or empty is not', async (t) => {
  const plan: ChallengePlan = { ...TEXT, secondEntry: true }
  const ends = (second?: string) => step(asking({}, { plan }), { ...RIGHT, ...(second === undefined ? {} : { second }) } as ChallengeEvent, rules).ending?.transStatus
  t.strictSame([ends('1234'), ends('4321'), ends(''), ends()], ['Y', ...Array(3).fill(undefined)])
})

t.test('each screen has all the attempts, and consents are kept from whichever it was', async (t) => {
  const plan: ChallengePlan = { screens: ['single-select', 'text'], acsInterface: '01', consents: ['trustList'] }
  const second = step(asking({}, { plan }), { type: 'entry', value: 'sms', consents: { trustList: 'Y' } }, rules).progress
  t.strictSame(second, { state: 'asking', screen: 1, interactionCounter: 1, sdkCounter: 0, consents: { trustList: 'Y' } })
  const challenge = (progress: ChallengeProgress): Challenge => ({ state: 'asking', plan, messageVersion: '2.2.0', progress })
  const third = step(challenge(second), WRONG, rules).progress
  const fourth = step(challenge(third), { type: 'entry', value: '4322', consents: { deviceBinding: 'N' } }, rules).progress
  t.strictSame(fourth.consents, { trustList: 'Y' }, 'one that nobody asked for is none')
  t.strictSame(step(challenge(fourth), WRONG, rules).ending, { transStatus: 'N', transStatusReason: '19' })
  t.strictSame(step({ ...challenge(fourth) }, RIGHT, rules).ending, { transStatus: 'Y' })
})

t.test('whatever happens: answers never exceed the attempts, Y needs the right code, counters only grow', async () => {
  const anyEvent = fc.constantFrom<ChallengeEvent>(RIGHT, WRONG, { type: 'entry', value: '' }, { type: 'resend' }, { type: 'look' }, { type: 'cancel', code: '01' }, { type: 'timeout' })
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (sequence, otpMaxAttempts) => {
    let progress = asking().progress
    for (const event of sequence) {
      const { progress: next, ending } = step({ ...asking(), progress }, event, { ...rules, otpMaxAttempts })
      if (next.interactionCounter > otpMaxAttempts || next.interactionCounter < progress.interactionCounter) return false
      if ((ending?.transStatus === 'Y') !== (event.type === 'entry' && event.value === '1234')) return false
      if (ending !== undefined) return true
      progress = next
    }
    return true
  }))
})

t.test('a consent counts where the screen asked for it, whatever the answer says (emv3ds-protocol §9.1)', async (t) => {
  const consents = { trustList: 'Y', deviceBinding: 'Y' } as const
  const given = (plan: ChallengePlan, event: ChallengeEvent) => step({ ...asking({}, { plan }), state: plan === TEXT ? 'asking' : 'informing' }, event, rules).progress.consents
  const asks: ChallengePlan = { ...INFORMATION, consents: ['deviceBinding'] }
  t.strictSame([
    given(TEXT, { ...RIGHT, consents }), given(INFORMATION, { type: 'continue', consents }), given(asks, { type: 'continue', consents })
  ], [undefined, undefined, { deviceBinding: 'Y' }])
})
