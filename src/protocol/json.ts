import type { JsonObject } from './messages.ts'

/** @returns whether a JSON value is an object, not an array. */
export function isJsonObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns what a text says as JSON; `undefined`, which no JSON says, when it is none. */
export function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
