/** What the original's redirect says when a code could not be taken. */
export const ERROR_REDIRECT_QUERY: [string, string][] = [['transStatus', 'U'], ['error', 'processing_error']]

/**
 * The original server's way back to the 3DS Requestor: the result as query parameters, in its order.
 * @param target absolute URL, checked; a query it has stays
 * @param query parameters; those without a value are left out
 */
export function redirectLocation (target: string, query: readonly (readonly [string, string | undefined])[]): string {
  const url = new URL(target)
  for (const [name, value] of query) {
    if (value !== undefined) url.searchParams.append(name, value)
  }
  return url.href
}
