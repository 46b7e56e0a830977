import { createHash } from 'node:crypto'
import { escapeHtml } from './html.ts'
import { style } from './style.ts'

/** A whole page, to be sent as `text/html; charset=utf-8` with its own policy and no other one. */
export interface Page {
  html: string
  /** Value of the `Content-Security-Policy` header; `docs/decisions/challenge-page-framing.md` tells what it leaves out and why. */
  contentSecurityPolicy: string
}

/** What differs from page to page. */
export interface PageParts {
  /** Text. */
  title: string
  /** HTML of `<main>`'s inside. */
  main: string
  /** HTML between header and main. */
  banner?: string
  /** How `main` is laid out: purchase and form, side by side where the window is wide and low, or a few lines in the middle. */
  layout: 'two' | 'end'
  /** Text at the right of the header. */
  scheme?: string | undefined
  reload?: Reload | undefined
}

/** When a page that nobody has left asks where its challenge stands. */
export interface Reload {
  afterSeconds: number
  /** Relative to the page, on the server that serves it. */
  address: string
}

const logo = '<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 2 2 7v2h20V7zM4 11v7h3v-7zm6.5 0v7h3v-7zM17 11v7h3v-7zM2 20v2h20v-2z"/></svg>'

const strokes = {
  done: 'm15 24.5 6.5 6.5 12-13',
  stopped: 'm17 17 14 14m0-14-14 14',
  noticed: 'M24 14v13m0 6v.5'
}

/**
 * The sign above the words of a page that asks for nothing; it says nothing that the words do not.
 * @param sign what it shows: a tick, a cross or an exclamation mark
 */
export function renderSign (sign: keyof typeof strokes): string {
  return `<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="24" cy="24" r="21"/><path d="${strokes[sign]}"/></svg>`
}

/**
 * The source expression that allows one inline `<style>` or `<script>` and nothing else.
 * @param text exactly what stands between the tags
 */
export function sourceHash (text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** What every page allows: its own style sheet and the empty icon that keeps browsers from asking for /favicon.ico. */
export const basePolicy = `default-src 'none'; style-src ${sourceHash(style)}; img-src data:; base-uri 'none'`

/**
 * The document around a page's own content.
 * @param parts texts are escaped here; HTML must come escaped
 * @returns the document, which asks for nothing from the network
 */
export function renderDocument ({ title, main, banner = '', layout, scheme, reload }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">${reload === undefined ? '' : `\n<meta http-equiv="refresh" content="${reload.afterSeconds}; url=${escapeHtml(reload.address)}">`}
<title>${escapeHtml(title)} - Mock Bank</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div class="sheet">
<header>${logo}<b>Mock Bank</b><span>${scheme === undefined ? '' : `${escapeHtml(scheme)} · `}3-D Secure</span></header>
${banner}
<main class="${layout}">
${main}
</main>
<footer>3ds-mock-server: a test page. No bank, no card and no money is involved.</footer>
</div>
</body>
</html>
`
}
