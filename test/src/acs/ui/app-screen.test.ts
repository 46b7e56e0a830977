import fc from 'fast-check'
import t from 'tap'
import { type AppScreen, screenElements } from '../../../../src/acs/ui/app-screen.ts'
import type { JsonObject } from '../../../../src/protocol/messages.ts'
import { ELEMENTS } from '../../../setup/parties/catalogue.ts'
import { evaluate } from '../../../setup/parties/evaluate.ts'

const oobAppURL = 'https://acs.example/acs/oob/8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const plain: AppScreen = {
  kind: 'text',
  acsInterface: '01',
  messageVersion: '2.2.0',
  attemptsLeft: 3,
  consents: [],
  secondEntry: false,
  otherMethod: false,
  first: false,
  purchase: { merchantName: 'Blue Kettle', purchaseAmount: '4599', purchaseCurrency: '978', purchaseExponent: '2' },
  passingCode: '1234',
  imageURL: (name, size) => `https://acs.example/acs/images/${name}-${size}.png`,
  opensApp: false
}
/** Everything that a screen can have. */
const rich: Partial<AppScreen> = { consents: ['trustList', 'deviceBinding'], secondEntry: true, otherMethod: true, first: true, oobAppURL, opensApp: true }

const KINDS = ['text', 'single-select', 'multi-select', 'out-of-band', 'information'] as const
const VERSIONS = ['2.1.0', '2.2.0', '2.3.1'] as const
const NOTICES = [undefined, 'wrong-code', 'code-resent', 'not-approved', 'other-method'] as const

function screen (more: Partial<AppScreen>): JsonObject {
  return screenElements({ ...plain, ...more })
}

/** The inside of `<main>` of a page inside a CRes. */
function mainOf (html: unknown): string {
  return /<main class="two">\n([\s\S]*?)\n<\/main>/.exec(Buffer.from(html as string, 'base64url').toString())?.[1] ?? ''
}

const CHOICES = [{ sms: 'Text message to ** *** **24' }, { mail: 'Email to c*****@example.test' }, { none: 'Neither of them is mine' }]
const header = { challengeInfoHeader: 'Authentication Required' }
const PURCHASE = '\nBlue Kettle, €45.99'

const TEXT = {
  acsUiType: '01',
  ...header,
  challengeInfoText: `We have sent a code to your mobile phone.${PURCHASE}`,
  submitAuthenticationLabel: 'Submit',
  resendInformationLabel: 'Resend code'
}
const BOX = {
  challengeDataEntryKeyboardType: '01',
  challengeDataEntryAutofill: 'Y',
  challengeDataEntryAutofillType: '01',
  challengeDataEntryLengthMax: '45',
  challengeDataEntryLabel: 'Enter OTP:',
  challengeDataEntryMasking: 'N'
}
const SINGLE = {
  acsUiType: '02',
  ...header,
  challengeInfoText: `Which of these is yours?${PURCHASE}`,
  challengeInfoLabel: 'Choose one',
  challengeSelectInfo: CHOICES,
  submitAuthenticationLabel: 'Submit'
}
const MULTI = { ...SINGLE, acsUiType: '03', challengeInfoText: `Which of these are yours?${PURCHASE}`, challengeInfoLabel: 'Choose yours' }
const OOB = { acsUiType: '04', ...header, challengeInfoText: `Approve it in your bank's app. Then continue here.${PURCHASE}`, oobContinueLabel: 'Continue' }
const INFORMATION = { ...header, challengeInfoText: `There is nothing to enter here. Please continue.${PURCHASE}` }

const BARE: Record<typeof KINDS[number], Record<typeof VERSIONS[number], JsonObject>> = {
  text: {
    '2.1.0': { ...TEXT, challengeInfoLabel: 'Enter OTP:' },
    '2.2.0': { ...TEXT, challengeInfoLabel: 'Enter OTP:' },
    '2.3.1': { ...TEXT, challengeEntryBox: BOX }
  },
  'single-select': { '2.1.0': SINGLE, '2.2.0': SINGLE, '2.3.1': SINGLE },
  'multi-select': { '2.1.0': MULTI, '2.2.0': MULTI, '2.3.1': MULTI },
  'out-of-band': { '2.1.0': { ...OOB, challengeAddInfo: 'If you have approved it, continue.' }, '2.2.0': OOB, '2.3.1': OOB },
  information: {
    '2.1.0': { acsUiType: '04', ...INFORMATION, oobContinueLabel: 'Continue' },
    '2.2.0': { acsUiType: '04', ...INFORMATION, oobContinueLabel: 'Continue' },
    '2.3.1': { acsUiType: '07', ...INFORMATION, infoContinueLabel: 'Continue' }
  }
}

t.test('native: each kind in each version, whole (emv3ds-protocol §9.2)', async (t) => {
  for (const kind of KINDS) {
    for (const messageVersion of VERSIONS) t.strictSame(screen({ kind, messageVersion }), BARE[kind][messageVersion], `${kind} ${messageVersion}`)
  }
})

const image = (name: string, sizes: string[]) => Object.fromEntries(sizes.map((size) => [size, `https://acs.example/acs/images/${name}-${size}.png`]))
const BY_DENSITY = ['medium', 'high', 'extraHigh']
const BY_MODE = ['default', 'dark', 'monochrome']
const WHY = {
  whyInfoLabel: 'Why do I see this?',
  whyInfoText: 'The shop asked your bank to make sure that it is you.',
  expandInfoLabel: 'About this mock'
}
const FIRST: Record<typeof VERSIONS[number], JsonObject> = {
  '2.1.0': { issuerImage: image('issuer', BY_DENSITY), psImage: image('payment-system', BY_DENSITY), ...WHY },
  '2.2.0': {
    issuerImage: image('issuer', BY_DENSITY),
    psImage: image('payment-system', BY_DENSITY),
    ...WHY,
    whitelistingInfoText: 'Trust this shop, and ask me less often.'
  },
  '2.3.1': {
    issuerImage: image('issuer', BY_MODE),
    psImage: image('payment-system', BY_MODE),
    ...WHY,
    trustListInfoText: 'Trust this shop, and ask me less often.',
    deviceBindingInfoText: 'Remember this device, and ask me less often.',
    togglePositionInd: '01',
    challengeAddLabel: 'Another way'
  }
}
const HINTS: Record<typeof KINDS[number], string> = {
  text: 'code 1234 passes.', 'single-select': 'choose 1 or 2.', 'multi-select': 'choose 1 and 2.', 'out-of-band': `approve at ${oobAppURL}`, information: 'Continue passes.'
}
const { challengeDataEntryAutofill, challengeDataEntryAutofillType, ...boxTwo } = { ...BOX, challengeDataEntryLabel: 'Enter it again:' }

t.test('native: all that a version has and nothing that it has not: images by density, then by mode; both names of the trust list; second box (§9.2, §16)', async (t) => {
  for (const kind of KINDS) {
    for (const messageVersion of VERSIONS) {
      t.strictSame(screen({ ...rich, kind, messageVersion }), {
        ...BARE[kind][messageVersion],
        ...FIRST[messageVersion],
        ...messageVersion === '2.3.1' && kind === 'text' ? { challengeEntryBoxTwo: boxTwo } : {},
        ...messageVersion === '2.3.1' && kind === 'out-of-band' ? { oobAppLabel: 'Open the bank\'s app', oobAppURL } : {},
        expandInfoText: `This is a mock, not a bank: ${HINTS[kind]}`
      }, `${kind} ${messageVersion}`)
    }
  }
  t.strictSame(screen({ messageVersion: '2.3.1', consents: ['deviceBinding'] }), {
    ...BARE.text['2.3.1'], deviceBindingInfoText: 'Remember this device, and ask me less often.', togglePositionInd: '01'
  }, 'one consent alone')
  t.equal(screen({ kind: 'out-of-band', first: true })['expandInfoText'], 'This is a mock, not a bank: a page is its app.', 'no address is known')
})

t.test('native: what the cardholder is told of his last answer; the sign of warning after a wrong one', async (t) => {
  const table: [AppScreen['kind'], AppScreen['notice'], string, boolean][] = [
    ['text', 'wrong-code', 'That code is wrong. Attempts left: 2.', true],
    ['text', 'code-resent', 'We have sent you a new code.', false],
    ['text', 'other-method', 'We have sent a code to your mobile phone.', false],
    ['single-select', 'wrong-code', 'That choice is wrong. Attempts left: 2.', true],
    ['multi-select', 'wrong-code', 'That choice is wrong. Attempts left: 2.', true],
    ['out-of-band', 'not-approved', 'You have not approved it yet. Approve it in your bank\'s app. Then continue here.', false]
  ]
  for (const [kind, notice, sentence, warns] of table) {
    for (const messageVersion of VERSIONS) {
      t.strictSame(screen({ kind, messageVersion, notice: notice as 'wrong-code', attemptsLeft: 2 }), {
        ...BARE[kind][messageVersion], challengeInfoText: sentence + PURCHASE, ...warns ? { challengeInfoTextIndicator: 'Y' } : {}
      }, `${kind} ${notice} ${messageVersion}`)
    }
  }
})

t.test('native: a code that is no number gets the other keyboard', async (t) => {
  t.strictSame(screen({ messageVersion: '2.3.1', passingCode: 'secret' })['challengeEntryBox'], { ...BOX, challengeDataEntryKeyboardType: '02' })
})

t.test('native: the purchase on one line, as far as there is one', async (t) => {
  const table: [AppScreen['purchase'], string][] = [
    [{}, ''],
    [{ merchantName: ' \n\u0000 ' }, ''],
    [{ merchantName: 'Blue\nKettle\u0000\t Ltd' }, '\nBlue Kettle Ltd'],
    [{ purchaseAmount: '4599', purchaseCurrency: '392' }, '\n¥4,599'],
    [{ merchantName: 'x'.repeat(400) }, `\n${'x'.repeat(350 - 42)}`],
    [{ merchantName: `${'x'.repeat(350 - 43)}\u{1F600}` }, `\n${'x'.repeat(350 - 43)}`]
  ]
  for (const [purchase, line] of table) t.equal(screen({ purchase })['challengeInfoText'], `We have sent a code to your mobile phone.${line}`)
})

const HTML_UI_TYPES: Record<typeof VERSIONS[number], Record<typeof KINDS[number], string[]>> = {
  '2.1.0': {
    text: ['05', 'acsHTML'],
    'single-select': ['05', 'acsHTML'],
    'multi-select': ['05', 'acsHTML'],
    'out-of-band': ['05', 'acsHTML', 'acsHTMLRefresh'],
    information: ['05', 'acsHTML']
  },
  '2.2.0': { text: ['05', 'acsHTML'], 'single-select': ['05', 'acsHTML'], 'multi-select': ['05', 'acsHTML'], 'out-of-band': ['05', 'acsHTML'], information: ['05', 'acsHTML'] },
  '2.3.1': {
    text: ['05', 'acsHTML'],
    'single-select': ['05', 'acsHTML'],
    'multi-select': ['05', 'acsHTML'],
    'out-of-band': ['06', 'acsHTML', 'oobAppURL'],
    information: ['05', 'acsHTML']
  }
}

t.test('HTML: UI type 05, in 2.3.1 06 for out of band; the page for the way back into the app in 2.1.0 only (§5.5, §16)', async (t) => {
  for (const messageVersion of VERSIONS) {
    for (const kind of KINDS) {
      const { acsUiType, ...others } = screen({ ...rich, acsInterface: '02', kind, messageVersion })
      t.strictSame([acsUiType, ...Object.keys(others)], HTML_UI_TYPES[messageVersion][kind], `${kind} ${messageVersion}`)
    }
  }
  t.strictSame(Object.keys(screen({ acsInterface: '02', kind: 'out-of-band', messageVersion: '2.3.1' })), ['acsUiType', 'acsHTML'], 'without an app to open')
})

const introduction = (sentence: string) => `<div>
<h1>Confirm your payment</h1>
<p class="intro">${sentence}</p>
<dl id="purchase">
<dt>Merchant</dt><dd>Blue Kettle</dd>
<dt>Amount</dt><dd class="amount">€45.99</dd>
</dl>
</div>
<form method="get" action="HTTPS://EMV3DS/challenge">
`
const TRUST_LIST = '<label class="choice"><input type="checkbox" name="trustList" value="Y"><span>Trust this shop, and ask me less often.</span></label>'
const DEVICE_BINDING = '<label class="choice"><input type="checkbox" name="deviceBinding" value="Y"><span>Remember this device, and ask me less often.</span></label>'
const SUBMIT = '<button class="main" type="submit" name="action" value="submit">Submit</button>'
const CONTINUE = '<button class="main" type="submit" name="action" value="continue">Continue</button>'
const ANOTHER_WAY = '<button type="submit" name="action" value="other-method" formnovalidate>Another way</button>'
const RESEND = '<button type="submit" name="action" value="resend" formnovalidate>Resend code</button>'
const CODE = `<div class="of-code"><label for="otp">One-time code</label><span id="attempts">3 attempts left</span></div>
<input id="otp" name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="45" spellcheck="false" required autofocus aria-describedby="attempts">`

t.test('HTML: the pages, whole: a GET form that SDKs catch, no Cancel, which is theirs (§5.5)', async (t) => {
  const page = (more: Partial<AppScreen>) => mainOf(screen({ acsInterface: '02', ...more })['acsHTML'])
  t.equal(page({}), `${introduction('We sent a code to your phone.')}${CODE}
${SUBMIT}
<div class="others">
${RESEND}
</div>
</form>`)
  t.equal(page({ ...rich, messageVersion: '2.3.1' }), `${introduction('We sent a code to your phone.')}<input type="hidden" name="consents" value="trustList,deviceBinding">
${CODE}
<label for="second">The same code again</label>
<input id="second" name="second" type="text" inputmode="numeric" autocomplete="off" maxlength="45" spellcheck="false" required>
${TRUST_LIST}
${DEVICE_BINDING}
${SUBMIT}
<div class="others">
${RESEND}
${ANOTHER_WAY}
</div>
</form>`)
  t.equal(page({ ...rich, kind: 'single-select', notice: 'wrong-code', attemptsLeft: 1 }), `${introduction('Which of these is yours?')}<input type="hidden" name="consents" value="trustList">
<p class="error" id="error" role="alert">Wrong choice. Please try again.</p>
<fieldset aria-describedby="error">
<legend class="of-code">Choose one <span id="attempts">1 attempt left</span></legend>
<label class="choice"><input type="radio" name="choice" value="sms" required autofocus><span>Text message to ** *** **24</span></label>
<label class="choice"><input type="radio" name="choice" value="mail" required><span>Email to c*****@example.test</span></label>
<label class="choice"><input type="radio" name="choice" value="none" required><span>Neither of them is mine</span></label>
</fieldset>
${TRUST_LIST}
${SUBMIT}
</form>`)
  t.equal(page({ kind: 'multi-select' }), `${introduction('Which of these are yours?')}<fieldset>
<legend class="of-code">Choose yours <span id="attempts">3 attempts left</span></legend>
<label class="choice"><input type="checkbox" name="choice" value="sms" autofocus><span>Text message to ** *** **24</span></label>
<label class="choice"><input type="checkbox" name="choice" value="mail"><span>Email to c*****@example.test</span></label>
<label class="choice"><input type="checkbox" name="choice" value="none"><span>Neither of them is mine</span></label>
</fieldset>
${SUBMIT}
</form>`)
  t.equal(page({ kind: 'information', messageVersion: '2.3.1' }), `${introduction('There is nothing to enter here.')}${CONTINUE}
</form>`)
  const address = `<p class="address">The bank's app is at <span>${oobAppURL}</span></p>`
  const oob = introduction('Approve it in your bank\'s app.')
  t.equal(page({ kind: 'out-of-band', notice: 'not-approved' }), `${oob}<p class="error" id="error" role="alert">Not approved yet.</p>\n${CONTINUE}\n</form>`)
  t.equal(page({ kind: 'out-of-band', oobAppURL }), `${oob}${address}\n${CONTINUE}\n</form>`)
  t.equal(page({ kind: 'out-of-band', oobAppURL, messageVersion: '2.3.1' }), `${oob}${address}\n${CONTINUE}\n</form>`, 'an SDK that cannot open it')
  t.equal(page({ kind: 'out-of-band', oobAppURL, opensApp: true, messageVersion: '2.3.1' }), `${oob}<a class="button" href="HTTPS://EMV3DS/openoobApp">Open the bank's app</a>\n${address}\n${CONTINUE}\n</form>`)
  t.equal(mainOf(screen({ acsInterface: '02', kind: 'out-of-band', messageVersion: '2.1.0' })['acsHTMLRefresh']),
    `${oob}<p class="notice" role="status">If you have approved it, continue.</p>\n${CONTINUE}\n</form>`)
  t.match(Buffer.from(screen({ acsInterface: '02', purchase: {} })['acsHTML'] as string, 'base64url').toString(),
    '<h1>Confirm that it is you</h1>\n<p class="intro">We sent a code to your phone.</p>\n\n</div>', 'without a purchase')
})

/** Every screen there is. */
const every = KINDS.flatMap((kind) => VERSIONS.flatMap((messageVersion) => (['01', '02'] as const).flatMap((acsInterface) => NOTICES.flatMap((notice) =>
  [{}, rich].map((more): AppScreen => ({ ...plain, ...more, kind, messageVersion, acsInterface, ...notice === undefined ? {} : { notice } }))))))

function cRes (elements: JsonObject, messageVersion: string): JsonObject {
  return {
    messageType: 'CRes',
    messageVersion,
    threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
    acsTransID: 'd7c1ee99-9478-44a6-b1f2-391e29c6b340',
    sdkTransID: 'b2385523-a66c-4907-ac3c-91848e8c0067',
    acsCounterAtoS: '001',
    challengeCompletionInd: 'N',
    ...elements
  }
}

/** What the catalogue has against a screen: faults, and elements that the version has not. */
function against (one: AppScreen): string[] {
  const elements = screenElements(one)
  const faults = evaluate(cRes(elements, one.messageVersion), { deviceChannel: '01', strict: true })
  const unknown = Object.keys(elements).filter((name) => !ELEMENTS.some((element) => element.name === name && element.inclusion['CRes']?.some(({ versions }) => versions.includes(one.messageVersion))))
  return [...faults.map(({ code, element }) => `${code} ${element}`), ...unknown]
}

t.test('every screen in every version is right by the element catalogue: lengths, values, what must and must not be there', async (t) => {
  t.equal(every.length, 300)
  for (const one of every) t.strictSame(against(one), [], `${one.kind} ${one.messageVersion} ${one.acsInterface} ${one.notice ?? 'no notice'}`)
  t.strictSame(every.map((one) => JSON.stringify(screenElements(one))).filter((text) => /""|null|\[\]|\{\}/.test(text)), [], 'nothing is empty')
})

t.test('hostile names and amounts neither break a length nor a page', async (t) => {
  const hostile = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.constantFrom('"><script>parent.x=1</script>', '</dd></dl>', "' onfocus='x", '<!--', '\ud800', '\u{1F600}'.repeat(200)))
  /** The page's tags, without what their attributes say. */
  const tagsOf = ({ acsHTML }: JsonObject) => acsHTML === undefined ? '' : mainOf(acsHTML).match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""')).join('')
  t.doesNotThrow(() => fc.assert(fc.property(hostile, fc.constantFrom(...every), (text, one) => {
    const named = { ...one, purchase: { ...plain.purchase, merchantName: `m${text}` }, passingCode: `p${text}` }
    return against(named).length === 0 && tagsOf(screenElements(named)) === tagsOf(screenElements(one))
  }), { numRuns: 300 }))
})
