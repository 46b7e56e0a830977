import { isJsonObject } from '../json.ts'
import type { Json, JsonObject, MessageType } from '../messages.ts'
import { atLeast } from '../versions.ts'
import { type CodeFault, codesOf } from './codes.ts'
import type { Child, Element, Shape } from './element.ts'
import { lengthCheck, textCheck } from './formats.ts'
import type { Found, FoundCode } from './found.ts'
import { isoTable } from './iso-tables.ts'
import { fitsAsJson } from './json-length.ts'
import { dueWhen, type Member, memberRules } from './member-rules.ts'

/** Adds what is wrong with a value that is there and not empty. */
export type ValueRule = (value: Json, found: Found) => void

/** The message in which an element stands: what is allowed depends on it. */
export interface Within { version: string, messageType: MessageType }

/** The shape that an element or a child has in a version. */
export function shapeIn (version: string, element: Element | Child): Shape {
  const { overrides } = element
  return { ...element, ...overrides?.[version as keyof typeof overrides] }
}

/**
 * The rule of one value, made once: its type, format and codes, and its children's.
 * @param path its name in the message, `parent.child`
 */
export function valueRule (shape: Shape, path: string, within: Within): ValueRule {
  if (shape.type === 'array') return arrayRule(shape, path, within)
  if (shape.type === 'object') return objectRule(shape, path, within)
  if (shape.type === 'boolean') return codedRule(shape, path, within, (value) => typeof value === 'boolean')
  if (shape.type === 'string') return textRule(shape, path, within)
  const [ofText, ofObject] = [textRule(shape, path, within), objectRule(shape, path, within)]
  return (value, found) => { (typeof value === 'string' ? ofText : ofObject)(value, found) }
}

function textRule (shape: Shape, path: string, within: Within): ValueRule {
  const fits = textCheck(shape.format)
  return codedRule(shape, path, within, (value) => typeof value === 'string' && fits(value))
}

/** 207 is a code of 2.3.1; before, what is reserved is only wrong (§3.4). */
function codeFor (fault: CodeFault, version: string): FoundCode {
  return fault === 'reserved' && atLeast(version, '2.3.1') ? '207' : '203'
}

function codedRule (shape: Shape, path: string, { version, messageType }: Within, fits: (value: Json) => boolean): ValueRule {
  const codes = codesOf(shape, version, messageType)
  const table = isoTable(shape.format)
  const known: ReadonlySet<unknown> | undefined = codes?.listed ?? table
  const weight = shape.otherCodes === 'accepted' ? 'soft' : 'hard'
  return (value, found) => {
    // What is listed has the format.
    if (known?.has(value) === true) return
    if (!fits(value)) { found.add('203', path); return }
    const fault = codes?.faultOf(value)
    if (fault !== undefined) found.add(codeFor(fault, version), path, weight)
    if (table !== undefined) found.add('304', path, 'lenient')
  }
}

/** The length of what is no text is that of its JSON. */
function sizeCheck (longest: number | undefined): (value: Json) => boolean {
  return longest === undefined ? () => true : (value) => fitsAsJson(value, longest)
}

function objectRule (shape: Shape, path: string, within: Within): ValueRule {
  const fits = sizeCheck(shape.format.length?.max)
  const judgeMembers = childRules(shape, path, within)
  return (value, found) => {
    if (!isJsonObject(value) || !fits(value)) found.add('203', path)
    else judgeMembers?.(value, found)
  }
}

function arrayRule (shape: Shape, path: string, within: Within): ValueRule {
  const { size = { min: 0, max: Infinity }, items } = shape.format
  const fits = sizeCheck(shape.format.totalLength?.max)
  const judgeItem = items?.type === 'string' ? textRule({ ...shape, format: { length: items.length ?? {} } }, path, within) : itemRule(shape, path, within)
  const distinct = items?.type === 'string' && shape.values !== undefined && atLeast(within.version, '2.3.1')
  return (value, found) => {
    if (!Array.isArray(value) || value.length < size.min || value.length > size.max || !fits(value)) { found.add('203', path); return }
    for (const item of value) judgeItem(item, found)
    // §3.5: codes that stand for choices are distinct.
    if (distinct && new Set(value).size < value.length) found.add('204', path)
  }
}

/** An item that is an object: children, or a pair of a free name and a text. */
function itemRule (shape: Shape, path: string, within: Within): ValueRule {
  const { singleKey, keyLength = {}, valueLength = {}, pairLength = {} } = shape.format.items as NonNullable<typeof shape.format.items>
  if (singleKey === undefined) return objectRule({ ...shape, format: {} }, path, within)
  const [keyFits, valueFits, pairFits] = [lengthCheck(keyLength), lengthCheck(valueLength), lengthCheck(pairLength)]
  const fits = (item: Json) => {
    if (!isJsonObject(item)) return false
    const [[key, value] = ['', ''], ...more] = Object.entries(item)
    return more.length === 0 && typeof value === 'string' && value !== '' && keyFits(key) && valueFits(value) && pairFits(key + value)
  }
  return (item, found) => { if (!fits(item)) found.add('203', path) }
}

function childRules ({ children }: Shape, path: string, within: Within): ((value: JsonObject, found: Found) => void) | undefined {
  if (children === undefined) return undefined
  const members = children.filter(({ versions }) => versions.some((version) => version === within.version)).map((child): Member => {
    const element = `${path}.${child.name}`
    return { name: child.name, element, judge: valueRule(shapeIn(within.version, child), element, within), due: dueWhen(child) }
  })
  const judge = memberRules(members)
  return (value, found) => { judge({ message: value }, found) }
}
