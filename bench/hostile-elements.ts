// Messages that are valid by the catalogue, with something done to single elements of them. Reads the catalogue and nothing of src/.
import fc from 'fast-check'
import { badValues, byName, elements, goodValues, type Message, rowOf, shapeIn, type Way } from '../test/src/protocol/catalogue/messages.ts'

/** An element as it may be in one kind of message, with values that are right and values that are wrong. */
interface Known { name: string, good: unknown[], bad: unknown[] }

const known = new Map<string, Known[]>()

/** All elements that a message of that kind may have. */
function elementsOf (message: Message, leg: string | undefined, channel: string): Known[] {
  const { messageType, messageVersion: version, deviceChannel = channel, messageCategory: category = '01' } = message
  const key = [messageType, version, deviceChannel, category, leg].join()
  const found = known.get(key)
  if (found !== undefined) return found
  const way: Way = { messageType, version, channel: deviceChannel, category, leg, contexts: [], earlier: {} }
  const all = elements.filter((element) => rowOf(element, way) !== undefined).map((element) => {
    const shape = shapeIn(version, element)
    return { name: element.name, good: goodValues(shape, way), bad: badValues(shape, element.name, way).map(({ value }) => value) }
  })
  known.set(key, all)
  return all
}

/** Name and JSON of each member, in order: an object could hold no name twice, and no `__proto__`. */
type Members = [name: string, json: string][]

const nested = (levels: number) => `${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`
const EMPTY = ['""', '[]', '{}', 'null', '[null]', '[""]', '" "', '"\\u0000"']
const OTHER_TYPES = ['0', '-1', '1e308', 'true', 'false', '[]', '{}', '[[]]', '{"length":1}', '"true"', '["01"]', '{"0":"01"}']
const UNICODE = ['\u202e', '\u0000', '\ud800', '\udc00\ud800', '😀', 'e\u0301', '\ufeff', '\u2028', '０１', '\u200b', 'ﬀ', 'İ', '\u007f', '\u0085']
const PROTOTYPES = ['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '{"__proto__":null}', '{"toString":1,"valueOf":2}', '{"hasOwnProperty":1}', '{"toJSON":{}}', '{"then":1}']
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', 'length']
/** What is put in, at the end or instead: no letter of base64url, padding, a part too many. */
const BREAKAGE = ['=', '==', '+', '/', ' ', '\n', '.', '..', 'é', '\u0000', '*', 'A']

/** One thing to do to a message; each number picks one of what there is. */
const change = fc.record({
  kind: fc.constantFrom('drop', 'fill', 'break', 'break', 'break', 'empty', 'retype', 'lengthen', 'unicode', 'duplicate', 'prototype', 'deep', 'extension', 'cut', 'rename', 'reserved'),
  at: fc.nat(99_999),
  which: fc.nat(99_999),
  size: fc.nat(99_999)
})
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

const pick = <Value>(list: readonly Value[], which: number): Value => list[which % list.length] as Value
const textOf = (json: string): string => {
  const value: unknown = JSON.parse(json)
  return typeof value === 'string' ? value : json
}

/** What becomes of the value of an element. */
const VALUES: Record<string, (json: string, element: Known, change: Change) => string> = {
  break: (json, { bad }, { which }) => bad.length === 0 ? json : JSON.stringify(pick(bad, which)),
  fill: (json, { good }, { which }) => good.length === 0 ? json : JSON.stringify(pick(good, which)),
  empty: (_, __, { which }) => pick(EMPTY, which),
  retype: (_, __, { which }) => pick(OTHER_TYPES, which),
  lengthen: (json, _, { which, size }) => which % 7 === 0
    ? JSON.stringify(Array.from({ length: size % 3000 }, () => JSON.parse(json)).slice(0, Math.ceil(300_000 / json.length)))
    : JSON.stringify(textOf(json) + pick(['x', '0', ' ', 'é', '😀'], which).repeat(size % 97 === 0 ? size : size % 300)),
  unicode: (json, _, { which, size }) => {
    const text = textOf(json)
    const at = size % (text.length + 1)
    return JSON.stringify(text.slice(0, at) + pick(UNICODE, which) + text.slice(at + size % 2))
  },
  prototype: (_, __, { which }) => pick(PROTOTYPES, which),
  deep: (_, __, { size }) => nested(size % 13 === 0 ? size % 5000 : size % 100),
  // base64, JWS and JWE, dates, addresses: whatever has a form of its own loses it.
  cut: (json, _, { which, size }) => {
    const text = textOf(json)
    const at = size % (text.length + 1)
    return JSON.stringify(which % 3 === 0 ? text.slice(0, at) : text.slice(0, at) + pick(BREAKAGE, which) + text.slice(at + which % 2))
  },
  // Codes of two digits that nobody has given a meaning, or only the DS.
  reserved: (_, __, { which, size }) => size % 4 === 0 ? JSON.stringify([String(which % 100).padStart(2, '0')]) : JSON.stringify(String(which % 100).padStart(2, '0'))
}

function extension ({ which, size }: Change): string {
  const one = (index: number) => ({
    name: `Extension ${index}`, id: `A00000000${which % 9}-${index}`, criticalityIndicator: (which + index) % 3 === 0, data: which % 5 === 0 ? { value: 'x'.repeat(size % 9000) } : { value: index }
  })
  const list: any[] = Array.from({ length: pick([1, 2, 10, 11, 15, 16], size) }, (_, index) => one(index))
  if (which % 7 === 0) list[0] = pick([null, 'x', {}, { criticalityIndicator: 'true', id: 5 }, { ...one(0), id: 'x'.repeat(65) }, { ...one(0), data: [] }], size)
  return JSON.stringify(list)
}

function apply (members: Members, all: readonly Known[], one: Change): void {
  const { kind, at, which, size } = one
  const position = at % Math.max(1, members.length)
  const [name = '', json = '1'] = members[position] ?? []
  if (kind === 'drop') members.splice(position, 1)
  else if (kind === 'duplicate') members.splice(size % (members.length + 1), 0, [name, which % 2 === 0 ? json : pick(OTHER_TYPES, which)])
  else if (kind === 'rename') members[position] = [pick([name.toLowerCase(), `${name} `, `${name}\u0000`, name.replace('ID', 'Id'), '', ...PROTOTYPE_NAMES], which), json]
  else if (kind === 'extension') members.push(['messageExtension', extension(one)])
  else if (kind === 'prototype' && which % 2 === 0) members.push([pick(PROTOTYPE_NAMES, size), pick(PROTOTYPES, which)])
  else {
    // An element of the catalogue, there or not; sometimes one that the catalogue does not have in such a message.
    const element = size % 11 === 0 || all.length === 0 ? { name, good: [], bad: [] } : pick(all, at)
    const index = members.findIndex(([member]) => member === element.name)
    const before = members[index]?.[1] ?? JSON.stringify(pick([...element.good, 'x'], which)) ?? '"x"'
    const after = (VALUES[kind] as typeof VALUES[string])(before, element, one)
    if (index === -1) members.push([element.name, after])
    else members[index] = [element.name, after]
  }
}

/**
 * JSON texts of messages, with up to three things done to their elements; some are left as they are.
 * @param templates valid messages
 * @param leg of an AReq
 * @param channel of messages that do not say it
 */
export function brokenMessages (templates: fc.Arbitrary<any>, leg?: string, channel = ''): fc.Arbitrary<string> {
  return fc.tuple(templates, fc.array(change, { maxLength: 3 })).map(([message, changes]) => {
    const all = elementsOf(message, leg, channel)
    const members: Members = Object.entries(message).filter(([, value]) => value !== undefined).map(([name, value]) => [name, JSON.stringify(value)])
    for (const one of changes) apply(members, all, one)
    return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`
  })
}

/**
 * JSON bodies whose elements stand inside objects, with a wrong or another right value in the place of one to three of them.
 * @param templates of the 3DS Server API
 */
export function brokenBodies (templates: fc.Arbitrary<any>): fc.Arbitrary<string> {
  const changes = fc.array(fc.record({ at: fc.nat(99_999), which: fc.nat(99_999), isRight: fc.boolean() }), { minLength: 1, maxLength: 3 })
  return fc.tuple(templates, changes).map(([template, all]) => {
    const body = structuredClone(template)
    for (const { at, which, isRight } of all) {
      const [owner, name] = pick(placesIn(body), at)
      const { good, bad } = valuesOf(name, body)
      owner[name] = pick(isRight || bad.length === 0 ? [...good, ''] : bad, which)
    }
    return JSON.stringify(body)
  })
}

/** Where elements of the catalogue stand. */
function placesIn (owner: any): [owner: any, name: string][] {
  return Object.keys(owner).flatMap((name) => {
    const inside = typeof owner[name] === 'object' && owner[name] !== null ? placesIn(owner[name]) : []
    return byName.has(name) ? [[owner, name] as [any, string], ...inside] : inside
  })
}

const ofApi = new Map<string, Omit<Known, 'name'>>()

function valuesOf (name: string, { preferredProtocolVersion: version = '2.2.0', deviceChannel: channel = '02' }: any): Omit<Known, 'name'> {
  const key = `${name} ${version} ${channel}`
  const found = ofApi.get(key)
  if (found !== undefined) return found
  const way: Way = { messageType: 'AReq', version, channel, category: '01', leg: undefined, contexts: [], earlier: {} }
  const shape = shapeIn(version, byName.get(name))
  const values = { good: goodValues(shape, way), bad: badValues(shape, name, way).map(({ value }) => value) }
  ofApi.set(key, values)
  return values
}
