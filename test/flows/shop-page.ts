import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { browserRequest } from '../setup/requests.ts'

/*
 * A shop on an origin of its own: a checkout page, and a backend that talks to the 3DS Server API. The page opens the
 * challenge in an iframe as emv3ds-protocol §5.3 tells, or hands the whole window over to it.
 */

type Json = Record<string, any>

/** What the browser brought to the notificationURL. */
export interface Notified { fields: [name: string, value: string][], contentType: string | undefined, origin: string | undefined }

/** One purchase, as the shop's backend knows it. */
export interface Payment {
  id: string
  threeDSServerTransID: string
  threeDSSessionData: string
  /** Answer of `/3ds/authenticate`. */
  authenticated: Json
  notified: Notified[]
  /** Queries with which a browser was redirected back. */
  returned: [name: string, value: string][][]
  /** Status and body of each `/3ds/final`. */
  finals: { status: number, body: Json }[]
}

/** What a purchase is made with. */
export interface PaymentOptions {
  /** 01 to 05 of emv3ds-protocol §5.3. */
  challengeWindowSize?: string
  threeDSSessionData?: string
  /** Where the challenge starts, instead of the acsURL: a path of the mock. */
  path?: string
}

export interface Shop {
  url: string
  /** Authenticates a purchase. */
  pay (options?: PaymentOptions): Promise<Payment>
  /** The page of a purchase: with the iframe, or in the whole window where it takes no script. */
  pageOf (payment: Payment, how?: 'iframe' | 'window'): string
}

const SANDBOX = 'allow-forms allow-scripts allow-same-origin'
const WINDOWS: Readonly<Record<string, string>> = {
  '01': 'width:250px;height:400px', '02': 'width:390px;height:400px', '03': 'width:500px;height:600px', '04': 'width:600px;height:400px', '05': 'position:fixed;inset:0;width:100%;height:100%'
}

function escape (value: string): string {
  return value.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function page (title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<style>body{margin:0}iframe{border:0}</style>${body}</html>`
}

function input (name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escape(value)}">`
}

/** Starts the shop. @param mock where the mock is, without a slash at the end */
export async function openShop (t: Test, mock: string): Promise<Shop> {
  const payments = new Map<string, Payment & { options: PaymentOptions }>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => { response.writeHead(500).end(String(error)) })
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`

  async function ask (path: string, body: object): Promise<{ status: number, body: Json }> {
    const response = await fetch(mock + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return { status: response.status, body: await response.json() as Json }
  }

  async function pay (options: PaymentOptions = {}): Promise<Payment> {
    const id = randomUUID()
    const threeDSServerTransID = randomUUID()
    const { challengeWindowSize = '03', threeDSSessionData = '' } = options
    const request = browserRequest(threeDSServerTransID)
    request.merchant.notificationURL = `${url}/3ds/return?payment=${id}`
    request.browserInformation = { challengeWindowSize }
    const { body: authenticated } = await ask('/3ds/authenticate', request)
    const payment = { id, threeDSServerTransID, threeDSSessionData, authenticated, notified: [], returned: [], finals: [], options }
    payments.set(id, payment)
    return payment
  }

  async function final (payment: Payment): Promise<string> {
    const told = await ask('/3ds/final', { threeDSServerTransID: payment.threeDSServerTransID })
    payment.finals.push(told)
    return told.body['transStatus'] === 'Y' ? 'Thank you' : 'Not paid'
  }

  async function answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', url)
    const payment = payments.get(searchParams.get('payment') ?? '')
    if (payment === undefined) response.writeHead(404).end()
    else if (pathname === '/final') response.end(await final(payment))
    else response.setHeader('content-type', 'text/html; charset=utf-8').end(await pageFor(pathname, request, payment))
  }

  async function pageFor (pathname: string, request: IncomingMessage, payment: Payment & { options: PaymentOptions }): Promise<string> {
    if (pathname === '/checkout/iframe') return iframePage(payment)
    if (pathname === '/checkout/window') return page('Shop', `${challengeForm(payment, '_self')}<h1>Checkout</h1><button form="challenge">Pay</button>`)
    if (request.method === 'POST') {
      const fields = [...new URLSearchParams(await text(request))] as [string, string][]
      payment.notified.push({ fields, contentType: request.headers['content-type'], origin: request.headers.origin })
    } else {
      payment.returned.push([...new URL(request.url ?? '', url).searchParams] as [string, string][])
    }
    // In the iframe this only tells the checkout page, which goes on; in the window it is the end.
    return page('Back at the shop', `<h1>${await (request.headers['sec-fetch-dest'] === 'iframe' ? 'Please wait' : final(payment))}</h1>
<script>if (parent !== window) parent.postMessage('challenge over', '${url}')</script>`)
  }

  function challengeForm ({ authenticated, options, id }: Payment & { options: PaymentOptions }, target: string): string {
    const { acsURL, base64EncodedChallengeRequest: creq } = authenticated
    const action = options.path === undefined ? acsURL : `${mock}${options.path}?redirectUrl=${encodeURIComponent(`${url}/return?payment=${id}`)}`
    const data = options.threeDSSessionData === undefined ? '' : input('threeDSSessionData', options.threeDSSessionData)
    return `<form id="challenge" method="post" action="${escape(action)}" target="${target}">${input('creq', creq)}${data}</form>`
  }

  function iframePage (payment: Payment & { options: PaymentOptions }): string {
    const size = WINDOWS[payment.options.challengeWindowSize ?? '03'] as string
    return page('Shop', `${challengeForm(payment, 'acs')}<h1>Checkout</h1>
<iframe name="acs" title="Your bank" sandbox="${SANDBOX}" style="${size}"></iframe>
<script>
addEventListener('message', async ({ origin, data, source }) => {
  const frame = document.querySelector('iframe')
  if (origin !== '${url}' || data !== 'challenge over' || source !== frame.contentWindow) return
  frame.remove()
  document.querySelector('h1').textContent = await (await fetch('/final?payment=${payment.id}')).text()
})
document.forms[0].submit()
</script>`)
  }

  return { url, pay, pageOf: ({ id }, how = 'iframe') => `${url}/checkout/${how}?payment=${id}` }
}
