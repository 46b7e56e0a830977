import type { FastifyInstance } from 'fastify'
import { post } from '../../setup/app.ts'
import { browserRequest } from '../../setup/requests.ts'

/** A page, and the one form on it, as a browser without scripts would read it. */
export interface Page {
  status: number
  headers: Record<string, unknown>
  html: string
  title: string
  /** Absent when there is no form. */
  form?: { action: string, fields: Record<string, string> }
}

type Fields = Record<string, string> | [string, string][]

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#13;': '\r', '&amp;': '&' }

function text (html: string): string {
  return html.replace(/&(?:lt|gt|quot|#39|#13|amp);/g, (entity) => ENTITIES[entity] as string)
}

/** Posts a form the way a browser does. */
export async function submit (app: FastifyInstance, url: string, fields: Fields): Promise<Page> {
  return toPage(await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString()
  }), url)
}

export async function open (app: FastifyInstance, url: string): Promise<Page> {
  return toPage(await app.inject(url), url)
}

function toPage ({ statusCode, headers, body }: { statusCode: number, headers: Record<string, unknown>, body: string }, url: string): Page {
  const form = /<form method="post" action="([^"]*)"/.exec(body)
  const fields = [...body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  return {
    status: statusCode,
    headers,
    html: body,
    title: text(/<title>([^<]*)<\/title>/.exec(body)?.[1] ?? ''),
    ...(form === null
      ? {}
      : {
          form: {
            action: new URL(text(form[1] as string), `http://acs.test${url}`).href.replace('http://acs.test', ''),
            fields: Object.fromEntries(fields.map(([, name, value]) => [text(name as string), text(value as string)]))
          }
        })
  }
}

/** Posts the form of a challenge page: a code, or another of its buttons. */
export function press (app: FastifyInstance, { form }: Page, otp: string, action?: 'submit' | 'resend' | 'continue' | 'cancel'): Promise<Page> {
  if (form === undefined) throw new Error('there is no form on that page')
  return submit(app, form.action, { ...form.fields, otp, ...(action === undefined ? {} : { action }) })
}

/** What the last page posts as `cres`: it must be base64url without padding, and its JSON. */
export function cresOf ({ form }: Page): any {
  const cres = form?.fields['cres'] ?? ''
  if (!/^[A-Za-z0-9_-]+$/.test(cres)) throw new Error(`no cres, or not base64url: ${cres}`)
  return JSON.parse(Buffer.from(cres, 'base64url').toString())
}

/** One browser authentication that ended in a challenge. */
export interface Challenged {
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  /** As the server made it. */
  creq: string
  /** The same, readable. */
  challengeRequest: { [element: string]: string }
  acsURL: string
  sdkTransID?: string
}

/** Authenticates a card that is challenged. @param members go into the request's groups, `merchant` for instance */
export async function challenge (app: FastifyInstance, threeDSServerTransID: string, members: Record<string, any> = {}): Promise<Challenged> {
  const request = browserRequest(threeDSServerTransID)
  for (const [name, value] of Object.entries(members)) {
    request[name] = typeof value === 'object' && !Array.isArray(value) ? { ...request[name], ...value } : value
  }
  const { status, body } = await post(app, '/3ds/authenticate', request)
  if (status !== 200 || body.transStatus !== 'C') throw new Error(`no challenge: ${status} ${JSON.stringify(body)}`)
  const { acsTransID, dsTransID } = body.authenticationResponse
  return { threeDSServerTransID, acsTransID, dsTransID, creq: body.base64EncodedChallengeRequest, challengeRequest: body.challengeRequest, acsURL: body.acsURL }
}
