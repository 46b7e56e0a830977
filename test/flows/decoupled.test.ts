import t, { type Test } from 'tap'
import type { Channel, Version } from '../setup/parties/messages.ts'
import { rRes } from '../setup/parties/messages.ts'
import { commonMembers, named } from '../setup/parties/named.ts'
import { type Authenticated, CHANNELS, DECOUPLED_VERSIONS, PEERS, type Stage, startStage } from './stage.ts'

/* Decoupled authentication, asked for at once and as the fallback of a challenge: emv3ds-protocol §5.7. */

const CARD = '4000400040004010'
const FALLBACK_CARD = '4000400040004011'
const MINUTE = 60_000

/** The 3DS Requestor takes it, and gives ten minutes. */
const asked = (ind = 'Y', minutes = '00010') => ({ threeDSRequestorDecReqInd: ind, threeDSRequestorDecMaxTime: minutes })

function method (version: Version, type: '02' | '04'): Record<string, unknown> {
  if (version === '2.3.1') return { authenticationMethod: [type === '04' ? '12' : '02'] }
  return { authenticationType: type }
}

function sdkTransID (channel: Channel): Record<string, string> {
  return channel === '01' ? { sdkTransID: '{sdkTransID}' } : {}
}

/** The ARes that says that the cardholder will be asked elsewhere. */
function aResD (stage: Stage, version: Version, channel: Channel): Record<string, unknown> {
  const text = 'Please confirm the payment in your bank\'s app.'
  return {
    ...commonMembers('ARes', version),
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: stage.kind === 'DS' ? '3DS_LOA_DIS_PRTY_020200_00002' : 'MOCK_DS',
    ...sdkTransID(channel),
    ...(channel === '01' && version === '2.3.1' ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'Y' } : {}),
    transStatus: 'D',
    acsDecConInd: 'Y',
    acsChallengeMandated: 'Y',
    ...method(version, '04'),
    cardholderInfo: version === '2.3.1' ? { text } : text
  }
}

/** The RReq that reports it: without `interactionCounter` and `acsRenderingType`. */
function rReqOf (version: Version, channel: Channel, members: Record<string, unknown>): Record<string, unknown> {
  return { ...commonMembers('RReq', version), ...sdkTransID(channel), messageCategory: '01', ...members }
}

type Step = (stage: Stage, done: Authenticated) => Promise<unknown>
const approve: Step = (stage, done) => stage.decide(done, 'approve')
const decline: Step = (stage, done) => stage.decide(done, 'decline')
const minutes = (count: number): Step => (stage) => stage.later(count * MINUTE)

/** What the cardholder does, and what is reported. */
const ENDINGS: readonly { name: string, steps: readonly Step[], result: (version: Version) => Record<string, unknown>, page: string }[] = [
  { name: 'approved', steps: [approve], result: (version) => ({ transStatus: 'Y', ...method(version, '04'), eci: '05', authenticationValue: '{20 bytes}' }), page: 'Approved' },
  { name: 'declined', steps: [decline], result: (version) => ({ transStatus: 'N', transStatusReason: '01', ...method(version, '04') }), page: 'Declined' },
  { name: 'never', steps: [minutes(9), minutes(1)], result: () => ({ transStatus: 'U', transStatusReason: '24', challengeCancel: '03' }), page: 'This is over' }
]

/** Nothing that comes after the ending changes it. */
async function expectOneResult (t: Test, stage: Stage, done: Authenticated, expected: Record<string, unknown>, page: string): Promise<void> {
  t.strictSame(stage.results(done), [expected])
  t.match(await stage.decide(done, 'approve'), `<h1>${page}</h1>`)
  t.match(await stage.decide(done, 'decline'), `<h1>${page}</h1>`)
  t.match(await stage.bankApp(done), `<h1>${page}</h1>`)
  await stage.later(24 * 60 * MINUTE)
  t.strictSame(stage.results(done), [expected], 'once')
}

for (const kind of PEERS) {
  t.test(`decoupled for a foreign ${kind}: AReq → ARes D → the bank's app → RReq → RRes, whole (emv3ds-protocol §5.7)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of DECOUPLED_VERSIONS) {
      for (const channel of CHANNELS) {
        for (const { name, steps, result, page } of ENDINGS) {
          await t.test(`${version}, channel ${channel}, ${name}`, async (t) => {
            const done = await stage.authenticate({ version, channel, card: CARD }, asked())
            t.strictSame(named(done.ares, done.ares), aResD(stage, version, channel))
            t.match(await stage.bankApp(done), 'Is this you?')
            for (const step of steps) {
              t.strictSame(stage.results(done), [])
              await step(stage, done)
            }
            const expected = rReqOf(version, channel, result(version))
            if (kind === 'DS') t.match(await stage.challenge(done), { state: 'ended', reports: [{ outcome: 'answered', answer: rRes(stage.peer.of('RReq').at(-1)?.message) }] })
            await expectOneResult(t, stage, done, expected, page)
          })
        }
      }
    }
    t.strictSame(stage.faults, [])
  })
}

t.test('the time that was given, to the millisecond, from one minute to seven days; the transaction lives as long (§5.7, §11)', async (t) => {
  const stage = await startStage(t, '3DS Server', { TRANSACTION_TTL_SECONDS: '14400' })
  for (const version of DECOUPLED_VERSIONS) {
    for (const [time, looks] of [['00001', 1], ['00061', 1], ['10080', 100]] as const) {
      const done = await stage.authenticate({ version, channel: '03', card: CARD }, asked('Y', time))
      const length = Number(time) * MINUTE
      for (let look = 1; look < looks; look++) await stage.later(length / looks)
      await stage.later(length / looks - 1)
      t.strictSame(stage.results(done), [], `${time}: not yet`)
      await stage.later(1)
      t.strictSame(stage.results(done), [rReqOf(version, '03', { transStatus: 'U', transStatusReason: '24', challengeCancel: '03' })], time)
    }
  }
  t.strictSame(stage.faults, [])
})

t.test('who does not ask for it is not authenticated so: N with reason 23; B asks for both, F for the fallback only; 2.1.0 is challenged (§5.7, §7)', async (t) => {
  const stage = await startStage(t)
  for (const [version, ind, expected] of [
    ['2.1.0', undefined, { transStatus: 'C' }],
    ['2.2.0', undefined, { transStatus: 'N', transStatusReason: '23' }],
    ['2.2.0', 'N', { transStatus: 'N', transStatusReason: '23' }],
    ['2.3.1', undefined, { transStatus: 'N', transStatusReason: '23' }],
    ['2.3.1', 'N', { transStatus: 'N', transStatusReason: '23' }],
    ['2.3.1', 'F', { transStatus: 'N', transStatusReason: '23' }],
    ['2.3.1', 'B', { transStatus: 'D', acsDecConInd: 'Y' }]
  ] as const) {
    for (const channel of ['01', '02'] as const) {
      const { ares } = await stage.authenticate({ version, channel, card: CARD }, ind === undefined ? {} : asked(ind))
      t.match(ares, expected, `${version} ${ind} ${channel}`)
    }
  }
  t.strictSame(stage.faults, [])
})

/** Goes through a challenge that ends with the fallback. @returns what the shop or the app is told at the end */
async function fallBack (stage: Stage, done: Authenticated): Promise<any> {
  if (done.sdk === undefined) return stage.atShop(await stage.press(await stage.open(done), done, { action: 'continue' }), done)
  await done.sdk.start()
  return named(await (done.sdk.screen.acsUiType === '05' ? done.sdk.turn({ challengeHTMLDataEntry: 'action=continue', infoContinueIndicator: true }) : done.sdk.continueInfo()), done.ares)
}

for (const kind of PEERS) {
  t.test(`a challenge falls back to decoupled for a foreign ${kind}: information → RReq D, 29 → RRes 04 → CRes N → 3RI 19 → ARes D → RReq, whole (2.3.1, §5.7)`, async (t) => {
    const stage = await startStage(t, kind)
    const version = '2.3.1'
    for (const [channel, sdkInterface] of [['02', undefined], ['01', '01'], ['01', '02']] as const) {
      for (const { name, steps, result, page } of ENDINGS) {
        await t.test(`${channel === '02' ? 'browser' : sdkInterface === '01' ? 'app' : 'app in HTML'}, then ${name}`, async (t) => {
          const done = await stage.authenticate({ version, channel, card: FALLBACK_CARD, ...(sdkInterface === undefined ? {} : { sdkInterface }) }, asked('F'))
          t.equal(done.ares.transStatus, 'C')
          t.strictSame(await fallBack(stage, done), {
            messageType: 'CRes',
            messageVersion: version,
            threeDSServerTransID: '{threeDSServerTransID}',
            acsTransID: '{acsTransID}',
            ...(channel === '01' ? { sdkTransID: '{sdkTransID}', acsCounterAtoS: '001' } : {}),
            challengeCompletionInd: 'Y',
            transStatus: 'N'
          })
          t.strictSame(stage.results(done), [rReqOf(version, channel, {
            transStatus: 'D',
            transStatusReason: '29',
            interactionCounter: '01',
            ...(sdkInterface === undefined ? {} : { acsRenderingType: { acsInterface: sdkInterface, acsUiTemplate: '07', deviceUserInterfaceMode: '01' } })
          })])
          if (kind === 'DS') t.match(await stage.challenge(done), { reports: [{ answer: { messageType: 'RRes', resultsStatus: '04' } }] })

          const again = await stage.authenticate({ version, channel: '03', card: FALLBACK_CARD }, { ...asked(), threeRIInd: '19', threeDSRequestorPriorAuthenticationInfo: [priorTo(done)] })
          t.strictSame(named(again.ares, again.ares), aResD(stage, version, '03'))
          t.not(again.ares.acsTransID, done.ares.acsTransID)
          for (const step of steps) await step(stage, again)
          await expectOneResult(t, stage, again, rReqOf(version, '03', result(version)), page)
        })
      }
    }
    t.strictSame(stage.faults, [])
  })
}

/** What the 3RI AReq after a fallback says of the challenge. */
function priorTo ({ ares }: Authenticated): Record<string, unknown> {
  return { threeDSReqPriorRef: ares.acsTransID, threeDSReqPriorAuthMethod: '02', threeDSReqPriorAuthTimestamp: '202611201016' }
}

t.test('without consent to it there is no fallback: the challenge is passed (§5.7)', async (t) => {
  const stage = await startStage(t)
  for (const [version, ind] of [['2.1.0', undefined], ['2.2.0', 'Y'], ['2.3.1', undefined], ['2.3.1', 'Y'], ['2.3.1', 'N']] as const) {
    const done = await stage.authenticate({ version, card: FALLBACK_CARD }, ind === undefined ? {} : asked(ind))
    t.match(await fallBack(stage, done), { transStatus: 'Y' }, `${version} ${ind}`)
    t.strictSame(stage.results(done), [rReqOf(version, '02', {
      transStatus: 'Y', ...(version === '2.3.1' ? { authenticationMethod: ['10'] } : { authenticationType: '02' }), interactionCounter: '01', eci: '05', authenticationValue: '{20 bytes}'
    })])
  }
  t.strictSame(stage.faults, [])
})

t.test('3RI 19 after a challenge that did not end so, or that is not known, is no fallback: the card decides (§5.7)', async (t) => {
  const stage = await startStage(t)
  const version = '2.3.1'
  const open = await stage.authenticate({ version, card: FALLBACK_CARD }, asked('F'))
  const passed = await stage.authenticate({ version, card: FALLBACK_CARD })
  await fallBack(stage, passed)
  const unknown = { ares: { acsTransID: '00000000-0000-4000-8000-000000000001' } } as Authenticated
  for (const prior of [open, passed, unknown]) {
    const { ares } = await stage.authenticate({ version, channel: '03', card: FALLBACK_CARD }, { ...asked(), threeRIInd: '19', threeDSRequestorPriorAuthenticationInfo: [priorTo(prior)] })
    t.match(ares, { transStatus: 'U', transStatusReason: '21' })
  }
  t.strictSame(stage.faults, [])
})
