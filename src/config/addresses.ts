import { isIP } from 'node:net'
import { isWebAddress } from '../protocol/web-address.ts'

// Underscores are no part of a host name, but container networks use them.
const HOST_NAME = /^(?=.{1,253}$)[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*\.?$/i
const PROXY_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal'])
const UNREACHABLE = new Set(['0.0.0.0', '[::]'])

const withoutBrackets = (text: string): string => text.replace(/^\[(.*:.*)\](?=\/|$)/, '$1')

/** @returns a host name or an address, an IPv6 one without its brackets; undefined when the text is neither. */
export function parseHost (text: string): string | undefined {
  const bare = withoutBrackets(text)
  if (isIP(bare) === 6) return bare
  // What looks like an IPv4 address must be one: 300.1.1.1 is no host name.
  const isName = HOST_NAME.test(text) && !/^[\d.]+$/.test(text)
  return isName || isIP(text) === 4 ? text : undefined
}

function isAddressRange (text: string): boolean {
  const bare = withoutBrackets(text)
  const bits = /\/(\d{1,3})$/.exec(bare)?.[1]
  const address = bits === undefined ? bare : bare.slice(0, -bits.length - 1)
  const family = isIP(address)
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)
}

function parseList (text: string, isAllowed: (part: string) => boolean): string[] | undefined {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  return parts.length > 0 && parts.every(isAllowed) ? parts : undefined
}

/** @returns the list of trusted proxies, parts joined by a comma, as Fastify's `trustProxy` takes it; undefined when a part is none. */
export function parseProxies (text: string): string | undefined {
  return parseList(text, (part) => PROXY_NAMES.has(part) || isAddressRange(part))?.map(withoutBrackets).join(',')
}

/** @returns host patterns in lower case; undefined when one cannot be understood. */
export function parseHostPatterns (text: string): string[] | undefined {
  const isPattern = (part: string): boolean => part === '*' || isAddressRange(part) || parseHost(part.replace(/^\*\./, '')) !== undefined
  return parseList(text.toLowerCase(), isPattern)
}

/** @returns the base URL without a slash at its end, or `request`; undefined when the text is neither. */
export function parsePublicUrl (text: string): string | undefined {
  if (text.toLowerCase() === 'request') return 'request'
  if (!/^https?:\/\/[^?#\\\s]+$/i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || UNREACHABLE.has(url.hostname)) return undefined
  return url.href.replace(/\/+$/, '')
}

/** @returns an absolute http or https URL as it was written; undefined when the text is none, or has credentials. */
export function parseWebUrl (text: string): string | undefined {
  return isWebAddress(text) ? text : undefined
}
