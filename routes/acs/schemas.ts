import type { FastifySchemaCompiler, RouteShorthandOptions } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { approvalActions } from '../../src/acs/pages/approval-page.ts'
import { challengeActions } from '../../src/acs/pages/fields.ts'
import { ErrorSchema } from '../../plugins/error-answer.ts'

/*
 * What the ACS takes and answers, for the API documents. Judging is not theirs: a browser gets a page or an Erro, and an SDK
 * EMV's words, element by element.
 */

const FORM = 'application/x-www-form-urlencoded'
const html = (description: string) => ({ description, content: { 'text/html': { schema: Type.String() } } })
const json = (description: string, schema: TSchema) => ({ description, content: { 'application/json': { schema } } })
const toShop = {
  description: 'Back to the 3DS Requestor, with the result in the query: transStatus, threeDSServerTransID, eci, authenticationValue.',
  type: 'null',
  headers: { location: { type: 'string', description: 'redirectUrl, or else the transaction\'s notificationURL, with the result.' } }
}

const onPages = {
  400: html('A page that says what is wrong, where no Erro can go to a notificationURL.'),
  413: html('A page: the form is too long.'),
  415: html('A page: this is no form, or a compressed one.'),
  503: html('A page: the store is away, or the server is closing. With Retry-After.')
}
const inJson = {
  400: json('What is wrong.', ErrorSchema),
  413: json('The form is too long.', ErrorSchema),
  415: json('This is no form, or a compressed one.', ErrorSchema),
  503: json('The store is away, or the server is closing. With Retry-After.', ErrorSchema)
}

const params = Type.Object({ acsTransID: Type.String({ description: 'As in the ARes.' }) })
const querystring = Type.Object({ redirectUrl: Type.Optional(Type.String({ description: 'Where the 3DS Requestor waits; http or https.' })) })
const creq = Type.String({ description: 'The CReq: base64url, base64, padded or not, or raw JSON; in EMV\'s spelling or the original server\'s.' })
const otp = Type.String({ description: 'The code that the cardholder entered.' })
const Entry = Type.Object({
  otp: Type.Optional(otp),
  choice: Type.Optional(Type.Array(Type.String(), { description: 'The keys of what the cardholder chose: the field as often as there are keys.' })),
  consents: Type.Optional(Type.String({ description: 'The consents that the page asked for: trustList, deviceBinding, separated by commas.' })),
  trustList: Type.Optional(Type.Literal('Y')),
  deviceBinding: Type.Optional(Type.Literal('Y')),
  action: Type.Optional(Type.Union(challengeActions.map((value) => Type.Literal(value)), { description: 'The button; submit unless said otherwise.' })),
  attempt: Type.Optional(Type.String({ description: 'How many answers had been given when the page was made: a form that is sent again as it was is no second attempt.' }))
}, { description: 'The form of the challenge page.' })

const browser = { tags: ['ACS'], response: { 200: html('The challenge page; at the end the page that posts cres, or an Erro in its place, to the notificationURL.'), ...onPages } }
const original = { tags: ['Original server\'s paths'], consumes: [FORM], querystring }

export const openSchema = {
  ...browser,
  consumes: [FORM],
  summary: 'Start a browser challenge',
  body: Type.Object({
    creq,
    threeDSSessionData: Type.Optional(Type.String({ description: 'Comes back with cres byte for byte. Control characters are refused: no form would carry them.' }))
  })
}
export const entrySchema = { ...browser, consumes: [FORM], summary: 'What the cardholder entered', params, body: Entry }
export const standSchema = { ...browser, summary: 'Where a browser challenge stands', params }

const approval = { tags: ['ACS'], params, response: { 200: html('What the bank\'s app shows: the question, or what became of it.'), ...onPages } }
export const approvalSchema = { ...approval, summary: 'The page that stands for the bank\'s app, out of band and decoupled' }
export const decisionSchema = {
  ...approval,
  consumes: [FORM],
  summary: 'What the cardholder decided in the bank\'s app',
  body: Type.Object({ action: Type.Union(approvalActions.map((value) => Type.Literal(value))) })
}
export const statusSchema = {
  tags: ['ACS'],
  summary: 'Whether the cardholder approved, for the page of a browser challenge out of band',
  params,
  response: {
    200: json('Pages of any origin may read it.', Type.Object({ approved: Type.Boolean() })),
    400: json('No such challenge in a browser.', ErrorSchema),
    503: json('The store is away, or the server is closing. With Retry-After.', ErrorSchema)
  }
}

const pageOrRedirect = { 200: html('The challenge page.'), 302: toShop, ...inJson }
export const triggerOtpSchema = { ...original, summary: 'Challenge page', body: Type.Object({ creq }), response: pageOrRedirect }
export const originalEntrySchema = {
  ...original, summary: 'What the cardholder entered on the page', params, body: Entry, response: pageOrRedirect
}
export const verifyOtpSchema = {
  ...original,
  summary: 'One code, one try, one redirect',
  body: Type.Object({ otp, threeDSServerTransID: Type.String({ description: 'Or threeDsServerTransId.' }) }),
  response: { 302: toShop, ...inJson }
}

const Erro = Type.Object({
  errorCode: Type.String({ description: 'Three digits.' }), errorDescription: Type.String()
}, { additionalProperties: true, description: 'An EMV Erro; of `COMPATIBILITY=legacy` these two members.' })
const jwe = Type.String({ description: 'Compact JWE, `dir` with A128CBC-HS256 or A128GCM.' })
export const sdkSchema = {
  tags: ['ACS'],
  summary: 'One message of a 3DS SDK: an encrypted CReq, or an Erro',
  consumes: ['application/jose', 'application/json'],
  body: { content: { 'application/jose': { schema: jwe }, 'application/json': { schema: Erro } } },
  response: {
    200: { description: 'The encrypted CRes, or an Erro for a CReq at fault; nothing after an Erro.', content: { 'application/jose': { schema: jwe }, 'application/json': { schema: Erro } } },
    400: json('In `COMPATIBILITY=legacy`: the message cannot be used.', Erro),
    404: json('In `COMPATIBILITY=legacy`: no such transaction.', Erro),
    413: json('The message is too long.', Erro),
    415: json('The message is compressed.', Erro),
    503: json('The store is away, or the server is closing. With Retry-After.', Erro)
  }
}

const letPass: FastifySchemaCompiler<unknown> = () => () => true

/** Options of a route whose schema is documentation: nothing is judged by it. */
export function described<Schema extends object> (schema: Schema, bodyLimit?: number): RouteShorthandOptions & { schema: Schema } {
  return { schema, validatorCompiler: letPass, ...(bodyLimit === undefined ? {} : { bodyLimit }) }
}
