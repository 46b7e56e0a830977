import type { AReq, ARes } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { Transaction } from './transaction.ts'

/**
 * What is kept of an AReq and its ARes, whoever asked. Device data is for the DS only, which drops it once read, and the signed
 * content is for the SDK (emv3ds-protocol §5.2).
 * @param now milliseconds since the Unix epoch
 */
export function newTransaction (aReq: AReq, aRes: ARes, now: number): Transaction {
  // A literal and assignments: spread, an object of every authentication would cost some microseconds more.
  const transaction: Transaction = {
    threeDSServerTransID: canonicalUuid(aReq.threeDSServerTransID) as string,
    acsTransID: aRes.acsTransID,
    dsTransID: aRes.dsTransID,
    aReq: without(aReq, 'sdkEncData'),
    preferences: {},
    spelling: 'emv',
    aRes: without(aRes, 'acsSignedContent'),
    createdAt: now
  }
  if (aReq.sdkTransID !== undefined) transaction.sdkTransID = aReq.sdkTransID
  return transaction
}

function without<Message extends AReq | ARes> (message: Message, name: 'sdkEncData' | 'acsSignedContent'): Message {
  if (message[name] === undefined) return message
  const { [name]: _left, ...kept } = message
  return kept as Message
}
