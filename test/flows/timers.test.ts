import t, { type Test } from 'tap'
import type { Channel, Version } from '../setup/parties/messages.ts'
import { commonMembers, named } from '../setup/parties/named.ts'
import { type Authenticated, PEERS, type Stage, startStage, VERSIONS } from './stage.ts'

/* Nobody goes on, or somebody gives up: what is reported, and what comes too late. emv3ds-protocol §5.12, §9.1, §10, §11. */

const SECOND = 1000
const TEXT = '4000400040004001'

interface Case { version: Version, channel: Channel, card?: string, sdkInterface?: string }

/** How a challenge by one screen is named. */
const METHODS: Record<string, { type: string, method: string, template: string }> = {
  4001: { type: '02', method: '02', template: '01' },
  4002: { type: '02', method: '06', template: '02' },
  4003: { type: '02', method: '06', template: '03' },
  4004: { type: '03', method: '11', template: '04' },
  4007: { type: '02', method: '02', template: '07' }
}

/** An RReq of a challenge, whole. */
function rReqOf ({ version, channel, card = TEXT, sdkInterface = '01' }: Case, transStatus: string, members: Record<string, unknown>): Record<string, unknown> {
  const { type, method, template } = METHODS[card.slice(-4)] as (typeof METHODS)[string]
  return {
    ...commonMembers('RReq', version),
    ...(channel === '01' && version !== '2.1.0' ? { sdkTransID: '{sdkTransID}' } : {}),
    messageCategory: '01',
    transStatus,
    ...(transStatus === 'U' ? {} : version === '2.3.1' ? { authenticationMethod: [method] } : { authenticationType: type }),
    interactionCounter: '00',
    ...(channel === '01' ? { acsRenderingType: { acsInterface: sdkInterface, acsUiTemplate: template, ...(version === '2.3.1' ? { deviceUserInterfaceMode: '01' } : {}) } } : {}),
    ...members
  }
}

/** The Erro that a CReq gets which comes too late: §11. */
function tooLate ({ version, channel }: Case): Record<string, unknown> {
  return {
    messageType: 'Erro',
    messageVersion: version,
    errorCode: '402',
    errorComponent: 'A',
    errorDescription: 'Transaction timed out',
    errorDetail: 'The challenge timed out',
    errorMessageType: 'CReq',
    threeDSServerTransID: '{threeDSServerTransID}',
    dsTransID: '{dsTransID}',
    acsTransID: '{acsTransID}',
    ...(channel === '01' ? { sdkTransID: '{sdkTransID}' } : {})
  }
}

/** The CRes that ends a challenge without success. */
function finalN ({ version, channel }: Case, counter = '000'): Record<string, unknown> {
  return {
    messageType: 'CRes',
    messageVersion: version,
    threeDSServerTransID: '{threeDSServerTransID}',
    acsTransID: '{acsTransID}',
    ...(channel === '01' ? { sdkTransID: '{sdkTransID}', acsCounterAtoS: counter } : {}),
    challengeCompletionInd: 'Y',
    transStatus: 'N'
  }
}

/** A CReq now. @returns the Erro or the CRes that comes to the shop, or to the app */
async function creqNow (stage: Stage, done: Authenticated): Promise<any> {
  if (done.sdk === undefined) return stage.atShop(await stage.open(done), done)
  return named(await done.sdk.refused(done.sdk.screens.length === 0 ? {} : { challengeDataEntry: '1234' }), done.ares)
}

/** Until the given time nothing is reported, then this; and nothing after it, whatever is tried. */
async function expectAt (t: Test, stage: Stage, done: Authenticated, milliseconds: number, expected: Record<string, unknown>): Promise<void> {
  await stage.later(milliseconds - 1)
  t.strictSame(stage.results(done), [], 'not yet')
  await stage.later(1)
  t.strictSame(stage.results(done), [expected])
}

async function expectNoMore (t: Test, stage: Stage, done: Authenticated): Promise<void> {
  const before = stage.results(done)
  await stage.later(86_400 * SECOND)
  t.strictSame(stage.results(done), before, 'once')
  t.strictSame(stage.faults, [])
}

/** Reports to a DS carry what came back. */
async function expectRRes (t: Test, stage: Stage, done: Authenticated, resultsStatus: string): Promise<void> {
  if (stage.kind === 'DS') t.match(await stage.challenge(done), { state: 'ended', reports: [{ outcome: 'answered', answer: { messageType: 'RRes', resultsStatus } }] })
}

for (const kind of PEERS) {
  t.test(`no first CReq for 30 s, for a foreign ${kind}: RReq N, 14, 05 → RRes 02; the CReq that comes then gets A/402 (emv3ds-protocol §11)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of VERSIONS) {
      for (const channel of ['01', '02'] as const) {
        await t.test(`${version}, ${channel === '01' ? 'app' : 'browser'}`, async (t) => {
          const one = { version, channel }
          const done = await stage.authenticate({ ...one, card: TEXT })
          await expectAt(t, stage, done, 30 * SECOND, rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '05' }))
          await expectRRes(t, stage, done, '02')
          t.strictSame(await creqNow(stage, done), tooLate(one))
          await expectNoMore(t, stage, done)
        })
      }
    }
  })
}

t.test('the browser is closed on any screen: 600 s after the last page RReq N, 14, 04; the page that is still open ends with CRes N, a new CReq with A/402 (§5.12, §11)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    for (const [card, wrong] of [[TEXT, { otp: '0000', action: 'submit' }], ['4000400040004002', { choice: 'none', action: 'submit' }], ['4000400040004003', { choice: 'mail', action: 'submit' }], ['4000400040004004', undefined], ['4000400040004007', undefined]] as const) {
      await t.test(`${version}, ${card}`, async (t) => {
        const one = { version, channel: '02', card } as const
        const done = await stage.authenticate(one)
        await stage.later(29_999)
        let page = await stage.open(done)
        await stage.later(599_999)
        // An answer, or the page again, and the time begins anew.
        page = wrong === undefined ? await stage.open(done) : await stage.press(page, done, wrong)
        const interactionCounter = wrong === undefined ? '00' : '01'
        await expectAt(t, stage, done, 600 * SECOND, rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '04', interactionCounter }))
        t.strictSame(await creqNow(stage, done), tooLate(one))
        t.strictSame(await stage.atShop(await stage.press(page, done, { otp: '1234', choice: 'mail', action: 'submit' }), done), finalN(one))
        await expectNoMore(t, stage, done)
      })
    }
  }
})

t.test('the app never returns, from any screen, native or HTML: 600 s after the last CRes RReq N, 14, 04; then A/402 (§5.12, §11)', async (t) => {
  const stage = await startStage(t, 'DS')
  for (const version of VERSIONS) {
    for (const card of [TEXT, '4000400040004002', '4000400040004003', '4000400040004004', ...(version === '2.3.1' ? ['4000400040004007'] : [])]) {
      for (const sdkInterface of ['01', '02']) {
        await t.test(`${version}, ${card}, ${sdkInterface === '01' ? 'native' : 'HTML'}`, async (t) => {
          const template = sdkInterface === '02' && version === '2.3.1' && card.endsWith('4004') ? '06' : METHODS[card.slice(-4)]?.template
          const one = { version, channel: '01', card, sdkInterface } as const
          const done = await stage.authenticate(one)
          const { sdk } = done as Required<Authenticated>
          await stage.later(29_999)
          await sdk.start()
          const rReq = rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '04' })
          const acsRenderingType = { ...rReq['acsRenderingType'] as object, acsUiTemplate: template }
          await expectAt(t, stage, done, 600 * SECOND, { ...rReq, acsRenderingType })
          await expectRRes(t, stage, done, '01')
          t.strictSame(named(await sdk.refused(card === TEXT && sdkInterface === '01' ? { challengeDataEntry: '1234' } : {}), done.ares), tooLate(one))
          await expectNoMore(t, stage, done)
        })
      }
    }
  }
})

t.test('each CRes begins the 600 s anew, and wrong answers are counted in the RReq (§10, §11)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    const one = { version, channel: '01' } as const
    const done = await stage.authenticate({ ...one, card: TEXT })
    const { sdk } = done as Required<Authenticated>
    await sdk.start()
    for (const turn of [() => sdk.enter('0000'), () => sdk.resend(), () => sdk.enter('9999')]) {
      await stage.later(599_999)
      await turn()
    }
    await expectAt(t, stage, done, 600 * SECOND, rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '04', interactionCounter: '02' }))
    await expectNoMore(t, stage, done)
  }
})

t.test('the lengths are settings: FIRST_CREQ_TIMEOUT_SECONDS, CHALLENGE_IDLE_TIMEOUT_SECONDS (§11)', async (t) => {
  const stage = await startStage(t, '3DS Server', { FIRST_CREQ_TIMEOUT_SECONDS: '7', CHALLENGE_IDLE_TIMEOUT_SECONDS: '11' })
  const one = { version: '2.2.0', channel: '02' } as const
  const never = await stage.authenticate({ ...one, card: TEXT })
  await expectAt(t, stage, never, 7 * SECOND, rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '05' }))
  const idle = await stage.authenticate({ ...one, card: TEXT })
  await stage.open(idle)
  await expectAt(t, stage, idle, 11 * SECOND, rReqOf(one, 'N', { transStatusReason: '14', challengeCancel: '04' }))
  await expectNoMore(t, stage, idle)
})

for (const kind of PEERS) {
  t.test(`the cardholder cancels, for a foreign ${kind}: RReq N, 01, cancel 01, then CRes N (§5.12, §10)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of VERSIONS) {
      for (const [answers, interactionCounter] of [[0, '00'], [1, '01']] as const) {
        await t.test(`${version} after ${answers} answers`, async (t) => {
          const members = { transStatusReason: '01', challengeCancel: '01', interactionCounter }
          const inBrowser = { version, channel: '02' } as const
          const browser = await stage.authenticate({ ...inBrowser, card: TEXT })
          let page = await stage.open(browser)
          if (answers === 1) page = await stage.press(page, browser, { otp: '0000', action: 'submit' })
          page = await stage.press(page, browser, { action: 'cancel' })
          t.strictSame(stage.results(browser), [rReqOf(inBrowser, 'N', members)], 'the RReq is first')
          t.strictSame(await stage.atShop(page, browser), finalN(inBrowser))
          await expectRRes(t, stage, browser, '01')

          const inApp = { version, channel: '01' } as const
          const app = await stage.authenticate({ ...inApp, card: TEXT })
          const { sdk } = app as Required<Authenticated>
          await sdk.start()
          if (answers === 1) await sdk.enter('0000')
          t.strictSame(named(await sdk.cancel(), app.ares), finalN(inApp, answers === 1 ? '002' : '001'))
          t.strictSame(stage.results(app), [rReqOf(inApp, 'N', members)])
          await expectRRes(t, stage, app, '01')
          await expectNoMore(t, stage, app)
        })
      }
    }
  })
}

t.test('an SDK that gives up tells so: CReq with cancel 08, or Erro 402, which gets an empty answer and ends the challenge (§5.12, §10)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    const one = { version, channel: '01' } as const
    const cancelled = await stage.authenticate({ ...one, card: TEXT })
    await cancelled.sdk?.start()
    t.strictSame(named(await cancelled.sdk?.cancel('08'), cancelled.ares), finalN(one, '001'))
    t.strictSame(stage.results(cancelled), [rReqOf(one, 'N', { transStatusReason: '01', challengeCancel: '08' })])

    const silent = await stage.authenticate({ ...one, card: TEXT })
    const { sdk } = silent as Required<Authenticated>
    await sdk.start()
    await sdk.enter('0000')
    const { status, body } = await sdk.sendErro('402', 'No CRes came in time')
    t.strictSame([status, body], [200, ''])
    t.strictSame(stage.results(silent), [rReqOf(one, 'U', { transStatusReason: '07', challengeCancel: '08', interactionCounter: '01' })])
    t.match(await sdk.refused({ challengeDataEntry: '1234' }), { errorCode: version === '2.3.1' ? '315' : '305' }, 'it is over, and says so')
    await expectNoMore(t, stage, silent)
  }
})

t.test('an SDK that has a fault to find in a CRes: RReq U, 09 with its Erro in 2.3.1, 06 before (§10, §12.3)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    const one = { version, channel: '01' } as const
    for (const errorCode of ['101', '201', '203', '302']) {
      const done = await stage.authenticate({ ...one, card: TEXT })
      const { sdk } = done as Required<Authenticated>
      await sdk.start()
      t.equal((await sdk.sendErro(errorCode, 'challengeInfoText')).body, '')
      t.strictSame(stage.results(done), [rReqOf(one, 'U', {
        transStatusReason: '07',
        ...(version !== '2.3.1'
          ? { challengeCancel: '06' }
          : {
              challengeCancel: '09',
              challengeErrorReporting: {
                messageType: 'Erro',
                messageVersion: version,
                errorCode,
                errorComponent: 'C',
                errorDescription: `Error ${errorCode} found by a party of the test`,
                errorDetail: 'challengeInfoText',
                errorMessageType: 'CRes',
                threeDSServerTransID: '{threeDSServerTransID}',
                acsTransID: '{acsTransID}',
                sdkTransID: '{sdkTransID}'
              }
            })
      })], `${version} ${errorCode}`)
      await expectNoMore(t, stage, done)
    }
  }
})

t.test('wrong too often: RReq N, 19 with every try counted, then CRes N (§10)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    const members = { transStatusReason: '19', interactionCounter: '03' }
    const inBrowser = { version, channel: '02' } as const
    const browser = await stage.authenticate({ ...inBrowser, card: TEXT })
    let page = await stage.open(browser)
    for (const otp of ['0000', '1111', '2222']) page = await stage.press(page, browser, { otp, action: 'submit' })
    t.strictSame(stage.results(browser), [rReqOf(inBrowser, 'N', members)])
    t.strictSame(await stage.atShop(page, browser), finalN(inBrowser))

    const inApp = { version, channel: '01' } as const
    const app = await stage.authenticate({ ...inApp, card: TEXT })
    const { sdk } = app as Required<Authenticated>
    await sdk.start()
    for (const otp of ['0000', '1111']) await sdk.enter(otp)
    t.strictSame(named(await sdk.enter('2222'), app.ares), finalN(inApp, '003'))
    t.strictSame(stage.results(app), [rReqOf(inApp, 'N', members)])
    await expectNoMore(t, stage, app)
  }
})
