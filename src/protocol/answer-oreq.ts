import { isJsonObject } from './json.ts'
import type { Judge } from './judge.ts'
import type { JsonObject } from './messages.ts'
import type { ReadMessage } from './read-message.ts'
import { refusalOf } from './refusal.ts'
import { atLeast, isSupportedVersion } from './versions.ts'

/** Who receives operation requests: an ACS or a 3DS Server, with an id and a reference number of its own. */
export type OperationReceiver =
  | { acsTransID: string, acsReferenceNumber: string }
  | { threeDSServerTransID: string, threeDSServerRefNumber: string }

/** Understood and taken: element table. */
const TAKEN = '01'

/**
 * Answers an OReq, with which a DS informs others: emv3ds-protocol §15. A sequence of them has one ORes, after its last.
 * @returns the ORes; nothing where more of the sequence is to come
 * @throws ProtocolError of the receiver
 */
export function answerOReq (read: ReadMessage, judge: Judge, receiver: OperationReceiver): JsonObject | undefined {
  const { message } = read
  const component = 'acsTransID' in receiver ? 'A' : 'S'
  const { refused } = judge(read, { messageTypes: isKnown(message) ? ['OReq'] : [], wrong: isPastTheEnd(message) ? ['opSeq.seqNum'] : [] })
  if (refused !== undefined) throw refusalOf(message, refused, component)
  const { seqNum, seqTotal } = message['opSeq'] as { seqNum: string, seqTotal: string }
  if (Number(seqNum) < Number(seqTotal)) return undefined
  return {
    messageType: 'ORes',
    messageVersion: message['messageVersion'] as string,
    dsTransID: message['dsTransID'] as string,
    ...receiver,
    opStatus: TAKEN
  }
}

/** The third of two is of no sequence. Which came before is not asked: no text refuses a sequence for its order (§3.11). */
function isPastTheEnd ({ opSeq }: JsonObject): boolean {
  const { seqNum, seqTotal } = isJsonObject(opSeq) ? opSeq : {}
  return typeof seqNum === 'string' && typeof seqTotal === 'string' && Number(seqNum) > Number(seqTotal)
}

/** The message came with 2.3.1: emv3ds-protocol §16. A version that nobody speaks is refused as such. */
function isKnown ({ messageVersion }: JsonObject): boolean {
  return !isSupportedVersion(messageVersion) || atLeast(messageVersion, '2.3.1')
}
