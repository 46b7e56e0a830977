import type { ChallengeNotice } from '../challenge/machine.ts'
import type { Consent, ScreenKind } from '../../transaction/challenge.ts'
import type { Scheme } from '../../protocol/schemes.ts'
import { escapeHtml } from './html.ts'
import { basePolicy, type Page, type Reload, renderDocument, sourceHash } from './page.ts'
import { type Purchase, renderPurchase, schemeName } from './purchase.ts'
import { renderForm } from './screen-form.ts'
import { headingOf, hintFor, INTROS, noticeWords } from './words.ts'

/** What a page of the browser challenge shows and where it posts to. */
export interface ScreenView {
  kind: ScreenKind
  /** Where the form posts to: a path, or a relative reference to one, on the server that serves the page. */
  action: string
  /** The answer to the last entry is a redirect to the 3DS Requestor, which a browser checks against `form-action` too. */
  byRedirect?: boolean
  /** The page stands in a frame, where browsers refuse the focus to it and say so in the console. */
  framed?: boolean
  /** Fields posted back as they are, value by name. */
  hidden: Readonly<Record<string, string>>
  purchase: Purchase
  /** That the DS decided on; absent: the card number tells. */
  scheme?: Scheme | undefined
  /** How many more answers may be tried, at least 1. */
  attemptsLeft: number
  notice?: ChallengeNotice
  /** The code that passes; shown, because this is a mock. */
  passingCode: string
  /** In the order in which they are asked for. */
  consents: readonly Consent[]
  /** Out of band: the page that stands for the bank's app; an absolute URL, as another device may open it. */
  approvalURL?: string
  /**
   * Out of band: what tells as JSON `{ approved: boolean }` whether the cardholder approved; a path on the server that serves
   * the page, or a relative reference to one. A page in a sandbox asks for it with `Origin: null`.
   */
  statusURL?: string
  reload?: Reload | undefined
}

/**
 * Asks every two seconds, the first time at once, and presses Continue when the answer is yes. A refusal, or no answer, is no
 * reason to stop asking. The address is in the form, so that the script is always the same and the policy can name it.
 */
const pollStatus = `
const form = document.forms[0]
async function ask () {
  try {
    const answer = await fetch(form.dataset.status, { cache: 'no-store', credentials: 'omit' })
    if ((await answer.json()).approved === true) return form.requestSubmit(form.querySelector('.main'))
  } catch {}
  setTimeout(ask, 2000)
}
ask()
`
const pollPolicy = `; script-src ${sourceHash(pollStatus)}; connect-src 'self'`

/**
 * The page of one screen (emv3ds-protocol §5.3, §5.6). Works without JavaScript, cookies and popups.
 * @param view plain values; everything is escaped here
 */
export function screenPage (view: ScreenView): Page {
  const { kind, notice, purchase } = view
  const heading = headingOf(purchase)
  const titleOfNotice = notice === undefined ? undefined : noticeWords(kind, notice).title
  const polls = kind === 'out-of-band' && view.statusURL !== undefined
  return {
    html: renderDocument({
      title: titleOfNotice === undefined ? heading : `${titleOfNotice}: ${heading}`,
      scheme: schemeName(purchase, view.scheme),
      banner: renderBanner(kind, view.passingCode),
      layout: 'two',
      reload: view.reload,
      main: `${renderIntroduction(kind, purchase)}\n${renderScreenForm(view)}${polls ? `\n<script>${pollStatus}</script>` : ''}`
    }),
    contentSecurityPolicy: `${basePolicy}${polls ? pollPolicy : ''}${view.byRedirect === true ? '' : "; form-action 'self'"}`
  }
}

/** @returns HTML that tells how to pass. */
export function renderBanner (kind: ScreenKind, passingCode: string): string {
  const hint = kind === 'text' ? `code <b>${escapeHtml(passingCode)}</b> passes.` : hintFor(kind)
  return `<aside aria-label="About this mock">Mock, not a bank: ${hint}</aside>`
}

/** @returns HTML that tells what is to be confirmed. */
export function renderIntroduction (kind: ScreenKind, purchase: Parameters<typeof renderPurchase>[0]): string {
  return `<div>\n<h1>${headingOf(purchase)}</h1>\n<p class="intro">${INTROS[kind]}</p>\n${renderPurchase(purchase)}\n</div>`
}

function renderScreenForm (view: ScreenView): string {
  const { kind, approvalURL, statusURL } = view
  const cancel = ['cancel', 'Cancel'] as const
  return renderForm({
    kind,
    method: 'post',
    action: view.action,
    hidden: view.hidden,
    ...view.notice === undefined ? {} : { notice: view.notice },
    attemptsLeft: view.attemptsLeft,
    consents: view.consents,
    focus: view.framed !== true,
    ...approvalURL === undefined ? {} : { elsewhere: renderApproval(approvalURL) },
    ...statusURL === undefined ? {} : { attributes: ` data-status="${escapeHtml(statusURL)}"` },
    others: kind === 'text' ? [['resend', 'Resend code'], cancel] : [cancel]
  })
}

/** In a sandbox without popups the link does nothing: the address can be read, and copied to wherever one likes. */
function renderApproval (approvalURL: string): string {
  return `<a class="button" href="${escapeHtml(approvalURL)}" target="_blank" rel="noopener noreferrer">Open the bank's app</a>
<p class="address">or, on your phone: <span>${escapeHtml(approvalURL)}</span></p>`
}
