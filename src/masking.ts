import { SENSITIVE_ELEMENTS } from './protocol/catalogue/names.ts'

const MASK = '[masked]'
const DEEPEST = 8
const SHORTEST_CARD_NUMBER = 1e12

// Thirteen digits in a row may be a card number, and so may groups of four or 4-6-5 as they are printed on cards: with
// spaces, hyphens, or what a URL makes of a space. No identifier, ISO time or amount of ours looks like that; the groups
// inside a UUID stand between hyphens.
const gap = '(?:[ +-]|%20)'
const cardNumber = new RegExp(`\\d{13,}|(?<![\\da-f-])\\d{4}${gap}(?:\\d{4}${gap}\\d{4}${gap}\\d{1,7}|\\d{6}${gap}\\d{4,5})(?![\\da-f-])`)
const cardNumbers = new RegExp(cardNumber, 'g')
const urlCredentials = /\/\/[^\s@/]+@/g

/** Names of the 3DS Server API and of other spellings, of bodies, credentials and keys. */
const otherSecrets = [
  'cardnumber', 'card_number', 'pan', 'cvv', 'cvv2', 'cvc', 'cvc2', 'otp', 'body', 'payload',
  'authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'password', 'passphrase', 'secret', 'apikey',
  'api_key', 'x-api-key', 'key', 'privatekey', 'private_key', 'ephemeralkeys', 'sharedsecret', 'sessionkey', 'seed', 'd', 'k'
]

/** Members whose value never reaches a log, in lower case. */
const secretMembers = new Set([...SENSITIVE_ELEMENTS.map((name) => name.toLowerCase()), ...otherSecrets])

/** @returns whether the text holds what may be a card number. */
export function holdsCardNumber (text: string): boolean {
  return cardNumber.test(text)
}

/** @returns the text with card numbers, in a row or in groups, and the credentials of URLs masked. */
export function maskText (text: string): string {
  const masked = text.length < 13 ? text : text.replace(cardNumbers, MASK)
  return masked.includes('//') ? masked.replace(urlCredentials, `//${MASK}@`) : masked
}

/**
 * What may be logged of a value: members with a secret name, bytes and whatever is nested deeper than eight levels are
 * masked, texts and numbers that may be card numbers too. The value itself is not changed.
 */
export function withoutSecrets (value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'number' || typeof value === 'bigint') return maskNumber(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth === DEEPEST || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return MASK
  if (value instanceof Error) return describeError(value, false, depth)
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1))
  const shown: Record<string, unknown> = {}
  for (const [member, content] of Object.entries(value)) {
    shown[maskText(member)] = memberWithoutSecrets(member, content, depth + 1)
  }
  return shown
}

function maskNumber (value: number | bigint): unknown {
  const isShort = Number.isInteger(value) && value > -SHORTEST_CARD_NUMBER && value < SHORTEST_CARD_NUMBER
  return isShort || !holdsCardNumber(String(value)) ? value : MASK
}

/** @returns whether nothing of a member of that name may be logged. */
export function isSecretMember (member: string): boolean {
  return secretMembers.has(member.toLowerCase())
}

/** @returns whether a line holds what `withoutSecrets` would mask in a text. */
export function holdsSecretText (line: string): boolean {
  return cardNumber.test(line) || (line.includes('//') && line.search(urlCredentials) !== -1)
}

/** What may be logged of one member of an object: nothing of a secret one. */
export function memberWithoutSecrets (member: string, content: unknown, depth = 1): unknown {
  return isSecretMember(member) ? MASK : withoutSecrets(content, depth)
}

/** What is logged of an error. */
export interface ErrorDescription {
  type: string
  code?: string
  message: string
  stack?: string
  cause?: unknown
}

/**
 * What may be logged of an error: type, code, message and cause, and the calls that led to it where wanted. Nothing else,
 * since errors of libraries carry requests, commands and their arguments.
 */
export function describeError (error: Error, withStack: boolean, depth = 0): ErrorDescription {
  const description: ErrorDescription = { type: error.name, message: describeMessage(error) }
  if ('code' in error && typeof error.code === 'string') description.code = error.code
  if (withStack) description.stack = calls(error)
  if (error.cause instanceof Error && depth < DEEPEST) description.cause = describeError(error.cause, withStack, depth + 1)
  return description
}

// A parser's message quotes what it could not read, and three quoted digits may be a security code.
function describeMessage (error: Error): string {
  return error instanceof SyntaxError ? 'cannot be parsed' : maskText(error.message)
}

// The stack begins with the message, so only its lines of calls are kept.
function calls (error: Error): string {
  return maskText((error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n'))
}

/**
 * Masks user and password of a URL.
 * @param url a URL, or text that should have been one
 * @returns the URL with `***` for its credentials; only the scheme of what is not a plain URL, since the rest may be a password
 */
export function maskUrl (url: string): string {
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(url)?.[0]
  if (scheme === undefined) return '***'
  if (/[?#\s]/.test(url) || !URL.canParse(url) || new URL(url).pathname.includes('@')) return `${scheme}***`
  const { host, pathname, username, password } = new URL(url)
  return `${scheme}${username === '' && password === '' ? '' : '***@'}${host}${pathname}`
}
