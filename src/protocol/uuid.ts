import type { JsonObject } from './messages.ts'

const HEX_32 = /^[0-9a-f]{32}$/
const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Canonical form of a UUID of any version, given in capitals, without hyphens, in braces or as `urn:uuid:`.
 * @returns 36 characters, lower case; `undefined` when it is no UUID
 */
export function canonicalUuid (text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 45) return undefined
  const lower = text.toLowerCase()
  if (HYPHENATED.test(lower)) return lower
  const bare = lower.startsWith('urn:uuid:')
    ? lower.slice(9)
    : lower.startsWith('{') && lower.endsWith('}') ? lower.slice(1, -1) : lower
  if (HYPHENATED.test(bare)) return bare
  if (!HEX_32.test(bare)) return undefined
  return `${bare.slice(0, 8)}-${bare.slice(8, 12)}-${bare.slice(12, 16)}-${bare.slice(16, 20)}-${bare.slice(20)}`
}

/** @returns the ids of a message in canonical form, those that are one. */
export function canonicalIds (message: Readonly<Record<string, unknown>>, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => {
    const id = canonicalUuid(message[name])
    return id === undefined ? [] : [[name, id] as const]
  }))
}
