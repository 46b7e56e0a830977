// Valid messages and values, and ways to break them, made from elements.json alone: nothing here is the project's own code.
import { readFileSync } from 'node:fs'

export type Message = Record<string, any>
export const elements: any[] = JSON.parse(readFileSync(new URL('../../../../src/protocol/catalogue/elements.json', import.meta.url), 'utf8'))
export const byName = new Map(elements.map((element) => [element.name, element]))
export const VERSIONS = ['2.1.0', '2.2.0', '2.3.1']
export const MESSAGES = ['AReq', 'ARes', 'CReq', 'CRes', 'RReq', 'RRes', 'PReq', 'PRes', 'OReq', 'ORes', 'Erro']

/** One way a message is sent. Channel and category are '' for the messages that have none. */
export interface Way {
  messageType: string
  version: string
  channel: string
  category: string
  leg?: string | undefined
  contexts: string[]
  earlier: Record<string, Message>
}

export const copy = <Value>(value: Value): Value => structuredClone(value)
const includes = (list: string[] | undefined, one: string) => list === undefined || list.length === 0 || list.includes(one)

export function shapeIn (version: string, element: any): any {
  return { ...element, ...element.overrides?.[version] }
}

/** The line of the catalogue that says when the element is in that message. */
export function rowOf (element: any, way: Way): any {
  const final = way.contexts.includes('finalCRes')
  if (element.transport !== undefined || element.container !== undefined) return undefined
  return (element.inclusion[way.messageType] ?? []).find((row: any) => (
    includes(row.versions, way.version) && includes(row.deviceChannels, way.channel) && includes(row.messageCategory, way.category) &&
    (row.leg === undefined || way.leg === undefined || way.leg === row.leg) &&
    (row.crES === undefined || (row.crES === 'final only') === final)
  ))
}

export function isEmpty (value: any): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** Whether a condition holds; a message that is not among the earlier ones answers no question. */
export function holds (when: any, message: Message, way: Way): boolean | undefined {
  if (when.all !== undefined) return when.all.every((part: any) => holds(part, message, way) === true)
  if (when.any !== undefined) return when.any.some((part: any) => holds(part, message, way) === true)
  if (when.not !== undefined) { const inner = holds(when.not, message, way); return inner === undefined ? undefined : !inner }
  if (when.context !== undefined) return way.contexts.includes(when.context)
  if (when.leg !== undefined) return way.leg === when.leg
  const path: string[] = (when.field ?? when.present ?? when.absent).split('.')
  const isEarlier = path.length > 1 && ['areq', 'ares', 'cres'].includes(path[0] as string)
  const root = isEarlier ? way.earlier[path.shift() as string] : message
  if (root === undefined) return undefined
  const value = path.reduce((at: any, name) => at?.[name], root)
  if (when.present !== undefined) return !isEmpty(value)
  if (when.absent !== undefined) return isEmpty(value)
  return when.in === undefined ? value === when.eq : [value].flat().some((one) => when.in.includes(one))
}

/** Makes a condition true. */
function fulfil (when: any, message: Message, way: Way): void {
  if (when.all !== undefined) for (const part of when.all) fulfil(part, message, way)
  else if (when.any !== undefined) fulfil(when.any.find((part: any) => canHold(part, way)), message, way)
  else if (when.context !== undefined) way.contexts.push(when.context)
  else if (when.leg !== undefined) way.leg = when.leg
  else if (when.not !== undefined) fulfilNot(when.not, way)
  else {
    const path: string[] = (when.field ?? when.present ?? when.absent).split('.')
    const isEarlier = path.length > 1 && ['areq', 'ares', 'cres'].includes(path[0] as string)
    const root = isEarlier ? way.earlier[path.shift() as string] ??= {} : message
    const [name, child] = path as [string, string?]
    if (when.absent !== undefined) delete root[name]
    else if (child !== undefined) root[name] = { ...goodValues(shapeIn(way.version, byName.get(name)), way)[0], [child]: when.eq ?? when.in[0] }
    else if (when.present !== undefined) root[name] = goodValues(shapeIn(way.version, byName.get(name)), way)[0]
    else root[name] = when.eq ?? when.in[0]
  }
}

/** An element that the message has not in this way is additional, and makes nothing true. */
function canHold (when: any, way: Way): boolean {
  const field = when.field ?? when.present ?? when.absent
  if (field === undefined) return true
  const [name] = field.split('.')
  return ['areq', 'ares', 'cres'].includes(name) || rowOf(byName.get(name), way) !== undefined
}

function fulfilNot (when: any, way: Way): void {
  if (when.field?.startsWith('ares.')) way.earlier['ares'] ??= {}
}

const ordinaries = new Map<string, any>()

/** The value that an element has in a message unless a test wants another. */
function ordinary (element: any, way: Way): any {
  const fixed: Record<string, string> = {
    messageType: way.messageType, messageVersion: way.version, deviceChannel: way.channel, messageCategory: way.category
  }
  const key = `${way.version} ${way.messageType} ${element.name}`
  if (!ordinaries.has(key)) ordinaries.set(key, goodValues(shapeIn(way.version, element), way)[0])
  return fixed[element.name] ?? copy(ordinaries.get(key))
}

const kept = new Map<string, { element: any, row: any }[]>()

/** What a message has to have that is sent in that way, or has to have on a condition. */
function dueRows (way: Way): { element: any, row: any }[] {
  const key = `${way.messageType} ${way.version} ${way.channel} ${way.category} ${way.leg} ${way.contexts.includes('finalCRes')}`
  const rows = kept.get(key) ?? elements.map((element) => ({ element, row: rowOf(element, way) }))
    .filter(({ row }) => row?.presence === 'R' || row?.enforce === 'hard')
  kept.set(key, rows)
  return rows
}

/** Adds what a message needs to be whole. */
export function complete (message: Message, way: Way): Message {
  const rows = dueRows(way)
  for (let before = -1, now = 0; now !== before; before = now, now = Object.keys(message).length) {
    for (const { element, row } of rows) {
      if (message[element.name] !== undefined) continue
      if (row.presence === 'R' || holds(row.when, message, way) === true) message[element.name] = ordinary(element, way)
    }
  }
  return message
}

/** A valid message in which the element has to be there; nothing when it never has to. */
export function messageThatNeeds (element: any, given: Way): { message: Message, way: Way } | undefined {
  const way = copy(given)
  const row = rowOf(element, way)
  if (row.presence === 'R') return { message: complete({}, way), way }
  if (row.enforce !== 'hard') return undefined
  const message: Message = {}
  fulfil(row.when, message, way)
  message[element.name] = ordinary(element, way)
  const whole = complete(message, way)
  return { message: whole, way }
}

/** All the ways in which an element is sent. */
export function waysOf (element: any): Way[] {
  const ways: Way[] = []
  for (const messageType of MESSAGES) {
    for (const version of VERSIONS) {
      for (const channel of ['01', '02', '03', '']) {
        for (const category of ['01', '02', '']) {
          for (const leg of messageType === 'AReq' ? ['3DSServer->DS', 'DS->ACS'] : [undefined]) {
            for (const contexts of messageType === 'CRes' ? [[], ['finalCRes']] : [[]]) {
              const way = { messageType, version, channel, category, leg, contexts, earlier: {} }
              const exists = rowOf(byName.get('messageType'), way)
              const isPlain = exists !== undefined && (exists.deviceChannels.length === 0) === (channel === '') && (exists.messageCategory.length === 0) === (category === '')
              if (isPlain && rowOf(element, way) !== undefined) ways.push(way)
            }
          }
        }
      }
    }
  }
  return ways
}

// ---- values ----

const LONG_URL = (length: number) => 'https://acs.example.test/'.padEnd(length, 'a')
const padded = (number: number, length: number) => String(number).padStart(length, '0')

function kindValues (kind: string, { min = 1, max = 100, fixed }: { min?: number, max?: number, fixed?: number }): string[] {
  const [shortest, longest] = [fixed ?? min, fixed ?? max]
  switch (kind) {
    case 'uuid': return ['6f0ac6a1-0f1c-4c0c-9d1a-5b1f8d2f3a01', '6F0AC6A1-0F1C-4C0C-9D1A-5B1F8D2F3A01']
    case 'url-absolute': return ['https://a.test', LONG_URL(longest)]
    case 'url-app': return ['https://a.test', LONG_URL(longest), 'shop-app://done?transID=1']
    case 'iso3166-1-numeric': return ['208', '004', '894']
    case 'iso3166-2-subdivision': return ['N', 'NY', '84X']
    case 'iso4217-numeric': return ['978', '008', '392']
    case 'iso4217-alpha': return ['EUR', 'ZWG']
    case 'email': return ['a@b', 'person@example.test', `${'a'.repeat(longest - 2)}@b`]
    case 'ipv4-or-ipv6': return ['192.0.2.10', '2001:db8::1', '2001:0db8:0000:0000:0000:0000:192.168.100.100'.slice(0, 45)]
    case 'bcp47': return ['en', 'en-GB', ...(longest >= 35 ? ['en-aaaaaaaa-bbbbbbbb-cccccccc-ddd12'] : ['zh-Hant'])]
    case 'jwe-compact': return ['eyJ.e.i.c.t', 'eyJ..i.c.t']
    case 'jws-compact': return ['h.p.s', `h.${'p'.repeat(15000)}.s`]
    default: return ['A'.repeat(Math.max(1, shortest)), '-_09az'.padEnd(longest, 'Z').slice(0, longest)]
  }
}

const PATTERNS: Record<string, string[]> = {
  YYYYMMDD: ['20300115', '20240229', '20001231'],
  YYMM: ['3012', '0001'],
  YYYYMMDDHHMM: ['203001152359', '202402290000'],
  YYYYMMDDHHMMSS: ['20300115093000', '20240229235959']
}

/** Texts for the regular expressions of the catalogue: the shortest and the longest. */
function regexValues (regex: string): string[] {
  const digits = /^\^\[0-9\](?:\{(\d+)(?:,(\d+))?\})?\$$/.exec(regex)
  if (digits !== null) {
    const [, min = '1', max = min] = digits
    return ['0'.repeat(Number(min)), '9'.repeat(Number(max))]
  }
  const known: Record<string, string[]> = {
    '^[A-Za-z0-9]{1,20}$': ['a', 'Z9'.repeat(10)],
    '^[+-]?[0-9]{1,4}$': ['0', '+0840', '-60'],
    '^[1-9][0-9]?$': ['1', '24', '99'],
    '^[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}$': ['2.1.0', '10.20.30'],
    '^[A-Za-z0-9+/]{27}[A-Za-z0-9+/=]$': ['AAABBZEEBgAAAAAAAAQGAAAAAAA=', 'AAABBZEEBgAAAAAAAAQGAAAAAAAA'],
    '^[YN]$': ['Y', 'N'],
    '^[YNU]$': ['Y', 'N', 'U'],
    '^01$': ['01']
  }
  const values = known[regex]
  if (values === undefined) throw new Error(`no values for ${regex}`)
  return values
}

const inVersion = (list: any[] | undefined, version: string): any[] => (list ?? []).filter(({ versions }) => versions === undefined || versions.includes(version))

function codesOf (shape: any, way: Way): any[] {
  return inVersion(shape.values, way.version)
    .filter(({ allowedIn }) => allowedIn === undefined || (allowedIn[way.messageType] !== undefined && inVersion([allowedIn[way.messageType]], way.version).length > 0))
    .map(({ code }) => code)
}

function reservedCodes (shape: any, version: string, forDs: boolean): string[] {
  return inVersion(shape.reserved, version).filter(({ meaning }) => meaning.includes('DS use') === forDs)
    .flatMap(({ range }) => range.split(',').flatMap((part: string) => part.split('-')))
}

function textValues (shape: any): string[] {
  const { length = {}, kind, regex, pattern, numericRange, charset } = shape.format
  if (pattern !== undefined) return PATTERNS[pattern] as string[]
  if (numericRange !== undefined) {
    const [low, high] = numericRange
    const width = length.fixed ?? length.min
    return [padded(low, width), padded(high, width)]
  }
  if (kind !== undefined && kind !== 'base64') return kindValues(kind, length)
  if (regex !== undefined) return regexValues(regex)
  const { min = 1, max = 500, fixed } = length
  const wide = charset === undefined ? ['é€😀'.repeat(max).slice(0, max - (max % 4)), '😀'.repeat(Math.min(max, 400))] : []
  return ['a'.repeat(fixed ?? min), ' ~'.repeat(fixed ?? max).slice(0, fixed ?? max), ...(fixed === undefined && max >= 4 ? wide : [])]
}

/** Values that pass: the shortest, the longest, every code, codes of the DS. The first is short and ordinary. */
export function goodValues (shape: any, way: Way): any[] {
  const { type, format } = shape
  const codes = codesOf(shape, way)
  if (type === 'boolean') return codes.length === 1 ? codes : [false, true]
  if (type === 'array') return arrayValues(shape, way)
  if (type === 'object') return objectValues(shape, way)
  if (type === 'string|object') return [...textValues(shape), ...objectValues(shape, way)]
  if (codes.length > 0) return [...codes, ...reservedCodes(shape, way.version, true), ...(shape.otherCodes === 'accepted' ? ['999'] : [])]
  return textValues({ ...shape, format })
}

function arrayValues (shape: any, way: Way): any[] {
  const { size = { min: 1, max: 20 }, items } = shape.format
  if (items.singleKey) return [[{ a: 'b' }], [{ abcd: 'x'.repeat(41) }], Array.from({ length: Math.min(size.max, 8) }, () => ({ k: 'v' }))]
  if (items.type === 'object') {
    const each = goodValues({ ...shape, type: 'object', format: {} }, way)
    return [[each[0]], ...each.map((item) => [item]), Array.from({ length: Math.min(size.max, 200) }, () => each[0])]
  }
  const each = goodValues({ ...shape, type: 'string', format: { length: items.length ?? {} } }, way)
  const isCoded = shape.values !== undefined
  const many = isCoded ? [...new Set(each)].slice(0, size.max) : Array.from({ length: Math.min(size.max, 200) }, () => each[0])
  return [...each.map((item) => [item]), ...(many.length > 0 ? [many] : [])]
}

const childrenIn = (shape: any, version: string): any[] => (shape.children ?? []).filter(({ versions }: any) => versions.includes(version)).map((child: any) => shapeIn(version, child))

function objectValues (shape: any, way: Way): any[] {
  const children = childrenIn(shape, way.version)
  if (children.length === 0) return [{ any: 'thing' }]
  const full = Object.fromEntries(children.map((child) => [child.name, goodValues(child, way)[0]]))
  const required = Object.fromEntries(children.filter(({ presence, when }) => presence === 'R' || when?.absent !== undefined).map(({ name }) => [name, full[name]]))
  const small = Object.keys(required).length === 0 ? full : required
  const values = [small, full, { ...full, unknownMember: 'tolerated' }]
  for (const child of children) for (const value of goodValues(child, way)) values.push({ ...full, [child.name]: value })
  const longest = shape.format.length?.max
  return longest === undefined ? values : values.filter((value) => JSON.stringify(value).length <= longest)
}

export interface Broken { value: any, errorCode: string, element: string, how: string }

/** Every way to break a value, with what a judge says. */
export function badValues (shape: any, element: string, way: Way): Broken[] {
  const { type } = shape
  const wrong = (how: string, value: any, errorCode = '203', name = element): Broken => ({ how, value, errorCode, element: name })
  if (type === 'boolean') {
    const codes = codesOf(shape, way)
    return [wrong('wrong type', 'true'), wrong('wrong type', 1), ...(codes.length === 1 ? [wrong('not listed', !codes[0])] : [])]
  }
  if (type === 'array') return badArrays(shape, element, way, wrong)
  if (type === 'object') return badObjects(shape, element, way, wrong)
  if (type === 'string|object') return [wrong('wrong type', 5), wrong('wrong type', ['x']), ...badObjects(shape, element, way, wrong).filter(({ value }) => typeof value !== 'string')]
  return badTexts(shape, way, wrong)
}

type Wrong = (how: string, value: any, errorCode?: string, name?: string) => Broken

function badTexts (shape: any, way: Way, wrong: Wrong): Broken[] {
  const { format: { length = {}, kind, regex, pattern, numericRange, charset, excluded }, otherCodes } = shape
  const [good] = goodValues(shape, way)
  const bad = [wrong('wrong type', 7), wrong('wrong type', true), wrong('wrong type', [good]), wrong('wrong type', { a: good })]
  const longest = length.fixed ?? length.max
  const shortest = length.fixed ?? length.min ?? 1
  if (longest !== undefined) bad.push(wrong('too long', `${good}`.padEnd(longest + 1, '0').slice(0, longest + 1)), wrong('far too long', '0'.repeat(longest * 3 + 1)))
  if (shortest > 1) bad.push(wrong('too short', `${good}`.slice(0, shortest - 1)))
  if (regex !== undefined) bad.push(wrong('wrong characters', `!${`${good}`.slice(1)}`), wrong('line feed at the end', `${`${good}`.slice(0, -1)}\n`))
  if (charset !== undefined) bad.push(wrong('wrong characters', 'José Núñez'))
  if (shape.values !== undefined && otherCodes === undefined) {
    bad.push(wrong('not listed', '?'.repeat(`${good}`.length)))
    for (const code of reservedCodes(shape, way.version, false)) bad.push(wrong('reserved', code, way.version === '2.3.1' ? '207' : '203'))
  }
  if (pattern !== undefined) for (const value of BAD_DATES[pattern] as string[]) bad.push(wrong('no date', value))
  if (numericRange !== undefined) {
    for (const number of [numericRange[0] - 1, numericRange[1] + 1]) {
      const value = padded(number, shortest)
      if (number >= 0 && value.length <= longest) bad.push(wrong('out of range', value))
    }
    bad.push(wrong('no number', 'x'.repeat(shortest)), wrong('no number', '+'.padEnd(shortest, '1')))
  }
  for (const value of BAD_KINDS[kind] ?? []) bad.push(wrong(`no ${kind}`, value, kind.startsWith('iso') ? '304' : '203'))
  for (const value of excluded ?? []) bad.push(wrong('excluded', value, '304'))
  return bad
}

const BAD_DATES: Record<string, string[]> = {
  YYYYMMDD: ['20300230', '20230229', '21000229', '20301301', '20300001', '20300100', '20300432'],
  YYMM: ['3013', '3000'],
  YYYYMMDDHHMM: ['203002300000', '203001152400', '203001150060'],
  YYYYMMDDHHMMSS: ['20300230000000', '20300115240000', '20300115006000', '20300115000060']
}
const BAD_KINDS: Record<string, string[]> = {
  uuid: ['6f0ac6a1-0f1c-4c0c-9d1a-5b1f8d2f3a0g', '6f0ac6a10-f1c-4c0c-9d1a-5b1f8d2f3a01', '6f0ac6a10f1c4c0c9d1a5b1f8d2f3a01'],
  'url-absolute': ['shop.example.test', '/path', 'https//a.test', 'javascript:alert(1)', 'https://a b.test/', 'https://[1', 'https://', 'ftp://a.test/', 'https://user:pass@a.test/', 'https://user@a.test/', 'https:///a.test'],
  'url-app': ['shop', '://x', 'a b://c', 'https://[1'],
  'iso3166-1-numeric': ['000', '900', '901', '999'],
  'iso4217-numeric': ['000', '998'],
  'iso4217-alpha': ['eur', 'XXY'],
  email: ['@', 'a', 'a@', '@b'],
  'ipv4-or-ipv6': ['999.1.1.1', '1.2.3', 'localhost', '::g'],
  bcp47: ['-', 'en_GB', 'en-', 'é'],
  'jwe-compact': ['a.b.c.d', 'a.b.c.d.e.f', 'a.b.c.d.é', '....'],
  'jws-compact': ['a.b', 'a.b.c.d', 'a..c'],
  base64url: ['a+b/', '='],
  'base64url-json': ['a+b/', 'a===', '{}'],
  'base64url-html': ['<html>']
}

function badArrays (shape: any, element: string, way: Way, wrong: Wrong): Broken[] {
  const { size, items } = shape.format
  const [[good]] = arrayValues(shape, way)
  const bad = [wrong('wrong type', 'x'), wrong('wrong type', { a: good }), wrong('wrong type', 5), wrong('item of wrong type', [5]), wrong('item is null', [null]), wrong('item is an array', [[good]]), wrong('item is a boolean', [true])]
  if (size !== undefined && size.max <= 300) bad.push(wrong('too many', Array.from({ length: size.max + 1 }, () => good)))
  if (items.singleKey) {
    const { keyLength = { max: 4 } } = items
    bad.push(wrong('two pairs', [{ a: 'b', c: 'd' }]), wrong('no pair', [good, {}]), wrong('no text', [{ a: 5 }]), wrong('empty text', [{ a: '' }]), wrong('long text', [{ a: 'x'.repeat(46) }]), wrong('long key', [{ ['k'.repeat(keyLength.max + 42)]: 'x' }]), wrong('text', ['a']))
  } else if (items.type === 'object') {
    bad.push(wrong('item of wrong type', ['x']))
    for (const one of badObjects({ ...shape, format: {} }, element, way, wrong)) if (isObject(one.value)) bad.push({ ...one, value: [good, one.value] })
  } else {
    for (const one of badTexts({ ...shape, type: 'string', format: { length: items.length ?? {} } }, way, wrong)) if (typeof one.value === 'string') bad.push({ ...one, value: [good, one.value] })
    if (way.version === '2.3.1' && shape.values !== undefined && size.max > 1) bad.push(wrong('twice', [good, good], '204'))
  }
  return bad
}

const isObject = (value: any) => typeof value === 'object' && value !== null && !Array.isArray(value)

function badObjects (shape: any, element: string, way: Way, wrong: Wrong): Broken[] {
  const bad = [wrong('wrong type', 'x'), wrong('wrong type', ['x']), wrong('wrong type', 5), wrong('wrong type', true)]
  const children = childrenIn(shape, way.version)
  const [, full = { any: 'thing' }] = objectValues(shape, way)
  const longest = shape.format.length?.max
  if (longest !== undefined) bad.push(wrong('too long', { ...full, filler: 'x'.repeat(longest) }), wrong('too long', { ...full, filler: Array.from({ length: longest }, () => 1) }))
  for (const child of children) {
    const name = `${element}.${child.name}`
    for (const one of badValues(child, name, way)) {
      const value = { ...full, [child.name]: one.value }
      // What is too long as a whole is not looked into.
      bad.push(longest !== undefined && JSON.stringify(value).length > longest ? wrong('too long', value) : { ...one, value })
    }
    const isDue = child.presence === 'R' || (child.when !== undefined && holds(child.when, { ...full, [child.when.absent ?? '']: undefined }, way) === true)
    const other = child.when?.absent
    const both = other === undefined ? name : [name, `${element}.${other}`].sort().join()
    for (const empty of ['', null, [], {}]) {
      const value: Message = { ...full, [child.name]: empty }
      if (other !== undefined) delete value[other]
      bad.push(wrong('empty', value, isDue ? '201' : '203', both))
    }
    if (isDue) {
      const value: Message = { ...full, keepsItFull: 'x' }
      delete value[child.name]
      if (other !== undefined) delete value[other]
      bad.push(wrong('missing', value, '201', both))
    }
  }
  return bad
}
