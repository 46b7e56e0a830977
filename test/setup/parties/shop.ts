import type { Test } from 'tap'
import { Party, type Arrival, type Reply, send } from './party.ts'

/** How a client spells Base64 in a form (emv3ds-protocol §2); real ones do each of these. */
export interface Spelling { alphabet?: 'base64url' | 'base64', padding?: boolean }

export const SPELLINGS: readonly Required<Spelling>[] = [
  { alphabet: 'base64url', padding: false },
  { alphabet: 'base64url', padding: true },
  { alphabet: 'base64', padding: false },
  { alphabet: 'base64', padding: true }
]

/** A value for `creq` or `threeDSMethodData`. @param content an object, or a text as it is */
export function encoded (content: unknown, { alphabet = 'base64url', padding = false }: Spelling = {}): string {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const bare = bytes.toString(alphabet).replace(/=+$/, '')
  return padding ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare
}

/** What `cres` or `threeDSMethodData` hold. @throws when it is not bare Base64url of JSON, which is how both are sent */
export function decoded (value: string): any {
  if (!/^[A-Za-z0-9_-]+$/.test(value)) throw new Error(`not bare Base64url: ${value}`)
  return JSON.parse(Buffer.from(value, 'base64url').toString('utf8'))
}

/** A form of a page. */
export interface Form { action: string, method: string, fields: Record<string, string> }

/** The forms of a page with their hidden and other named inputs, as a browser would send them untouched. */
export function readForms (html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', content = '']) => ({
    action: attribute(tag, 'action') ?? '',
    method: (attribute(tag, 'method') ?? 'get').toLowerCase(),
    fields: Object.fromEntries([...content.matchAll(/<input\b([^>]*)>/gi)].flatMap(([, input = '']) => {
      const name = attribute(input, 'name')
      return name === undefined ? [] : [[name, attribute(input, 'value') ?? '']]
    }))
  }))
}

/** The only form of a page that submits itself. @throws when there is not exactly one form */
export function readForm (html: string): Form {
  const [form, ...others] = readForms(html)
  if (form === undefined || others.length > 0) throw new Error(`the page has ${others.length + (form === undefined ? 0 : 1)} forms: ${html}`)
  return form
}

function attribute (tag: string, name: string): string | undefined {
  const [, quoted, bare] = tag.match(new RegExp(`(?:^|\\s)${name}=(?:"([^"]*)"|([^\\s"'>]+))`, 'i')) ?? []
  const value = quoted ?? bare
  return value?.replace(/&(?:#(\d+)|#x([\da-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, named) => {
    if (named !== undefined) return ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as Record<string, string>)[named.toLowerCase()] ?? ''
    return String.fromCodePoint(decimal === undefined ? parseInt(hex, 16) : Number(decimal))
  })
}

/** Posts a form as a browser does. */
export function postForm (url: string, fields: Record<string, string>): Promise<Reply> {
  return send('POST', url, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded' })
}

/** Posts a form that a page holds. @param page where the page came from, for an action without a host */
export function submit (form: Form, page: string): Promise<Reply> {
  return postForm(new URL(form.action, page).href, form.fields)
}

/** A shop with a page for the end of the challenge and one for the end of the 3DS Method. */
export class Shop extends Party {
  constructor () {
    super({ '': () => ({ text: '<!doctype html><title>Harbor Books</title>', headers: { 'content-type': 'text/html; charset=UTF-8' } }) })
  }

  get notificationURL (): string { return `${this.url}/3ds/notify` }
  get threeDSMethodNotificationURL (): string { return `${this.url}/3ds/method` }

  /**
   * The nth end of a challenge that came, judged as an SDK-less CRes or an Erro.
   * @returns its CRes or Erro, and the session data if there was any
   */
  async challengeEnd (nth = 1): Promise<{ cres: any, threeDSSessionData: string | undefined }> {
    const { message } = await this.form('cres', nth)
    const cres = decoded(message.cres)
    this.judge(cres, { deviceChannel: '02' })
    return { cres, threeDSSessionData: message.threeDSSessionData }
  }

  /** The nth end of a 3DS Method. @returns what `threeDSMethodData` holds */
  async methodEnd (nth = 1): Promise<any> {
    return decoded((await this.form('threeDSMethodData', nth)).message.threeDSMethodData)
  }

  private async form (field: string, nth: number): Promise<Arrival> {
    for (let forms = 1, found = 0; ; forms++) {
      const arrival = await this.received('', forms)
      if (arrival.message?.[field] !== undefined && ++found === nth) return arrival
    }
  }
}

/** Starts one for a test. */
export function startShop (t: Test): Promise<Shop> {
  return new Shop().listen(t)
}
