/** What the original's redirect says when a code could not be taken. */
export const ERROR_REDIRECT_QUERY: [string, string][] = [['transStatus', 'U'], ['error', 'processing_error']]

/**
 * The original server's way back to the 3DS Requestor: the result as query parameters, in its order.
 * @param target absolute URL, checked; a query it has stays
 * @param query parameters; those without a value are left out
 */
export function redirectLocation (target: string, query: readonly [string, string | undefined][]): string {
  const url = new URL(target)
  const added = new URLSearchParams(query.filter((parameter): parameter is [string, string] => parameter[1] !== undefined))
  // Behind what is there, which stays letter for letter.
  url.search = url.search === '' ? added.toString() : `${url.search}&${added.toString()}`
  return url.href
}
