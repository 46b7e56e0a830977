/** What the 3DS Method page knows of a browser: texts, by the names below. */
export type BrowserData = { [name: string]: string }

/**
 * What the page's script gathers: name and expression. The AReq's own names first, so that both can be compared; nothing
 * that asks the cardholder for leave, and nothing that is kept in the browser.
 */
export const GATHERED: Readonly<Record<string, string>> = {
  browserUserAgent: 'navigator.userAgent',
  browserLanguage: 'navigator.language',
  browserColorDepth: 'screen.colorDepth',
  browserScreenHeight: 'screen.height',
  browserScreenWidth: 'screen.width',
  browserTZ: 'new Date().getTimezoneOffset()',
  browserJavaEnabled: 'navigator.javaEnabled ? navigator.javaEnabled() : false',
  browserJavascriptEnabled: 'true',
  timeZone: 'Intl.DateTimeFormat().resolvedOptions().timeZone',
  languages: 'navigator.languages',
  platform: 'navigator.platform',
  devicePixelRatio: 'devicePixelRatio',
  maxTouchPoints: 'navigator.maxTouchPoints'
}

/** As long as the AReq lets `browserUserAgent` be. */
const LONGEST = 2048

/**
 * The part of a form that is browser data: known names only, texts only, each cut to 2048 characters.
 * @param form fields as anybody may have sent them; a field that was sent twice is none
 */
export function browserDataOf (form: Readonly<Record<string, unknown>>): BrowserData {
  const data: BrowserData = {}
  for (const name of Object.keys(GATHERED)) {
    const value = form[name]
    if (typeof value === 'string') data[name] = value.slice(0, LONGEST)
  }
  return data
}
