// What the doors may answer, whatever is sent to them.
import { evaluate } from '../test/setup/parties/evaluate.ts'
import { type FuzzRequest, type Route, ROUTES, SPLIT_HEADER, TAG } from './hostile-bodies.js'

export interface HostileAnswer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, unknown>>
  body: string
}

type Shape = (answer: HostileAnswer, request: FuzzRequest, legacy: boolean) => boolean

const typeOf = ({ headers }: HostileAnswer) => String(headers['content-type'])

/** Whether it is a JSON answer that says `error` when something was wrong. */
function isJson (answer: HostileAnswer, error = 'error'): boolean {
  if (!typeOf(answer).startsWith('application/json')) return false
  return answer.status < 400 || typeof JSON.parse(answer.body)[error] === 'string'
}

function isPage (answer: HostileAnswer): boolean {
  return typeOf(answer) === 'text/html; charset=utf-8' && answer.headers['content-security-policy'] !== undefined && answer.body.endsWith('</html>\n')
}

/** Answered before there was a route that could have a page. */
function isOfNoRoute (answer: HostileAnswer): boolean {
  const { status, body } = answer
  return (status === 404 || status === 414 || (status === 400 && body.includes('The URL is malformed'))) && isJson(answer)
}

/** A redirect to a place on the web. */
function isRedirect ({ status, headers }: HostileAnswer): boolean {
  return status === 302 && /^https?:$/.test(new URL(String(headers['location'])).protocol)
}

/** A message refused is an Erro; nothing is answered to an Erro and to a part of a sequence only. What is no fault of a message is told as anywhere. */
function isMessage (answer: HostileAnswer, { body }: FuzzRequest): boolean {
  if (answer.status === 415) return isJson(answer)
  if (answer.status !== 200) return false
  if (answer.body === '') return body.includes('Erro') || body.includes('OReq')
  return isJson(answer) && typeof JSON.parse(answer.body).messageType === 'string'
}

/** What a family of routes may answer. */
const SHAPES: { readonly [Family in (typeof ROUTES)[Route]]: Shape } = {
  json: (answer) => (answer.status === 200 && answer.body === '') || isJson(answer),
  page: (answer) => isPage(answer) || isOfNoRoute(answer),
  pageOrNothing: (answer) => (answer.status === 204 && answer.body === '') || isPage(answer) || isOfNoRoute(answer),
  message: isMessage,
  redirect: (answer) => isRedirect(answer) || (answer.status === 200 ? isPage(answer) : isJson(answer)),
  sdk: (answer, _request, legacy) => typeOf(answer).startsWith('application/jose')
    ? answer.status === 200
    : answer.body === '' || isJson(answer, answer.status < 400 ? 'messageType' : legacy ? 'errorDescription' : 'errorCode'),
  published: (answer) => answer.status < 400 || isPage(answer) || isJson(answer)
}

/** Messages in an answer: the body, or what a page posts on to the shop. */
function messagesIn (answer: HostileAnswer): any[] {
  // A range of bytes is no whole document.
  if (answer.status === 206) return []
  if (typeOf(answer).startsWith('application/json') && answer.body !== '') return [JSON.parse(answer.body)]
  const [, cres] = /name="cres" value="([\w-]+)"/.exec(answer.body) ?? []
  return cres === undefined || !typeOf(answer).startsWith('text/html') ? [] : [JSON.parse(Buffer.from(cres, 'base64url').toString('utf8'))]
}

/** What is wrong with the Erros of an answer, by the catalogue. */
function faultsOfErros (answer: HostileAnswer): string {
  return messagesIn(answer).filter((message) => message?.messageType === 'Erro').flatMap((erro) => evaluate(erro)).map(({ code, element }) => `${code} ${element}`).join()
}

/**
 * What is wrong with an answer, if anything is: a fault of the server, something of the request that came through as HTML or as
 * a header, an Erro that is none by the catalogue, a shape that the route does not have.
 * @param legacy with COMPATIBILITY=legacy, where Erros are the original's
 */
export function faultOf (answer: HostileAnswer, route: Route, request: FuzzRequest, legacy: boolean): string | undefined {
  const { status, headers, body } = answer
  if (status >= 500) return `status ${status}`
  if (SPLIT_HEADER in headers) return 'a header was split'
  if (!typeOf(answer).startsWith('application/json') && body.includes(TAG)) return 'a text of the request stands in the answer as HTML'
  const wrong = legacy && !['/acs/app', '/ds', '/acs'].includes(route) ? '' : faultsOfErros(answer)
  if (wrong !== '') return `an Erro that is none, ${wrong}`
  // Of another method, of a body in disguise, a route may know nothing.
  if (request.isAltered === true) return status < 400 || body === '' || isPage(answer) || isJson(answer, 'error') || isJson(answer, 'errorCode') ? undefined : 'the shape of the answer'
  return SHAPES[ROUTES[route]](answer, request, legacy) ? undefined : 'the shape of the answer'
}

/** An answer by its status, and for an Erro by its code: an SDK gets 200 with each. */
export function kindOf ({ status, body }: HostileAnswer): string {
  const [, errorCode = ''] = /"errorCode":"(\d{3})"/.exec(body.slice(0, 300)) ?? []
  return `${status} ${errorCode}`.trim()
}
