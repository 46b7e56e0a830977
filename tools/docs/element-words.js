// Formats, conditions and inclusions of the element catalogue in words.
import { code, list } from './markdown.js'

/**
 * @typedef {import('../../src/protocol/catalogue/element.ts').Element} Element
 * @typedef {import('../../src/protocol/catalogue/element.ts').Child} Child
 * @typedef {import('../../src/protocol/catalogue/element.ts').Inclusion} Inclusion
 * @typedef {import('../../src/protocol/catalogue/element.ts').Condition} Condition
 * @typedef {import('../../src/protocol/catalogue/element.ts').Format} Format
 * @typedef {import('../../src/protocol/catalogue/element.ts').Bounds} Bounds
 * @typedef {import('../../src/protocol/catalogue/element.ts').Shape} Shape
 */

export const VERSIONS = /** @type {const} */ (['2.1.0', '2.2.0', '2.3.1'])
/** @type {Readonly<Record<string, string>>} */
const CHANNELS = { '01': 'APP', '02': 'BRW', '03': '3RI' }
/** @type {Readonly<Record<string, string>>} */
const CATEGORIES = { '01': 'PA', '02': 'NPA' }

/** @param {readonly string[]} versions */
export function versionsInWords (versions) {
  if (versions.length === VERSIONS.length) return 'all'
  const from = VERSIONS.findIndex((version) => version === versions[0])
  return versions.length > 1 && versions.length === VERSIONS.length - from ? `${versions[0]} on` : list(versions)
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = {
  base64: 'Base64',
  base64url: 'Base64url',
  'base64url-html': 'a page of HTML as Base64url',
  'base64url-json': 'JSON as Base64url',
  bcp47: 'language tag (BCP 47)',
  date: 'date',
  'date-time': 'date and time',
  email: 'email address',
  'ipv4-or-ipv6': 'IPv4 or IPv6 address',
  'iso3166-1-numeric': 'country, ISO 3166-1 numeric',
  'iso3166-2-subdivision': 'subdivision of a country, ISO 3166-2',
  iso4217: 'currency',
  'iso4217-alpha': 'currency, ISO 4217 letters',
  'iso4217-numeric': 'currency, ISO 4217 numeric',
  'jwe-compact': 'JWE, compact',
  jwk: 'JWK',
  'jws-compact': 'JWS, compact',
  'url-absolute': 'absolute URL',
  'url-app': 'URL of a page or an app',
  uuid: 'UUID'
}

/** What a pattern asks for beyond length and kind: nothing where these say it all. @type {Readonly<Record<string, string>>} */
const PATTERNS = {
  '^[hH][tT][tT][pP][sS]://': 'https',
  '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$': '',
  '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$': '',
  '^[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}$': 'three numbers with dots',
  '^[A-Za-z0-9+/]{27}[A-Za-z0-9+/=]$': '',
  '^[1-9][0-9]?$': 'digits, the first not 0',
  '^[+-]?[0-9]{1,4}$': 'a whole number, with or without sign',
  '^[YN]$': 'Y or N',
  '^[YNU]$': 'Y, N or U',
  '^01$': '01'
}

/** @param {string} regex */
function patternInWords (regex) {
  if (/^\^\[0-9\](\{[\d,]+\})?\$$/.test(regex)) return 'digits'
  if (/^\^\[A-Za-z0-9\]\{[\d,]+\}\$$/.test(regex)) return 'letters and digits'
  return PATTERNS[regex] ?? `as ${code(regex)}`
}

/** @param {Bounds} bounds @param {string} unit in the plural */
function boundsInWords ({ fixed, min = fixed, max = fixed }, unit) {
  const one = (/** @type {number} */ count) => `${count} ${count === 1 ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`
  if (min !== undefined && min === max) return one(min)
  if (min === undefined || min <= 0) return max === undefined ? '' : `at most ${one(max)}`
  return max === undefined ? `at least ${one(min)}` : `${min} to ${one(max)}`
}

/** Numbers that follow each other as `955-964`. @param {readonly string[]} codes */
function runs (codes) {
  /** @type {string[][]} */
  const found = []
  for (const one of codes) {
    const last = found.at(-1)
    if (last !== undefined && Number(last.at(-1)) + 1 === Number(one)) last.push(one)
    else found.push([one])
  }
  return found.map((run) => run.length === 1 ? run[0] : `${run[0]}-${run.at(-1)}`).join(', ')
}

/** @param {NonNullable<Format['items']>} items */
function itemsInWords ({ type, length = {}, singleKey, keyLength, valueLength, pairLength }) {
  if (type === 'string') return `strings${ofLength(length)}`
  if (singleKey === undefined) return 'objects'
  const limits = [
    keyLength && `name ${boundsInWords(keyLength, 'characters')}`,
    valueLength && `text ${boundsInWords(valueLength, 'characters')}`,
    pairLength && `name and text together ${boundsInWords(pairLength, 'characters')}`
  ].filter((limit) => limit !== undefined)
  return `objects with one member each: a name and a text${limits.length === 0 ? '' : ` (${limits.join('; ')})`}`
}

/** @param {Bounds} length */
function ofLength (length) {
  const text = boundsInWords(length, 'characters')
  return text === '' ? '' : ` of ${text}`
}

/**
 * @param {Pick<Shape, 'type' | 'format' | 'otherCodes'>} shape
 * @returns {string} type and format, `string: 13 to 19 characters, digits`
 */
export function formatInWords ({ type, format, otherCodes }) {
  const { length, kind, pattern, regex, charset, decodedBytes, scheme, numericRange, excluded, excludedRange, size, totalLength, items } = format
  const parts = [
    size && boundsInWords(size, 'entries'),
    items && itemsInWords(items),
    totalLength && `at most ${totalLength.max} characters in whole`,
    kind && [KINDS[kind] ?? kind, pattern].filter((part) => part !== undefined).join(' '),
    kind === undefined ? pattern : undefined,
    length && boundsInWords(length, type === 'object' || type === 'array' ? 'characters as JSON' : 'characters'),
    pattern === undefined && !kind?.startsWith('iso') && regex !== undefined ? patternInWords(regex) : undefined,
    numericRange && `${numericRange[0]} to ${numericRange[1]}`,
    charset,
    decodedBytes && `decoded ${decodedBytes} bytes`,
    scheme && `scheme ${scheme}`,
    excluded && `not ${runs(excluded)}`,
    excludedRange && `not ${excludedRange}`,
    otherCodes && 'other codes are accepted'
  ].filter((part) => part !== undefined && part !== '')
  const name = type.replace('|', ' or ')
  return parts.length === 0 ? name : `${name}: ${parts.join(', ')}`
}

/** @type {Readonly<Record<string, string>>} */
const EARLIER = { areq: 'AReq', ares: 'ARes', cres: 'CRes' }

/** @param {string} field */
function fieldInWords (field) {
  const [first = '', ...rest] = field.split('.')
  const message = EARLIER[first]
  return message === undefined || rest.length === 0 ? code(field) : `${code(rest.join('.'))} of the ${message}`
}

/** @param {Condition} condition @returns {string} */
export function conditionInWords (condition) {
  if ('all' in condition) return condition.all.map(conditionInWords).join(' and ')
  if ('any' in condition) return condition.any.map(conditionInWords).join(' or ')
  if ('not' in condition) return `not: ${conditionInWords(condition.not)}`
  if ('present' in condition) return `${fieldInWords(condition.present)} is there`
  if ('absent' in condition) return `${fieldInWords(condition.absent)} is not there`
  if ('context' in condition) return condition.context === 'finalCRes' ? 'the final CRes' : 'the second AReq of an SPC flow'
  if ('leg' in condition) return `on the leg ${condition.leg.replace('->', ' → ')}`
  if ('eq' in condition) return `${fieldInWords(condition.field)} is ${condition.eq}`
  return `${fieldInWords(condition.field)} is ${list(condition.in, 'or')}`
}

/**
 * @param {Inclusion[]} rows of one message
 * @param {string} version
 * @returns {string} `R`, `PA R · NPA C`, `APP, BRW O`; a dash where the version has it not
 */
export function inclusionInWords (rows, version) {
  const here = rows.filter(({ versions }) => versions.some((one) => one === version))
  if (here.length === 0) return '–'
  const [channels, categories] = [Object.keys(CHANNELS), Object.keys(CATEGORIES)]
  /** @type {Map<string, string[]>} */
  const groups = new Map()
  for (const channel of channels) {
    const text = rowInWords(categories.map((category) => presenceAt(here, channel, category)))
    if (text !== '') groups.set(text, [...groups.get(text) ?? [], /** @type {string} */ (CHANNELS[channel])])
  }
  return [...groups].map(([text, who]) => who.length === channels.length ? text : `${who.join(', ')}: ${text}`).join(' · ')
}

/** @param {readonly Inclusion[]} rows @param {string} channel @param {string} category */
function presenceAt (rows, channel, category) {
  const found = rows.filter(({ deviceChannels, messageCategory }) =>
    (deviceChannels.length === 0 || deviceChannels.some((one) => one === channel)) &&
    (messageCategory.length === 0 || messageCategory.some((one) => one === category)))
  return [...new Set(found.map(({ presence }) => presence))].join('/')
}

/** Presences in a channel, by category. @param {readonly string[]} presences */
function rowInWords (presences) {
  const [payment = '', other = ''] = presences
  if (payment === other) return payment
  return [payment && `${CATEGORIES['01']} ${payment}`, other && `${CATEGORIES['02']} ${other}`].filter((part) => part !== '').join(', ')
}

/**
 * What has to hold, each with the versions, channels and categories that it is about where these are not all of the element's.
 * @param {Inclusion[]} rows of one message
 * @returns {string} lines, joined with `<br>`
 */
export function conditionsInWords (rows) {
  const all = rows.flatMap(({ versions }) => versions)
  const whole = new Set(all).size
  return rows.flatMap((row) => {
    const soft = row.presence === 'C' && (row.enforce === 'soft' || row.when === undefined)
    const condition = row.condition ?? (row.when === undefined ? undefined : conditionInWords(row.when))
    const parts = [condition, row.crES && CRES[row.crES], row.leg && `leg ${row.leg.replace('->', ' → ')}`].filter((part) => part !== undefined)
    if (parts.length === 0) return []
    const text = parts.join('; ')
    const prefix = row.versions.length === whole ? '' : `${list(row.versions)}: `
    return [`${prefix}${soft && condition !== undefined ? `_${text}_` : text}`]
  }).filter((line, index, lines) => lines.indexOf(line) === index).join('<br>')
}

const CRES = { 'not final': 'not in the final CRes', 'final only': 'in the final CRes only' }
