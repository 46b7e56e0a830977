import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { approvalPage, type ApprovalView } from '../../../../src/acs/pages/approval-page.ts'
import { readConsents } from '../../../../src/acs/pages/fields.ts'
import { type Page } from '../../../../src/acs/pages/page.ts'
import { screenPage, type ScreenView } from '../../../../src/acs/pages/screen-page.ts'

const KINDS = ['text', 'single-select', 'multi-select', 'out-of-band', 'information'] as const
const purchase = {
  acctNumber: '4000000000001091',
  merchantName: 'Blue Kettle',
  purchaseAmount: '4599',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20260926101530'
}
const view: ScreenView = { kind: 'text', action: './answer', hidden: { attempt: '0' }, purchase, attemptsLeft: 3, passingCode: '1234', consents: [] }
const approvalURL = 'https://acs.example/acs/oob/8a880dc0?a=1&b=2'
const statusURL = '/acs/oob/8a880dc0/status'

const formOf = ({ html }: Page) => /<form[\s\S]*<\/form>/.exec(html)?.[0]
const inside = (tag: string, { html }: Page) => new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}>`).exec(html)?.[1]
const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const SUBMIT = '<button class="main" type="submit" name="action" value="submit">Submit</button>'
const CONTINUE = '<button class="main" type="submit" name="action" value="continue">Continue</button>'
const RESEND = '<button type="submit" name="action" value="resend" formnovalidate>Resend code</button>\n'
const CANCEL = '<button type="submit" name="action" value="cancel" formnovalidate>Cancel</button>'
const others = (more = '') => `<div class="others">\n${more}${CANCEL}\n</div>\n</form>`
const CONSENTS = `<label class="choice"><input type="checkbox" name="trustList" value="Y"><span>Trust this shop, and ask me less often.</span></label>
<label class="choice"><input type="checkbox" name="deviceBinding" value="Y"><span>Remember this device, and ask me less often.</span></label>
`
const ATTEMPT = '<input type="hidden" name="attempt" value="0">\n'
const choices = (input: string, first = ' autofocus') => `<label class="choice"><input ${input.replace('>', ' value="sms">').replace(' required value="sms"', ' value="sms" required').replace('>', `${first}>`)}<span>Text message to ** *** **24</span></label>
<label class="choice"><input ${input.replace('>', ' value="mail">').replace(' required value="mail"', ' value="mail" required')}<span>Email to c*****@example.test</span></label>
<label class="choice"><input ${input.replace('>', ' value="none">').replace(' required value="none"', ' value="none" required')}<span>Neither of them is mine</span></label>
</fieldset>
`

t.test('the form of each kind, whole: Cancel everywhere, Resend for a code only, Submit or Continue first', async (t) => {
  const open = '<form method="post" action="./answer">\n'
  const code = `<div class="of-code"><label for="otp">One-time code</label><span id="attempts">3 attempts left</span></div>
<input id="otp" name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="45" spellcheck="false" required autofocus aria-describedby="attempts">
`
  const table: [string, Partial<ScreenView>, string][] = [
    ['text', { kind: 'text' }, `${open}${ATTEMPT}${code}${SUBMIT}\n${others(RESEND)}`],
    ['text that asks for consents', { kind: 'text', consents: ['trustList', 'deviceBinding'] },
      `${open}${ATTEMPT}<input type="hidden" name="consents" value="trustList,deviceBinding">\n${code}${CONSENTS}${SUBMIT}\n${others(RESEND)}`],
    ['text instead of another method', { kind: 'text', notice: 'other-method' },
      `${open}${ATTEMPT}<p class="notice" role="status">Then let us do it with a code.</p>\n${code}${SUBMIT}\n${others(RESEND)}`],
    ['single select', { kind: 'single-select' }, `${open}${ATTEMPT}<fieldset>
<legend class="of-code">Choose one <span id="attempts">3 attempts left</span></legend>
${choices('type="radio" name="choice" required>')}${SUBMIT}\n${others()}`],
    ['single select after a wrong choice, in a frame', { kind: 'single-select', notice: 'wrong-code', attemptsLeft: 1, framed: true }, `${open}${ATTEMPT}<p class="error" id="error" role="alert">Wrong choice. Please try again.</p>
<fieldset aria-describedby="error">
<legend class="of-code">Choose one <span id="attempts">1 attempt left</span></legend>
${choices('type="radio" name="choice" required>', '')}${SUBMIT}\n${others()}`],
    ['multi select', { kind: 'multi-select' }, `${open}${ATTEMPT}<fieldset>
<legend class="of-code">Choose yours <span id="attempts">3 attempts left</span></legend>
${choices('type="checkbox" name="choice">')}${SUBMIT}\n${others()}`],
    ['information', { kind: 'information', hidden: {} }, `${open}${CONTINUE}\n${others()}`],
    ['information that asks for a consent', { kind: 'information', hidden: {}, consents: ['deviceBinding'] },
      `${open}<input type="hidden" name="consents" value="deviceBinding">\n${CONSENTS.split('\n')[1]}\n${CONTINUE}\n${others()}`],
    ['out of band without a page for it', { kind: 'out-of-band', notice: 'not-approved' },
      `${open}${ATTEMPT}<p class="error" id="error" role="alert">Not approved yet.</p>\n${CONTINUE}\n${others()}`],
    ['out of band', { kind: 'out-of-band', approvalURL, statusURL }, `<form method="post" action="./answer" data-status="/acs/oob/8a880dc0/status">
${ATTEMPT}<a class="button" href="https://acs.example/acs/oob/8a880dc0?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">Open the bank's app</a>
<p class="address">or, on your phone: <span>https://acs.example/acs/oob/8a880dc0?a=1&amp;b=2</span></p>
${CONTINUE}\n${others()}`]
  ]
  for (const [name, more, form] of table) t.equal(formOf(screenPage({ ...view, ...more })), form, name)
})

t.test('words follow the kind and what became of the last answer', async (t) => {
  const words = (page: Page) => ['title', 'aside', 'h1', 'p'].map((tag) => inside(tag, page))
  const table: [Partial<ScreenView>, (string | undefined)[]][] = [
    [{ kind: 'single-select' }, ['Confirm your payment - Mock Bank', 'Mock, not a bank: choose 1 or 2.', 'Confirm your payment', 'Which of these is yours?']],
    [{ kind: 'single-select', notice: 'wrong-code' }, ['Wrong choice: Confirm your payment - Mock Bank', 'Mock, not a bank: choose 1 or 2.', 'Confirm your payment', 'Which of these is yours?']],
    [{ kind: 'multi-select' }, ['Confirm your payment - Mock Bank', 'Mock, not a bank: choose 1 and 2.', 'Confirm your payment', 'Which of these are yours?']],
    [{ kind: 'out-of-band', notice: 'not-approved' }, ['Not approved yet: Confirm your payment - Mock Bank', 'Mock, not a bank: a page is its app.', 'Confirm your payment', 'Approve it in your bank\'s app.']],
    [{ kind: 'information', purchase: { acctNumber: '9999999999999995' } }, ['Confirm that it is you - Mock Bank', 'Mock, not a bank: Continue passes.', 'Confirm that it is you', 'There is nothing to enter here.']],
    [{ notice: 'code-resent' }, ['Confirm your payment - Mock Bank', 'Mock, not a bank: code <b>1234</b> passes.', 'Confirm your payment', 'We sent a code to your phone.']]
  ]
  for (const [more, expected] of table) t.strictSame(words(screenPage({ ...view, ...more })), expected)
})

t.test('the policy allows the one script of a page that waits for an approval, and what that asks; and no other script', async (t) => {
  const base = `default-src 'none'; style-src ${sha256(inside('style', screenPage(view)) as string)}; img-src data:; base-uri 'none'`
  for (const kind of KINDS) {
    const page = screenPage({ ...view, kind, approvalURL })
    t.equal(page.contentSecurityPolicy, `${base}; form-action 'self'`, kind)
    t.notMatch(page.html, '<script')
  }
  t.notMatch(screenPage({ ...view, kind: 'text', statusURL }).html, '<script')
  const waiting = screenPage({ ...view, kind: 'out-of-band', approvalURL, statusURL })
  const script = inside('script', waiting) as string
  t.equal(waiting.contentSecurityPolicy, `${base}; script-src ${sha256(script)}; connect-src 'self'; form-action 'self'`)
  t.equal(screenPage({ ...view, kind: 'out-of-band', statusURL, byRedirect: true }).contentSecurityPolicy, `${base}; script-src ${sha256(script)}; connect-src 'self'`)
  t.notMatch(waiting.html.replace(script, ''), /\sstyle=|\son\w+=|url\(|@import|<(?:link|img|iframe|object|base)\b(?! rel="icon" href="data:,")/)
})

t.test('what was consented to is what was asked for: a box without a tick is a no', async (t) => {
  const table: [Record<string, string>, ReturnType<typeof readConsents>][] = [
    [{}, undefined],
    [{ trustList: 'Y' }, undefined],
    [{ consents: '', trustList: 'Y' }, undefined],
    [{ consents: 'toString,__proto__' }, undefined],
    [{ consents: 'trustList' }, { trustList: 'N' }],
    [{ consents: 'trustList', trustList: 'Y', deviceBinding: 'Y' }, { trustList: 'Y' }],
    [{ consents: 'deviceBinding,trustList', deviceBinding: 'Y', trustList: 'on' }, { trustList: 'N', deviceBinding: 'Y' }]
  ]
  for (const [fields, consents] of table) t.strictSame(readConsents((name) => fields[name]), consents)
})

const approval: ApprovalView = { purchase, state: 'open', action: './8a880dc0' }

t.test('the approval page asks while one may decide (emv3ds-protocol §5.6, §5.7)', async (t) => {
  const page = approvalPage(approval)
  t.equal(inside('main', page), `
<div>
<h1>Confirm your payment</h1>
<p class="intro">Is this you?</p>
<dl id="purchase">
<dt>Merchant</dt><dd>Blue Kettle</dd>
<dt>Amount</dt><dd class="amount">€45.99</dd>
<dt>Date</dt><dd>Sep 26, 2026</dd>
<dt>Card</dt><dd><span aria-hidden="true">•••• </span><span class="unseen">ending in </span>1091</dd>
</dl>
</div>
<form method="post" action="./8a880dc0">
<button class="main" type="submit" name="action" value="approve">Approve</button>
<button type="submit" name="action" value="decline">Decline</button>
</form>
`)
  t.match(page.html, '<aside aria-label="About this mock">Mock, not a bank: this page is its app.</aside>')
  t.match(page.contentSecurityPolicy, /base-uri 'none'; form-action 'self'$/)
})

t.test('after that it says what was decided, and asks for nothing', async (t) => {
  const WORDS = {
    approved: ['Approved', 'You may go back to where you came from.'],
    declined: ['Declined', 'Nothing will be paid. You may go back to where you came from.'],
    over: ['This is over', 'Nobody waits for your decision any more.']
  }
  for (const state of ['approved', 'declined', 'over'] as const) {
    const page = approvalPage({ ...approval, state })
    t.strictSame([inside('h1', page), inside('p', page)], WORDS[state])
    t.match(page.html, `<title>${WORDS[state][0]} - Mock Bank</title>`)
    t.notMatch(page.html, /<form|<a /)
  }
})

t.test('the way back into the shop\'s app: a link of the web or of an app, nothing that a browser would run or read itself', async (t) => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['https://shop.example/back?a=1&b=2', 'https://shop.example/back?a=1&amp;b=2'],
    ['myshop://done', 'myshop://done'],
    ['com.example.shop+3ds://a"b\'<c>', 'com.example.shop+3ds://a&quot;b&#39;&lt;c&gt;'],
    ['https:shop.example', undefined],
    ['https://me:secret@shop.example/', undefined],
    ['javascript://shop.example/%0aalert(1)', undefined],
    ['JavaScript://%0aalert(1)', undefined],
    ['data://text/html,x', undefined],
    ['file:///etc/passwd', undefined],
    ['blob:https://shop.example/1', undefined],
    ['mailto:shop@shop.example', undefined],
    ['//shop.example', undefined],
    ['myshop://a b', undefined],
    ['myshop://a\nb', undefined],
    [' myshop://a', undefined],
    ['myshop://a\\b', undefined],
    [`myshop://${'a'.repeat(2040)}`, undefined]
  ]
  for (const [returnURL, href] of table) {
    const { html } = approvalPage({ ...approval, state: 'approved', returnURL })
    t.equal(/<a class="button main" href="([^"]*)">Back to the shop<\/a>/.exec(html)?.[1], href, String(returnURL))
    if (href === undefined) t.notMatch(html, '<a ')
  }
})

/** The tags with their attributes' names: what a value must not be able to change. */
function skeleton (html: string): string {
  const tag = /<[^<>"]*(?:"[^"]*"[^<>"]*)*>/g
  const text = html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
  return /[<>]/.test(text.replace(tag, '')) ? 'a raw < or > between tags' : (text.match(tag) ?? []).map((one) => one.replace(/"[^"]*"/g, '""')).join('')
}

t.test('hostile text in any field leaves every tag of every page as it was', async (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('"><script>alert(1)</script>', "' onfocus='alert(1)", '</title><h1>', '--><img src=x>', '</style>', '</script>', '\r\n\t\u0000\ud800', '<')
  )
  const page = (kind: ScreenView['kind'], text: string, name: string) => screenPage({
    ...view,
    kind,
    action: text,
    hidden: { [name]: text },
    purchase: { ...purchase, acctNumber: text, merchantName: `m${text}` },
    passingCode: text,
    notice: 'wrong-code',
    consents: ['trustList'],
    approvalURL: text,
    statusURL: text
  })
  const plain = Object.fromEntries(KINDS.map((kind) => [kind, skeleton(page(kind, 'x', 'x').html)]))
  const plainApproval = skeleton(approvalPage(approval).html)
  t.doesNotThrow(() => fc.assert(fc.property(hostile, fc.constantFrom(...KINDS), (text, kind) =>
    skeleton(page(kind, text, text).html) === plain[kind] &&
    skeleton(approvalPage({ ...approval, action: text, purchase: { ...purchase, acctNumber: text, merchantName: `m${text}` } }).html) === plainApproval)))
})
