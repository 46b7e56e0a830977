import { canonicalUuid } from './uuid.ts'

const IDS = ['threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'] as const
type Ids = { readonly [Name in typeof IDS[number]]?: unknown }

/**
 * A message with its ids in the letters that somebody knows them by: ids of an answer equal those of its request
 * (emv3ds-protocol §1), and who looks a transaction up by their text finds it. An id that is another one stays as it is.
 * @param known ids as they are written there
 * @returns the message itself where nothing differs; else a copy, in the same order
 */
export function inLettersOf<Message extends Ids> (message: Message, known: Ids): Message {
  const respelt = IDS.filter((name) => message[name] !== known[name] && isSame(message[name], known[name]))
  return respelt.length === 0 ? message : { ...message, ...Object.fromEntries(respelt.map((name) => [name, known[name]])) }
}

function isSame (one: unknown, other: unknown): boolean {
  const id = canonicalUuid(one)
  return id !== undefined && id === canonicalUuid(other)
}
