import type { Browser, BrowserContext, BrowserContextOptions, Frame, FrameLocator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { randomIds } from '../../src/ids.ts'
import { build } from '../setup/app.ts'
import { browserIsLeftOut, launchBrowser } from '../setup/browser.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { openShop, type Payment, type Shop } from './shop-page.ts'

interface Market { mock: string, shop: Shop }

/** The mock at 127.0.0.1 and a shop at localhost: two sites, as browsers see them. */
async function openMarket (t: Test, env: Record<string, string> = {}): Promise<Market> {
  const app = await build(t, env, { ids: randomIds })
  const mock = await app.listen({ host: '127.0.0.1', port: 0 })
  return { mock, shop: await openShop(t, mock) }
}

/** What a tab did that it should not have: told the console, failed, or went elsewhere. */
interface Watched { tab: Page, context: BrowserContext, complaints: string[], requested: string[] }

async function openTab (t: Test, browser: Browser, { mock, shop }: Market, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options })
  t.teardown(() => context.close())
  const complaints: string[] = []
  const requested: string[] = []
  context.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  context.on('weberror', (error) => { complaints.push(String(error.error())) })
  context.on('request', (request) => {
    const { origin, protocol, pathname } = new URL(request.url())
    if (origin === mock) requested.push(`${request.method()} ${pathname}`)
    else if (origin !== shop.url && protocol !== 'data:') complaints.push(`asked for ${request.url()}`)
  })
  return { tab: await context.newPage(), context, complaints, requested }
}

/** The way from the checkout to the bank's page in the iframe. */
async function toChallenge ({ tab }: Watched, { shop }: Market, payment: Payment): Promise<FrameLocator> {
  await tab.goto(shop.pageOf(payment))
  const bank = tab.frameLocator('iframe')
  await bank.getByRole('heading', { name: 'Confirm your payment' }).waitFor()
  return bank
}

/** In a frame of another site that was just loaded, a click is an event: a mouse needs it painted. */
async function press (bank: FrameLocator | Page, button: 'Submit' | 'Resend code' | 'Cancel', code?: string): Promise<void> {
  if (code !== undefined) await bank.getByLabel('One-time code').fill(code)
  await bank.getByRole('button', { name: button }).dispatchEvent('click')
}

function isAtShop ({ tab }: Watched, words: 'Thank you' | 'Not paid'): Promise<void> {
  return tab.getByRole('heading', { name: words }).waitFor()
}

/** What everybody was told of an ended challenge: the shop by the browser, and by the 3DS Server. */
function checkEnd (t: Test, payment: Payment, { transStatus, ...result }: Record<string, string>, times = 1): void {
  const { threeDSServerTransID, authenticated: { authenticationResponse: { acsTransID, dsTransID } } } = payment
  t.equal(payment.notified.length, times)
  for (const { fields, contentType } of payment.notified) {
    t.equal(contentType, 'application/x-www-form-urlencoded')
    const [[name, cres] = ['', ''], ...rest] = fields
    t.equal(name, 'cres')
    t.match(cres, /^[A-Za-z0-9_-]+$/, 'base64url, no padding')
    t.strictSame(JSON.parse(Buffer.from(cres, 'base64url').toString()), {
      messageType: 'CRes', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, challengeCompletionInd: 'Y', transStatus
    })
    t.strictSame(rest, payment.threeDSSessionData === '' ? [] : [['threeDSSessionData', payment.threeDSSessionData]])
  }
  checkFinal(t, payment, { transStatus: transStatus as string, ...result }, dsTransID)
}

function checkFinal (t: Test, { threeDSServerTransID, finals, authenticated }: Payment, result: Record<string, string>, dsTransID: string): void {
  const { acsTransID } = authenticated['authenticationResponse']
  const ids = { threeDSServerTransID, acsTransID, dsTransID }
  t.ok(finals.length > 0)
  for (const { status, body } of finals) {
    const proof = result['transStatus'] === 'Y' ? { eci: '05', authenticationValue: body['authenticationValue'] } : {}
    if (result['transStatus'] === 'Y') t.match(body['authenticationValue'], /^AAAB[A-Za-z0-9+/]{23}=$/)
    t.equal(status, 200)
    t.strictSame(body, {
      ...proof,
      threeDSServerTransID,
      transStatus: result['transStatus'],
      resultsResponse: { messageType: 'RRes', messageVersion: '2.2.0', ...ids, resultsStatus: '01' },
      resultsRequest: { messageType: 'RReq', messageVersion: '2.2.0', ...ids, messageCategory: '01', authenticationType: '02', ...proof, ...result }
    })
  }
}

/** What is hard to carry through two HTML forms, and is carried: all but control characters. */
const SESSION = '  eyJvcmRlciI6NDJ9-_+/=%41%zz&amp;&#13;"\'`<b></input> é\u0301ß😀\u202e\u00a0\ufeff C:\\new\\u0000\\ '

/** The frame that shows the bank's page. */
function bankFrame ({ tab }: Watched, { mock }: Market): Frame {
  const frame = tab.frames().find((frame) => frame.url().startsWith(mock))
  if (frame === undefined) throw new Error('the bank is not in any frame')
  return frame
}

t.test('in a shop on another site, in a sandboxed iframe, third-party cookies blocked (emv3ds §5.3)', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t, ['--test-third-party-cookie-phaseout'])
  const market = await openMarket(t)
  const { shop, mock } = market

  await t.test('the right code: Y, the session data comes back byte for byte, the iframe goes', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: SESSION })
    await press(await toChallenge(watched, market, payment), 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    t.equal(await watched.tab.locator('iframe').count(), 0)
    t.equal(payment.notified[0]?.origin, mock, 'a shop may look at where the post came from')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' })
    const { acsTransID } = payment.authenticated['authenticationResponse']
    t.strictSame(watched.requested, ['POST /acs/challenge', `POST /acs/challenge/${acsTransID}`])
    t.strictSame(watched.complaints, [])
  })

  await t.test('a wrong code and a resend, then the right one: Y with two answers', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay()
    const bank = await toChallenge(watched, market, payment)
    await press(bank, 'Submit', '0000')
    await bank.getByRole('alert').getByText('Wrong code. Please try again.').waitFor()
    await press(bank, 'Resend code')
    await bank.getByRole('status').getByText('We sent the code again.').waitFor()
    await bank.getByText('2 attempts left').waitFor()
    await press(bank, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '02' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('three wrong codes: N', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: 'c2Vzc2lvbg' })
    const bank = await toChallenge(watched, market, payment)
    for (const left of ['2 attempts left', '1 attempt left']) {
      await press(bank, 'Submit', '9999')
      await bank.getByText(left).waitFor()
    }
    await press(bank, 'Submit', '9999')
    await isAtShop(watched, 'Not paid')
    checkEnd(t, payment, { transStatus: 'N', transStatusReason: '19', interactionCounter: '03' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('cancel: N, and why (emv3ds §9.1)', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay()
    await press(await toChallenge(watched, market, payment), 'Cancel')
    await isAtShop(watched, 'Not paid')
    checkEnd(t, payment, { transStatus: 'N', transStatusReason: '01', challengeCancel: '01', interactionCounter: '00' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('reloads in the middle, of the frame and of the whole shop, show the challenge where it stands', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: SESSION })
    const bank = await toChallenge(watched, market, payment)
    const again = watched.tab.waitForRequest(`${mock}/acs/challenge`)
    await bankFrame(watched, market).evaluate('location.reload()')
    t.equal((await again).method(), 'POST')
    await bank.getByText('3 attempts left').waitFor()
    await press(bank, 'Submit', '0000')
    await bank.getByText('2 attempts left').waitFor()
    const sentAgain = watched.tab.waitForResponse(`${mock}/acs/challenge/${payment.authenticated['authenticationResponse'].acsTransID}`)
    await bankFrame(watched, market).evaluate('location.reload()')
    t.equal((await sentAgain).request().method(), 'POST', 'the wrong code is sent again')
    await bank.getByText('2 attempts left').waitFor()
    const reloaded = await toChallenge(watched, market, payment)
    await reloaded.getByText('2 attempts left').waitFor()
    await press(reloaded, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '02' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('the back button in the frame leads to the page before, from which the right code passes', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay()
    const bank = await toChallenge(watched, market, payment)
    await press(bank, 'Submit', '0')
    await bank.getByText('2 attempts left').waitFor()
    await bank.locator('body').evaluate((body) => {
      const window = body.ownerDocument.defaultView
      // Later: a navigation would end this very call.
      window?.setTimeout(() => { window.history.back() })
    })
    await bank.getByText('3 attempts left').waitFor()
    await press(bank, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '02' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('after the end the same creq brings the same result, however often the shop asks', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: SESSION })
    await press(await toChallenge(watched, market, payment), 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    await watched.tab.reload()
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' }, 2)
    t.strictSame(payment.finals[1], payment.finals[0])
    t.strictSame(watched.complaints, [])
  })

  await t.test('windows 01 and 05: all of it is in view (emv3ds §5.3)', async (t) => {
    for (const [challengeWindowSize, width, height] of [['01', 250, 400], ['05', 800, 700]] as const) {
      const watched = await openTab(t, browser, market)
      const payment = await shop.pay({ challengeWindowSize })
      t.equal(payment.authenticated['challengeRequest'].challengeWindowSize, challengeWindowSize)
      const bank = await toChallenge(watched, market, payment)
      t.strictSame(await bankFrame(watched, market).evaluate('[innerWidth, innerHeight, document.documentElement.scrollWidth, document.documentElement.scrollHeight]'),
        [width, height, width, height], challengeWindowSize)
      await press(bank, 'Submit', '1234')
      await isAtShop(watched, 'Thank you')
      checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' })
      t.strictSame(watched.complaints, [])
    }
  })

  await t.test('for who wants it dark, it is dark', async (t) => {
    for (const [colorScheme, isDark] of [['dark', true], ['light', false]] as const) {
      const watched = await openTab(t, browser, market, { colorScheme })
      const payment = await shop.pay()
      const bank = await toChallenge(watched, market, payment)
      const [text, sheet] = await Promise.all(['color', 'backgroundColor'].map(async (property) => {
        const color = String(await bank.locator('.sheet').evaluate((element, property) => `${Reflect.get(globalThis, 'getComputedStyle')(element)[property]}`, property))
        return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, channel) => sum + Number(channel), 0)
      }))
      t.equal(Number(text) > Number(sheet), isDark)
      await press(bank, 'Submit', '1234')
      await isAtShop(watched, 'Thank you')
      t.strictSame(watched.complaints, [])
    }
  })

  await t.test('no cookie is asked for, and one that is there does not reach the frame', async (t) => {
    const watched = await openTab(t, browser, market)
    await watched.context.addCookies([{ name: 'probe', value: '1', url: `${mock.replace('http:', 'https:')}/`, sameSite: 'None', secure: true }])
    const headers: Promise<Record<string, string>>[] = []
    watched.context.on('request', (request) => { if (request.url().startsWith(mock)) headers.push(request.allHeaders()) })
    const cookies: Promise<Record<string, string>>[] = []
    watched.context.on('response', (response) => { if (response.url().startsWith(mock)) cookies.push(response.allHeaders()) })
    await watched.tab.goto(`${mock}/health`)
    t.equal((await headers[0])?.['cookie'], 'probe=1', 'it is there')

    const payment = await shop.pay()
    const bank = await toChallenge(watched, market, payment)
    t.equal(await bankFrame(watched, market).evaluate('document.cookie'), '')
    await press(bank, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    const sent = await Promise.all(headers)
    t.equal(sent.length, 3)
    t.strictSame(sent.slice(1).map((of) => of['cookie']), [undefined, undefined])
    for (const of of await Promise.all(cookies)) t.notOk('set-cookie' in of)
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' })
  })
})

t.test('in the whole window', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t)
  const market = await openMarket(t)
  const { shop } = market

  async function start (watched: Watched, payment: Payment): Promise<void> {
    await watched.tab.goto(shop.pageOf(payment, 'window'))
    await watched.tab.getByRole('button', { name: 'Pay' }).click()
    await watched.tab.getByRole('heading', { name: 'Confirm your payment' }).waitFor()
  }

  await t.test('the right code, by keyboard alone: Y', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: SESSION, challengeWindowSize: '05' })
    await start(watched, payment)
    await watched.tab.keyboard.type('1234')
    await watched.tab.keyboard.press('Enter')
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' })
    t.strictSame(watched.complaints, [])
  })

  await t.test('the back button after the end leads to the same result, not to a second one', async (t) => {
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ threeDSSessionData: SESSION })
    await start(watched, payment)
    await press(watched.tab, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    await watched.tab.goBack()
    await watched.tab.getByRole('heading', { name: 'Confirm your payment' }).waitFor()
    await press(watched.tab, 'Cancel')
    await isAtShop(watched, 'Thank you')
    checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '01' }, 2)
    t.strictSame(payment.finals[1], payment.finals[0])
    t.strictSame(watched.requested.map((request) => request.slice(0, 19)), Array(watched.requested.length).fill('POST /acs/challenge'))
  })

  await t.test('without JavaScript: the same, with one click more', async (t) => {
    for (const [button, code, words, result] of [
      ['Submit', '1234', 'Thank you', { transStatus: 'Y', interactionCounter: '01' }],
      ['Cancel', undefined, 'Not paid', { transStatus: 'N', transStatusReason: '01', challengeCancel: '01', interactionCounter: '00' }]
    ] as const) {
      const watched = await openTab(t, browser, market, { javaScriptEnabled: false })
      const payment = await shop.pay({ threeDSSessionData: SESSION })
      await start(watched, payment)
      await press(watched.tab, 'Submit', '0')
      await watched.tab.getByText('2 attempts left').waitFor()
      for (let reload = 0; reload < 3; reload++) {
        await watched.tab.reload()
        await watched.tab.getByRole('alert').getByText('Wrong code. Please try again.').waitFor()
      }
      await press(watched.tab, button, code)
      await watched.tab.getByRole('button', { name: 'Continue' }).click()
      await isAtShop(watched, words)
      checkEnd(t, payment, { ...result, interactionCounter: button === 'Submit' ? '02' : '01' })
      t.strictSame(watched.complaints, [])
    }
  })

  await t.test('by the original server\'s path: a page, and a redirect to the shop with the result in its query', async (t) => {
    const path = '/processor/mock/acs/trigger-otp'
    const watched = await openTab(t, browser, market)
    const payment = await shop.pay({ path })
    await start(watched, payment)
    await press(watched.tab, 'Submit', '0000')
    await watched.tab.getByText('2 attempts left').waitFor()
    await press(watched.tab, 'Submit', '1234')
    await isAtShop(watched, 'Thank you')
    const { threeDSServerTransID, authenticated: { authenticationResponse: { dsTransID } } } = payment
    checkFinal(t, payment, { transStatus: 'Y', interactionCounter: '02' }, dsTransID)
    const authenticationValue = payment.finals[0]?.body['authenticationValue']
    t.strictSame(payment.returned, [[
      ['payment', payment.id], ['transStatus', 'Y'], ['threeDSServerTransID', threeDSServerTransID], ['eci', '05'], ['authenticationValue', authenticationValue]
    ]])
    t.strictSame(payment.notified, [])
    t.strictSame(watched.complaints, [])
  })
})

t.test('with its state in Redis', { skip: browserIsLeftOut || redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const browser = await launchBrowser(t)
  const market = await openMarket(t, { USE_REDIS: 'true', REDIS_URL: redis.url })
  const watched = await openTab(t, browser, market)
  const payment = await market.shop.pay({ threeDSSessionData: SESSION })
  const bank = await toChallenge(watched, market, payment)
  await press(bank, 'Submit', '0000')
  await bank.getByText('2 attempts left').waitFor()
  await press(bank, 'Submit', '1234')
  await isAtShop(watched, 'Thank you')
  checkEnd(t, payment, { transStatus: 'Y', interactionCounter: '02' })
  t.strictSame(watched.complaints, [])
})
