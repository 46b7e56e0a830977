import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import type { Page as Tab } from 'playwright-core'
import t, { type Test } from 'tap'
import { finalPage } from '../../../../src/acs/pages/final-page.ts'
import { errorPage } from '../../../../src/acs/pages/message-page.ts'
import type { Page } from '../../../../src/acs/pages/page.ts'
import { screenPage, type ScreenView } from '../../../../src/acs/pages/screen-page.ts'
import { browserIsLeftOut, launchBrowser } from '../../../setup/browser.ts'
import { leastContrast } from './least-contrast.ts'

const windowSizes = { '01': [250, 400], '02': [390, 400], '03': [500, 600], '04': [600, 400], '05': [1280, 800], '05 on a phone': [375, 667] } as const

const view: ScreenView = {
  kind: 'text',
  consents: [],
  action: '/answer',
  hidden: { threeDSServerTransID: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e' },
  purchase: {
    acctNumber: '4000000000001091',
    merchantName: 'Blue Kettle Tea & Coffee Supplies Ltd 24',
    purchaseAmount: '123456789',
    purchaseCurrency: '978',
    purchaseExponent: '2',
    purchaseDate: '20260926101530'
  },
  attemptsLeft: 3,
  passingCode: '1234'
}
const wrong: ScreenView = { ...view, attemptsLeft: 1, notice: 'wrong-code' }
const error = errorPage({ title: 'This challenge cannot be shown', message: 'The creq cannot be read.', status: 400 })

interface Posted { path: string, fields: Array<[name: string, value: string]>, cookie: string | undefined }

/** A server for pages by path, which keeps what is posted to it and answers posts with `answer`. */
async function serve (t: Test, pages: Record<string, Page | string>, answer: (path: string) => Page | string | URL = () => 'posted') {
  const posted: Posted[] = []
  const requested: string[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const path = request.url ?? ''
    requested.push(path)
    if (request.method === 'POST') {
      posted.push({ path, fields: [...new URLSearchParams(await text(request))], cookie: request.headers.cookie })
    }
    const page = request.method === 'POST' ? answer(path) : pages[path]
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('set-cookie', 'probe=1; SameSite=None; Secure')
    if (page instanceof URL) response.writeHead(302, { location: page.href }).end()
    else if (typeof page !== 'object') response.end(page)
    else response.setHeader('content-security-policy', page.contentSecurityPolicy).end(page.html)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, otherSite: `http://localhost:${port}`, posted, requested }
}

t.test('the pages in a real browser', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t, ['--test-third-party-cookie-phaseout'])
  const scripted = await browser.newPage()
  const plain = await browser.newPage({ javaScriptEnabled: false })
  const tab = scripted

  t.test('fits each of the five windows without scrolling sideways, entry and Submit in view', async (t) => {
    const unbroken = { ...wrong, purchase: { ...view.purchase, merchantName: 'W'.repeat(40), purchaseAmount: '9'.repeat(48) } }
    const { url } = await serve(t, { '/view': screenPage(view), '/wrong': screenPage(wrong), '/unbroken': screenPage(unbroken), '/error': error })
    for (const [size, [width, height]] of Object.entries(windowSizes)) {
      await tab.setViewportSize({ width, height })
      for (const path of ['/view', '/wrong', '/unbroken', '/error']) {
        await tab.goto(url + path)
        t.equal(await tab.evaluate('document.documentElement.scrollWidth'), width, `${size} ${path}`)
        if (path === '/error' || path === '/unbroken') continue
        for (const element of [tab.getByLabel('One-time code'), tab.getByRole('button', { name: 'Submit' })]) {
          const box = await element.boundingBox()
          t.ok(box !== null && box.y >= 0 && box.y + box.height <= height, `${size} ${path}`)
        }
      }
    }
  })

  t.test('at 250×400 every button is in view, after a wrong code too', async (t) => {
    const { url } = await serve(t, { '/': screenPage(wrong) })
    await tab.setViewportSize({ width: 250, height: 400 })
    await tab.goto(url)
    t.equal(await tab.evaluate('document.documentElement.scrollHeight'), 400)
  })

  t.test('is named for assistive technology', async (t) => {
    const { url } = await serve(t, { '/': screenPage(wrong) })
    await tab.setViewportSize({ width: 500, height: 600 })
    await tab.goto(url)
    t.equal(await tab.title(), 'Wrong code: Confirm your payment - Mock Bank')
    t.equal(await tab.locator('html').getAttribute('lang'), 'en')
    t.equal(await tab.locator('body').ariaSnapshot(), `- banner: Mock Bank Visa · 3-D Secure
- complementary "About this mock": "Mock, not a bank: code 1234 passes."
- main:
  - heading "Confirm your payment" [level=1]
  - paragraph: We sent a code to your phone.
  - term: Merchant
  - definition: Blue Kettle Tea & Coffee Supplies Ltd 24
  - term: Amount
  - definition: €1,234,567.89
  - term: Date
  - definition: Sep 26, 2026
  - term: Card
  - definition: ending in 1091
  - alert: Wrong code. Please try again.
  - text: One-time code 1 attempt left
  - textbox "One-time code" [invalid]
  - button "Submit"
  - button "Resend code"
  - button "Cancel"
- contentinfo: "3ds-mock-server: a test page. No bank, no card and no money is involved."`)
  })

  t.test('works by keyboard: the entry has the focus, Tab goes through the buttons, each with a visible ring', async (t) => {
    const { url } = await serve(t, { '/': screenPage(view) })
    await tab.goto(url)
    await tab.locator('#otp:focus').waitFor()
    const focused = []
    for (let stop = 0; stop < 4; stop++) {
      focused.push(await tab.evaluate('[document.activeElement.name, document.activeElement.value, getComputedStyle(document.activeElement).outlineStyle]'))
      await tab.keyboard.press('Tab')
    }
    t.strictSame(focused, [['otp', '', 'solid'], ['action', 'submit', 'solid'], ['action', 'resend', 'solid'], ['action', 'cancel', 'solid']])
  })

  for (const javaScriptEnabled of [true, false]) {
    t.test(`posts what was pressed ${javaScriptEnabled ? 'with' : 'without'} scripts; the Enter key is Submit`, async (t) => {
      const { url, posted } = await serve(t, { '/': screenPage(view) })
      const tab = javaScriptEnabled ? scripted : plain
      const button = (name: string) => () => tab.getByRole('button', { name }).click()
      const steps: Array<[otp: string, press: () => Promise<void>]> = [
        ['12 34ä', () => tab.keyboard.press('Enter')], ['1234', button('Submit')], ['', button('Resend code')], ['', button('Cancel')]
      ]
      for (const [otp, press] of steps) {
        await tab.goto(url)
        await tab.getByLabel('One-time code').fill(otp)
        await Promise.all([tab.waitForURL('**/answer'), press()])
      }
      const fields = (otp: string, action: string) => [...Object.entries(view.hidden), ['otp', otp], ['action', action]]
      t.strictSame(posted.map((post) => post.fields), [fields('12 34ä', 'submit'), fields('1234', 'submit'), fields('', 'resend'), fields('', 'cancel')])
    })
  }

  t.test('has a contrast of 4.5 and more, by day and by night, and the two differ', async (t) => {
    const { url } = await serve(t, { '/': screenPage(wrong), '/resent': screenPage({ ...view, notice: 'code-resent' }), '/error': error })
    const backgrounds = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme })
      for (const path of ['/', '/resent', '/error']) {
        await tab.goto(url + path)
        const [ratio, text] = await tab.evaluate<[number, string]>(leastContrast)
        t.ok(ratio >= 4.5, `${colorScheme} ${path}: ${ratio} ${text}`)
      }
      backgrounds.push(await tab.evaluate('[document.body, document.querySelector(".sheet")].map((element) => getComputedStyle(element).backgroundColor)'))
    }
    t.strictSame(backgrounds, [['rgb(233, 237, 241)', 'rgb(255, 255, 255)'], ['rgb(11, 16, 20)', 'rgb(20, 27, 33)']])
  })

  t.test('moves nothing where less motion is wanted', async (t) => {
    const { url } = await serve(t, { '/': screenPage(view) })
    const durations = []
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      await tab.emulateMedia({ reducedMotion })
      await tab.goto(url)
      durations.push(await tab.evaluate('getComputedStyle(document.querySelector("button")).transitionDuration'))
    }
    t.strictSame(durations, ['0s', '0.15s'])
  })

  t.test('asks for nothing else, keeps nothing and breaks no policy of its own', async (t) => {
    const { url, requested } = await serve(t, { '/': screenPage(view), '/error': error })
    const said: string[] = []
    tab.on('console', (message) => said.push(message.text()))
    await tab.goto(url)
    await tab.goto(`${url}/error`)
    t.strictSame(requested, ['/', '/error'])
    t.strictSame(said, [])
    t.equal(await tab.evaluate('localStorage.length + sessionStorage.length'), 0)
  })

  t.test('shows hostile text as the text that it is', async (t) => {
    // HTML cannot carry NUL at all.
    const hostile = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"><script>parent.x=1</script>', '</dd></dl>', "'\r\n\r\t&lt;&#13;", '<!--'))
    await fc.assert(fc.asyncProperty(hostile, async (text) => {
      const challenge = screenPage({ ...view, hidden: { field: text }, purchase: { ...view.purchase, merchantName: `m${text}` }, passingCode: text }).html
      const final = finalPage({ notificationURL: 'https://shop.example/', message: text, field: 'cres', threeDSSessionData: text, transStatus: 'Y' }).html
      const read = `(([challenge, final]) => {
        const parse = (html) => new DOMParser().parseFromString(html, 'text/html')
        const valueOf = (document, name) => document.querySelector('input[name=' + name + ']').value
        const [c, f] = [parse(challenge), parse(final)]
        return [c.querySelector('dd').textContent, c.querySelector('aside b').textContent, valueOf(c, 'field'),
          valueOf(f, 'cres'), valueOf(f, 'threeDSSessionData'), c.scripts.length, f.scripts.length]
      })(${JSON.stringify([challenge, final])})`
      t.strictSame(await tab.evaluate(read), [`m${text}`, text, text, text, text, 0, 1])
    }), { numRuns: 50 })
  })

  t.test('the final page', async (t) => {
    const sessionData = 'YW55 "thing"&<\'\r\n+=%41ä'

    await t.test('posts by itself, and by Continue where scripts are off', async (t) => {
      for (const javaScriptEnabled of [true, false]) {
        const shop = await serve(t, {})
        const acs = await serve(t, { '/': finalPage({ notificationURL: `${shop.otherSite}/notify?a=1&b="`, message: 'eyJhIjoxfQ', field: 'cres', threeDSSessionData: sessionData, transStatus: 'Y' }) })
        const tab = javaScriptEnabled ? scripted : plain
        await tab.goto(acs.url, { waitUntil: 'commit' })
        if (!javaScriptEnabled) await tab.getByRole('button', { name: 'Continue' }).click()
        await tab.waitForURL('**/notify?*')
        t.strictSame(shop.posted.map(({ path, fields }) => [path, fields]), [['/notify?a=1&b=%22', [['cres', 'eyJhIjoxfQ'], ['threeDSSessionData', sessionData]]]])
      }
    })

    await t.test('lets the shop redirect the browser to an app link', async (t) => {
      const shop = await serve(t, {}, () => new URL('myshop://done'))
      const acs = await serve(t, { '/': finalPage({ notificationURL: `${shop.otherSite}/notify`, message: 'eyJhIjoxfQ', field: 'cres', transStatus: 'Y' }) })
      const followed = tab.waitForEvent('requestfailed', (request) => request.url().startsWith('myshop:') || request.failure()?.errorText === 'csp')
      await Promise.all([followed, tab.goto(acs.url, { waitUntil: 'commit' })])
      t.equal((await followed).url(), 'myshop://done')
      t.equal(shop.posted.length, 1)
    })
  })

  t.test('a whole challenge in the iframe of another site, two deep, sandboxed, without cookies', async (t) => {
    for (const sandbox of ['allow-forms allow-scripts allow-same-origin', 'allow-forms allow-scripts']) {
      const shop: Awaited<ReturnType<typeof serve>> = await serve(t, {
        '/': '<iframe src="/inner" width="390" height="400"></iframe>',
        '/inner': `<iframe name="challenge" sandbox="${sandbox}" width="250" height="400"></iframe>`
      })
      const acs = await serve(t, { '/first-party': 'hello' }, (path) => path === '/answer'
        ? finalPage({ notificationURL: `${shop.otherSite}/notify`, message: 'eyJhIjoxfQ', field: 'cres', transStatus: 'N' })
        : screenPage(view))
      await tab.goto(`${acs.url}/first-party`)
      t.equal((await tab.context().cookies(acs.url)).length, 1, 'the cookie that the frame must not get is there')

      await tab.goto(shop.otherSite)
      await innerFrame(tab, '/inner').evaluate(`(() => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action: '${acs.url}/acs/challenge', target: 'challenge' })
        document.body.append(form)
        form.submit()
      })()`)
      const frame = tab.frameLocator('iframe').frameLocator('iframe')
      await frame.getByLabel('One-time code').fill('9999')
      // As an event: where it comes from is settled, while a mouse needs the nested frames to have been painted.
      await frame.getByRole('button', { name: 'Submit' }).dispatchEvent('click')
      await frame.getByText('posted').waitFor()

      t.strictSame(acs.posted.map(({ path, cookie }) => [path, cookie]), [['/acs/challenge', undefined], ['/answer', undefined]])
      t.strictSame(shop.posted.map(({ path, fields }) => [path, fields]), [['/notify', [['cres', 'eyJhIjoxfQ']]]])
    }
  })

  t.test('is shown below a page that was opened from disk', async (t) => {
    const { url } = await serve(t, { '/': screenPage(view) })
    const folder = t.testdir({ 'shop.html': `<iframe src="${url}/"></iframe>` })
    await tab.goto(pathToFileURL(join(folder, 'shop.html')).href)
    t.equal(await tab.frameLocator('iframe').getByRole('heading').textContent(), 'Confirm your payment')
  })
})

function innerFrame (tab: Tab, path: string) {
  const frame = tab.frames().find((frame) => frame.url().endsWith(path))
  if (frame === undefined) throw new Error(`no frame ${path}`)
  return frame
}
