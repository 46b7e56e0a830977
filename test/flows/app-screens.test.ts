import t, { type Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { build } from '../setup/app.ts'
import { type DirectoryServer, resultsRefusedByDs, startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, erro, type Version } from '../setup/parties/messages.ts'
import { type Behaviour, hangUp, notJson, silence } from '../setup/parties/party.ts'
import type { Enc } from '../setup/parties/sdk-crypto.ts'
import { AppSdk, type AppSdkOptions } from '../setup/parties/sdk.ts'
import { resultsWithoutStatus } from '../setup/parties/three-ds-server.ts'
import { injectInto } from '../setup/sdk-client.ts'

/* Every screen in an app: this ACS between a foreign SDK and a foreign Directory Server. */

const BASE = 'https://acs.test/mock'
const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']

interface Acs { app: FastifyInstance, url: string, ds: DirectoryServer }

async function startAcs (t: Test, env: Record<string, string> = {}): Promise<Acs> {
  const ds = await startDirectoryServer(t)
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', PUBLIC_URL: BASE, ...env })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }), ds }
}

/** An SDK whose card is challenged. */
async function challenged ({ app, url, ds }: Acs, acctNumber: string, options: AppSdkOptions = {}, members: Record<string, unknown> = {}): Promise<AppSdk> {
  const send = injectInto(app)
  // The path of the signed acsURL has the public one's before it.
  const sdk = new AppSdk((method, path, ...rest) => send(method, path.replace(/^\/mock/, ''), ...rest), options)
  const areq = aReq({ version: sdk.version, channel: '01' }, { ...sdk.members(), acctNumber, ...members })
  const { message } = await ds.authenticate(`${url}/acs`, areq)
  await sdk.accept(message, areq)
  return sdk
}

/** The RReq of an SDK's challenge. */
function resultOf (ds: DirectoryServer, sdk: AppSdk): any {
  const results = ds.of('RReq').map(({ message }) => message).filter(({ acsTransID }) => acsTransID === sdk.aRes.acsTransID)
  if (results.length !== 1) throw new Error(`${results.length} results`)
  return results[0]
}

async function decide (app: FastifyInstance, { aRes }: AppSdk, action: 'approve' | 'decline'): Promise<void> {
  const { statusCode } = await app.inject({
    method: 'POST', url: `/acs/oob/${aRes.acsTransID}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `action=${action}`
  })
  if (statusCode !== 200) throw new Error(`not decided: ${statusCode}`)
}

type Kind = 'text' | 'single' | 'multi' | 'oob' | 'information'
/** How each screen is passed, natively and as HTML; wrong answers first. */
const STEPS: Record<Kind, { native: (sdk: AppSdk, app: FastifyInstance) => Promise<any>, html: (sdk: AppSdk, app: FastifyInstance) => Promise<any> }> = {
  text: {
    native: async (sdk) => { await sdk.resend(); await sdk.enter('0000'); await sdk.submitNothing(); return sdk.enter('1234') },
    html: async (sdk) => {
      await sdk.submitHtml({ otp: '', action: 'resend' })
      await sdk.submitHtml({ otp: '0000', action: 'submit' })
      await sdk.submitHtml({ otp: '', action: 'submit' })
      return sdk.submitHtml({ otp: '1234', action: 'submit' })
    }
  },
  single: {
    native: async (sdk) => { await sdk.select('none'); return sdk.select('mail') },
    html: async (sdk) => { await sdk.submitHtml({ choice: 'none', action: 'submit' }); return sdk.submitHtml({ choice: 'mail', action: 'submit' }) }
  },
  multi: {
    native: async (sdk) => { await sdk.select('sms'); return sdk.select('mail', 'sms') },
    html: async (sdk) => {
      await sdk.submitHtml({ choice: 'sms', action: 'submit' })
      return sdk.turn({ challengeHTMLDataEntry: 'choice=sms&choice=mail&action=submit' })
    }
  },
  oob: {
    native: async (sdk, app) => { await sdk.continueOob(); await decide(app, sdk, 'approve'); return sdk.continueOob() },
    html: async (sdk, app) => {
      await sdk.submitHtml({ action: 'continue' })
      await decide(app, sdk, 'approve')
      return sdk.version === '2.3.1' ? sdk.continueOob('02') : sdk.submitHtml({ action: 'continue' })
    }
  },
  information: { native: (sdk) => sdk.continueInfo(), html: (sdk) => sdk.turn({ challengeHTMLDataEntry: 'action=continue', infoContinueIndicator: true }) }
}
const NATIVE_TYPES: Record<Kind, string> = { text: '01', single: '02', multi: '03', oob: '04', information: '07' }

/** Card, the screens in their order, and how many answers it takes to pass them so. */
const CHALLENGES: readonly (readonly [card: string, screens: readonly Kind[], answers: string])[] = [
  ['4000400040004001', ['text'], '03'],
  ['4000400040004002', ['single'], '02'],
  ['4000400040004003', ['multi'], '02'],
  ['4000400040004004', ['oob'], '01'],
  ['4000400040004013', ['single', 'text'], '05']
]
const INFORMED = ['4000400040004007', ['information', 'text'], '04'] as const

async function pass (t: Test, acs: Acs, sdk: AppSdk, screens: readonly Kind[], html: boolean): Promise<any> {
  let cres = await sdk.start()
  for (const kind of screens) {
    const type = html ? (kind === 'oob' && sdk.version === '2.3.1' ? '06' : '05') : NATIVE_TYPES[kind]
    t.match(cres, { challengeCompletionInd: 'N', acsUiType: type })
    cres = await STEPS[kind][html ? 'html' : 'native'](sdk, acs.app)
  }
  return cres
}

for (const alg of ['PS256', 'ES256'] as const) {
  t.test(`every screen is passed, natively and as HTML, in either encryption and every version: ${alg} (emv3ds §5.4 to §5.6, §9)`, async (t) => {
    const acs = await startAcs(t, { ACS_SIGNING_ALG: alg, OTP_MAX_ATTEMPTS: '9' })
    for (const version of VERSIONS) {
      for (const [card, screens, answers] of version === '2.3.1' ? [...CHALLENGES, INFORMED] : CHALLENGES) {
        for (const sdkInterface of ['01', '02']) {
          for (const enc of ['A128CBC-HS256', 'A128GCM'] as Enc[]) {
            await t.test(`${version}, ${screens.join(' and ')}, ${sdkInterface === '01' ? 'native' : 'HTML'}, ${enc}`, async (t) => {
              const sdk = await challenged(acs, card, { version, enc, sdkInterface })
              const { messageVersion, threeDSServerTransID, acsTransID, sdkTransID, acsRenderingType } = sdk.aRes
              t.equal(sdk.alg, alg)
              t.equal(acsRenderingType.acsInterface, sdkInterface)
              const final = await pass(t, acs, sdk, screens, sdkInterface === '02')
              t.strictSame(final, {
                messageType: 'CRes', messageVersion, threeDSServerTransID, acsTransID, sdkTransID, acsCounterAtoS: final.acsCounterAtoS, challengeCompletionInd: 'Y', transStatus: 'Y'
              })
              t.match(resultOf(acs.ds, sdk), { transStatus: 'Y', interactionCounter: answers, acsRenderingType })
              t.strictSame(sdk.faults, [])
            })
          }
        }
      }
    }
    t.strictSame(acs.ds.faults, [])
  })
}

/** What an SDK of 2.3.1 gets for its first CReq, but for what every CRes has. */
async function firstScreen (acs: Acs, card: string, members: Record<string, unknown> = {}): Promise<any> {
  const sdk = await challenged(acs, card, { version: '2.3.1' }, members)
  const { messageType, messageVersion, threeDSServerTransID, acsTransID, sdkTransID, acsCounterAtoS, challengeCompletionInd, ...screen } = await sdk.start()
  if (sdk.faults.length > 0) throw new Error(JSON.stringify(sdk.faults))
  const { oobAppURL, expandInfoText, ...rest } = screen
  const own = (text: string | undefined) => text?.replace(acsTransID, 'ID')
  return { ...rest, expandInfoText: own(expandInfoText), ...(oobAppURL === undefined ? {} : { oobAppURL: own(oobAppURL) }) }
}

t.test('what a screen of 2.3.1 has in it, whole (emv3ds §9.2)', async (t) => {
  const acs = await startAcs(t)
  const images = (name: string) => Object.fromEntries(['default', 'dark', 'monochrome'].map((size) => [size, `${BASE}/acs/images/${name}-${size}.png`]))
  const common = {
    challengeInfoHeader: 'Authentication Required',
    issuerImage: images('issuer'),
    psImage: images('payment-system'),
    whyInfoLabel: 'Why do I see this?',
    whyInfoText: 'The shop asked your bank to make sure that it is you.',
    expandInfoLabel: 'About this mock'
  }
  const box = { challengeDataEntryKeyboardType: '01', challengeDataEntryLengthMax: '45', challengeDataEntryMasking: 'N' }
  const text = {
    ...common,
    acsUiType: '01',
    challengeInfoText: 'We have sent a code to your mobile phone.\nHarbor Books, €45.99',
    challengeEntryBox: { challengeDataEntryLabel: 'Enter OTP:', challengeDataEntryAutofill: 'Y', challengeDataEntryAutofillType: '01', ...box },
    submitAuthenticationLabel: 'Submit',
    resendInformationLabel: 'Resend code',
    expandInfoText: 'This is a mock, not a bank: code 1234 passes.'
  }
  const select = {
    ...common,
    challengeSelectInfo: [{ sms: 'Text message to ** *** **24' }, { mail: 'Email to c*****@example.test' }, { none: 'Neither of them is mine' }],
    submitAuthenticationLabel: 'Submit',
    challengeAddLabel: 'Another way'
  }
  t.strictSame(await firstScreen(acs, '4000400040004001'), text)
  t.strictSame(await firstScreen(acs, '4000400040004009'), { ...text, challengeEntryBoxTwo: { challengeDataEntryLabel: 'Enter it again:', ...box } })
  t.strictSame(await firstScreen(acs, '4000400040004008'), {
    ...text,
    trustListInfoText: 'Trust this shop, and ask me less often.',
    deviceBindingInfoText: 'Remember this device, and ask me less often.',
    togglePositionInd: '01'
  })
  t.strictSame(await firstScreen(acs, '4000400040004002'), {
    ...select,
    acsUiType: '02',
    challengeInfoLabel: 'Choose one',
    challengeInfoText: 'Which of these is yours?\nHarbor Books, €45.99',
    expandInfoText: 'This is a mock, not a bank: choose 1 or 2.'
  })
  t.strictSame(await firstScreen(acs, '4000400040004003'), {
    ...select,
    acsUiType: '03',
    challengeInfoLabel: 'Choose yours',
    challengeInfoText: 'Which of these are yours?\nHarbor Books, €45.99',
    expandInfoText: 'This is a mock, not a bank: choose 1 and 2.'
  })
  t.strictSame(await firstScreen(acs, '4000400040004004'), {
    ...common,
    acsUiType: '04',
    challengeInfoText: 'Approve it in your bank\'s app. Then continue here.\nHarbor Books, €45.99',
    oobContinueLabel: 'Continue',
    oobAppLabel: 'Open the bank\'s app',
    oobAppURL: `${BASE}/acs/oob/ID`,
    challengeAddLabel: 'Another way',
    expandInfoText: `This is a mock, not a bank: approve at ${BASE}/acs/oob/ID`
  })
  t.strictSame(await firstScreen(acs, '4000400040004007'), {
    ...common,
    acsUiType: '07',
    challengeInfoText: 'There is nothing to enter here. Please continue.\nHarbor Books, €45.99',
    infoContinueLabel: 'Continue',
    expandInfoText: 'This is a mock, not a bank: Continue passes.'
  })
})

t.test('the bank\'s app is opened where the SDK can and it is at https; else its address is told in words (emv3ds §5.6)', async (t) => {
  const [secure, plain] = [await startAcs(t), await startAcs(t, { PUBLIC_URL: 'http://acs.test' })]
  for (const [acs, oobAppURLInd, opens] of [[secure, '01', true], [secure, '02', false], [plain, '01', false]] as const) {
    for (const sdkInterface of ['01', '02']) {
      const sdk = await challenged(acs, '4000400040004004', { version: '2.3.1', sdkInterface })
      const cres = await sdk.start({ oobAppURLInd })
      const address = `${acs === secure ? BASE : 'http://acs.test'}/acs/oob/${sdk.aRes.acsTransID}`
      t.equal(cres.oobAppURL, opens ? address : undefined)
      t.match(sdkInterface === '02' ? sdk.html : cres.expandInfoText, address)
      if (sdkInterface === '02') t.equal(sdk.html.includes('HTTPS://EMV3DS/openoobApp'), opens)
      t.strictSame(sdk.faults, [])
    }
  }
})

t.test('declined out of band: N with reason 01; the way back is the one that the SDK gave (emv3ds §5.6)', async (t) => {
  const acs = await startAcs(t)
  const sdk = await challenged(acs, '4000400040004004', { version: '2.2.0', threeDSRequestorAppURL: 'harbor://back?transID=1' })
  t.notOk('oobAppURL' in await sdk.start())
  await decide(acs.app, sdk, 'decline')
  const { body } = await acs.app.inject(`/acs/oob/${sdk.aRes.acsTransID}`)
  t.match(body, '<a class="button main" href="harbor://back?transID=1">Back to the shop</a>')
  t.match(await sdk.continueOob(), { transStatus: 'N' })
  t.match(resultOf(acs.ds, sdk), { transStatus: 'N', transStatusReason: '01', interactionCounter: '01' })
  t.strictSame([sdk.faults, acs.ds.faults], [[], []])

  const wrong = await challenged(acs, '4000400040004004', { version: '2.3.1', threeDSRequestorAppURL: 'harbor://back' })
  t.match(await wrong.refused(), { errorCode: '203', errorDetail: 'threeDSRequestorAppURL' }, 'a universal link from 2.3.1 on')
})

t.test('another way is a code (2.3.1, challengeAddCode)', async (t) => {
  const acs = await startAcs(t)
  for (const card of ['4000400040004002', '4000400040004004']) {
    for (const sdkInterface of ['01', '02']) {
      const sdk = await challenged(acs, card, { version: '2.3.1', sdkInterface })
      await sdk.start()
      const cres = sdkInterface === '01' ? await sdk.choose() : await sdk.submitHtml({ action: 'other-method' })
      t.match(sdkInterface === '01' ? cres.acsUiType : sdk.html, sdkInterface === '01' ? '01' : 'Then let us do it with a code.')
      t.match(await (sdkInterface === '01' ? sdk.enter('1234') : sdk.submitHtml({ otp: '1234' })), { transStatus: 'Y' })
      t.strictSame(resultOf(acs.ds, sdk).authenticationMethod, ['02'])
      t.strictSame(sdk.faults, [])
    }
  }
  t.strictSame(acs.ds.faults, [])
})

t.test('two boxes have to agree, the second must not be left out, and consents are reported where they were asked for (2.3.1)', async (t) => {
  const acs = await startAcs(t)
  for (const sdkInterface of ['01', '02']) {
    const two = await challenged(acs, '4000400040004009', { version: '2.3.1', sdkInterface })
    const enter = (otp: string, second?: string) => sdkInterface === '01' ? two.enter(otp, second) : two.submitHtml({ otp, ...(second === undefined ? {} : { second }) })
    await two.start()
    t.match(await enter('1234', '1243'), { challengeCompletionInd: 'N' })
    t.match(await enter('1234'), { challengeCompletionInd: 'N' })
    t.match(await enter('1234', '1234'), { transStatus: 'Y' })

    const sdk = await challenged(acs, '4000400040004008', { version: '2.3.1', sdkInterface })
    await sdk.start()
    t.match(await (sdkInterface === '01'
      ? sdk.turn({ challengeDataEntry: '1234', trustListDataEntry: 'Y', deviceBindingDataEntry: 'N' })
      : sdk.submitHtml({ otp: '1234', consents: 'trustList,deviceBinding', trustList: 'Y' })), { transStatus: 'Y' })
    t.match(resultOf(acs.ds, sdk), { trustListStatus: 'Y', trustListStatusSource: '03', deviceBindingStatus: '04', deviceBindingStatusSource: '03' })

    const unasked = await challenged(acs, '4000400040004001', { version: '2.3.1', sdkInterface })
    await unasked.start()
    t.match(await (sdkInterface === '01'
      ? unasked.turn({ challengeDataEntry: '1234', trustListDataEntry: 'Y', deviceBindingDataEntry: 'Y' })
      : unasked.submitHtml({ otp: '1234', consents: 'trustList,deviceBinding', trustList: 'Y', deviceBinding: 'Y' })), { transStatus: 'Y' })
    t.notMatch(Object.keys(resultOf(acs.ds, unasked)).join(), /trustList|deviceBinding/)
    t.strictSame([two.faults, sdk.faults, unasked.faults], [[], [], []])
  }
  const older = await challenged(acs, '4000400040004008', { version: '2.2.0' })
  await older.start()
  t.match(await older.turn({ challengeDataEntry: '1234', whitelistingDataEntry: 'Y' }), { transStatus: 'Y' })
  t.match(resultOf(acs.ds, older), { whiteListStatus: 'Y', whiteListStatusSource: '03' })
  t.strictSame([older.faults, acs.ds.faults], [[], []])
})

t.test('information, then the fallback to decoupled: RReq D, reason 29; the CRes says N, or D with FALLBACK_CRES=D (2.3.1, emv3ds §5.7, §17)', async (t) => {
  for (const transStatus of ['N', 'D']) {
    const acs = await startAcs(t, { FALLBACK_CRES: transStatus })
    const sdk = await challenged(acs, '4000400040004011', { version: '2.3.1' }, { threeDSRequestorDecReqInd: 'F', threeDSRequestorDecMaxTime: '00010' })
    t.match(await sdk.start(), { acsUiType: '07' })
    t.match(await sdk.continueInfo(), { challengeCompletionInd: 'Y', transStatus })
    t.match(resultOf(acs.ds, sdk), { transStatus: 'D', transStatusReason: '29' })
    t.strictSame([sdk.faults, acs.ds.faults], [[], []])
  }
})

t.test('a CReq has what its screen asks for (A/201) and nothing that it does not offer (A/203): else the challenge is over (emv3ds §3, §9.1, §12.3)', async (t) => {
  const acs = await startAcs(t)
  for (const [card, sdkInterface, members, errorCode, errorDetail] of [
    ['4000400040004004', '01', { challengeDataEntry: '1234' }, '201', 'oobContinue'],
    ['4000400040004004', '01', {}, '201', 'oobContinue'],
    ['4000400040004004', '01', { challengeDataEntry: '1234', oobContinue: '01' }, '203', 'challengeDataEntry'],
    ['4000400040004004', '01', { oobContinue: true }, '203', 'oobContinue'],
    ['4000400040004004', '02', { challengeHTMLDataEntry: 'otp=1234' }, '201', 'oobContinue'],
    ['4000400040004004', '02', { challengeHTMLDataEntry: 'otp=1234', oobContinue: '01' }, '203', 'challengeHTMLDataEntry'],
    ['4000400040004007', '01', { challengeAddCode: 'Y', infoContinueIndicator: true }, '203', 'challengeAddCode'],
    ['4000400040004007', '01', {}, '201', 'infoContinueIndicator'],
    ['4000400040004007', '01', { infoContinueIndicator: false }, '203', 'infoContinueIndicator'],
    ['4000400040004007', '02', {}, '201', 'challengeHTMLDataEntry'],
    ['4000400040004001', '02', { challengeDataEntry: '1234' }, '201', 'challengeHTMLDataEntry'],
    ['4000400040004001', '02', { challengeHTMLDataEntry: 'otp=%zz' }, '203', 'challengeHTMLDataEntry'],
    ['4000400040004001', '02', { challengeHTMLDataEntry: 'otp=1234&otp=1234' }, '203', 'challengeHTMLDataEntry'],
    ['4000400040004002', '01', { challengeDataEntryTwo: 'x'.repeat(46), challengeDataEntry: 'sms' }, '203', 'challengeDataEntryTwo'],
    ['4000400040004001', '01', { challengeAddCode: 'Y' }, '203', 'challengeAddCode'],
    ['4000400040004001', '02', { challengeHTMLDataEntry: 'action=other-method' }, '203', 'challengeHTMLDataEntry'],
    ['4000400040004001', '01', { resendChallenge: 'N', challengeDataEntry: '1234' }, '203', 'resendChallenge'],
    ['4000400040004001', '01', { challengeCancel: '09' }, '203', 'challengeCancel'],
    ['4000400040004008', '01', { challengeDataEntry: '1234', trustListDataEntry: undefined, deviceBindingDataEntry: undefined }, '201', 'deviceBindingDataEntry,trustListDataEntry'],
    ['4000400040004004', '01', { oobAppURLInd: '04', oobContinue: '01' }, '207', 'oobAppURLInd']
  ] as const) {
    await t.test(`${card} ${sdkInterface} ${JSON.stringify(members).slice(0, 60)}`, async (t) => {
      const sdk = await challenged(acs, card, { version: '2.3.1', sdkInterface })
      await sdk.start()
      const erro = await sdk.refused(members)
      t.match(erro, { errorCode, errorComponent: 'A', errorDetail, errorMessageType: 'CReq' })
      t.match(resultOf(acs.ds, sdk), { transStatus: 'U', transStatusReason: '22', challengeCancel: '10', interactionCounter: '00' })
      t.strictSame(resultOf(acs.ds, sdk).challengeErrorReporting, erro)
      t.strictSame(sdk.faults, [])
    })
  }
  const consents = await challenged(acs, '4000400040004008', { version: '2.2.0' })
  await consents.start()
  t.match(await consents.refused({ challengeDataEntry: '1234', whitelistingDataEntry: undefined }), { errorCode: '201', errorDetail: 'whitelistingDataEntry' })
  const cancelled = await challenged(acs, '4000400040004004', { version: '2.3.1' })
  await cancelled.start()
  t.match(await cancelled.turn({ challengeCancel: '01' }), { transStatus: 'N' }, 'who cancels answers nothing')
  const without = await challenged(acs, '4000400040004001', { version: '2.3.1' })
  t.match(await without.refused({ oobAppURLInd: undefined }), { errorCode: '201', errorDetail: 'oobAppURLInd' })
  t.strictSame(acs.ds.faults, [])
})

t.test('an SDK of 2.2.0 that comes back from the bank\'s app sends a CReq without challengeHTMLDataEntry: the page is shown again; other pages want it (emv3ds §5.5, §5.6)', async (t) => {
  const acs = await startAcs(t)
  const sdk = await challenged(acs, '4000400040004006', { version: '2.2.0', sdkInterface: '02' })
  await sdk.start()
  t.match(await sdk.turn({}), { acsUiType: '05', challengeCompletionInd: 'N' })
  t.match(await sdk.turn({ oobContinue: true }), { acsUiType: '05', challengeCompletionInd: 'N' })
  await decide(acs.app, sdk, 'approve')
  t.match(await sdk.turn({ oobContinue: true }), { challengeCompletionInd: 'Y', transStatus: 'Y' })
  const asked = await challenged(acs, '4000400040004001', { version: '2.2.0', sdkInterface: '02' })
  await asked.start()
  t.match(await asked.refused({}), { errorCode: '201', errorDetail: 'challengeHTMLDataEntry' })
  t.strictSame(acs.ds.faults, [])
})

t.test('the first CReq of 2.3.1 has none of the entries either, and its elements that are none of them pass (emv3ds §5.6, §9.1)', async (t) => {
  const acs = await startAcs(t)
  const members = { challengeAddCode: 'Y', challengeDataEntryTwo: '1', infoContinueIndicator: true, trustListDataEntry: 'Y', deviceBindingDataEntry: 'N', oobContinue: '02' }
  const sdk = await challenged(acs, '4000400040004008', { version: '2.3.1' })
  t.match(await sdk.refused(members), { errorCode: '203', errorDetail: 'challengeDataEntryTwo,challengeAddCode,oobContinue,infoContinueIndicator,trustListDataEntry,deviceBindingDataEntry' })
  t.match(resultOf(acs.ds, sdk), { transStatus: 'U', challengeCancel: '10', challengeErrorReporting: { errorCode: '203' } })
  const opening = await challenged(acs, '4000400040004004', { version: '2.3.1', threeDSRequestorAppURL: 'https://shop.test/app' })
  t.match(await opening.start(), { acsUiType: '04' })
  t.strictSame([sdk.faults, opening.faults, acs.ds.faults], [[], [], []])
})

t.test('a page without another way takes none, and neither does one of an earlier version (emv3ds §9.2)', async (t) => {
  const acs = await startAcs(t)
  const sdk = await challenged(acs, '4000400040004002', { version: '2.2.0', sdkInterface: '02' })
  await sdk.start()
  t.match(await sdk.refused({ challengeHTMLDataEntry: 'action=other-method' }), { errorCode: '203', errorDetail: 'challengeHTMLDataEntry' })
  const again = await challenged(acs, '4000400040004002', { version: '2.3.1' })
  await again.start()
  t.match(await again.choose(), { acsUiType: '01', challengeAddLabel: undefined })
  t.match(await again.refused({ challengeAddCode: 'Y' }), { errorCode: '203', errorDetail: 'challengeAddCode' }, 'the other way is the last')
})

t.test('a native screen whose CReq says nothing is A/203 (§9.1), and A/201 by the catalogue where FIRST_ERROR_CODE=201 (emv3ds §3)', async (t) => {
  for (const [first, errorDetail] of [['203', 'challengeDataEntry'], ['201', 'challengeDataEntry,challengeNoEntry']] as const) {
    const acs = await startAcs(t, { FIRST_ERROR_CODE: first })
    for (const version of VERSIONS) {
      const sdk = await challenged(acs, '4000400040004002', { version })
      await sdk.start()
      t.match(await sdk.refused(), { errorCode: first, errorDetail })
    }
  }
})

t.test('an empty optional element is only a finding, and A/203 in VALIDATION=emv-strict (emv3ds §3, §17)', async (t) => {
  for (const VALIDATION of ['emv', 'emv-strict']) {
    const acs = await startAcs(t, { VALIDATION })
    const sdk = await challenged(acs, '4000400040004001', { version: '2.3.1' })
    await sdk.start()
    const members = { challengeDataEntry: '1234', challengeDataEntryTwo: '', messageExtension: [] }
    if (VALIDATION === 'emv') t.match(await sdk.turn(members), { transStatus: 'Y' })
    else t.match(await sdk.refused(members), { errorCode: '203', errorDetail: 'challengeDataEntryTwo,messageExtension' })
  }
})

t.test('an Erro of the SDK goes into the RReq as far as it is one; what is none by the catalogue does not (2.3.1, emv3ds §10, §12.1)', async (t) => {
  const acs = await startAcs(t)
  for (const encrypted of [false, true]) {
    for (const [members, kept] of [[{ ofTheirOwn: 'x'.repeat(50_000) }, true], [{ errorDetail: 'x'.repeat(2049) }, false], [{ errorComponent: 'X' }, false]] as const) {
      const sdk = await challenged(acs, '4000400040004001', { version: '2.3.1' })
      await sdk.start()
      const told = erro(sdk.aRes, 'C', '203', 'acsUiType', { errorMessageType: 'CRes' })
      const message = { ...told, ...members }
      const { status, body } = await (encrypted ? sdk.post(sdk.seal(message)) : sdk.post(JSON.stringify(message), 'application/json'))
      t.strictSame([status, body], [200, ''])
      t.match(resultOf(acs.ds, sdk), { transStatus: 'U', transStatusReason: '07', challengeCancel: kept ? '09' : '06' })
      t.strictSame(resultOf(acs.ds, sdk).challengeErrorReporting, kept ? told : undefined)
    }
  }
  t.strictSame(acs.ds.faults, [])
})

t.test('a key that stands twice in a CReq, nested ones too, is A/204 (emv3ds §3.5)', async (t) => {
  const acs = await startAcs(t)
  const sdk = await challenged(acs, '4000400040004001', { version: '2.2.0' })
  await sdk.start()
  const text = JSON.stringify(sdk.creq({ challengeDataEntry: '1234', messageExtension: [{ name: 'x', id: 'y', criticalityIndicator: false, data: { a: 'b' } }] }))
    .replace('"challengeDataEntry"', '"challengeDataEntry":"1","challengeDataEntry"').replace('"a":"b"', '"a":"b","a" :"c"')
  const { body } = await sdk.post(sdk.seal(text))
  t.match(JSON.parse(body), { errorCode: '204', errorDetail: 'challengeDataEntry,messageExtension.data.a', acsTransID: sdk.aRes.acsTransID })
})

t.test('challengeNoEntry is taken in 2.1.0, and choices may be joined by a comma or a semicolon (emv3ds §9.1, §17)', async (t) => {
  const acs = await startAcs(t, { OTP_MAX_ATTEMPTS: '9' })
  for (const version of VERSIONS) {
    for (const separator of [',', ';']) {
      const sdk = await challenged(acs, '4000400040004003', { version })
      await sdk.start({ challengeNoEntry: 'Y' })
      t.match(await sdk.turn({ challengeNoEntry: 'Y' }), { challengeCompletionInd: 'N' })
      t.match(await sdk.turn({ challengeDataEntry: ['sms', 'mail'].join(separator) }), { transStatus: 'Y' })
    }
  }
})

t.test('back in the foreground the screen comes again (emv3ds §5.5, §5.6)', async (t) => {
  const acs = await startAcs(t)
  const html = await challenged(acs, '4000400040004005', { version: '2.3.1' })
  t.match(await html.start(), { acsUiType: '05' })
  t.match(await html.turn({ challengeHTMLDataEntry: 'nothing=done' }), { acsUiType: '05' })
  const native = await challenged(acs, '4000400040004004', { version: '2.2.0' })
  await native.start()
  t.notMatch((await native.turn()).challengeInfoText, 'not approved')
  t.match((await native.continueOob()).challengeInfoText, 'You have not approved it yet.')
  t.strictSame([html.faults, native.faults, acs.ds.faults], [[], [], []])
})

t.test('a result that did not get through: an Erro in place of the final CRes (emv3ds §10)', async (t) => {
  const answers: [string, Behaviour, string][] = [
    ['an Erro of the DS', resultsRefusedByDs('203', 'eci'), '403'],
    ['an RRes at fault', resultsWithoutStatus, '201'],
    ['no JSON', notJson, '101'],
    ['no answer', silence, '402'],
    ['no connection', hangUp, '405']
  ]
  for (const [what, behaviour, errorCode] of answers) {
    await t.test(what, async (t) => {
      const acs = await startAcs(t, behaviour === silence ? { ACS_RRES_TIMEOUT_MS: '50' } : {})
      acs.ds.onResults(behaviour)
      const sdk = await challenged(acs, '4000400040004001')
      await sdk.start()
      const erro = await sdk.refused({ challengeDataEntry: '1234' })
      t.match(erro, { errorCode, errorComponent: 'A', errorMessageType: 'CReq', acsTransID: sdk.aRes.acsTransID, sdkTransID: sdk.sdkTransID })
      t.strictSame(sdk.faults, [])
      acs.ds.release()
    })
  }
  await t.test('an address that may not be called', async (t) => {
    const acs = await startAcs(t, { OUTBOUND_ALLOW: 'elsewhere.test' })
    const sdk = await challenged(acs, '4000400040004001')
    await sdk.start()
    t.match(await sdk.refused({ challengeDataEntry: '1234' }), { errorCode: '405' })
  })
})

t.test('a CReq after the end is A/315, or A/305 before 2.3.1 (emv3ds §5.3, §12.2)', async (t) => {
  const acs = await startAcs(t)
  for (const version of VERSIONS) {
    const sdk = await challenged(acs, '4000400040004001', { version })
    await sdk.start()
    t.match(await sdk.enter('1234'), { transStatus: 'Y' })
    t.match(await sdk.refused({ challengeDataEntry: '1234' }), { errorCode: version === '2.3.1' ? '315' : '305', errorDetail: 'The challenge is over' })
    t.strictSame(sdk.faults, [])
  }
  t.strictSame(acs.ds.faults, [])
})
