import type { JsonObject } from '../protocol/messages.ts'
import { otherMessage } from '../protocol/other-message.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { requireCount } from './app-count.ts'
import { isMissing, knownElements, wrongFormats } from './app-creq-formats.ts'
import { type AppAction, appEvent } from './app-event.ts'
import type { AppExchange } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import { challengeOf } from './challenge/challenge-of.ts'

/** A CReq of an app challenge, judged. */
export interface AppCReq extends AppAction {
  exchange: AppExchange
  /** The SDK can open the bank's app (2.3.1). */
  canOpenApp: boolean
  threeDSRequestorAppURL?: string
}

const REQUIRED = ['messageVersion', 'threeDSServerTransID', 'acsTransID', 'sdkTransID', 'sdkCounterStoA'] as const
const IDS = ['threeDSServerTransID', 'acsTransID', 'sdkTransID'] as const

/**
 * Judges a decrypted CReq against its transaction: emv3ds-protocol §3, §9.1.
 * @param creq as the SDK spelt it, nothing judged yet
 * @param transaction found by the acsTransID of the JWE
 * @returns what the CRes repeats, and what the cardholder did
 * @throws ProtocolError A/101 for another message, A/102 for a version that nobody here speaks; A/203, A/201 or A/301, naming
 * every element of the first kind that is at fault; A/302 for a count that is not the next one; A/203 where not one thing was done
 */
export function judgeAppCReq (creq: JsonObject, transaction: Transaction): AppCReq {
  const { messageVersion } = transaction.aReq
  const other = otherMessage(creq, 'CReq')
  if (other !== undefined) throw challengeError(other.errorCode, other.errorDetail, 'The challenge request cannot be used', transaction)
  refuse('203', wrongElements(creq, transaction), transaction)
  refuse('201', requiredOf(transaction).filter((name) => isMissing(creq[name])), transaction)
  refuse('301', IDS.filter((name) => !sameId(creq[name], transaction[name])), transaction)
  const exchange: AppExchange = {
    threeDSServerTransID: creq['threeDSServerTransID'] as string,
    acsTransID: creq['acsTransID'] as string,
    sdkTransID: creq['sdkTransID'] as string,
    messageVersion: creq['messageVersion'] as string,
    counter: creq['sdkCounterStoA'] as string
  }
  requireCount(transaction, exchange.counter)
  const known = knownElements(creq, messageVersion)
  const judged = appEvent(known, challengeOf(transaction))
  if ('wrong' in judged) throw challengeError('203', judged.wrong.join(','), 'The challenge request cannot be used', transaction)
  return { ...judged, exchange, canOpenApp: known['oobAppURLInd'] === '01', ...appURLIn(known) }
}

function requiredOf ({ aReq: { messageVersion } }: Transaction): readonly string[] {
  return atLeast(messageVersion, '2.3.1') ? [...REQUIRED, 'oobAppURLInd'] : REQUIRED
}

function appURLIn ({ threeDSRequestorAppURL }: JsonObject): { threeDSRequestorAppURL?: string } {
  return isMissing(threeDSRequestorAppURL) ? {} : { threeDSRequestorAppURL: threeDSRequestorAppURL as string }
}

function sameId (sent: unknown, kept: string | undefined): boolean {
  // A record may lack the SDK's id; then there is nothing to compare.
  return kept === undefined || canonicalUuid(sent) === canonicalUuid(kept)
}

function wrongElements (creq: JsonObject, { aReq: { messageVersion } }: Transaction): string[] {
  const isOther = !isMissing(creq['messageVersion']) && creq['messageVersion'] !== messageVersion
  return [
    ...(isOther ? ['messageVersion'] : []),
    ...wrongFormats(creq, messageVersion),
    ...IDS.filter((name) => !isMissing(creq[name]) && canonicalUuid(creq[name]) === undefined)
  ]
}

function refuse (errorCode: '201' | '203' | '301', elements: readonly string[], transaction: Transaction): void {
  if (elements.length === 0) return
  throw challengeError(errorCode, elements.join(','), 'The challenge request cannot be used', transaction)
}
