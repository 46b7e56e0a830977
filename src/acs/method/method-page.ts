import { NO_WEB_ADDRESS } from '../../protocol/web-address.ts'
import { escapeHtml, hiddenFields } from '../pages/html.ts'
import { basePolicy, type Page, renderDocument, sourceHash } from '../pages/page.ts'
import { GATHERED } from './browser-data.ts'
import { METHOD_FIELD } from './method-data.ts'

/** What the page is to do. */
export interface MethodView {
  /** Where the gathered data goes, relative to the page. */
  dataPath: string
  /** Whom to tell; else why nobody is told: nobody asked, the address cannot be used, or it was chosen so. */
  notification: Notification | 'absent' | 'faulty' | 'never'
}

/** The post to the 3DS Requestor. */
export interface Notification {
  /** A web address. */
  url: string
  /** What is posted, base64url. */
  threeDSMethodData: string
  /** How long to wait before, milliseconds. */
  waitMs: number
  twice: boolean
}

const whyNobody = {
  absent: 'No threeDSMethodNotificationURL came, so nobody is notified.',
  faulty: `threeDSMethodNotificationURL ${NO_WEB_ADDRESS}, so nobody is notified.`,
  never: 'Nobody is notified: this is chosen so.'
}

/** How long an answer is waited for before the page goes on: a 3DS Requestor waits 5 s at least (emv3ds-protocol §11). */
const PATIENCE_MS = 3000

// One script for all, so that its hash is known; what differs stands in the document. `no-cors` and a form's content type
// spare the request that a browser would send first where a sandbox gives the page an origin of its own.
const script = `(async () => {
const { to, wait, twice } = document.getElementById('method').dataset
const [form] = document.forms
const pause = (ms) => new Promise((done) => { setTimeout(done, ms) })
const post = (url, body, credentials) => Promise.race([
fetch(url, { method: 'POST', mode: 'no-cors', credentials, keepalive: true, body }).catch(() => {}),
pause(${PATIENCE_MS})
])
const data = new URLSearchParams({
${Object.entries(GATHERED).map(([name, expression]) => `${name}: ${expression}`).join(',\n')}
})
await post(to, data, 'omit')
if (form === undefined) return
await pause(Number(wait))
if (twice) await post(form.action, new URLSearchParams(new FormData(form)), 'include')
form.submit()
})()`

// No form-action: a browser applies it to every redirect that follows the post, app links included.
const policy = `${basePolicy}; script-src ${sourceHash(script)}; connect-src 'self'`

/**
 * The page of a hidden frame: its script gathers what there is to know about the browser, posts it back and then posts
 * `threeDSMethodData` to the 3DS Requestor (emv3ds-protocol §5.1). Without scripts neither can be: a button would be of no
 * use where nobody sees it, so the 3DS Requestor's time runs out and the AReq says `threeDSCompInd` N.
 */
export function methodPage ({ dataPath, notification }: MethodView): Page {
  const told = typeof notification === 'object'
  const wait = told ? notification.waitMs : 0
  const twice = told && notification.twice
  return {
    html: renderDocument({
      title: '3DS Method',
      layout: 'end',
      main: `<h1>3DS Method</h1>
<p id="method" data-to="${escapeHtml(dataPath)}" data-wait="${wait}"${twice ? ' data-twice="yes"' : ''}>This page is for a hidden frame. It gathers what the browser says about itself.</p>
<noscript><p>JavaScript is off: nothing is gathered and nobody is notified, so threeDSCompInd is N.</p></noscript>
${told ? renderForm(notification) : `<p>${whyNobody[notification]}</p>`}
<script>${script}</script>`
    }),
    // The first of two posts leaves the page where it is, and goes wherever the 3DS Requestor is.
    contentSecurityPolicy: twice ? `${policy} http: https:` : policy
  }
}

function renderForm ({ url, threeDSMethodData }: Notification): string {
  // As the WHATWG parser reads it, so that what was judged is what the browser gets.
  return `<form method="post" action="${escapeHtml(new URL(url).href)}" target="_self" accept-charset="utf-8">
${hiddenFields({ [METHOD_FIELD]: threeDSMethodData })}
</form>`
}
