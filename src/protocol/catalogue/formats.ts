import { isIP } from 'node:net'
import { isWebAddress } from '../web-address.ts'
import { dateChecks } from './dates.ts'
import type { Bounds, Format } from './element.ts'

/** @returns whether a text has a form. Takes time in proportion to the text, whatever stands in it. */
export type TextCheck = (text: string) => boolean

const BASE64URL = /^[\w-]+={0,2}$/
const APP_URL_FORM = /^[a-z][a-z\d+.-]*:\S+$/i
const LANGUAGE = /^[a-z]{1,8}(?:-[a-z\d]{1,8})*$/i
const JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/
const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/
const PRINTABLE_ASCII = /^[ -~]*$/

const isBase64url: TextCheck = (text) => BASE64URL.test(text)

/** Forms that no other member of a format says. ISO codes have tables, because they are another error. */
const kinds: Readonly<Partial<Record<NonNullable<Format['kind']>, TextCheck>>> = {
  base64url: isBase64url,
  'base64url-html': isBase64url,
  'base64url-json': isBase64url,
  bcp47: (text) => LANGUAGE.test(text),
  // RFC 5322 §3.4 allows far more than most believe: something, an at sign, something.
  email: (text) => text.lastIndexOf('@') > 0 && !text.endsWith('@'),
  'ipv4-or-ipv6': (text) => isIP(text) !== 0,
  'jwe-compact': (text) => JWE.test(text),
  'jws-compact': (text) => JWS.test(text),
  // Servers and browsers are sent there: only by http and https, and nobody's credentials travel in a message.
  'url-absolute': isWebAddress,
  'url-app': (text) => APP_URL_FORM.test(text) && URL.canParse(text)
}

/** Characters outside the basic plane, which JavaScript counts as two, count as one where two would be too many. */
export function lengthCheck ({ fixed = 0, min = fixed, max = fixed === 0 ? Infinity : fixed }: Bounds): TextCheck {
  return (text) => text.length >= min && (text.length <= max || (text.length <= 2 * max && [...text].length <= max))
}

const SO_MANY_DIGITS = /^\^\[0-9\](?:\{(\d+)(?:,(\d+))?\})?\$$/
const [ZERO, NINE] = [48, 57]

/** Most expressions of the catalogue ask for so many digits. To look at each is faster than an expression. */
function regexCheck (regex: string): TextCheck {
  const [isOfDigits, fewest = '1', most = fewest] = SO_MANY_DIGITS.exec(regex) ?? []
  if (isOfDigits === undefined) {
    const expression = new RegExp(regex)
    return (text) => expression.test(text)
  }
  const [min, max] = [Number(fewest), Number(most)]
  return (text) => text.length >= min && text.length <= max && hasOnlyDigits(text)
}

function hasOnlyDigits (text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character < ZERO || character > NINE) return false
  }
  return text !== ''
}

/** A member of a format and the check that it asks for. */
const parts: readonly ((format: Format) => TextCheck | undefined)[] = [
  ({ length }) => length === undefined ? undefined : lengthCheck(length),
  ({ regex }) => regex === undefined ? undefined : regexCheck(regex),
  ({ charset }) => charset === undefined ? undefined : (text) => PRINTABLE_ASCII.test(text),
  ({ pattern }) => pattern === undefined ? undefined : dateChecks[pattern],
  ({ kind }) => kind === undefined ? undefined : kinds[kind],
  ({ numericRange }) => {
    if (numericRange === undefined) return undefined
    const [low, high] = numericRange
    return (text) => hasOnlyDigits(text) && Number(text) >= low && Number(text) <= high
  }
]

/** @returns the check of a text of that format. The length comes first: what follows never sees a text without end. */
export function textCheck (format: Format): TextCheck {
  const [first = () => true, second, third, ...rest] = parts.flatMap((part) => part(format) ?? [])
  if (second === undefined) return first
  if (third === undefined) return (text) => first(text) && second(text)
  return (text) => first(text) && second(text) && third(text) && rest.every((check) => check(text))
}
