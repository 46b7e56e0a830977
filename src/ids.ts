import { createHmac, randomBytes, randomUUID } from 'node:crypto'

/** Where identifiers and random bytes come from, so that tests can repeat them. */
export interface IdSource {
  /** @returns a fresh version 4 UUID, lower case, 36 characters. */
  uuid (): string
  /** @returns `size` random bytes. */
  bytes (size: number): Uint8Array
}

/** Identifiers from the machine's random source. */
export const randomIds: IdSource = {
  uuid: () => randomUUID(),
  bytes: (size) => randomBytes(size)
}

/**
 * Identifiers that repeat for the same seed: HMAC-SHA256 of a counter. For tests; never for keys that protect anything.
 * @param seed any text
 */
export function createSeededIds (seed: string): IdSource {
  let counter = 0
  function bytes (size: number): Uint8Array {
    const blocks: Buffer[] = []
    for (let length = 0; length < size; length += 32) {
      blocks.push(createHmac('sha256', seed).update(String(counter++)).digest())
    }
    return Buffer.concat(blocks).subarray(0, size)
  }
  return { bytes, uuid: () => toUuid(bytes(16)) }
}

function toUuid (random: Uint8Array): string {
  const hex = Buffer.from(random).toString('hex')
  const variant = (8 + (parseInt(hex[16] as string, 16) & 3)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
