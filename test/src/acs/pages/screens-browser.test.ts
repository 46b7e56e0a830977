import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { approvalPage } from '../../../../src/acs/pages/approval-page.ts'
import { readConsents } from '../../../../src/acs/pages/fields.ts'
import type { Page } from '../../../../src/acs/pages/page.ts'
import { screenPage, type ScreenView } from '../../../../src/acs/pages/screen-page.ts'
import { screenElements } from '../../../../src/acs/ui/app-screen.ts'
import { htmlEntry } from '../../../../src/acs/ui/html-entry.ts'
import { browserIsLeftOut, launchBrowser } from '../../../setup/browser.ts'
import { leastContrast } from './least-contrast.ts'

const windowSizes = { '01': [250, 400], '02': [390, 400], '03': [500, 600], '04': [600, 400], '05': [1280, 800], '05 on a phone': [375, 667] } as const
const KINDS = ['text', 'single-select', 'multi-select', 'out-of-band', 'information'] as const

const purchase = {
  acctNumber: '4000000000001091',
  merchantName: 'Blue Kettle Tea & Coffee Supplies Ltd 24',
  purchaseAmount: '123456789',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20260926101530'
}
const view: ScreenView = { kind: 'text', action: '/answer', hidden: { attempt: '0' }, purchase, attemptsLeft: 3, passingCode: '1234', consents: [] }
const approvalURL = 'https://acs.example/acs/oob/8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
const waiting: ScreenView = { ...view, kind: 'out-of-band', approvalURL }

/** Pages by path; what was posted, and the answers of `/status`, one after the other. */
async function serve (t: Test, pages: Record<string, Page | string>, statuses: (boolean | 503)[] = []) {
  const posted: [string, string][][] = []
  const asked: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') posted.push([...new URLSearchParams(await text(request))])
    if (request.url === '/status') {
      asked.push(request.headers.origin)
      const status = statuses.shift()
      response.writeHead(status === 503 ? 503 : 200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
      response.end(status === 503 ? 'busy' : JSON.stringify({ approved: status }))
      return
    }
    const page = request.method === 'POST' ? 'posted' : pages[request.url ?? ''] ?? 'none'
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (typeof page === 'string') response.end(page)
    else response.setHeader('content-security-policy', page.contentSecurityPolicy).end(page.html)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted, asked }
}

const every: Record<string, Page> = Object.fromEntries([
  ...KINDS.flatMap((kind) => [
    [`/${kind}`, screenPage({ ...view, kind, approvalURL })],
    [`/${kind}/full`, screenPage({ ...view, kind, approvalURL, consents: ['trustList', 'deviceBinding'], attemptsLeft: 1, notice: kind === 'out-of-band' ? 'not-approved' : 'wrong-code' })]
  ]),
  ...(['open', 'approved', 'declined', 'over'] as const).map((state) => [`/${state}`, approvalPage({ purchase, state, action: '/decide', returnURL: 'myshop://done' })])
])

t.test('the pages of every kind of screen in a real browser', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t)
  const scripted = await browser.newPage()
  const plain = await browser.newPage({ javaScriptEnabled: false })
  const tab = scripted
  const button = (name: string) => tab.getByRole('button', { name })

  t.test('fits each of the five windows without scrolling sideways; the main button of a screen without more is in view', async (t) => {
    const { url } = await serve(t, every)
    for (const path of Object.keys(every)) {
      await tab.goto(url + path)
      for (const [size, [width, height]] of Object.entries(windowSizes)) {
        await tab.setViewportSize({ width, height })
        t.equal(await tab.evaluate('document.documentElement.scrollWidth'), width, `${size} ${path}`)
        if (path.endsWith('/full')) continue
        const box = await tab.locator('.main').boundingBox()
        t.ok(box !== null && box.y >= 0 && box.y + box.height <= height, `${size} ${path}`)
      }
    }
  })

  t.test('has a contrast of 4.5 and more, by day and by night', async (t) => {
    const { url } = await serve(t, every)
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme })
      for (const path of Object.keys(every)) {
        await tab.goto(url + path)
        const [ratio, text] = await tab.evaluate<[number, string]>(leastContrast)
        t.ok(ratio >= 4.5, `${colorScheme} ${path}: ${ratio} ${text}`)
      }
    }
  })

  t.test('is named for assistive technology', async (t) => {
    const { url } = await serve(t, every)
    const formOf = async (path: string) => {
      await tab.goto(url + path)
      return (await tab.locator('form').ariaSnapshot())
    }
    const consents = '- checkbox "Trust this shop, and ask me less often."\n- text: Trust this shop, and ask me less often.\n- checkbox "Remember this device, and ask me less often."\n- text: Remember this device, and ask me less often.\n'
    t.equal(await formOf('/single-select/full'), `- alert: Wrong choice. Please try again.
- group "Choose one 1 attempt left":
  - text: Choose one 1 attempt left
  - radio "Text message to ** *** **24"
  - text: Text message to ** *** **24
  - radio "Email to c*****@example.test"
  - text: Email to c*****@example.test
  - radio "Neither of them is mine"
  - text: Neither of them is mine
${consents}- button "Submit"
- button "Cancel"`)
    t.equal(await formOf('/out-of-band/full'), `- alert: Not approved yet.
- link "Open the bank's app":
  - /url: ${approvalURL}
- paragraph: "or, on your phone: ${approvalURL}"
${consents}- button "Continue"
- button "Cancel"`)
    t.equal(await formOf('/open'), '- button "Approve"\n- button "Decline"')
  })

  t.test('works by keyboard, each stop with a visible ring', async (t) => {
    const { url } = await serve(t, every)
    await tab.goto(`${url}/single-select`)
    await tab.locator('[value=sms]:focus').waitFor()
    await tab.keyboard.press('ArrowDown')
    const stops = []
    for (let stop = 0; stop < 3; stop++) {
      stops.push(await tab.evaluate('[document.activeElement.value, getComputedStyle(document.activeElement).outlineStyle]'))
      await tab.keyboard.press('Tab')
    }
    t.strictSame(stops, [['mail', 'solid'], ['submit', 'solid'], ['cancel', 'solid']])
  })

  for (const javaScriptEnabled of [true, false]) {
    t.test(`posts what was chosen ${javaScriptEnabled ? 'with' : 'without'} scripts`, async (t) => {
      const { url, posted } = await serve(t, every)
      const tab = javaScriptEnabled ? scripted : plain
      const press = async (path: string, name: string, ...ticks: string[]) => {
        await tab.goto(url + path)
        for (const tick of ticks) await tab.getByLabel(tick).check()
        await Promise.all([tab.waitForURL(/answer|decide/), tab.getByRole('button', { name }).click()])
      }
      await press('/single-select', 'Submit', 'Email')
      await press('/single-select', 'Cancel')
      await press('/multi-select', 'Submit', 'Text message', 'Email')
      await press('/multi-select/full', 'Submit', 'Text message', 'Remember this device')
      await press('/out-of-band', 'Continue')
      await press('/information/full', 'Continue', 'Trust this shop')
      await press('/open', 'Approve')
      await press('/open', 'Decline')
      const attempt = ['attempt', '0']
      const asked = ['consents', 'trustList,deviceBinding']
      t.strictSame(posted, [
        [attempt, ['choice', 'mail'], ['action', 'submit']],
        [attempt, ['action', 'cancel']],
        [attempt, ['choice', 'sms'], ['choice', 'mail'], ['action', 'submit']],
        [attempt, asked, ['choice', 'sms'], ['deviceBinding', 'Y'], ['action', 'submit']],
        [attempt, ['action', 'continue']],
        [attempt, asked, ['trustList', 'Y'], ['action', 'continue']],
        [['action', 'approve']],
        [['action', 'decline']]
      ])
      t.strictSame(readConsents((name) => Object.fromEntries(posted[5] ?? [])[name]), { trustList: 'Y', deviceBinding: 'N' })
    })
  }

  t.test('a single choice has to be made before it is sent', async (t) => {
    const { url, posted } = await serve(t, every)
    await tab.goto(`${url}/single-select`)
    await button('Submit').click()
    t.equal(await tab.evaluate('document.querySelector("form").checkValidity()'), false)
    t.strictSame(posted, [])
  })

  t.test('out of band: goes on by itself as soon as it is approved; an answer that is none is asked for again', async (t) => {
    for (const [statuses, requests] of [[[true], 1], [[false, 503, true], 3]] as const) {
      const page = await browser.newPage()
      await page.clock.install()
      const { url, posted, asked } = await serve(t, { '/': screenPage({ ...waiting, statusURL: '/status', consents: ['trustList'] }) }, [...statuses])
      await page.goto(url)
      for (let request = 1; request < requests; request++) {
        const answer = page.waitForResponse('**/status')
        // Only once the last answer was read does the next two seconds begin: so time is let go on until there is an answer.
        const going = setInterval(() => { page.clock.runFor(500).catch(() => {}) }, 20)
        await answer.finally(() => clearInterval(going))
      }
      await page.waitForURL('**/answer')
      t.equal(asked.length, requests)
      t.strictSame(posted, [[['attempt', '0'], ['consents', 'trustList'], ['action', 'continue']]])
      await page.close()
    }
  })

  t.test('out of band: in a sandbox of an opaque origin without popups it goes on by itself too, and the link harms nothing', async (t) => {
    const { url, posted, asked } = await serve(t, {
      '/': '<iframe sandbox="allow-forms allow-scripts" src="/page" width="390" height="400"></iframe>',
      '/page': screenPage({ ...waiting, statusURL: '/status' }),
      '/by-hand': '<iframe sandbox="allow-forms allow-scripts" src="/still" width="390" height="400"></iframe>',
      '/still': screenPage(waiting)
    }, [true])
    await tab.goto(url)
    await tab.frameLocator('iframe').getByText('posted').waitFor()
    t.strictSame(asked, ['null'])
    await tab.goto(`${url}/by-hand`)
    const frame = tab.frameLocator('iframe')
    await frame.getByRole('link', { name: 'Open the bank\'s app' }).dispatchEvent('click')
    await frame.getByRole('button', { name: 'Continue' }).dispatchEvent('click')
    await frame.getByText('posted').waitFor()
    t.strictSame(posted, [[['attempt', '0'], ['action', 'continue']], [['attempt', '0'], ['action', 'continue']]])
    t.equal(browser.contexts().flatMap((context) => context.pages()).length, 2, 'no popup')
  })

  t.test('HTML in an app: what an SDK catches is read back; nothing is asked of the network', async (t) => {
    const screen = {
      acsInterface: '02' as const,
      messageVersion: '2.3.1' as const,
      attemptsLeft: 3,
      consents: ['trustList', 'deviceBinding'] as const,
      secondEntry: true,
      otherMethod: true,
      first: true,
      purchase,
      passingCode: '1234',
      imageURL: () => 'https://acs.example/x.png',
      oobAppURL: approvalURL,
      opensApp: true
    }
    const page = await browser.newPage({ viewport: { width: 375, height: 667 } })
    const requests: string[] = []
    await page.route('**', (route) => {
      requests.push(route.request().url())
      return route.fulfill({ body: 'caught' })
    })
    const catchFrom = async (kind: ScreenView['kind'], press: string, fill: Record<string, string> = {}, ...ticks: string[]) => {
      await page.goto('about:blank')
      await page.setContent(Buffer.from(screenElements({ ...screen, kind })['acsHTML'] as string, 'base64url').toString())
      for (const [label, value] of Object.entries(fill)) await page.getByLabel(label, { exact: true }).fill(value)
      for (const tick of ticks) await page.getByLabel(tick).check()
      t.strictSame(requests.splice(0), [])
      await Promise.all([page.waitForRequest('**'), page.getByRole(press === 'Open the bank\'s app' ? 'link' : 'button', { name: press }).click()])
      const [url = ''] = requests.splice(0)
      return url.startsWith('https://emv3ds/challenge?') ? htmlEntry(new URL(url).search.slice(1)) : url
    }
    const no = { trustList: 'N', deviceBinding: 'N' }
    t.strictSame(await catchFrom('text', 'Submit', { 'One-time code': '12 ä&=', 'The same code again': '1+2%' }, 'Trust this shop'),
      { type: 'entry', value: '12 ä&=', second: '1+2%', consents: { trustList: 'Y', deviceBinding: 'N' } })
    t.strictSame(await catchFrom('text', 'Resend code'), { type: 'resend' })
    t.strictSame(await catchFrom('text', 'Another way'), { type: 'other-method' })
    t.strictSame(await catchFrom('single-select', 'Submit', {}, 'Email'), { type: 'entry', value: 'mail', consents: no })
    t.strictSame(await catchFrom('multi-select', 'Submit', {}, 'Text message', 'Email'), { type: 'entry', value: 'sms,mail', consents: no })
    t.strictSame(await catchFrom('out-of-band', 'Continue'), { type: 'continue', consents: no })
    t.strictSame(await catchFrom('information', 'Continue', {}, 'Remember this device'), { type: 'continue', consents: { trustList: 'N', deviceBinding: 'Y' } })
    t.equal(await catchFrom('out-of-band', 'Open the bank\'s app'), 'https://emv3ds/openoobApp')
    await page.close()
  })
})
