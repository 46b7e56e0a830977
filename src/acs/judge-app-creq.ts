import type { JsonObject } from '../protocol/messages.ts'
import { otherMessage } from '../protocol/other-message.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { requireCount } from './app-count.ts'
import type { AppExchange } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import type { ChallengeEvent } from './challenge-machine.ts'

/** A CReq of an app challenge, judged. */
export interface AppCReq {
  exchange: AppExchange
  /** Absent where the SDK only wants to see the screen. */
  event?: ChallengeEvent
}

const REQUIRED = ['messageVersion', 'threeDSServerTransID', 'acsTransID', 'sdkTransID', 'sdkCounterStoA'] as const
const IDS = ['threeDSServerTransID', 'acsTransID', 'sdkTransID'] as const
const COUNTER = /^(?:[01][0-9]{2}|2[0-4][0-9]|25[0-5])$/

/**
 * Judges a decrypted CReq against its transaction: emv3ds-protocol §3, §9.1.
 * @param creq as the SDK spelt it, nothing judged yet
 * @param transaction found by the acsTransID of the JWE
 * @returns what the CRes repeats, and what the cardholder did
 * @throws ProtocolError A/101 for another message, A/102 for a version that nobody here speaks; A/203, A/201 or A/301, naming
 * every element of the first kind that is at fault; A/302 for a count that is not the next one; A/203 where not one thing was done
 */
export function judgeAppCReq (creq: JsonObject, transaction: Transaction): AppCReq {
  const other = otherMessage(creq, 'CReq')
  if (other !== undefined) throw challengeError(other.errorCode, other.errorDetail, 'The challenge request cannot be used', transaction)
  refuse('203', wrongElements(creq, transaction), transaction)
  refuse('201', REQUIRED.filter((name) => isMissing(creq[name])), transaction)
  refuse('301', IDS.filter((name) => !sameId(creq[name], transaction[name])), transaction)
  const exchange: AppExchange = {
    threeDSServerTransID: creq['threeDSServerTransID'] as string,
    acsTransID: creq['acsTransID'] as string,
    sdkTransID: creq['sdkTransID'] as string,
    messageVersion: creq['messageVersion'] as string,
    counter: creq['sdkCounterStoA'] as string
  }
  requireCount(transaction, exchange.counter)
  const event = eventOf(creq, transaction)
  return event === undefined ? { exchange } : { exchange, event }
}

function isMissing (value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function sameId (sent: unknown, kept: string | undefined): boolean {
  // A record may lack the SDK's id; then there is nothing to compare.
  return kept === undefined || canonicalUuid(sent) === canonicalUuid(kept)
}

function wrongElements (creq: JsonObject, { aReq }: Transaction): string[] {
  const checks: Record<string, (value: unknown) => boolean> = {
    messageVersion: (value) => value === aReq.messageVersion,
    sdkCounterStoA: (value) => typeof value === 'string' && COUNTER.test(value),
    challengeDataEntry: (value) => typeof value === 'string' && value.length <= 45,
    challengeHTMLDataEntry: (value) => typeof value === 'string' && value.length <= 256,
    challengeCancel: (value) => typeof value === 'string' && /^(?:01|0[4-8])$/.test(value),
    resendChallenge: (value) => value === 'Y' || value === 'N',
    challengeNoEntry: (value) => value === 'Y',
    oobContinue: (value) => value === true
  }
  const present = Object.keys(checks).filter((name) => creq[name] !== undefined && creq[name] !== '' && creq[name] !== null)
  const wrong = present.filter((name) => !(checks[name] as (value: unknown) => boolean)(creq[name]))
  return [...wrong, ...IDS.filter((name) => !isMissing(creq[name]) && canonicalUuid(creq[name]) === undefined)]
}

/** One CReq, one action: two of cancel, resend and no entry are as wrong as none (emv3ds-protocol §9.1). */
function eventOf (creq: JsonObject, transaction: Transaction): ChallengeEvent | undefined {
  const { challengeCancel: code, resendChallenge, challengeNoEntry } = creq
  const actions = [
    ...(typeof code === 'string' && code !== '' ? ['challengeCancel'] : []),
    ...(resendChallenge === 'Y' ? ['resendChallenge'] : []),
    ...(challengeNoEntry === 'Y' ? ['challengeNoEntry'] : [])
  ]
  if (actions.length > 1) refuse('203', actions, transaction)
  if (actions[0] === 'challengeCancel') return { type: 'cancel', code: code as string }
  if (actions[0] === 'resendChallenge') return { type: 'resend' }
  // challengeHTMLDataEntry answers a screen that this ACS does not show: it says nothing here.
  const entry = creq['challengeDataEntry']
  if (typeof entry === 'string' && entry !== '') return { type: 'entry', value: entry }
  // The first CReq without an entry only opens the challenge, be it with challengeNoEntry; "continue" asks for the screen again.
  if (creq['sdkCounterStoA'] === '000' || creq['oobContinue'] === true) return undefined
  if (actions[0] === undefined) refuse('203', ['challengeDataEntry'], transaction)
  return { type: 'entry', value: '' }
}

function refuse (errorCode: '201' | '203' | '301', elements: readonly string[], transaction: Transaction): void {
  if (elements.length === 0) return
  throw challengeError(errorCode, elements.join(','), 'The challenge request cannot be used', transaction)
}
