import { isWebAddress } from '../../protocol/web-address.ts'
import type { Scheme } from '../../protocol/schemes.ts'
import { actionField } from './fields.ts'
import { escapeHtml } from './html.ts'
import { basePolicy, type Page, renderDocument, renderSign } from './page.ts'
import { type Purchase, renderPurchase, schemeName } from './purchase.ts'
import { headingOf } from './words.ts'

/** Values of `actionField` on the approval page: the button that was pressed. */
export const approvalActions = ['approve', 'decline'] as const
export type ApprovalAction = typeof approvalActions[number]

/** What the bank's app shows. */
export interface ApprovalView {
  purchase: Purchase
  /** That the DS decided on; absent: the card number tells. */
  scheme?: Scheme | undefined
  /** Whether the cardholder may still decide; else what he said, or that nobody asks any more. */
  state: 'open' | 'approved' | 'declined' | 'over'
  /** Where the form posts to: a path, or a relative reference to one, on the server that serves the page. */
  action: string
  /** `threeDSRequestorAppURL`; as hostile as it came. */
  returnURL?: string | undefined
}

/**
 * What the bank's own app would show to a cardholder who is asked out of band or decoupled (emv3ds-protocol §5.6, §5.7).
 * Works without JavaScript.
 * @param view plain values; everything is escaped here
 */
export function approvalPage (view: ApprovalView): Page {
  return {
    html: view.state === 'open' ? openPage(view) : decidedPage(view, view.state),
    contentSecurityPolicy: `${basePolicy}; form-action 'self'`
  }
}

function openPage ({ purchase, scheme, action }: ApprovalView): string {
  const heading = headingOf(purchase)
  return renderDocument({
    title: heading,
    scheme: schemeName(purchase, scheme),
    banner: '<aside aria-label="About this mock">Mock, not a bank: this page is its app.</aside>',
    layout: 'two',
    main: `<div>
<h1>${heading}</h1>
<p class="intro">Is this you?</p>
${renderPurchase(purchase)}
</div>
<form method="post" action="${escapeHtml(action)}">
<button class="main" type="submit" name="${actionField}" value="approve">Approve</button>
<button type="submit" name="${actionField}" value="decline">Decline</button>
</form>`
  })
}

const DECIDED = {
  approved: { sign: 'done', title: 'Approved', text: 'You may go back to where you came from.' },
  declined: { sign: 'stopped', title: 'Declined', text: 'Nothing will be paid. You may go back to where you came from.' },
  over: { sign: 'noticed', title: 'This is over', text: 'Nobody waits for your decision any more.' }
} as const

function decidedPage ({ returnURL }: ApprovalView, state: keyof typeof DECIDED): string {
  const { sign, title, text } = DECIDED[state]
  const back = returnURL !== undefined && isAppAddress(returnURL) ? `\n<a class="button main" href="${escapeHtml(returnURL)}">Back to the shop</a>` : ''
  return renderDocument({ title, layout: 'end', main: `${renderSign(sign)}\n<h1>${title}</h1>\n<p>${text}</p>${back}` })
}

/** Schemes that a browser runs or reads itself, where an app's own are handed to the app. */
const NO_APP = /^(?:javascript|vbscript|data|file|blob|filesystem|about|view-source|https?):/i

const APP_LINK = /^[a-z][a-z0-9+.-]*:\/\/[^\s\\\p{Cc}]*$/iu

/** A link into an app: a universal link, or one with the app's own scheme. */
function isAppAddress (address: string): boolean {
  return (address.length <= 2048 && APP_LINK.test(address) && !NO_APP.test(address)) || isWebAddress(address)
}
