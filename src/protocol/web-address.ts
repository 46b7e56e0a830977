/** Spaces, line ends and every other control character: what could break out of a header or an attribute. */
const UNSAFE = /[\p{Cc}\s]/u

/** @returns whether a browser may be sent there: absolute, http or https, at most 2048 characters, none of them a control character or space. */
export function isWebAddress (value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2048 || UNSAFE.test(value)) return false
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  return protocol === 'https:' || protocol === 'http:'
}
