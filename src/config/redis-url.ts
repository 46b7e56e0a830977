import type { Settings } from './settings.ts'

const DEFAULT_URL = 'redis://127.0.0.1:6379'

/** @returns the text when it is a Redis URL that leaves no doubt; else undefined. */
export function parseRedisUrl (text: string): string | undefined {
  // A query or a fragment is most often a password that was not percent-encoded.
  if (!/^rediss?:\/\/[^?#\s]+$/i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isWhole = url.hostname !== '' && /^(?:\/\d{0,4})?$/.test(url.pathname) && url.port !== '0'
  return isWhole && isEncoded(url.username) && isEncoded(url.password) ? text : undefined
}

function isEncoded (text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Parts of a Redis URL by the variable that may give it alone. */
function partsOf (text: string): Record<RedisPart, string> {
  const url = new URL(text)
  return {
    REDIS_HOST: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    REDIS_PORT: url.port,
    REDIS_USERNAME: decodeURIComponent(url.username),
    REDIS_PASSWORD: decodeURIComponent(url.password),
    REDIS_DB: url.pathname.slice(1)
  }
}

const PARTS = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_DB'] as const
export type RedisPart = typeof PARTS[number]

/** @returns the variables that say something else than `REDIS_URL`. */
export function contradictions (settings: Settings): RedisPart[] {
  if (settings.REDIS_URL === undefined) return []
  const parts = partsOf(settings.REDIS_URL)
  return PARTS.filter((part) => settings[part] !== undefined && parts[part] !== '' && parts[part] !== String(settings[part]))
}

/** @returns the complete URL, credentials percent-encoded, from `REDIS_URL` and what the single variables add to it. */
export function redisUrl (settings: Settings): string {
  const url = new URL(settings.REDIS_URL ?? DEFAULT_URL)
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_USERNAME: user, REDIS_PASSWORD: password, REDIS_DB: db } = settings
  if (host !== undefined) url.hostname = host.includes(':') ? `[${host}]` : host
  if (port !== undefined) url.port = String(port)
  if (user !== undefined) url.username = encodeURIComponent(user)
  if (password !== undefined) url.password = encodeURIComponent(password)
  if (db !== undefined) url.pathname = `/${db}`
  return url.href
}
