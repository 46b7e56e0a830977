import type { JsonObject } from '../messages.ts'
import type { MessageType } from './element.ts'
import { catalogue } from './elements.ts'

const made = new Map<string, ReadonlySet<string>>()

/** @returns the names of the elements that a message has in a version and channel; without a version: in any. */
export function elementsOf (messageType: MessageType, deviceChannel: '01' | '02' | '03', version?: string): ReadonlySet<string> {
  const key = `${messageType} ${deviceChannel} ${version}`
  const kept = made.get(key)
  if (kept !== undefined) return kept
  const listed = catalogue().filter(({ transport, container, inclusion }) => {
    return transport === undefined && container === undefined && inclusion[messageType]?.some(({ versions, deviceChannels }) => (
      (version === undefined || versions.some((one) => one === version)) && (deviceChannels.length === 0 || deviceChannels.includes(deviceChannel))
    ))
  })
  const names = new Set(listed.map(({ name }) => name))
  made.set(key, names)
  return names
}

/**
 * @returns what of a message its version and channel know: everything else is additional and says nothing (emv3ds-protocol §3.7).
 * Most messages have nothing else, and are not copied.
 */
export function withoutAdditional (message: JsonObject, names: ReadonlySet<string>): JsonObject {
  for (const name in message) {
    if (!names.has(name)) return Object.fromEntries(Object.entries(message).filter(([name]) => names.has(name)))
  }
  return message
}
