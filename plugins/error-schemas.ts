import { Type, type TSchema } from 'typebox'
import { ErrorSchema } from './error-answer.ts'

/* What goes wrong before a route is asked, for the API documents: any of these may come, whatever the route does. */

/** One answer, as the API documents have it. */
export interface DescribedAnswer {
  description: string
  content: Record<string, { schema: TSchema }>
  headers?: Record<string, object>
}

const TEXTS = {
  400: 'What is wrong.',
  403: 'With `TLS_CLIENT_CA_PATH`: the client certificate is missing, or not accepted.',
  413: 'The body is too long.',
  415: 'The body is compressed, or in wide characters.',
  429: 'With `RATE_LIMIT_PER_SECOND`: too many requests.',
  500: 'A fault of the server.',
  503: 'The store is away, or the server is closing.'
} as const

type ErrorStatus = keyof typeof TEXTS

/** Of a route for operators, which has no limit. */
export const OF_OPERATION: readonly ErrorStatus[] = [400, 415, 500, 503]
export const OF_GET: readonly ErrorStatus[] = [400, 415, 429, 500, 503]
export const OF_POST: readonly ErrorStatus[] = [400, 413, 415, 429, 500, 503]
/** Of what servers post to each other, to the 3DS Server, and to the mock itself. */
export const OF_SERVER_POST: readonly ErrorStatus[] = [400, 403, 413, 415, 429, 500, 503]

const RETRY_AFTER = { 'retry-after': Type.Integer({ description: 'Seconds.' }) }

export function inJson (description: string, schema: TSchema = ErrorSchema): DescribedAnswer {
  return { description, content: { 'application/json': { schema } } }
}

export function inHtml (description: string): DescribedAnswer {
  return { description, content: { 'text/html': { schema: Type.String() } } }
}

/**
 * The answers to what goes wrong.
 * @param say how the route's scope tells it: `inJson` unless it is pages
 * @param texts what else is to be said of a status
 */
export function errorAnswers (
  statuses: readonly ErrorStatus[], say: (description: string) => DescribedAnswer = inJson, texts: Partial<Record<ErrorStatus, string>> = {}
): Record<number, DescribedAnswer> {
  return Object.fromEntries(statuses.map((status) => {
    const answer = say(texts[status] ?? TEXTS[status])
    return [status, status === 429 || status === 503 ? { ...answer, headers: RETRY_AFTER } : answer]
  }))
}
