import { isMissing } from '../protocol/catalogue/conditions.ts'
import { elementsOf, withoutAdditional } from '../protocol/catalogue/known-elements.ts'
import { differentIds } from '../protocol/different-ids.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { requireCount } from './app-count.ts'
import { type AppAction, appEvent, type CReqPlace, wrongActions } from './app-event.ts'
import type { AppExchange } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import { challengeOf, isOver } from './challenge/challenge-of.ts'
import type { Challenge } from './challenge/machine.ts'
import { shownCRes } from './shown-cres.ts'

/** A CReq of an app challenge, judged. */
export interface AppCReq extends AppAction {
  exchange: AppExchange
  /** The SDK can open the bank's app (2.3.1). */
  canOpenApp: boolean
  threeDSRequestorAppURL?: string
}

const IDS = ['threeDSServerTransID', 'acsTransID', 'sdkTransID'] as const

/**
 * Judges a decrypted CReq by the catalogue, the transaction and the screen that it answers: emv3ds-protocol §3, §9.1.
 * @param read as the SDK spelt it, nothing judged yet
 * @param transaction found by the acsTransID of the JWE
 * @param asOriginal whether the first CReq may answer, as the original server takes it
 * @returns what the CRes repeats, and what the cardholder did
 * @throws ProtocolError A/101 to A/204 as the judge has them, naming every element of the first kind that is at fault; A/301;
 * A/302 for a count that is not the next one
 */
export function judgeAppCReq (read: ReadMessage, transaction: Transaction, { judge, asOriginal }: { judge: Judge, asOriginal: boolean }): AppCReq {
  const { message } = read
  const { aReq } = transaction
  const challenge = challengeOf(transaction)
  const known = withoutAdditional(message, elementsOf('CReq', '01', aReq.messageVersion))
  const place = placeOf(message, transaction, challenge)
  const { refused } = judge(read, {
    messageTypes: ['CReq'],
    version: aReq.messageVersion,
    deviceChannel: '01',
    wrong: wrongActions(known, challenge, asOriginal && place === 'first' ? 'neither' : place),
    earlier: {
      ...earlierOf(transaction),
      // Who cancels answers nothing (§9.1), and neither does an SDK that only comes back.
      ...(place === 'answer' && isMissing(message['challengeCancel']) && !isBack(known, challenge) ? { cres: shownCRes(challenge) } : {})
    }
  })
  // A record may lack the SDK's id; then there is nothing to compare.
  refuse(refused ?? differentIds(message, transaction, IDS.filter((name) => transaction[name] !== undefined)), transaction)
  const exchange = exchangeOf(message)
  requireCount(transaction, exchange.counter)
  return { ...appEvent(known, challenge), exchange, canOpenApp: known['oobAppURLInd'] === '01', ...appURLIn(known) }
}

/**
 * Only a CReq with the next count answers the screen that was shown last; what another one was to answer is not known, and its
 * count is what it is refused for (§13.5).
 */
function placeOf ({ sdkCounterStoA }: JsonObject, transaction: Transaction, { state, progress }: Challenge): CReqPlace {
  if (isOver(transaction) || sdkCounterStoA !== String(progress.sdkCounter).padStart(3, '0')) return 'neither'
  return state === 'awaiting-creq' ? 'first' : 'answer'
}

/**
 * An SDK of 2.2.0 sends a CReq by itself when its app is in the foreground again (§5.5); of a page for the bank's app it then has no
 * entry. 2.1.0 sends none, and 2.3.1 says so with `oobContinue` 02.
 */
function isBack (creq: JsonObject, { plan, state, messageVersion }: Challenge): boolean {
  return messageVersion === '2.2.0' && plan.acsInterface === '02' && state === 'out-of-band' && isMissing(creq['challengeHTMLDataEntry'])
}

function exchangeOf (creq: JsonObject): AppExchange {
  const { threeDSServerTransID, acsTransID, sdkTransID, messageVersion, sdkCounterStoA } = creq as Record<string, string>
  return { threeDSServerTransID, acsTransID, sdkTransID, messageVersion, counter: sdkCounterStoA } as AppExchange
}

function appURLIn ({ threeDSRequestorAppURL }: JsonObject): { threeDSRequestorAppURL?: string } {
  return isMissing(threeDSRequestorAppURL) ? {} : { threeDSRequestorAppURL: threeDSRequestorAppURL as string }
}

function refuse (refused: Refused | undefined, transaction: Transaction): void {
  if (refused !== undefined) throw challengeError(refused.errorCode, refused.errorDetail, 'The challenge request cannot be used', transaction)
}
