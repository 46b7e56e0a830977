import { isWebAddress } from '../../protocol/web-address.ts'
import { escapeHtml, hiddenFields } from './html.ts'
import { resultPage } from './message-page.ts'
import { basePolicy, type Page, renderDocument, renderSign, sourceHash } from './page.ts'

/** What the ACS posts through the browser when a challenge is over. */
export interface FinalView {
  /** Of the AReq; as hostile as it came. */
  notificationURL?: string | undefined
  /** The final CRes, or an `Erro` in its place: base64url without padding. */
  message: string
  /** Which field it goes in. */
  field: 'cres' | 'erro'
  /** As it came with the CReq; absent if none came. */
  threeDSSessionData?: string | undefined
  /** Decides the words. */
  transStatus: string
}

const submitAtOnce = 'document.forms[0].submit()'
// No form-action: a browser applies it to every redirect that follows the post, app links included.
const policy = `${basePolicy}; script-src ${sourceHash(submitAtOnce)}`

/**
 * The page that posts the message and `threeDSSessionData` to the notificationURL (emv3ds-protocol §5.3, step 6): by itself,
 * or by its button where scripts are off. A challenge is over when it gets here, so it never throws: without a
 * notificationURL that a browser may safely be sent to, it is a page that says so, with no form and no script.
 * @param view plain values; everything is escaped here
 */
export function finalPage (view: FinalView): Page {
  const title = view.transStatus === 'Y' ? 'Confirmed' : 'Not confirmed'
  if (!isWebAddress(view.notificationURL)) {
    return resultPage({ title, message: 'The challenge is over. The shop gave no address to return to, so you may close this page.' })
  }
  // As the WHATWG parser reads it, so that what was judged is what the browser gets.
  const target = new URL(view.notificationURL).href
  const message = { [view.field]: view.message }
  const fields = view.threeDSSessionData === undefined ? message : { ...message, threeDSSessionData: view.threeDSSessionData }
  return {
    html: renderDocument({
      title,
      layout: 'end',
      main: `${renderSign(view.transStatus === 'Y' ? 'done' : 'stopped')}
<h1>${title}</h1>
<p>We are taking you back to the shop.</p>
<form method="post" action="${escapeHtml(target)}" target="_self" accept-charset="utf-8">
${hiddenFields(fields)}
<button class="main" type="submit">Continue</button>
</form>
<script>${submitAtOnce}</script>`
    }),
    contentSecurityPolicy: policy
  }
}
