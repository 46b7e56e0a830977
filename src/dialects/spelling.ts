import { isDeepStrictEqual } from 'node:util'
import type { Fault } from '../errors.ts'
import { isDeeperThan, isJsonObject } from '../protocol/json.ts'
import type { Json, JsonObject } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { Spelling } from '../transaction/transaction.ts'
import { emvNameOf, isElementName, legacyNameOf, RESPELLED_OBJECTS } from './element-names.ts'

export { isJsonObject } from '../protocol/json.ts'

/** How an answer of the 3DS Server API spells its names; `both` carries each differing name twice. */
export type AnswerSpelling = Spelling | 'both'

/** Levels of objects and arrays within one element: the deepest that EMV has is five, and writing JSON takes stack for each. */
const DEEPEST = 16

/** A body in EMV spelling, and what could not be brought into it. */
export interface EmvSpelt {
  body: JsonObject
  /** Elements given twice, in two spellings and with two values. */
  faults: Fault[]
}

/**
 * Brings a body of the 3DS Server API into EMV spelling, name by name, mixed spellings included. Members that are
 * `null` are left out: clients send them for what they did not set. Unknown names and their contents stay as they are.
 */
export function toEmvSpelling (body: JsonObject): EmvSpelt {
  const faults: Fault[] = []
  return { body: respellObject(body, '', faults), faults }
}

function respellObject (source: JsonObject, path: string, faults: Fault[], level = 1): JsonObject {
  const inner = respellMembers(source, path, faults, level)
  if (isSpeltAsEmv(source)) return inner === undefined ? source : { ...source, ...inner }
  const target: JsonObject = {}
  for (const name of Object.keys(source)) {
    const value = inner !== undefined && Object.hasOwn(inner, name) ? inner[name] : source[name]
    if (value === null || value === undefined || name === '__proto__') continue
    const emvName = emvNameOf(name)
    if (Object.hasOwn(target, emvName) && differ(target[emvName] as Json, value, DEEPEST - level)) {
      faults.push({ element: path + emvName, message: 'is given twice, in two spellings and with different values' })
    }
    target[emvName] = value
  }
  return target
}

/** Comparing takes stack for each level, as writing does: what is nested too deeply has been found at fault already. */
function differ (one: Json, other: Json, levels: number): boolean {
  const isComparable = [one, other].every((value) => typeof value !== 'object' || value === null || !isDeeperThan(levels, value))
  return isComparable && !isDeepStrictEqual(one, other) && !isSameId(one, other)
}

/** An id is the same in capitals and without hyphens. */
function isSameId (one: Json, other: Json): boolean {
  const id = canonicalUuid(one)
  return id !== undefined && id === canonicalUuid(other)
}

/** Most requests are in order already: they are looked through, not copied. */
function isSpeltAsEmv (source: JsonObject): boolean {
  for (const name in source) {
    if (source[name] === null || name === '__proto__' || emvNameOf(name) !== name) return false
  }
  return true
}

/** @returns the respelt members that are objects of the API themselves, if any of them had to change */
function respellMembers (source: JsonObject, path: string, faults: Fault[], level: number): JsonObject | undefined {
  let changed: JsonObject | undefined
  for (const name in source) {
    const value = source[name]
    if (typeof value !== 'object' || value === null) continue
    const emvName = emvNameOf(name)
    if (level < DEEPEST && RESPELLED_OBJECTS.has(emvName) && isJsonObject(value)) {
      const respelt = respellObject(value, `${path}${emvName}.`, faults, level + 1)
      if (respelt !== value) (changed ??= {})[name] = respelt
    } else if (isDeeperThan(DEEPEST - level, value)) {
      // A name that is not an element's is the caller's own text, and no text of his is repeated.
      const element = isElementName(emvName) ? path + emvName : path.slice(0, -1)
      faults.push({ element, message: 'is nested too deeply' })
    }
  }
  return changed
}

/**
 * The spelling a request used for its transaction id.
 * @returns `legacy` for the original server's `threeDsServerTransId`, `emv` for everything else
 */
export function spellingOf (body: JsonObject): Spelling {
  return !Object.hasOwn(body, 'threeDSServerTransID') && Object.hasOwn(body, 'threeDsServerTransId') ? 'legacy' : 'emv'
}

/** Members of answers that are messages. `authenticationRequest` is none of them: it is in EMV spelling for every caller. */
const MESSAGES: ReadonlySet<string> = new Set([
  ...RESPELLED_OBJECTS, 'authenticationResponse', 'challengeRequest', 'resultsRequest', 'resultsResponse'
])

/**
 * Spells an answer of the 3DS Server API, with the messages in it.
 * @param answer in EMV spelling; it is not changed
 */
export function spellAnswer (answer: JsonObject, spelling: AnswerSpelling): JsonObject {
  return spellMembers(answer, spelling, MESSAGES)
}

/**
 * Spells one message: what `toEmvSpelling` undoes. Unknown names and their contents stay as they are.
 * @param message in EMV spelling; it is not changed
 */
export function spellMessage (message: JsonObject, spelling: AnswerSpelling): JsonObject {
  return spellMembers(message, spelling, RESPELLED_OBJECTS)
}

function spellMembers (source: JsonObject, spelling: AnswerSpelling, respelled: ReadonlySet<string>): JsonObject {
  if (spelling === 'emv') return source
  const spelt: JsonObject = {}
  for (const name of Object.keys(source)) {
    const value = source[name] as Json
    const inner = respelled.has(name) && isJsonObject(value) ? spellMessage(value, spelling) : value
    const legacyName = legacyNameOf(name)
    if (legacyName === undefined || spelling === 'both') spelt[name] = inner
    if (legacyName !== undefined) spelt[legacyName] = inner
  }
  return spelt
}
