import { isDeeperThan } from './json.ts'
import { type ReadMessage, readMessage } from './read-message.ts'

/** No message of EMV nests its elements half as deeply. To keep, compare or write what is deeper takes more stack than there is. */
const DEEPEST = 31

/**
 * Reads a message of another party that will be kept or passed on: as `readMessage`, but what is nested too deeply is no
 * message either. An `Erro` is neither kept as it is nor answered, and may be as deep as it likes.
 */
export function readSoundMessage (raw: string): ReadMessage | undefined {
  const read = readMessage(raw)
  return read === undefined || read.message['messageType'] === 'Erro' || !isDeeperThan(DEEPEST, read.message) ? read : undefined
}
