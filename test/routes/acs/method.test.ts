import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { MockError } from '../../../src/errors.ts'
import { findMethodRun } from '../../../src/acs/method/method-run.ts'
import type { MethodBehaviour } from '../../../src/scenario/method-behaviour.ts'
import { threeDSMethodData } from '../../../src/three-ds-server/method-data.ts'
import { buildMethod, START } from '../../src/acs/method/method-app.ts'
import { type Page, submit } from './browser-client.ts'

const PATH = '/acs/method'
const ID = '8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const URL = 'https://shop.test/3ds/method-done?a=1&b=2'
const DATA_PATH = `${PATH}/${ID}`

function base64 (value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64')
}

/** The `threeDSMethodData` that the page will post. */
function notified ({ form }: Page): string | undefined {
  return form === undefined ? undefined : Buffer.from(form.fields['threeDSMethodData'] as string, 'base64url').toString()
}

/** What the page tells its script. */
function task ({ html }: Page): string | undefined {
  return /<p id="method" (data-[^>]*)>/.exec(html)?.[1]
}

function checkErrorPage (t: Test, page: Page, status: number, message: string): void {
  t.equal(page.status, status, message)
  t.equal(page.title, 'The 3DS Method cannot be run - Mock Bank')
  t.ok(page.html.includes(`<p>${message}</p>\n<p>Error ${status}</p>`), page.html.slice(-500))
  t.notMatch(page.html, /<script|<form/)
  t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache' })
}

t.test('the page: gathers, and posts {threeDSServerTransID} in base64url without padding to the notification URL (emv3ds-protocol §5.1)', async (t) => {
  const { app, parts } = await buildMethod(t)
  const page = await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) })
  t.equal(page.status, 200)
  t.equal(page.title, '3DS Method - Mock Bank')
  t.equal(task(page), `data-to="method/${ID}" data-wait="0"`)
  t.equal(page.form?.action, URL)
  t.strictSame(Object.keys(page.form?.fields ?? {}), ['threeDSMethodData'])
  t.match(page.form?.fields['threeDSMethodData'], /^[A-Za-z0-9_-]+$/)
  t.equal(notified(page), `{"threeDSServerTransID":"${ID}"}`)
  t.match(page.html, '<noscript><p>JavaScript is off: nothing is gathered and nobody is notified, so threeDSCompInd is N.</p></noscript>')
  t.strictSame(await findMethodRun(ID, parts.notes), { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'notify' } })
})

t.test('its policy lets any site frame it, runs this one script, posts data to us only; no cookies', async (t) => {
  const { app } = await buildMethod(t)
  const { html, headers } = await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) })
  const hashOf = (tag: string) => createHash('sha256').update(new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] as string).digest('base64')
  t.equal(headers['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hashOf('style')}'; img-src data:; base-uri 'none'; script-src 'sha256-${hashOf('script')}'; connect-src 'self'`)
  t.equal(html.match(/<script/g)?.length, 1)
  for (const name of ['x-frame-options', 'set-cookie', 'cross-origin-opener-policy', 'cross-origin-embedder-policy', 'cross-origin-resource-policy']) t.notOk(name in headers, name)
  t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache', 'referrer-policy': 'strict-origin' })
})

t.test('threeDSMethodData is read in both alphabets, padded or not, and the id goes back letter for letter (emv3ds-protocol §2)', async (t) => {
  const { app } = await buildMethod(t)
  for (const id of [ID, ID.toUpperCase()]) {
    const json = JSON.stringify({ threeDSMethodNotificationURL: `${URL}&x=>>>???~~`, threeDSServerTransID: id, other: [{ constructor: 1 }], pad: 'ÿÿ' })
    const padded = base64(json)
    t.match(padded, /[+/]/)
    t.match(padded, /=$/)
    const url = Buffer.from(json).toString('base64url')
    const fields = [padded, padded.replace(/=+$/, ''), url, url.padEnd(padded.length, '='), padded.replace(/.{76}/g, '$&\r\n'), ` ${url}\n`]
    for (const threeDSMethodData of fields) {
      const page = await submit(app, PATH, { threeDSMethodData, other: 'field' })
      t.equal(page.status, 200)
      t.equal(page.form?.action, `${URL}&x=%3E%3E%3E???~~`)
      t.equal(notified(page), `{"threeDSServerTransID":"${id}"}`)
      t.equal(task(page), `data-to="method/${ID}" data-wait="0"`)
    }
  }
})

t.test('without threeDSMethodNotificationURL the data is gathered and nobody is notified', async (t) => {
  const { app, parts } = await buildMethod(t)
  const page = await submit(app, PATH, { threeDSMethodData: base64({ threeDSServerTransID: ID }) })
  t.equal(page.status, 200)
  t.equal(task(page), `data-to="method/${ID}" data-wait="0"`)
  t.equal(page.form, undefined)
  t.match(page.html, 'No threeDSMethodNotificationURL came, so nobody is notified.')
  t.match(page.html, /<script>/)
  t.strictSame(await findMethodRun(ID, parts.notes), { servedAt: START, notifiedURLGiven: false, behaviour: { type: 'notify' } })
})

t.test('a notification URL that no browser may be sent to: the run is kept as faulty and nobody is notified', async (t) => {
  for (const threeDSMethodNotificationURL of [
    'javascript:alert(1)', ' https://shop.test/', 'data:text/html,x', '/done', '//shop.test/', 'shop.test', 'ftp://shop.test/', 'https://', 'https://user:secret@shop.test/',
    'https://shop.test/\r\nx', `https://shop.test/${'x'.repeat(2048)}`, 'https://shop.test\\x', '', null, 5, true, [URL], { URL }
  ]) {
    const { app, parts } = await buildMethod(t)
    const page = await submit(app, PATH, { threeDSMethodData: base64({ threeDSServerTransID: ID, threeDSMethodNotificationURL }) })
    t.equal(page.status, 200)
    t.equal(page.form, undefined, JSON.stringify(threeDSMethodNotificationURL))
    t.match(page.html, 'threeDSMethodNotificationURL must be an absolute http or https URL')
    t.notMatch(page.html, /shop\.test|alert\(|secret/)
    t.strictSame(await findMethodRun(ID, parts.notes), { servedAt: START, notifiedURLGiven: true, faulty: true, behaviour: { type: 'notify' } })
  }
})

t.test('what stands in the URL stays in its attribute', async (t) => {
  const { app } = await buildMethod(t)
  const page = await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, 'https://shop.test/"><script>alert(1)</script>?\'<&') })
  t.match(page.html, 'action="https://shop.test/%22%3E%3Cscript%3Ealert(1)%3C/script%3E?%27%3C&amp;"')
  t.equal(page.html.match(/<script/g)?.length, 1)
})

t.test('what the page does is chosen by the parameter of its URL', async (t) => {
  const cases: [parameter: string, behaviour: MethodBehaviour, toldOf: string | undefined, task: string][] = [
    ['0', { type: 'delay', ms: 0 }, ID, 'data-wait="0"'],
    ['12000', { type: 'delay', ms: 12_000 }, ID, 'data-wait="12000"'],
    ['600000', { type: 'delay', ms: 600_000 }, ID, 'data-wait="600000"'],
    ['twice', { type: 'twice' }, ID, 'data-wait="0" data-twice="yes"'],
    ['never', { type: 'never' }, undefined, 'data-wait="0"']
  ]
  for (const [parameter, behaviour, toldOf, expected] of cases) {
    const { app, parts } = await buildMethod(t)
    const page = await submit(app, `${PATH}?notify=${parameter}&other=1`, { threeDSMethodData: threeDSMethodData(ID, URL) })
    t.equal(notified(page), toldOf && `{"threeDSServerTransID":"${toldOf}"}`)
    t.equal(task(page), `data-to="method/${ID}" ${expected}`)
    t.equal(String(page.headers['content-security-policy']).endsWith(behaviour.type === 'twice' ? "; connect-src 'self' http: https:" : "; connect-src 'self'"), true)
    t.equal(page.html.includes('Nobody is notified: this is chosen so.'), toldOf === undefined)
    t.strictSame((await findMethodRun(ID, parts.notes))?.behaviour, behaviour)
  }
  const { app } = await buildMethod(t)
  const page = await submit(app, `${PATH}?notify=wrong-id`, { threeDSMethodData: threeDSMethodData(ID, URL) })
  const { threeDSServerTransID } = JSON.parse(notified(page) as string)
  t.match(threeDSServerTransID, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.not(threeDSServerTransID, ID)
  t.equal(task(page), `data-to="method/${ID}" data-wait="0"`, 'the data is still kept under the right one')
  const garbage = await submit(app, `${PATH}?notify=garbage`, { threeDSMethodData: threeDSMethodData(ID, URL) })
  t.strictSame(garbage.form?.fields, { threeDSMethodData: '%% no base64url %%' })
})

t.test('a parameter that says nothing is named, and nothing is kept', async (t) => {
  const { app, parts } = await buildMethod(t)
  for (const parameter of ['', 'NEVER', 'evil', '-1', '1.5', '600001', '1e3', '%00', '9'.repeat(40), '__proto__']) {
    const page = await submit(app, `${PATH}?notify=${parameter}`, { threeDSMethodData: threeDSMethodData(ID, URL) })
    checkErrorPage(t, page, 400, 'notify must be never, twice, wrong-id, garbage, or 0 to 600000 milliseconds.')
  }
  checkErrorPage(t, await submit(app, `${PATH}?notify=never&notify=twice`, { threeDSMethodData: threeDSMethodData(ID, URL) }), 400, 'notify must be sent once.')
  t.equal(await findMethodRun(ID, parts.notes), undefined)
})

t.test('the data of a page is kept once, by known names; a second page leaves it', async (t) => {
  const { app, parts } = await buildMethod(t)
  await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) })
  parts.clock.advance(500)
  const kept = { browserUserAgent: 'Agent/1.0 (ünï)', browserTZ: '-60', languages: 'de,en' }
  const taken = await app.inject({
    method: 'POST',
    url: DATA_PATH,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    payload: `${new URLSearchParams(kept)}&__proto__=x&constructor=y&stray=z&platform=a&platform=b`
  })
  t.strictSame([taken.statusCode, taken.body], [204, ''])
  const run = { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'notify' }, dataAt: START + 500, data: kept }
  t.strictSame(await findMethodRun(ID, parts.notes), run)
  t.equal((await submit(app, `${PATH}/${ID.toUpperCase()}`, { browserTZ: '0' })).status, 204)
  t.strictSame(await findMethodRun(ID, parts.notes), run)
  const again = await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) })
  t.equal(notified(again), `{"threeDSServerTransID":"${ID}"}`, 'served again')
  t.strictSame(await findMethodRun(ID, parts.notes), { ...run, servedAt: START + 500 })
})

t.test('data without any field, and without a body, is data', async (t) => {
  for (const request of [{ headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: '' }, {}]) {
    const { app, parts } = await buildMethod(t)
    await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) })
    t.equal((await app.inject({ method: 'POST', url: DATA_PATH, ...request })).statusCode, 204)
    t.match(await findMethodRun(ID, parts.notes), { dataAt: START, data: {} })
  }
})

t.test('data for a run that never was is refused, and kept nowhere', async (t) => {
  const { app, parts } = await buildMethod(t)
  for (const id of [ID, 'x', '__proto__', encodeURIComponent('../method'), '%00', '%3Cscript%3E', 'x'.repeat(256)]) {
    checkErrorPage(t, await submit(app, `${PATH}/${id}`, { browserTZ: '0' }), 400, 'The 3DS Method was not run under this threeDSServerTransID.')
  }
  t.equal(await findMethodRun(ID, parts.notes), undefined)
})

t.test('what cannot be read is answered with a page that repeats nothing of it', async (t) => {
  const { app, parts } = await buildMethod(t)
  const noObject = 'threeDSMethodData must be a JSON object, base64url.'
  const noId = 'threeDSMethodData.threeDSServerTransID must be a UUID.'
  const cases: [fields: [string, string][], message: string][] = [
    [[], 'threeDSMethodData is missing.'],
    [[['threeDSMethodData', '']], 'threeDSMethodData is missing.'],
    [[['threeDSmethodData', threeDSMethodData(ID)]], 'threeDSMethodData is missing.'],
    [[['__proto__', threeDSMethodData(ID)]], 'threeDSMethodData is missing.'],
    [[['threeDSMethodData', threeDSMethodData(ID)], ['threeDSMethodData', threeDSMethodData(ID)]], 'threeDSMethodData must be sent once.'],
    ...['<script>alert("evil")</script>', 'a', 'ab=', 'YQ===', '=', 'YWI=YWI=', 'evil%', 'evil.evil', JSON.stringify({ threeDSServerTransID: ID })]
      .map((field): [[string, string][], string] => [[['threeDSMethodData', field]], 'threeDSMethodData must be base64url.']),
    ...['evil', ' ', 'null', '"evil"', '5', '[]', '[{}]', '{', '\ufeff{}', `{"threeDSServerTransID":"${ID}"}evil`, '\u0000', `{"threeDSServerTransID":"${ID}","__proto__":{"evil":1}}`, '['.repeat(5000)]
      .map((json): [[string, string][], string] => [[['threeDSMethodData', base64(json)]], noObject]),
    ...[{}, { threeDSServerTransID: 'evil' }, { threeDSServerTransID: null }, { threeDSServerTransID: 5 }, { threeDSServerTransID: [ID] }, { threeDSServerTransID: `${ID}\n` }, { threeDSServerTransID: `${ID}<evil>` },
      { threeDSServerTransId: ID }, { threeDSServerTransID: `${ID.slice(0, -1)}g` }, { constructor: { threeDSServerTransID: ID } }]
      .map((value): [[string, string][], string] => [[['threeDSMethodData', base64(value)]], noId])
  ]
  for (const [fields, message] of cases) {
    const page = await submit(app, PATH, fields)
    checkErrorPage(t, page, 400, message)
    t.notMatch(page.html, /evil/)
  }
  t.equal(await findMethodRun(ID, parts.notes), undefined, 'nothing is kept')
})

t.test('no form, a broken one, one that is too long: a page, never a 5xx', async (t) => {
  const { app } = await buildMethod(t)
  const form = 'application/x-www-form-urlencoded'
  const cases: [contentType: string | undefined, payload: string, status: number, message: string][] = [
    [form, 'threeDSMethodData=%zz', 400, 'The form is not URL-encoded UTF-8.'],
    [form, 'threeDSMethodData=%ff', 400, 'The form is not URL-encoded UTF-8.'],
    [form, `threeDSMethodData=${'A'.repeat(16_384)}`, 413, 'The request body is too large.'],
    ['application/json', '{}', 415, 'Content type must be application/x-www-form-urlencoded.'],
    ['multipart/form-data; boundary=x', '--x--', 415, 'Content type must be application/x-www-form-urlencoded.'],
    [undefined, '', 400, 'threeDSMethodData is missing.']
  ]
  for (const url of [PATH, DATA_PATH]) {
    for (const [contentType, payload, status, message] of cases) {
      const { statusCode, headers, body } = await app.inject({
        method: 'POST', url, ...contentType === undefined ? {} : { headers: { 'content-type': contentType }, payload }
      })
      const words = url === DATA_PATH && contentType === undefined ? 'The 3DS Method was not run under this threeDSServerTransID.' : message
      checkErrorPage(t, { status: statusCode, headers, html: body, title: 'The 3DS Method cannot be run - Mock Bank' }, status, words)
    }
  }
  for (const method of ['GET', 'PUT'] as const) t.equal((await app.inject({ method, url: PATH })).statusCode, 404)
})

t.test('while the store is away both are answered with 503 and Retry-After, on a page', async (t) => {
  const away = async () => { throw new MockError('store_connection', 'The transaction store cannot be reached') }
  const { app } = await buildMethod(t, { notes: { put: away, get: away, delete: away, async close () {} } })
  for (const page of [await submit(app, PATH, { threeDSMethodData: threeDSMethodData(ID, URL) }), await submit(app, DATA_PATH, {})]) {
    checkErrorPage(t, page, 503, 'The transaction store cannot be reached.')
    t.equal(page.headers['retry-after'], '1')
  }
})
