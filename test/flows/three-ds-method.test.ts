import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import t, { type Test } from 'tap'
import { judgeMethod, methodFindingsKey } from '../../src/acs/method/judge-method.ts'
import { findMethodRun } from '../../src/acs/method/method-run.ts'
import { createManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { type MethodBehaviour, methodURLFor } from '../../src/scenario/method-behaviour.ts'
import { threeDSMethodData } from '../../src/three-ds-server/method-data.ts'
import { build, keepLog, post } from '../setup/app.ts'
import { browserIsLeftOut, launchBrowser } from '../setup/browser.ts'
import { browserRequest } from '../setup/requests.ts'
import { buildMethod, type MethodUnderTest, START } from '../src/acs/method/method-app.ts'

/** What a browser brought to the shop's threeDSMethodNotificationURL. */
interface Notified { fields: [name: string, value: string][], contentType: string | undefined, origin: string | undefined, destination: unknown }

/** The form that starts the 3DS Method. */
interface MethodForm { action: string, field: string }

interface Shop {
  url: string
  notified: Notified[]
  /** Resolves when so many notifications have come. */
  notifications (count: number): Promise<void>
}

const notifiedPage = (origin: string) => `<!doctype html><title>Notified</title><link rel="icon" href="data:,"><script>parent.postMessage('method over', '${origin}')</script>`

/**
 * A shop on an origin of its own: a checkout page that runs the 3DS Method in a hidden frame and waits to be told by the page
 * at its notification URL, which is reached by a redirect.
 * @param prepare takes the notification URL; what is posted, and where to
 */
async function openShop (t: Test, prepare: (url: string) => MethodForm | Promise<MethodForm>, sandbox = ''): Promise<Shop> {
  const notified: Notified[] = []
  let heard = () => {}
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (request.method === 'POST') {
      const { 'content-type': contentType, origin, 'sec-fetch-dest': destination } = request.headers
      notified.push({ fields: [...new URLSearchParams(await text(request))], contentType, origin, destination })
      heard()
      response.writeHead(303, { location: '/done' }).end()
    } else response.end(request.url === '/done' ? notifiedPage(url) : checkout)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const { action, field } = await prepare(`${url}/notified?a=1&b=ü`)
  const checkout = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<h1>Please wait</h1>
<iframe name="method" title="3DS Method" style="width:0;height:0;border:0;visibility:hidden"${sandbox === '' ? '' : ` sandbox="${sandbox}"`}></iframe>
<form method="post" action="${action}" target="method"><input type="hidden" name="threeDSMethodData" value="${field}"><button>Run</button></form>
<script>
addEventListener('message', ({ data, source }) => {
  if (data === 'method over' && source === document.querySelector('iframe').contentWindow) document.querySelector('h1').textContent = 'Method over'
})
document.forms[0].submit()
</script></html>`
  return {
    url,
    notified,
    async notifications (count) { while (notified.length < count) await new Promise<void>((resolve) => { heard = resolve }) }
  }
}

interface RunOptions {
  behaviour?: MethodBehaviour
  /** What is posted, for an id and a notification URL. */
  field?: (id: string, url: string) => string
  sandbox?: string
  context?: BrowserContextOptions
}

/** The mock at 127.0.0.1 and a shop at localhost, two sites as browsers see them; and a tab that stands at the checkout. */
async function start (t: Test, browser: Browser, options: RunOptions = {}) {
  const id = randomUUID()
  const { behaviour = { type: 'notify' }, field = threeDSMethodData, sandbox = '', context: contextOptions = {} } = options
  const mock = await buildMethod(t)
  const address = await mock.app.listen({ host: '127.0.0.1', port: 0 })
  const shop = await openShop(t, (url) => ({ action: methodURLFor(`${address}/acs/method`, behaviour), field: field(id, url) }), sandbox)
  const context = await browser.newContext(contextOptions)
  t.teardown(() => context.close())
  const complaints: string[] = []
  context.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  context.on('weberror', (error) => { complaints.push(String(error.error())) })
  const tab = await context.newPage()
  const dataKept = context.waitForEvent('response', { predicate: (response) => response.url() === `${address}/acs/method/${id}` })
  dataKept.catch(() => {})
  await tab.goto(shop.url)
  return { id, mock, address, shop, tab, complaints, dataKept, context }
}

/** What the AReq would be told that says `threeDSCompInd` now. */
function judge ({ parts }: MethodUnderTest, threeDSServerTransID: string, threeDSCompInd: string) {
  return judgeMethod({ deviceChannel: '02', messageVersion: '2.2.0', threeDSServerTransID, threeDSCompInd }, { ...parts, methodPlace: 'here' })
}

function checkNotified (t: Test, { notified }: Shop, id: string, origins: readonly string[]): void {
  t.strictSame(notified.map(({ origin }) => origin), origins)
  for (const { fields, contentType } of notified) {
    t.match(contentType, /^application\/x-www-form-urlencoded(;charset=UTF-8)?$/)
    const [[name, value] = ['', ''], ...rest] = fields
    t.strictSame([name, rest], ['threeDSMethodData', []])
    t.match(value, /^[A-Za-z0-9_-]+$/, 'base64url, no padding')
    t.equal(Buffer.from(value, 'base64url').toString(), `{"threeDSServerTransID":"${id}"}`)
  }
}

t.test('in a hidden frame of a shop on another site, third-party cookies blocked (emv3ds-protocol §5.1)', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t, ['--test-third-party-cookie-phaseout'])

  await t.test('the data is kept, then the notification URL is posted to; the shop goes on', async (t) => {
    const { id, mock, address, shop, tab, complaints, context, dataKept } = await start(t, browser, { context: { locale: 'de-AT', timezoneId: 'Europe/Vienna' } })
    await tab.getByRole('heading', { name: 'Method over' }).waitFor()
    t.equal((await dataKept).status(), 204)
    checkNotified(t, shop, id, [address])
    t.strictSame(shop.notified.map(({ contentType, destination }) => [contentType, destination]), [['application/x-www-form-urlencoded', 'iframe']])
    const run = await findMethodRun(id, mock.parts.notes)
    t.match(run, { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'notify' }, dataAt: START })
    t.strictSame(Object.keys(run?.data ?? {}), [
      'browserUserAgent', 'browserLanguage', 'browserColorDepth', 'browserScreenHeight', 'browserScreenWidth', 'browserTZ',
      'browserJavaEnabled', 'browserJavascriptEnabled', 'timeZone', 'languages', 'platform', 'devicePixelRatio', 'maxTouchPoints'
    ])
    t.match(run?.data, {
      browserUserAgent: await tab.evaluate('navigator.userAgent'),
      browserLanguage: 'de-AT',
      browserColorDepth: '24',
      browserScreenHeight: /^\d+$/,
      browserScreenWidth: /^\d+$/,
      browserTZ: await tab.evaluate('String(new Date().getTimezoneOffset())'),
      browserJavaEnabled: 'false',
      browserJavascriptEnabled: 'true',
      timeZone: 'Europe/Vienna',
      languages: 'de-AT'
    })
    t.strictSame(await judge(mock, id, 'Y'), [])
    t.strictSame(await judge(mock, id, 'N'), [{ element: 'threeDSCompInd', message: 'is N, although the 3DS Method finished in time' }])
    t.strictSame(await context.cookies(), [])
    t.strictSame(complaints, [])
  })

  await t.test('in a sandbox that gives the page an origin of its own', async (t) => {
    const { id, mock, shop, tab, complaints, dataKept } = await start(t, browser, { sandbox: 'allow-forms allow-scripts' })
    await tab.getByRole('heading', { name: 'Method over' }).waitFor()
    await dataKept
    checkNotified(t, shop, id, ['null'])
    t.match((await findMethodRun(id, mock.parts.notes))?.data, { browserJavascriptEnabled: 'true' })
    t.strictSame(complaints, [])
  })

  await t.test('standard base64 with padding and without a notification URL, as hyperswitch posts it: the data is kept, nobody is notified', async (t) => {
    const { id, mock, shop, tab, dataKept, complaints } = await start(t, browser, {
      field: (threeDSServerTransID) => Buffer.from(JSON.stringify({ threeDSServerTransID })).toString('base64')
    })
    t.equal((await dataKept).status(), 204)
    t.match(await findMethodRun(id, mock.parts.notes), { notifiedURLGiven: false, data: { browserJavascriptEnabled: 'true' } })
    t.equal(await tab.frameLocator('iframe').locator('form').count(), 0)
    t.strictSame(shop.notified, [])
    t.strictSame(complaints, [])
  })

  await t.test('twice: two notifications, the second one from the frame', async (t) => {
    const { id, address, shop, tab, complaints } = await start(t, browser, { behaviour: { type: 'twice' } })
    await tab.getByRole('heading', { name: 'Method over' }).waitFor()
    checkNotified(t, shop, id, [address, address])
    t.strictSame(shop.notified.map(({ destination }) => destination), ['empty', 'iframe'])
    t.strictSame(complaints, [])
  })

  await t.test('delay: the data first, the notification later; until then threeDSCompInd is N', async (t) => {
    const { id, mock, address, shop, tab, dataKept } = await start(t, browser, { behaviour: { type: 'delay', ms: 200 } })
    await dataKept
    t.strictSame(await judge(mock, id, 'N'), [])
    t.strictSame(await judge(mock, id, 'Y'), [{ element: 'threeDSCompInd', message: 'is Y, but its notification is not due yet' }])
    await tab.getByRole('heading', { name: 'Method over' }).waitFor()
    checkNotified(t, shop, id, [address])
    mock.parts.clock.advance(200)
    t.strictSame(await judge(mock, id, 'Y'), [])
  })

  await t.test('wrong-id: the shop is notified of something else', async (t) => {
    const { id, mock, shop, dataKept } = await start(t, browser, { behaviour: { type: 'wrong-id' } })
    await shop.notifications(1)
    await dataKept
    const told = JSON.parse(Buffer.from(shop.notified[0]?.fields[0]?.[1] ?? '', 'base64url').toString())
    t.match(told, { threeDSServerTransID: /^[0-9a-f-]{36}$/ })
    t.not(told.threeDSServerTransID, id)
    t.match(await findMethodRun(id, mock.parts.notes), { data: { browserJavascriptEnabled: 'true' } })
  })

  await t.test('never, and an address that no browser may be sent to: the data is kept, and the page has nothing to post', async (t) => {
    for (const faulty of [false, true]) {
      const { id, mock, shop, tab, dataKept } = await start(t, browser, {
        behaviour: { type: 'never' },
        field: (id, url) => threeDSMethodData(id, faulty ? `javascript:${url}` : url)
      })
      await dataKept
      t.equal(await tab.frameLocator('iframe').locator('form').count(), 0)
      t.strictSame(await judge(mock, id, 'N'), [])
      t.match(await judge(mock, id, 'Y'), [{ message: faulty ? 'is Y, but its threeDSMethodNotificationURL could not be used' : 'is Y, but its page never notifies' }])
      t.strictSame(shop.notified, [])
    }
  })

  await t.test('without JavaScript nothing is gathered, nobody is notified, and the page says so', async (t) => {
    const { id, mock, shop, tab } = await start(t, browser, { context: { javaScriptEnabled: false } })
    // What is in the frame of a page without scripts cannot always be asked: its answer can.
    const [answer] = await Promise.all([tab.waitForResponse(/\/acs\/method$/), tab.getByRole('button', { name: 'Run' }).click()])
    t.match(await answer.text(), '<noscript><p>JavaScript is off: nothing is gathered and nobody is notified, so threeDSCompInd is N.</p></noscript>')
    t.strictSame(await findMethodRun(id, mock.parts.notes), { servedAt: START, notifiedURLGiven: true, behaviour: { type: 'notify' } })
    t.strictSame(await judge(mock, id, 'N'), [])
    t.strictSame(shop.notified, [])
  })
})

/** What a shop does and finds out: its card, how the page's time goes on, what it says in the AReq, what it was notified of, and what is found. */
type Visit = readonly [does: string, card: string, waits: 'over' | 'data' | 'none', threeDSCompInd: string, found: string | undefined, later?: number]

const VISITS: readonly Visit[] = [
  ['notified at once: Y', '4000400040004000', 'over', 'Y', undefined],
  ['notified at once: N is not so', '4000400040004000', 'over', 'N', 'is N, although the 3DS Method finished in time'],
  ['notified at once: U is not so', '4000400040004000', 'over', 'U', 'is U, although the 3DS Method was run'],
  ['notified late: N, and the notification comes after the AReq', '4000400040004015', 'data', 'N', undefined, 12_000],
  ['notified late: Y before is not so', '4000400040004015', 'data', 'Y', 'is Y, but its notification is not due yet', 12_000],
  ['never notified: N', '5000100411110203', 'data', 'N', undefined],
  ['never notified: Y is not so', '5000100411110203', 'data', 'Y', 'is Y, but its page never notifies'],
  ['no 3DS Method: U', '6000100611111103', 'none', 'U', undefined],
  ['no 3DS Method: N is not so', '6000100611111103', 'none', 'N', 'is N, but no threeDSMethodURL is offered: U']
]

/** The whole server, a browser, and shops that run the 3DS Method before they authenticate. */
async function startShopping (t: Test, browser: Browser) {
  const clock = createManualClock(START)
  const { logger } = await keepLog()
  const app = await build(t, {}, { ids: randomIds, clock, logger })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const context = await browser.newContext()
  t.teardown(() => context.close())
  await context.clock.install()

  async function versionOf (t: Test, cardNumber: string, threeDSMethodNotificationURL: string) {
    const { status, body } = await post(app, '/3ds/version', { cardNumber, threeDSMethodNotificationURL })
    t.equal(status, 200)
    return body as { threeDSServerTransID: string, cardRanges: [{ threeDSMethodURL?: string, threeDSMethodData?: string }] }
  }

  return {
    address,
    context,
    clock,
    versionOf,
    /** A shop whose checkout has started the 3DS Method of a card; the page's data has come. */
    async checkout (t: Test, card: string) {
      let id = ''
      const shop = await openShop(t, async (url) => {
        const { threeDSServerTransID, cardRanges: [{ threeDSMethodURL: action = '', threeDSMethodData: field = '' }] } = await versionOf(t, card, url)
        id = threeDSServerTransID
        t.equal(action.split('?')[0], `${address}/acs/method`)
        return { action, field }
      })
      const tab = await context.newPage()
      t.teardown(() => tab.close())
      const dataKept = tab.waitForResponse(`${address}/acs/method/${id}`)
      await tab.goto(shop.url)
      await dataKept
      return { id, shop, over: () => tab.getByRole('heading', { name: 'Method over' }).waitFor() }
    },
    /** Authenticates, and looks at what is found about the AReq. */
    async authenticate (t: Test, id: string, card: string, preferredProtocolVersion: string, threeDSCompInd: string, found?: string) {
      const { status, body } = await post(app, '/3ds/authenticate', { ...browserRequest(id, card), preferredProtocolVersion, threeDSCompInd })
      t.equal(status, 200)
      t.match(body, { transStatus: 'Y', threeDSServerTransID: id, authenticationRequest: { messageVersion: preferredProtocolVersion, threeDSCompInd } })
      const kept = await app.noteStore.get(methodFindingsKey(id))
      t.strictSame(kept, found === undefined ? undefined : { at: clock.now(), findings: [{ element: 'threeDSCompInd', message: found }] })
    }
  }
}

t.test('a whole authentication: /3ds/version, hidden frame, notification, /3ds/authenticate, and what is found about it', { skip: browserIsLeftOut }, async (t) => {
  const browser = await launchBrowser(t)
  const { address, context, clock, versionOf, checkout, authenticate } = await startShopping(t, browser)

  for (const version of ['2.1.0', '2.2.0', '2.3.1']) {
    for (const [does, card, waits, threeDSCompInd, found, later] of VISITS) {
      // What is not so is not so in every version.
      if (found !== undefined && version !== '2.2.0') continue
      await t.test(`${version} ${does}`, async (t) => {
        if (waits === 'none') {
          const { threeDSServerTransID: id, cardRanges: [range] } = await versionOf(t, card, 'https://shop.test/3ds/method')
          t.notOk('threeDSMethodURL' in range || 'threeDSMethodData' in range)
          return authenticate(t, id, card, version, threeDSCompInd, found)
        }
        const { id, shop, over } = await checkout(t, card)
        if (waits === 'over') await over()
        await authenticate(t, id, card, version, threeDSCompInd, found)
        if (later !== undefined) {
          t.strictSame(shop.notified, [], 'nothing yet')
          await context.clock.fastForward(later)
          await over()
        }
        checkNotified(t, shop, id, waits === 'over' || later !== undefined ? [address] : [])
      })
    }
  }

  await t.test('notified of another id, and of what nobody can read: nothing that a shop could use, so N', async (t) => {
    for (const [card, expected] of [['4000400040004018', /^[A-Za-z0-9_-]+$/], ['4000400040004019', /^%% no base64url %%$/]] as const) {
      const { id, shop, over } = await checkout(t, card)
      await over()
      const [[name, value] = ['', ''], ...rest] = shop.notified[0]?.fields ?? []
      t.strictSame([name, rest], ['threeDSMethodData', []])
      t.match(value, expected)
      t.notMatch(Buffer.from(value, 'base64url').toString(), id)
      await authenticate(t, id, card, '2.2.0', 'N')
    }
  })

  await t.test('notified after 3 s: Y then', async (t) => {
    const card = '4000400040004014'
    const { id, shop, over } = await checkout(t, card)
    await context.clock.fastForward(3000)
    clock.advance(3000)
    await over()
    checkNotified(t, shop, id, [address])
    await authenticate(t, id, card, '2.2.0', 'Y')
  })
})
