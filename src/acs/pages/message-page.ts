import { escapeHtml } from './html.ts'
import { basePolicy, type Page, renderDocument, renderSign } from './page.ts'

/** Words for a page without a form. */
export interface Message {
  title: string
  /** One or two sentences. */
  message: string
}

/**
 * Where a challenge ends that has no way back to the 3DS Requestor.
 * @param message plain text, escaped here
 */
export function resultPage ({ title, message }: Message): Page {
  return messagePage(title, `<p>${escapeHtml(message)}</p>`)
}

/**
 * What a browser is shown when a request could not be served.
 * @param error plain text, escaped here; `status` is the HTTP status
 */
export function errorPage ({ title, message, status }: Message & { status: number }): Page {
  return messagePage(title, `<p>${escapeHtml(message)}</p>\n<p>Error ${status}</p>`)
}

function messagePage (title: string, text: string): Page {
  return {
    html: renderDocument({ title, layout: 'end', main: `${renderSign('noticed')}\n<h1>${escapeHtml(title)}</h1>\n${text}` }),
    contentSecurityPolicy: `${basePolicy}; form-action 'none'`
  }
}
