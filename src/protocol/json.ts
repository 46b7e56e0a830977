import type { JsonObject } from './messages.ts'

/** @returns whether a JSON value is an object, not an array. */
export function isJsonObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns whether a value has objects or arrays in one another, more than so many levels below it. */
export function isDeeperThan (levels: number, value: object): boolean {
  if (levels < 0) return true
  for (const name in value) {
    const inner: unknown = value[name as keyof typeof value]
    if (typeof inner === 'object' && inner !== null && isDeeperThan(levels - 1, inner)) return true
  }
  return false
}

/** @returns what a text says as JSON; `undefined`, which no JSON says, when it is none. */
export function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
