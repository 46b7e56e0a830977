import type { Judge } from '../protocol/judge.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { creqRefusal, type Refused } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** A browser's CReq in EMV spelling, not judged. */
export interface ReadCReq {
  read: ReadMessage
  /** Names of what is wrong before anything is judged: an element in two spellings with two values. */
  wrong: readonly string[]
  /** Names of ids that were not in EMV's form, 36 characters with hyphens. */
  respelt: readonly string[]
}

/** The CReq that a browser brought, as far as the ACS looks at it: emv3ds-protocol §5.3. */
export interface OpeningCReq {
  messageVersion: string
  /** Lower case. */
  threeDSServerTransID: string
  /** Lower case. */
  acsTransID: string
  /** 01 to 05. */
  challengeWindowSize: string
}

/**
 * Judges a browser's CReq by the catalogue: emv3ds-protocol §3, §9.1.
 * @param transaction that both of its ids name, where there is one: its version is the CReq's
 * @throws ProtocolError A/101 to A/204 as the judge has them, naming every element of the first kind that is at fault
 */
export function judgeBrowserCReq ({ read, wrong }: Pick<ReadCReq, 'read' | 'wrong'>, judge: Judge, transaction?: Transaction): OpeningCReq {
  const { message } = read
  const known = transaction === undefined ? {} : { version: transaction.aReq.messageVersion, earlier: earlierOf(transaction) }
  const { refused } = judge(read, { messageTypes: ['CReq'], deviceChannel: '02', wrong, ...known })
  if (refused !== undefined) throw creqRefusal(refused, 'The challenge request cannot be used', idsIn(message, refused))
  return {
    messageVersion: message['messageVersion'] as string,
    threeDSServerTransID: canonicalUuid(message['threeDSServerTransID']) as string,
    acsTransID: canonicalUuid(message['acsTransID']) as string,
    challengeWindowSize: message['challengeWindowSize'] as string
  }
}

/** An id that is at fault is none. */
function idsIn (message: JsonObject, { errorDetail }: Refused): { threeDSServerTransID?: string, acsTransID?: string } {
  const wrong = errorDetail.split(',')
  const known = (['threeDSServerTransID', 'acsTransID'] as const).flatMap((name) => {
    const isUsable = !wrong.includes(name) && canonicalUuid(message[name]) !== undefined
    return isUsable ? [[name, message[name] as string] as const] : []
  })
  return Object.fromEntries(known)
}
