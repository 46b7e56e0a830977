import type { FastifySchemaCompiler, RouteShorthandOptions } from 'fastify'
import { Type } from 'typebox'
import { errorAnswers, inHtml as html, inJson as json, OF_GET, OF_POST } from '../../plugins/error-schemas.ts'
import { approvalActions } from '../../src/acs/pages/approval-page.ts'
import { challengeActions } from '../../src/acs/pages/fields.ts'
import { messages } from '../message-schemas.ts'

/*
 * What the ACS takes and answers, for the API documents. Judging is not theirs: a browser gets a page or an Erro, and an SDK
 * EMV's words, element by element.
 */

const FORM = 'application/x-www-form-urlencoded'
const toShop = {
  description: 'Back to the 3DS Requestor, with the result in the query: transStatus, threeDSServerTransID, eci, authenticationValue.',
  type: 'null',
  headers: { location: { type: 'string', description: 'redirectUrl, or else the transaction\'s notificationURL, with the result.' } }
}

const ON_PAGES = { 400: 'What is wrong, where no Erro can go to a notificationURL.', 415: 'The body is no form, is compressed, or in wide characters.' }
const onPages = errorAnswers(OF_POST, html, ON_PAGES)
const onPage = errorAnswers(OF_GET, html, ON_PAGES)
const inJson = errorAnswers(OF_POST, json, { 415: ON_PAGES[415] })

const TOO_EARLY = 'No CReq has come yet.'
const tooEarly = { 409: html(TOO_EARLY) }

const params = Type.Object({ acsTransID: Type.String({ description: 'As in the ARes.' }) })
const querystring = Type.Object({ redirectUrl: Type.Optional(Type.String({ description: 'Where the 3DS Requestor waits; http or https.' })) })
const creq = Type.String({
  description: 'The CReq: base64url, base64, padded or not, or raw JSON; in EMV\'s spelling or the original server\'s.',
  contentMediaType: 'application/json',
  contentSchema: messages(['CReq'])
})
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

const challengePage = { 200: html('The challenge page; at the end the page that posts cres, or an Erro in its place, to the notificationURL.') }
const browser = { tags: ['ACS'], response: { ...challengePage, ...onPages } }
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
export const entrySchema = { ...browser, response: { ...browser.response, ...tooEarly }, consumes: [FORM], summary: 'What the cardholder entered', params, body: Entry }
export const standSchema = { ...browser, response: { ...challengePage, ...onPage, ...tooEarly }, summary: 'Where a browser challenge stands', params }

const ANY_ORIGIN = { 'access-control-allow-origin': Type.Literal('*') }

const approvalPage = { 200: html('What the bank\'s app shows: the question, or what became of it.') }
const approval = { tags: ['ACS'], params, response: { ...approvalPage, ...onPages } }
export const approvalSchema = { ...approval, response: { ...approvalPage, ...onPage }, summary: 'The page that stands for the bank\'s app, out of band and decoupled' }
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
    200: { ...json('Pages of any origin may read it.', Type.Object({ approved: Type.Boolean() })), headers: ANY_ORIGIN },
    409: json(TOO_EARLY),
    ...errorAnswers(OF_GET, json, { 400: 'No such challenge in a browser.' })
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
const jwe = (type: 'CReq' | 'CRes') => Type.String({
  description: `Compact JWE of a ${type}, \`dir\` with A128CBC-HS256 or A128GCM.`,
  contentMediaType: 'application/jose',
  contentSchema: messages([type])
})
export const sdkSchema = {
  tags: ['ACS'],
  summary: 'One message of a 3DS SDK: an encrypted CReq, or an Erro',
  description: `What an SDK catches of an HTML page and sends as \`challengeHTMLDataEntry\` are the fields of a challenge page in a browser, and
\`second\`: the code once more, where a page asks for it twice (2.3.1). \`action\` may be \`other-method\` too.`,
  consumes: ['application/jose', 'application/json'],
  body: { content: { 'application/jose': { schema: jwe('CReq') }, 'application/json': { schema: Erro } } },
  response: {
    200: { description: 'The encrypted CRes, or an Erro for a CReq at fault; nothing after an Erro.', content: { 'application/jose': { schema: jwe('CRes') }, 'application/json': { schema: Erro } } },
    404: json('In `COMPATIBILITY=legacy`: no such transaction.', Erro),
    ...errorAnswers(OF_POST, (description) => json(description, Erro), {
      400: 'In `COMPATIBILITY=legacy`: the message cannot be used.',
      413: 'In `COMPATIBILITY=legacy`: the message is too long.',
      415: 'In `COMPATIBILITY=legacy`: the message is compressed, or in wide characters.',
      429: 'In `COMPATIBILITY=legacy`, with `RATE_LIMIT_PER_SECOND`: too many requests.'
    })
  }
}

const letPass: FastifySchemaCompiler<unknown> = () => () => true

/** Options of a route whose schema is documentation: nothing is judged by it. */
export function described<Schema extends object> (schema: Schema, bodyLimit?: number): RouteShorthandOptions & { schema: Schema } {
  return { schema, validatorCompiler: letPass, ...(bodyLimit === undefined ? {} : { bodyLimit }) }
}
