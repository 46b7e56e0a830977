import { LONGEST_TEXT } from './erro.ts'
import { isJsonObject, parseJson } from './json.ts'
import type { Json, JsonObject } from './messages.ts'

/** What the text of a message tells, and its value does not. */
export interface Writing {
  /** Keys that stand twice in one object, as `parent.child`, each once, as many as an `errorDetail` can name. */
  duplicates: readonly string[]
  /** Whether a character is written as `\uXXXX`: only so can NUL and half a character get into JSON. */
  hasEscapes: boolean
}

/** A message as it came. */
export interface ReadMessage extends Writing {
  message: JsonObject
}

/** Of a message that was never text. */
export const UNWRITTEN: Writing = { duplicates: [], hasEscapes: false }

const NONE: readonly string[] = []
const [SPACE, QUOTE, COLON, BACKSLASH] = [32, 34, 58, 92]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]

/**
 * Reads JSON without losing what `JSON.parse` hides: of a key that stands twice in one object only the last is kept, and EMV
 * refuses such a message (emv3ds-protocol §3.5).
 * @param raw the text without byte order mark
 * @returns nothing for what is no JSON object
 */
export function readMessage (raw: string): ReadMessage | undefined {
  const message = parseJson(raw)
  if (!isJsonObject(message)) return undefined
  return { message: message as JsonObject, ...writingOf(raw, message as JsonObject) }
}

/** @param message what the text says */
export function writingOf (raw: string, message: JsonObject): Writing {
  return { duplicates: hasEachKeyOnce(raw, message) ? NONE : duplicatesIn(raw), hasEscapes: raw.includes('\\u') }
}

/**
 * A first look that most messages pass. Every key is followed by `":` unless there is white space between, so a text that
 * has these no oftener than its value has members has lost none. The same characters inside a text only make the look fail.
 */
function hasEachKeyOnce (raw: string, message: JsonObject): boolean {
  let written = 0
  for (let at = raw.indexOf(':'); at !== -1; at = raw.indexOf(':', at + 1)) {
    const before = raw.charCodeAt(at - 1)
    if (before === QUOTE) written++
    else if (before <= SPACE) return false
  }
  return written === membersOf(message)
}

function membersOf (message: JsonObject): number {
  let members = 0
  const open: (JsonObject | Json[])[] = [message]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const values = Array.isArray(next) ? next : Object.values(next)
    if (values !== next) members += values.length
    for (const value of values) if (typeof value === 'object' && value !== null) open.push(value)
  }
  return members
}

/** An object or array that is not closed yet. */
interface Open { names: Set<string> | undefined, path: string, last: string }

/** Goes through the text, which is valid JSON, once. */
function duplicatesIn (raw: string): string[] {
  const found = new Set<string>()
  const open: Open[] = []
  let room = LONGEST_TEXT
  for (let at = 0; at < raw.length && room >= 0; at++) {
    const character = raw.charCodeAt(at)
    const inside = open.at(-1)
    if (character === OPEN_OBJECT || character === OPEN_ARRAY) open.push(opened(character === OPEN_OBJECT, inside))
    else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) open.pop()
    else if (character === QUOTE) {
      const start = at
      at = endOfText(raw, at)
      if (inside?.names === undefined || !isKey(raw, at + 1)) continue
      const name = JSON.parse(raw.slice(start, at + 1)) as string
      const path = inside.path + name
      if (inside.names.has(name) && !found.has(path)) {
        found.add(path)
        room -= path.length + 1
      }
      inside.names.add(name)
      inside.last = name
    }
  }
  return [...found]
}

/** What is nested deeper than an `errorDetail` can say goes by the name of what it is in. */
function opened (isObject: boolean, inside: Open | undefined): Open {
  const names = isObject ? new Set<string>() : undefined
  if (inside === undefined) return { names, path: '', last: '' }
  const path = `${inside.path}${inside.last}.`
  const isDeeper = inside.names !== undefined && path.length < LONGEST_TEXT
  return { names, path: isDeeper ? path : inside.path, last: '' }
}

/** @returns where the text that begins there ends: at the next quote that no backslash escapes */
function endOfText (raw: string, start: number): number {
  let end = start
  let slashes
  do {
    end = raw.indexOf('"', end + 1)
    slashes = 0
    while (raw.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
  } while (slashes % 2 === 1)
  return end
}

function isKey (raw: string, after: number): boolean {
  let at = after
  while (raw.charCodeAt(at) <= SPACE) at++
  return raw.charCodeAt(at) === COLON
}
