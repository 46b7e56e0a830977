import type { JsonObject, MessageType } from '../messages.ts'
import type { Element, Inclusion } from './element.ts'
import { catalogue } from './elements.ts'
import { Kept } from './kept.ts'

const made = new Map<string, ReadonlySet<string>>()

/** @returns the names of the elements that a message has in a channel and version; without one: in any. */
export function elementsOf (messageType: MessageType, deviceChannel?: string, version?: string): ReadonlySet<string> {
  const key = `${messageType} ${deviceChannel} ${version}`
  const kept = made.get(key)
  if (kept !== undefined) return kept
  const listed = catalogue().filter(({ inclusion }) => inclusion[messageType]?.some(({ versions, deviceChannels }) => (
    (version === undefined || versions.some((one) => one === version)) && (deviceChannel === undefined || has(deviceChannels, deviceChannel))
  )))
  const names = new Set(listed.map(({ name }) => name))
  made.set(key, names)
  return names
}

/** What tells the elements of a message beside its type: those of its transaction's AReq. */
interface OfTransaction { messageVersion: string, deviceChannel: string, messageCategory: string }

const onLegs = new Kept<ReadonlySet<string>>()

/**
 * @returns the names of the elements that a message has on its way over one leg. A category for the use of a DS knows those of every one
 * @param leg not given: the message has the same elements on each
 */
export function elementsOnLeg (
  { messageType }: JsonObject, { messageVersion, deviceChannel, messageCategory }: OfTransaction, leg?: 'DS->ACS' | 'DS->3DSServer'
): ReadonlySet<string> {
  const category = messageCategory === '01' || messageCategory === '02' ? messageCategory : undefined
  return onLegs.at(messageType).at(messageVersion).at(deviceChannel).at(category).at(leg).value(() => {
    const rows = ({ inclusion }: Element): readonly Inclusion[] => inclusion[messageType as MessageType] ?? []
    const isIn = (row: Inclusion) => has(row.versions, messageVersion) && has(row.deviceChannels, deviceChannel) &&
      (category === undefined || has(row.messageCategory, category)) && (row.leg === undefined || row.leg === leg)
    return new Set(catalogue().filter((element) => rows(element).some(isIn)).map(({ name }) => name))
  })
}

const has = (all: readonly string[], one: string) => all.length === 0 || all.includes(one)

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
