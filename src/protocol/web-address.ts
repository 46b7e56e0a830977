/** Spaces, line ends and every other control character, which could break out of a header or an attribute; and what browsers take for a slash. */
const UNSAFE = /[\p{Cc}\s\\]/u

/** Scheme and host letter for letter, without the repairs that `URL` makes (`http:host`, `https:///host`), and no credentials. */
const ABSOLUTE = /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i

/**
 * @returns whether a browser may be sent there: an absolute http or https URL, at most 2048 characters, none of them a
 *   backslash, control character or space, no user name or password before the host
 */
export function isWebAddress (value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2048 && ABSOLUTE.test(value) && !UNSAFE.test(value) && URL.canParse(value)
}

/** What an element is told that is none, after its name. */
export const NO_WEB_ADDRESS = 'must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes'
