import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { finalPage } from '../../../../src/acs/pages/final-page.ts'
import { escapeHtml, hiddenFields } from '../../../../src/acs/pages/html.ts'
import { errorPage, resultPage } from '../../../../src/acs/pages/message-page.ts'
import type { Page } from '../../../../src/acs/pages/page.ts'
import { renderPurchase } from '../../../../src/acs/pages/purchase.ts'
import { screenPage, type ScreenView } from '../../../../src/acs/pages/screen-page.ts'

const acctNumber = '4000000000001091'
const purchase = {
  acctNumber,
  merchantName: 'Blue Kettle',
  purchaseAmount: '4599',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20260926101530'
}
const view: ScreenView = {
  kind: 'text',
  consents: [],
  action: '/acs/challenge/answer',
  hidden: { threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e' },
  purchase,
  attemptsLeft: 3,
  passingCode: '1234'
}
const final = { notificationURL: 'https://shop.example/notify', message: 'eyJhIjoxfQ', field: 'cres' as const, transStatus: 'Y' }

/** The tags with their attributes' names: what a value must not be able to change. */
function skeleton (html: string): string {
  const tag = /<[^<>"]*(?:"[^"]*"[^<>"]*)*>/g
  const tags = (html.match(tag) ?? []).map((text) => text.replace(/"[^"]*"/g, '""'))
  const text = html.replace(tag, '')
  return /[<>]/.test(text.replace(/:root[\s\S]*?footer\{display:none\}\}/, '')) ? 'a raw < or > between tags' : tags.join('')
}

function sha256 (text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function inside (tag: string, { html }: Page): string {
  return new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? ''
}

t.test('no character that ends an element or attribute survives escaping', async (t) => {
  t.equal(escapeHtml('<a href="x" title=\'y\'>&amp;\r\n</a>'), '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&#13;\n&lt;/a&gt;')
  t.equal(hiddenFields({ 'a"b': '"><script>', c: '' }), '<input type="hidden" name="a&quot;b" value="&quot;&gt;&lt;script&gt;">\n<input type="hidden" name="c" value="">')
  t.doesNotThrow(() => fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => !/[<>"'\r]/.test(escapeHtml(text)))))
})

t.test('hostile text in any field leaves every tag of every page as it was', async (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('"><script>alert(1)</script>', "' onfocus='alert(1)", '</title><h1>', '--><img src=x>', '&lt;script&gt;', '</style>', '\r\n\t\u0000\ud800', '<')
  )
  const plain = {
    challenge: skeleton(screenPage({ ...view, hidden: { a: 'b' }, notice: 'wrong-code' }).html),
    final: skeleton(finalPage({ ...final, threeDSSessionData: 'x' }).html),
    result: skeleton(resultPage({ title: 'a', message: 'b' }).html),
    error: skeleton(errorPage({ title: 'a', message: 'b', status: 400 }).html)
  }
  t.doesNotThrow(() => fc.assert(fc.property(hostile, (text) => {
    const { html } = screenPage({
      ...view,
      action: text,
      hidden: { [text]: text },
      purchase: { ...purchase, acctNumber: text, merchantName: text },
      notice: 'wrong-code',
      passingCode: text
    })
    return skeleton(html) === plain.challenge &&
      skeleton(finalPage({ ...final, notificationURL: `https://shop.example/?${text.replace(/[^\x21-\x7e]/g, '')}`, message: text, field: 'cres', threeDSSessionData: text }).html) === plain.final &&
      skeleton(resultPage({ title: text, message: text }).html) === plain.result &&
      skeleton(errorPage({ title: text, message: text, status: 400 }).html) === plain.error
  })))
})

t.test('the purchase is merchant, amount, date and the last four digits of the card', async (t) => {
  t.equal(renderPurchase(purchase), `<dl id="purchase">
<dt>Merchant</dt><dd>Blue Kettle</dd>
<dt>Amount</dt><dd class="amount">€45.99</dd>
<dt>Date</dt><dd>Sep 26, 2026</dd>
<dt>Card</dt><dd><span aria-hidden="true">•••• </span><span class="unseen">ending in </span>1091</dd>
</dl>`)
  for (const purchaseDate of ['20261326101530', '20260231101530', '20260431101530', '20260229101530', '2026', '']) {
    t.equal(renderPurchase({ acctNumber: '1091', merchantName: '', purchaseDate }), `<dl id="purchase">
<dt>Card</dt><dd><span aria-hidden="true">•••• </span><span class="unseen">ending in </span>····</dd>
</dl>`, `${purchaseDate} is no day`)
  }
})

t.test('a challenge page shows no more of the card number than its last four digits', async (t) => {
  const { html } = screenPage(view)
  t.notMatch(html, acctNumber.slice(0, 12))
  t.match(html, '1091')
})

t.test('a challenge page says that it is a mock and which code passes', async (t) => {
  const { html } = screenPage({ ...view, passingCode: '"9<' })
  t.match(html, 'Mock, not a bank: code <b>&quot;9&lt;</b> passes.')
  t.match(html, '3ds-mock-server')
})

t.test('words follow the state of the challenge', async (t) => {
  const wrong = screenPage({ ...view, attemptsLeft: 1, notice: 'wrong-code' }).html
  t.match(wrong, '<title>Wrong code: Confirm your payment - Mock Bank</title>')
  t.match(wrong, '<p class="error" id="error" role="alert">Wrong code. Please try again.</p>')
  t.match(wrong, 'aria-describedby="error attempts" aria-invalid="true"')
  t.match(wrong, '1 attempt left')

  const resent = screenPage({ ...view, notice: 'code-resent' }).html
  t.match(resent, '<p class="notice" role="status">We sent the code again.</p>')
  t.notMatch(resent, 'aria-invalid')
  t.match(resent, '3 attempts left')

  const nonPayment = screenPage({ ...view, purchase: { acctNumber: '9999999999999995' } }).html
  t.match(nonPayment, '<h1>Confirm that it is you</h1>')
  t.match(nonPayment, '<span>3-D Secure</span>')
  t.match(screenPage(view).html, '<span>Visa · 3-D Secure</span>')
})

t.test('the policy of a page allows what the page contains and nothing else', async (t) => {
  const challenge = screenPage(view)
  const end = finalPage(final)
  const error = errorPage({ title: 'a', message: 'b', status: 400 })
  const base = `default-src 'none'; style-src ${sha256(inside('style', challenge))}; img-src data:; base-uri 'none'`
  t.equal(challenge.contentSecurityPolicy, `${base}; form-action 'self'`)
  t.equal(screenPage({ ...view, byRedirect: true }).contentSecurityPolicy, base)
  t.equal(end.contentSecurityPolicy, `${base}; script-src ${sha256(inside('script', end))}`)
  t.equal(error.contentSecurityPolicy, `${base}; form-action 'none'`)
  t.equal(inside('style', end), inside('style', challenge))
  t.equal(inside('style', error), inside('style', challenge))
  for (const { html } of [challenge, end, error]) {
    t.notMatch(html, /\sstyle=|\son\w+=|url\(|@import|<(?:link|img|iframe|object|base)\b(?! rel="icon" href="data:,")/)
  }
  t.notMatch(challenge.html, '<script')
  t.notMatch(error.html, '<script')
})

t.test('pages are small: less than 10 kB', async (t) => {
  const long = { ...view, purchase: { ...purchase, merchantName: '<'.repeat(40), purchaseAmount: '9'.repeat(48) }, notice: 'wrong-code' as const }
  t.ok(Buffer.byteLength(screenPage(long).html) < 10_000)
})

t.test('the final page posts cres, and threeDSSessionData only if it came (emv3ds-protocol §5.3)', async (t) => {
  const form = ({ html }: Page) => /<form[\s\S]*<\/form>/.exec(html)?.[0]
  t.equal(form(finalPage(final)), `<form method="post" action="https://shop.example/notify" target="_self" accept-charset="utf-8">
<input type="hidden" name="cres" value="eyJhIjoxfQ">
<button class="main" type="submit">Continue</button>
</form>`)
  t.equal(form(finalPage({ ...final, notificationURL: 'http://shop.example?a="b"&c', threeDSSessionData: '', transStatus: 'N' })), `<form method="post" action="http://shop.example/?a=%22b%22&amp;c" target="_self" accept-charset="utf-8">
<input type="hidden" name="cres" value="eyJhIjoxfQ">
<input type="hidden" name="threeDSSessionData" value="">
<button class="main" type="submit">Continue</button>
</form>`)
  t.match(form(finalPage({ ...final, field: 'erro' })), '<input type="hidden" name="erro" value="eyJhIjoxfQ">')
  t.match(finalPage(final).html, '<h1>Confirmed</h1>')
  t.match(finalPage({ ...final, transStatus: 'N' }).html, '<h1>Not confirmed</h1>')
})

t.test('a notificationURL that a browser must not be sent to gets neither form nor script nor echo', async (t) => {
  for (const notificationURL of [
    undefined, '', '/relative', 'shop.example', 'javascript:alert(1)', ' java\nscript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd', 'blob:https://shop.example/1', 'https://shop.example/\r\nSet-Cookie: a=b', 'https://shop.example/\u0000', 'https://shop.example/\u007f', 'https://', `https://shop.example/${'a'.repeat(2048)}`
  ]) {
    const { html, contentSecurityPolicy } = finalPage({ ...final, notificationURL })
    t.notMatch(html, /<form|<script|<input|href="(?!data:,")|alert|passwd|Set-Cookie/)
    t.match(html, 'The shop gave no address to return to')
    t.match(contentSecurityPolicy, "form-action 'none'")
  }
})

t.test('an error page says what went wrong with its HTTP status', async (t) => {
  const { html } = errorPage({ title: 'Cannot be shown', message: 'No <creq>.', status: 400 })
  t.match(html, '<title>Cannot be shown - Mock Bank</title>')
  t.match(html, '<h1>Cannot be shown</h1>\n<p>No &lt;creq&gt;.</p>\n<p>Error 400</p>')
})
