import { parseHost, parseHostPatterns, parseProxies, parsePublicUrl, parseWebUrl } from './addresses.ts'
import { parseRedisUrl } from './redis-url.ts'
import type { Setting } from './settings.ts'

const WORDS = new Map([
  ['true', true], ['1', true], ['yes', true], ['on', true],
  ['false', false], ['0', false], ['no', false], ['off', false]
])
const BOOLEANS = 'true, 1, yes, on or false, 0, no, off'

function parseBoolean (text: string): boolean | undefined {
  return WORDS.get(text.toLowerCase())
}

const formats: Readonly<Record<NonNullable<Setting['format']>, (text: string) => unknown>> = {
  host: parseHost,
  'public-url': parsePublicUrl,
  'web-url': parseWebUrl,
  proxies: (text) => parseBoolean(text) ?? parseProxies(text),
  'redis-url': parseRedisUrl,
  'host-patterns': parseHostPatterns
}

function parseInteger (text: string, { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Setting): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  return number >= minimum && number <= maximum ? number : undefined
}

function parseText (text: string, { pattern }: Setting): string | undefined {
  return pattern === undefined || new RegExp(pattern, 'u').test(text) ? text : undefined
}

/**
 * @param text a variable's value, not empty, without white space around it
 * @returns the value that the setting's schema describes; undefined when the text is not allowed
 */
export function parseSetting (text: string, setting: Setting): unknown {
  if (setting.format !== undefined) return formats[setting.format](text)
  if (setting.enum !== undefined) return setting.enum.find((word) => word.toLowerCase() === text.toLowerCase())
  if (setting.type === 'integer') return parseInteger(text, setting)
  if (setting.type === 'boolean') return parseBoolean(text)
  return parseText(text, setting)
}

/** @returns what the setting may be, in words. */
export function allowedValues (setting: Setting): string {
  if (setting.enum !== undefined) return `one of ${setting.enum.join(', ')}`
  if (setting.type === 'integer') return `a whole number from ${setting.minimum} to ${setting.maximum}`
  if (setting.type === 'boolean') return BOOLEANS
  return setting.allowed ?? 'any text'
}
