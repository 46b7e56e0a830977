import t from 'tap'
import type { Version } from '../setup/parties/messages.ts'
import { commonMembers, named } from '../setup/parties/named.ts'
import { resultsTaken } from '../setup/parties/three-ds-server.ts'
import { type Authenticated, type Stage, startStage, VERSIONS } from './stage.ts'

/*
 * Each challenge from the ARes to the final CRes, for a foreign 3DS Server, with every message of ours whole and in order:
 * emv3ds-protocol §5.3 to §5.6, §9.2, §10. Encryptions, signatures and wrong answers are in app-screens.test.ts.
 */

type Screen = 'text' | 'single' | 'multi' | 'oob' | 'information'
const CHALLENGES: readonly (readonly [card: string, screens: readonly Screen[]])[] = [
  ['4000400040004001', ['text']],
  ['4000400040004002', ['single']],
  ['4000400040004003', ['multi']],
  ['4000400040004004', ['oob']],
  ['4000400040004007', ['information', 'text']],
  ['4000400040004013', ['single', 'text']]
]

/** How the cardholder is authenticated on each screen: `authenticationType`, `authenticationMethod`, UI type (§6, §9.2). */
const FACTS: Record<Screen, { type?: string, method?: string, uiType: string }> = {
  text: { type: '02', method: '02', uiType: '01' },
  single: { type: '02', method: '06', uiType: '02' },
  multi: { type: '02', method: '06', uiType: '03' },
  oob: { type: '03', method: '11', uiType: '04' },
  information: { uiType: '07' }
}

function methods (version: Version, screens: readonly Screen[]): Record<string, unknown> {
  const asking = screens.map((screen) => FACTS[screen]).filter(({ method }) => method !== undefined)
  return version === '2.3.1' ? { authenticationMethod: asking.map(({ method }) => method) } : { authenticationType: asking.at(-1)?.type }
}

const BROWSER: Record<Screen, Record<string, string>> = {
  text: { otp: '1234', action: 'submit' },
  single: { choice: 'mail', action: 'submit' },
  multi: { choice: 'mail,sms', action: 'submit' },
  oob: { action: 'continue' },
  information: { action: 'continue' }
}

/** Keeps what goes out, in order. */
function listen (stage: Stage, done: Authenticated): unknown[] {
  const said: unknown[] = [named(done.ares, done.ares, { url: stage.url })]
  stage.onResults((arrival) => {
    said.push(named(arrival.message, done.ares))
    return resultsTaken()(arrival)
  })
  return said
}

function aRes (version: Version, screens: readonly Screen[], members: Record<string, unknown>): Record<string, unknown> {
  return {
    ...commonMembers('ARes', version),
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: 'MOCK_DS',
    transStatus: 'C',
    acsChallengeMandated: 'Y',
    ...methods(version, screens),
    ...members
  }
}

function rReq (version: Version, screens: readonly Screen[], members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...commonMembers('RReq', version),
    messageCategory: '01',
    transStatus: 'Y',
    ...methods(version, screens),
    interactionCounter: `0${screens.length}`,
    eci: '05',
    authenticationValue: '{20 bytes}',
    ...members
  }
}

function cRes (version: Version, members: Record<string, unknown>): Record<string, unknown> {
  return { messageType: 'CRes', messageVersion: version, threeDSServerTransID: '{threeDSServerTransID}', acsTransID: '{acsTransID}', ...members }
}

t.test('in a browser: ARes C, RReq Y, CRes Y, whole, for each screen and version (emv3ds-protocol §5.3, §10)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    for (const [card, screens] of CHALLENGES) {
      const done = await stage.authenticate({ version, card })
      const said = listen(stage, done)
      let page = await stage.open(done)
      for (const screen of screens) {
        if (screen === 'oob') await stage.decide(done, 'approve')
        page = await stage.press(page, done, BROWSER[screen])
      }
      said.push(await stage.atShop(page, done))
      t.strictSame(said, [
        aRes(version, screens, { acsURL: '{url}/acs/challenge' }),
        rReq(version, screens),
        cRes(version, { challengeCompletionInd: 'Y', transStatus: 'Y' })
      ], `${version} ${screens}`)
    }
  }
  t.strictSame(stage.faults, [])
})

const PURCHASE = 'Harbor Books, €45.99'

/** What comes with the first screen only. */
function explanations (version: Version, hint: string): Record<string, unknown> {
  const sizes = version === '2.3.1' ? ['default', 'dark', 'monochrome'] : ['medium', 'high', 'extraHigh']
  const images = (name: string) => Object.fromEntries(sizes.map((size) => [size, `{url}/acs/images/${name}-${size}.png`]))
  return {
    issuerImage: images('issuer'),
    psImage: images('payment-system'),
    whyInfoLabel: 'Why do I see this?',
    whyInfoText: 'The shop asked your bank to make sure that it is you.',
    expandInfoLabel: 'About this mock',
    expandInfoText: `This is a mock, not a bank: ${hint}`
  }
}

/** A native screen in each version (§9.2). */
function nativeScreen (version: Version, screen: Screen, isFirst: boolean): Record<string, unknown> {
  const isNew = version === '2.3.1'
  const info = (text: string) => ({ acsUiType: FACTS[screen].uiType, challengeInfoHeader: 'Authentication Required', challengeInfoText: `${text}\n${PURCHASE}` })
  const explained = (hint: string) => isFirst ? explanations(version, hint) : {}
  const select = (question: string, label: string, hint: string) => ({
    ...info(question),
    challengeInfoLabel: label,
    challengeSelectInfo: [{ sms: 'Text message to ** *** **24' }, { mail: 'Email to c*****@example.test' }, { none: 'Neither of them is mine' }],
    submitAuthenticationLabel: 'Submit',
    ...(isNew ? { challengeAddLabel: 'Another way' } : {}),
    ...explained(hint)
  })
  switch (screen) {
    case 'text': return {
      ...info('We have sent a code to your mobile phone.'),
      ...(isNew
        ? { challengeEntryBox: { challengeDataEntryLabel: 'Enter OTP:', challengeDataEntryAutofill: 'Y', challengeDataEntryAutofillType: '01', challengeDataEntryKeyboardType: '01', challengeDataEntryLengthMax: '45', challengeDataEntryMasking: 'N' } }
        : { challengeInfoLabel: 'Enter OTP:' }),
      submitAuthenticationLabel: 'Submit',
      resendInformationLabel: 'Resend code',
      ...explained('code 1234 passes.')
    }
    case 'single': return select('Which of these is yours?', 'Choose one', 'choose 1 or 2.')
    case 'multi': return select('Which of these are yours?', 'Choose yours', 'choose 1 and 2.')
    case 'oob': return {
      ...info('Approve it in your bank\'s app. Then continue here.'),
      oobContinueLabel: 'Continue',
      ...(version === '2.1.0' ? { challengeAddInfo: 'If you have approved it, continue.' } : {}),
      ...(isNew ? { challengeAddLabel: 'Another way' } : {}),
      ...explained('approve at {url}/acs/oob/{acsTransID}')
    }
    case 'information': return { ...info('There is nothing to enter here. Please continue.'), infoContinueLabel: 'Continue', ...explained('Continue passes.') }
  }
}

/** A screen as HTML: the page is text for eyes, and is in pages of its own tests. */
function htmlScreen (version: Version, screen: Screen): Record<string, unknown> {
  return {
    acsUiType: version === '2.3.1' && screen === 'oob' ? '06' : '05',
    acsHTML: '{page}',
    ...(version === '2.1.0' && screen === 'oob' ? { acsHTMLRefresh: '{page}' } : {})
  }
}

/** A page in Base64url is named; anything else stays. */
function withoutPages (message: any): any {
  const isPage = (value: unknown) => typeof value === 'string' && /^<!doctype html>/i.test(Buffer.from(value, 'base64url').toString())
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, /^acsHTML(?:Refresh)?$/.test(name) && isPage(value) ? '{page}' : value]))
}

/** Passes a screen. */
async function pass (stage: Stage, done: Required<Authenticated>, screen: Screen, isHtml: boolean): Promise<any> {
  const { sdk } = done
  if (screen === 'oob') await stage.decide(done, 'approve')
  if (isHtml) {
    if (screen === 'information') return sdk.turn({ challengeHTMLDataEntry: 'action=continue', infoContinueIndicator: true })
    if (screen === 'multi') return sdk.turn({ challengeHTMLDataEntry: 'choice=sms&choice=mail&action=submit' })
    return screen === 'oob' && sdk.version === '2.3.1' ? sdk.continueOob('02') : sdk.submitHtml(BROWSER[screen])
  }
  switch (screen) {
    case 'text': return sdk.enter('1234')
    case 'single': return sdk.select('mail')
    case 'multi': return sdk.select('mail', 'sms')
    case 'oob': return sdk.continueOob()
    case 'information': return sdk.continueInfo()
  }
}

for (const [sdkInterface, form] of [['01', 'native'], ['02', 'HTML']] as const) {
  t.test(`in an app, ${form}: ARes C, every CRes, RReq Y and the final CRes, whole, for each screen and version (§5.4 to §5.6, §9.2, §10)`, async (t) => {
    const stage = await startStage(t)
    const isHtml = sdkInterface === '02'
    for (const [index, version] of VERSIONS.entries()) {
      const isNew = version === '2.3.1'
      for (const [card, all] of CHALLENGES) {
        // The information screen of apps came with 2.3.1.
        const screens = isNew ? all : all.filter((screen) => screen !== 'information')
        const done = await stage.authenticate({ version, channel: '01', card, sdkInterface, enc: (index + screens.length) % 2 === 0 ? 'A128GCM' : 'A128CBC-HS256' }) as Required<Authenticated>
        const said = listen(stage, done)
        const keep = (message: unknown) => said.push(withoutPages(named(message, done.ares, { url: stage.url })))
        keep(await done.sdk.start())
        for (const screen of screens) keep(await pass(stage, done, screen, isHtml))
        const sdkTransID = '{sdkTransID}'
        const first = screens[0] as Screen
        const acsRenderingType = { acsInterface: sdkInterface, acsUiTemplate: isHtml && isNew && first === 'oob' ? '06' : FACTS[first].uiType, ...(isNew ? { deviceUserInterfaceMode: '01' } : {}) }
        const turn = (counter: number, members: Record<string, unknown>) => cRes(version, { sdkTransID, acsCounterAtoS: `00${counter}`, ...members })
        t.strictSame(said, [
          aRes(version, screens, { sdkTransID, ...(isNew ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'Y' } : {}), acsRenderingType, acsSignedContent: '{JWS}' }),
          ...screens.map((screen, at) => turn(at, { challengeCompletionInd: 'N', ...(isHtml ? htmlScreen(version, screen) : nativeScreen(version, screen, at === 0)) })),
          rReq(version, screens, { ...(version === '2.1.0' ? {} : { sdkTransID }), acsRenderingType }),
          turn(screens.length, { challengeCompletionInd: 'Y', transStatus: 'Y' })
        ], `${version} ${screens}`)
      }
    }
    t.strictSame(stage.faults, [])
  })
}
