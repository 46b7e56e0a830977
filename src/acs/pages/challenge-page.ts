import type { ChallengeNotice } from '../challenge-machine.ts'
import { escapeHtml, hiddenFields } from './html.ts'
import { basePolicy, type Page, renderDocument } from './page.ts'
import { type Purchase, renderPurchase, schemeName } from './purchase.ts'

/** Form field with the code that the cardholder typed. */
export const codeField = 'otp'
/** Form field with the button that was pressed; absent when a script submits the form. */
export const actionField = 'action'
/** Form field with how many answers had been given when the page was made. */
export const attemptField = 'attempt'
/** Values of `actionField`: the button that was pressed. */
export const challengeActions = ['submit', 'resend', 'cancel'] as const
export type ChallengeAction = typeof challengeActions[number]

/** What a challenge page shows and where it posts to. */
export interface ChallengeView {
  /** Where the form posts to: a path, or a relative reference to one, on the server that serves the page. */
  action: string
  /** The answer to the last entry is a redirect to the 3DS Requestor, which a browser checks against `form-action` too. */
  byRedirect?: boolean
  /** The page stands in a frame, where browsers refuse the focus to it and say so in the console. */
  framed?: boolean
  /** Fields posted back as they are, value by name. */
  hidden: Readonly<Record<string, string>>
  purchase: Purchase
  /** How many more codes may be tried, at least 1. */
  attemptsLeft: number
  notice?: ChallengeNotice
  /** The code that passes; shown, because this is a mock. */
  passingCode: string
}

const notices: Readonly<Record<ChallengeNotice, string>> = {
  'wrong-code': '<p class="error" id="error" role="alert">Wrong code. Please try again.</p>',
  'code-resent': '<p class="notice" role="status">We sent the code again.</p>'
}

/**
 * The page that asks for the one-time code (emv3ds-protocol §5.3). Works without JavaScript, cookies and popups.
 * The first button in the form is Submit, because that is the one the Enter key presses.
 * @param view plain values; everything is escaped here
 */
export function challengePage (view: ChallengeView): Page {
  const pays = (view.purchase.purchaseAmount ?? '') !== ''
  const heading = pays ? 'Confirm your payment' : 'Confirm that it is you'
  return {
    html: renderDocument({
      title: view.notice === 'wrong-code' ? `Wrong code: ${heading}` : heading,
      scheme: schemeName(view.purchase),
      banner: `<aside aria-label="About this mock">Mock, not a bank: code <b>${escapeHtml(view.passingCode)}</b> passes.</aside>`,
      layout: 'two',
      main: `<div>\n<h1>${heading}</h1>\n<p class="intro">We sent a code to your phone.</p>\n${renderPurchase(view.purchase)}\n</div>\n${renderForm(view)}`
    }),
    contentSecurityPolicy: view.byRedirect === true ? basePolicy : `${basePolicy}; form-action 'self'`
  }
}

function renderForm (view: ChallengeView): string {
  const wrong = view.notice === 'wrong-code'
  const attempts = `${view.attemptsLeft} ${view.attemptsLeft === 1 ? 'attempt' : 'attempts'} left`
  return `<form method="post" action="${escapeHtml(view.action)}">
${hiddenFields(view.hidden)}
${view.notice === undefined ? '' : notices[view.notice]}
<div class="of-code"><label for="${codeField}">One-time code</label><span id="attempts">${attempts}</span></div>
<input id="${codeField}" name="${codeField}" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="45" spellcheck="false" required${view.framed === true ? '' : ' autofocus'} aria-describedby="${wrong ? 'error ' : ''}attempts"${wrong ? ' aria-invalid="true"' : ''}>
${button('submit', 'Submit', 'class="main" ')}
<div class="others">
${button('resend', 'Resend code')}
${button('cancel', 'Cancel')}
</div>
</form>`
}

/** Resend and Cancel need no code. */
function button (action: ChallengeAction, label: string, more = ''): string {
  return `<button ${more}type="submit" name="${actionField}" value="${action}"${action === 'submit' ? '' : ' formnovalidate'}>${label}</button>`
}
