import t from 'tap'
import { planChallenge } from '../../../../src/acs/challenge/plan.ts'
import { renderingType } from '../../../../src/acs/rendering-type.ts'
import type { AReq, DeviceChannel, MessageVersion } from '../../../../src/protocol/messages.ts'
import type { ChallengePlan, ScreenKind } from '../../../../src/transaction/challenge.ts'

const VERSIONS = ['2.1.0', '2.2.0', '2.3.1'] as const
const TEXT: ChallengePlan = { screens: ['text'], acsInterface: '01' }

function aReqFor (messageVersion: MessageVersion, deviceChannel: DeviceChannel, more: object = {}): AReq {
  return { messageType: 'AReq', messageVersion, threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5', deviceChannel, messageCategory: '01', acctNumber: '5200000000001005', ...more }
}

t.test('without a wish a challenge is one native text screen, in every version and channel', async (t) => {
  for (const version of VERSIONS) {
    for (const channel of ['01', '02'] as const) {
      t.strictSame(planChallenge(aReqFor(version, channel)), TEXT)
      t.strictSame(planChallenge(aReqFor(version, channel), {}), TEXT)
    }
  }
})

t.test('the screens are those wished for; an app has the information screen from 2.3.1 on, a page always (emv3ds-protocol §16)', async (t) => {
  const wish: readonly ScreenKind[] = ['information', 'single-select', 'text']
  const rows: ReadonlyArray<readonly [MessageVersion, DeviceChannel, wish: readonly ScreenKind[], screens: readonly ScreenKind[]]> = [
    ['2.1.0', '01', wish, ['single-select', 'text']],
    ['2.2.0', '01', wish, ['single-select', 'text']],
    ['2.3.1', '01', wish, wish],
    ['2.1.0', '02', wish, wish],
    ['2.2.0', '02', wish, wish],
    ['2.3.1', '02', wish, wish],
    ['2.2.0', '01', ['information'], ['text']],
    ['2.3.1', '01', ['information'], ['information']],
    ['2.2.0', '02', ['information'], ['information']],
    ['2.2.0', '01', ['out-of-band'], ['out-of-band']],
    ['2.2.0', '02', [], ['text']]
  ]
  for (const [version, channel, screens, planned] of rows) {
    t.strictSame(planChallenge(aReqFor(version, channel), { screens }), { screens: planned, acsInterface: '01' }, `${version} ${channel} ${screens}`)
  }
})

t.test('a limited split SDK is asked nothing that one has to know: a code in its place (emv3ds-protocol §13.6)', async (t) => {
  const limited = { sdkType: '02', splitSdkType: { sdkVariant: '03', limitedInd: 'Y' } }
  const rows: ReadonlyArray<readonly [wish: readonly ScreenKind[], screens: readonly ScreenKind[]]> = [
    [['single-select'], ['text']],
    [['multi-select'], ['text']],
    [['single-select', 'text'], ['text']],
    [['information', 'single-select'], ['information', 'text']],
    [['out-of-band'], ['out-of-band']],
    [['information'], ['information']],
    [['text'], ['text']]
  ]
  for (const [screens, planned] of rows) t.strictSame(planChallenge(aReqFor('2.3.1', '01', limited), { screens })?.screens, planned, `${screens}`)
  const others: [version: MessageVersion, channel: DeviceChannel, more: object][] = [
    ['2.2.0', '01', limited], ['2.3.1', '02', limited], ['2.3.1', '01', { ...limited, sdkType: '01' }], ['2.3.1', '01', { sdkType: '02' }],
    ['2.3.1', '01', { ...limited, splitSdkType: { sdkVariant: '03' } }], ['2.3.1', '01', { ...limited, splitSdkType: 'Y' }], ['2.3.1', '01', { ...limited, splitSdkType: { limitedInd: 'N' } }]
  ]
  for (const [version, channel, more] of others) {
    t.strictSame(planChallenge(aReqFor(version, channel, more), { screens: ['single-select'] })?.screens, ['single-select'], `${version} ${channel} ${JSON.stringify(more)}`)
  }
})

t.test('an app gets the interface wished for if its SDK offers it with every screen, else the other one, and no challenge if it offers neither (emv3ds-protocol §5.2, §5.4)', async (t) => {
  const rows: ReadonlyArray<readonly [sdkInterface: unknown, sdkUiType: unknown, screens: readonly ScreenKind[], native: '01' | '02' | undefined, html: '01' | '02' | undefined]> = [
    ['03', ['01', '02', '03', '04', '05'], ['text'], '01', '02'],
    ['01', ['01', '02', '03', '04'], ['text'], '01', '01'],
    ['02', ['01', '02', '03', '04', '05'], ['text'], '02', '02'],
    ['03', ['01'], ['text'], '01', '01'],
    ['03', ['05'], ['text'], '02', '02'],
    ['03', ['02', '05'], ['single-select', 'text'], '02', '02'],
    ['03', ['01', '02', '05'], ['single-select', 'text'], '01', '02'],
    ['03', ['03', '05'], ['multi-select'], '01', '02'],
    ['03', ['04', '05'], ['out-of-band'], '01', '02'],
    ['01', ['05'], ['text'], undefined, undefined],
    ['02', ['01'], ['text'], undefined, undefined],
    ['01', ['01'], ['single-select'], undefined, undefined],
    ['03', ['04'], ['text'], undefined, undefined],
    ['03', [], ['text'], '01', '02'],
    ['02', undefined, ['text'], '02', '02'],
    [undefined, ['05'], ['text'], '02', '02'],
    [undefined, undefined, ['text'], '01', '02'],
    ['03', '01', ['text'], '01', '02'],
    ['04', ['01', '05'], ['text'], undefined, undefined]
  ]
  for (const [sdkInterface, sdkUiType, screens, native, html] of rows) {
    const deviceRenderOptions = { ...(sdkInterface === undefined ? {} : { sdkInterface }), ...(sdkUiType === undefined ? {} : { sdkUiType }) }
    for (const [wanted, acsInterface] of [['01', native], ['02', html]] as const) {
      const expected = acsInterface === undefined ? undefined : { screens, acsInterface }
      t.strictSame(planChallenge(aReqFor('2.2.0', '01', { deviceRenderOptions }), { screens, acsInterface: wanted }), expected, JSON.stringify({ ...deviceRenderOptions, screens, wanted }))
    }
  }
  t.strictSame(planChallenge(aReqFor('2.2.0', '01'), { acsInterface: '02' }), { screens: ['text'], acsInterface: '02' }, 'a device that says nothing can do everything')
  t.strictSame(planChallenge(aReqFor('2.3.1', '01', { deviceRenderOptions: { sdkInterface: '01', sdkUiType: ['01', '07'] } }), { screens: ['information', 'text'] }), { screens: ['information', 'text'], acsInterface: '01' })
  t.equal(planChallenge(aReqFor('2.3.1', '01', { deviceRenderOptions: { sdkInterface: '01', sdkUiType: ['01'] } }), { screens: ['information', 'text'] }), undefined)
})

t.test('what an SDK offers does not count in the browser', async (t) => {
  t.strictSame(planChallenge(aReqFor('2.2.0', '02', { deviceRenderOptions: { sdkInterface: '02', sdkUiType: ['05'] } }), { acsInterface: '02' }), TEXT)
})

t.test('the trust list is asked for from 2.2.0 on, binding the device from 2.3.1 on (emv3ds-protocol §16)', async (t) => {
  for (const [version, consents] of [['2.1.0', []], ['2.2.0', ['trustList']], ['2.3.1', ['deviceBinding', 'trustList']]] as const) {
    for (const channel of ['01', '02'] as const) {
      t.strictSame(planChallenge(aReqFor(version, channel), { consents: ['deviceBinding', 'trustList'] }), { ...TEXT, ...(consents.length === 0 ? {} : { consents }) }, `${version} ${channel}`)
    }
  }
})

t.test('a second box is there in apps of 2.3.1 alone (emv3ds-protocol §16)', async (t) => {
  for (const version of VERSIONS) {
    for (const channel of ['01', '02'] as const) {
      const expected = version === '2.3.1' && channel === '01' ? { ...TEXT, secondEntry: true } : TEXT
      t.strictSame(planChallenge(aReqFor(version, channel), { secondEntry: true }), expected, `${version} ${channel}`)
    }
  }
})

t.test('a challenge goes on decoupled in 2.3.1 alone, where the 3DS Requestor takes a fallback: F or B (emv3ds-protocol §5.7)', async (t) => {
  for (const version of VERSIONS) {
    for (const asked of [undefined, 'Y', 'N', 'F', 'B']) {
      const expected = version === '2.3.1' && (asked === 'F' || asked === 'B') ? { ...TEXT, fallback: true } : TEXT
      t.strictSame(planChallenge(aReqFor(version, '02', { threeDSRequestorDecReqInd: asked }), { fallback: true }), expected, `${version} ${asked}`)
    }
  }
})

t.test('acsRenderingType names interface and first screen; 2.3.1 adds how the device is held, and has a template of its own for an out-of-band page (emv3ds-protocol §5.4, §9.2)', async (t) => {
  const templates: ReadonlyArray<readonly [ScreenKind, native: string, html: string, htmlIn231: string]> = [
    ['text', '01', '01', '01'], ['single-select', '02', '02', '02'], ['multi-select', '03', '03', '03'], ['out-of-band', '04', '04', '06'], ['information', '07', '07', '07']
  ]
  for (const [kind, native, html, htmlIn231] of templates) {
    const screens = [kind, 'text'] as const
    for (const version of ['2.1.0', '2.2.0'] as const) {
      t.strictSame(renderingType({ screens, acsInterface: '01' }, version), { acsInterface: '01', acsUiTemplate: native })
      t.strictSame(renderingType({ screens, acsInterface: '02' }, version), { acsInterface: '02', acsUiTemplate: html })
    }
    t.strictSame(renderingType({ screens, acsInterface: '01' }, '2.3.1'), { acsInterface: '01', acsUiTemplate: native, deviceUserInterfaceMode: '01' })
    t.strictSame(renderingType({ screens, acsInterface: '02' }, '2.3.1'), { acsInterface: '02', acsUiTemplate: htmlIn231, deviceUserInterfaceMode: '01' })
  }
})
