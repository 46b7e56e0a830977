import type { MessageType } from '../messages.ts'
import { SUPPORTED_VERSIONS } from '../versions.ts'
import { codesOf } from './codes.ts'
import type { Bounds, Child, Element, Format, Inclusion, Shape } from './element.ts'
import { catalogue } from './elements.ts'
import { type Within, shapeIn } from './value-rules.ts'

/** A JSON Schema of the dialect that OpenAPI 3.1 has. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * What the catalogue says of a message in one version. Whatever passes the judge has this form; of conditions, ISO codes and
 * the calendar the schema only tells in words, or not at all.
 * @param version one of `versionsOf()` that message
 */
export function messageJsonSchema (messageType: MessageType, version: string): JsonSchema {
  const members = catalogue().flatMap((element) => {
    const rows = rowsOf(element, messageType, version)
    return rows.length === 0 ? [] : [{ element, rows }]
  })
  const places = rowsOf(typeElement(), messageType, version)
  const fixed: Readonly<Record<string, string>> = { messageType, messageVersion: version }
  const required = members.filter(({ rows }) => isAlwaysRequired(rows, places)).map(({ element }) => element.name)
  const properties = members.map(({ element, rows }) => {
    const { name } = element
    const value = fixed[name] === undefined ? valueSchema(shapeIn(version, element), { version, messageType }) : { type: 'string', const: fixed[name] }
    return [name, { description: inWords(element, version, required.includes(name) ? [] : rows), ...value }]
  })
  return { title: `${messageType} ${version}`, type: 'object', required, properties: Object.fromEntries(properties) }
}

/** The versions that have a message. */
export function versionsOf (messageType: MessageType): readonly string[] {
  const type = typeElement()
  return SUPPORTED_VERSIONS.filter((version) => rowsOf(type, messageType, version).length > 0)
}

/** Each message has it, in every channel and category in which it can be. */
const typeElement = () => catalogue().find(({ name }) => name === 'messageType') as Element

function rowsOf ({ inclusion }: Element, messageType: MessageType, version: string): Inclusion[] {
  return inclusion[messageType]?.filter(({ versions }) => versions.some((one) => one === version)) ?? []
}

function isAlwaysRequired (rows: readonly Inclusion[], places: readonly Inclusion[]): boolean {
  const isPlain = rows.every(({ presence, leg, crES }) => presence === 'R' && leg === undefined && crES === undefined)
  return isPlain && places.every(({ deviceChannels, messageCategory }) => (
    rows.some((row) => hasAll(row.deviceChannels, deviceChannels) && hasAll(row.messageCategory, messageCategory))
  ))
}

const hasAll = (some: readonly string[], all: readonly string[]) => some.length === 0 || all.every((one) => some.includes(one))

/** What the element is, when a message has it, and what its codes say. */
function inWords ({ title, desc, ...element }: Element, version: string, rows: readonly Inclusion[]): string {
  const conditions = rows.map(({ presence, condition, deviceChannels }) => {
    const channels = deviceChannels.length === 0 || deviceChannels.length === 3 ? '' : `, channel ${deviceChannels.join(' and ')}`
    return `${presence}${channels}${condition === undefined ? '' : `: ${condition}`}`
  })
  const codes = meaningsOf(shapeIn(version, element as Element), version)
  return [`${title}${desc === undefined ? '' : `: ${desc}`}.`, ...new Set(conditions), ...codes].join('\n')
}

function meaningsOf ({ values = [] }: Shape, version: string): string[] {
  return values.filter(({ versions }) => versions === undefined || versions.some((one) => one === version)).map(({ code, meaning }) => `- ${code} ${meaning}`)
}

function valueSchema (shape: Shape, within: Within): JsonSchema {
  switch (shape.type) {
    case 'string': return textSchema(shape, within)
    case 'object': return objectSchema(shape, within)
    case 'array': return arraySchema(shape, within)
    case 'boolean': return { type: 'boolean', ...codeSchema(shape, within) }
    default: return { anyOf: [textSchema(shape, within), objectSchema(shape, within)] }
  }
}

const FORMATS: Readonly<Partial<Record<NonNullable<Format['kind']>, string>>> = { uuid: 'uuid', 'url-absolute': 'uri', email: 'email' }

function textSchema (shape: Shape, within: Within): JsonSchema {
  const { length = {}, regex, kind, charset } = shape.format
  const format = kind === undefined ? undefined : FORMATS[kind]
  const pattern = regex ?? (charset === undefined ? undefined : '^[ -~]*$')
  return {
    type: 'string',
    ...lengthSchema(length),
    ...(pattern === undefined ? {} : { pattern }),
    ...(format === undefined ? {} : { format }),
    ...codeSchema(shape, within)
  }
}

function lengthSchema ({ fixed, min = fixed, max = fixed }: Bounds): JsonSchema {
  return { ...(min === undefined ? {} : { minLength: min }), ...(max === undefined ? {} : { maxLength: max }) }
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

/** The codes, with those that a DS may give a meaning; nothing where others are accepted. */
function codeSchema (shape: Shape, { version, messageType }: Within): JsonSchema {
  const codes = codesOf(shape, version, messageType)
  if (codes === undefined || shape.otherCodes === 'accepted') return {}
  const ofDs = TWO_DIGITS.filter((code) => !codes.listed.has(code) && codes.faultOf(code) === undefined)
  return { enum: [...codes.listed, ...ofDs] }
}

function objectSchema ({ children = [] }: Shape, within: Within): JsonSchema {
  const members = children.filter(({ versions }) => versions.some((one) => one === within.version))
  if (members.length === 0) return { type: 'object' }
  return {
    type: 'object',
    required: members.filter(({ presence }) => presence === 'R').map(({ name }) => name),
    properties: Object.fromEntries(members.map((child) => [child.name, memberSchema(child, within)]))
  }
}

function memberSchema (child: Child, within: Within): JsonSchema {
  const shape = shapeIn(within.version, child)
  const words = [child.desc, child.condition, ...meaningsOf(shape, within.version)].filter((part) => part !== undefined)
  return { ...(words.length === 0 ? {} : { description: words.join('\n') }), ...valueSchema(shape, within) }
}

function arraySchema (shape: Shape, within: Within): JsonSchema {
  const { size, items } = shape.format
  return { type: 'array', ...(size === undefined ? {} : { minItems: size.min, maxItems: size.max }), items: itemSchema(shape, items, within) }
}

function itemSchema (shape: Shape, items: Format['items'], within: Within): JsonSchema {
  if (items?.singleKey === true) return { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: { type: 'string', minLength: 1 } }
  return items?.type === 'string' ? textSchema({ ...shape, format: { length: items.length ?? {} } }, within) : objectSchema(shape, within)
}
