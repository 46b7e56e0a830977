import { isDeepStrictEqual } from 'node:util'
import type { Fault } from '../errors.ts'
import type { Json, JsonObject } from '../protocol/messages.ts'
import type { Spelling } from '../transaction/transaction.ts'
import { emvNameOf, LEGACY_NAMES, RESPELLED_OBJECTS } from './element-names.ts'

/** How an answer of the 3DS Server API spells its names; `both` carries each differing name twice. */
export type AnswerSpelling = Spelling | 'both'

/** @returns whether a JSON value is an object, not an array. */
export function isJsonObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

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

function respellObject (source: JsonObject, path: string, faults: Fault[]): JsonObject {
  const target: JsonObject = {}
  for (const name of Object.keys(source)) {
    const value = source[name]
    if (value === null || value === undefined || name === '__proto__') continue
    const emvName = emvNameOf(name)
    const respelt = respellValue(emvName, value, path, faults)
    if (Object.hasOwn(target, emvName) && !isDeepStrictEqual(target[emvName], respelt)) {
      faults.push({ element: path + emvName, message: 'is given twice, in two spellings and with different values' })
    }
    target[emvName] = respelt
  }
  return target
}

function respellValue (emvName: string, value: Json, path: string, faults: Fault[]): Json {
  return RESPELLED_OBJECTS.has(emvName) && isJsonObject(value)
    ? respellObject(value, `${path}${emvName}.`, faults)
    : value
}

/**
 * The spelling a request used for its transaction id.
 * @returns `legacy` for the original server's `threeDsServerTransId`, `emv` for everything else
 */
export function spellingOf (body: JsonObject): Spelling {
  return !Object.hasOwn(body, 'threeDSServerTransID') && Object.hasOwn(body, 'threeDsServerTransId') ? 'legacy' : 'emv'
}

/**
 * Spells an answer. `keep` names members that stay as they are, with all they hold.
 * @param answer in EMV spelling; it is not changed
 */
export function spellAnswer (answer: JsonObject, spelling: AnswerSpelling, keep: readonly string[] = []): JsonObject {
  if (spelling === 'emv') return answer
  const spelt: JsonObject = {}
  for (const name of Object.keys(answer)) {
    const value = answer[name] as Json
    if (keep.includes(name)) {
      spelt[name] = value
      continue
    }
    const inner = isJsonObject(value) ? spellAnswer(value, spelling, keep) : value
    const legacyName = LEGACY_NAMES[name]
    if (legacyName === undefined || spelling === 'both') spelt[name] = inner
    if (legacyName !== undefined) spelt[legacyName] = inner
  }
  return spelt
}
