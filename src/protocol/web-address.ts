/** @returns whether a browser may be sent there: absolute, http or https, no control characters or spaces. */
export function isWebAddress (value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2048 || /[\u0000-\u0020\u007f]/.test(value)) return false
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  return protocol === 'https:' || protocol === 'http:'
}
