import { encodeBase64url } from '../../crypto/base64url.ts'
import { atLeast } from '../../protocol/versions.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import { escapeHtml } from '../pages/html.ts'
import { renderDocument } from '../pages/page.ts'
import { renderForm } from '../pages/screen-form.ts'
import { renderBanner, renderIntroduction } from '../pages/screen-page.ts'
import { headingOf } from '../pages/words.ts'
import type { AppScreen } from './app-screen.ts'
import { otherMethodAction } from './html-entry.ts'

/** Where a page's form goes, and the link to the bank's app: SDKs catch both (emv3ds-protocol §5.5). */
const CHALLENGE = 'HTTPS://EMV3DS/challenge'
const OPEN_APP = 'HTTPS://EMV3DS/openoobApp'

/**
 * UI type 05; 06 for out of band in 2.3.1. `acsHTMLRefresh` takes the page's place when the cardholder comes back to the app,
 * where SDKs of 2.1.0 do not ask again by themselves (emv3ds-protocol §16).
 */
export function htmlElements (screen: AppScreen): JsonObject {
  const acsHTML = encodeBase64url(renderPage(screen, elsewhereOf(screen)))
  if (screen.kind !== 'out-of-band') return { acsUiType: '05', acsHTML }
  if (screen.messageVersion === '2.1.0') {
    return { acsUiType: '05', acsHTML, acsHTMLRefresh: encodeBase64url(renderPage(screen, '<p class="notice" role="status">If you have approved it, continue.</p>')) }
  }
  if (!atLeast(screen.messageVersion, '2.3.1')) return { acsUiType: '05', acsHTML }
  return { acsUiType: '06', acsHTML, ...screen.opensApp && screen.oobAppURL !== undefined ? { oobAppURL: screen.oobAppURL } : {} }
}

/** A page of its own: nothing external, no script. Cancelling is a button of the SDK. */
function renderPage (screen: AppScreen, elsewhere: string | undefined): string {
  const { kind, notice, otherMethod, purchase } = screen
  return renderDocument({
    title: headingOf(purchase),
    banner: renderBanner(kind, screen.passingCode),
    layout: 'two',
    main: `${renderIntroduction(kind, purchase)}\n${renderForm({
      kind,
      method: 'get',
      action: CHALLENGE,
      hidden: {},
      ...notice === undefined ? {} : { notice },
      attemptsLeft: screen.attemptsLeft,
      consents: screen.consents,
      focus: true,
      secondEntry: screen.secondEntry,
      ...elsewhere === undefined ? {} : { elsewhere },
      others: [
        ...kind === 'text' ? [['resend', 'Resend code'] as const] : [],
        ...otherMethod ? [[otherMethodAction, 'Another way'] as const] : []
      ]
    })}`
  })
}

/** A link where SDKs follow it, and the address in words. */
function elsewhereOf (screen: AppScreen): string | undefined {
  const { kind, oobAppURL } = screen
  if (kind !== 'out-of-band' || oobAppURL === undefined) return undefined
  const address = `<p class="address">The bank's app is at <span>${escapeHtml(oobAppURL)}</span></p>`
  return screen.opensApp ? `<a class="button" href="${OPEN_APP}">Open the bank's app</a>\n${address}` : address
}
