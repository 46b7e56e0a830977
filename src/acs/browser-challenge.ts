import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts, noChallenge, requireChallenge, requireSame } from './advance-challenge.ts'
import { challengeError } from './challenge-error.ts'
import { type ChallengeEvent, type ChallengeNotice, type ChallengeRules, progressOf, step } from './challenge-machine.ts'

/** What a browser challenge takes. */
export interface BrowserChallengeParts extends ChallengeParts {
  rules: ChallengeRules
  /** Whether a browser may answer for an app; the original server never asked. */
  anyChannel?: boolean
}

/** Where a browser challenge stands: with the question, or with the result when `transaction.rReq` is there. */
export interface BrowserTurn {
  transaction: Transaction
  notice?: ChallengeNotice
}

/** The CReq that a browser brought, as far as the ACS looks at it: emv3ds-protocol §5.3. */
export interface OpeningCReq {
  messageVersion: string
  /** Lower case. */
  threeDSServerTransID: string
  /** Lower case. */
  acsTransID: string
}

/**
 * @returns whether a browser takes a text back as it brought it. An HTML form does not carry control characters: line ends
 *   come out as CR LF, NUL as U+FFFD. Nothing of EMV's base64url is one.
 */
export function isReturnable (threeDSSessionData: string): boolean {
  return !/\p{Cc}/u.test(threeDSSessionData)
}

/**
 * Opens the challenge, or shows again where it stands: a reload brings the same CReq once more. Nothing but the session data
 * is changed by that.
 * @param creq judged, ids in lower case
 * @param threeDSSessionData kept byte for byte; where none came, `undefined`, and what an earlier CReq brought stays
 * @returns where the challenge stands, ended ones included
 * @throws ProtocolError, in this order: A/301 when acsTransID is not that of the transaction, A/305 when there is no challenge
 * in a browser, A/203 when messageVersion is not that of the transaction, or the session data is not `isReturnable`.
 * MockError of the store, `transaction_not_found` also when another authentication takes the id meanwhile
 */
export async function openBrowserChallenge (
  creq: OpeningCReq, threeDSSessionData: string | undefined, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const { store } = parts
  const transaction = await store.get(creq.threeDSServerTransID)
  if (transaction.acsTransID.toLowerCase() !== creq.acsTransID) throw unusable('301', 'acsTransID', transaction)
  requireBrowserChallenge(transaction, parts)
  if (creq.messageVersion !== transaction.aReq.messageVersion) throw unusable('203', 'messageVersion', transaction)
  if (threeDSSessionData !== undefined && !isReturnable(threeDSSessionData)) throw unusable('203', 'threeDSSessionData', transaction)
  if (transaction.rReq !== undefined) await parts.delivery.settled(transaction)
  if (threeDSSessionData === undefined || transaction.challenge?.threeDSSessionData === threeDSSessionData) return { transaction }
  return {
    transaction: await store.update(transaction.threeDSServerTransID, (current) => {
      requireSame(transaction, current)
      return { ...current, challenge: { ...progressOf(current), threeDSSessionData } }
    })
  }
}

function unusable (errorCode: string, errorDetail: string, transaction: Transaction): Error {
  return challengeError(errorCode, errorDetail, 'The challenge request does not belong to this transaction', transaction)
}

/**
 * Takes what the cardholder did on the page. After the ending it counts for nothing: the stored result is the answer.
 * @throws ProtocolError A/305 when there is no challenge; MockError of the store
 */
export async function takeBrowserEvent (
  acsTransID: string, event: ChallengeEvent, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const { transaction: found } = await showBrowserChallenge(acsTransID, parts)
  const advanced = await advanceChallenge(parts, found, (progress) => step(progress, event, parts.rules))
  const notice = advanced.step?.notice
  return notice === undefined ? { transaction: advanced.transaction } : { transaction: advanced.transaction, notice }
}

/**
 * Where the challenge stands, without moving it.
 * @throws ProtocolError A/305 when there is no challenge; MockError of the store
 */
export async function showBrowserChallenge (acsTransID: string, parts: BrowserChallengeParts): Promise<BrowserTurn> {
  const transaction = await parts.store.findByAcsTransId(acsTransID)
  requireBrowserChallenge(transaction, parts)
  if (transaction.rReq !== undefined) await parts.delivery.settled(transaction)
  return { transaction }
}

function requireBrowserChallenge (transaction: Transaction, { anyChannel = false }: BrowserChallengeParts): void {
  requireChallenge(transaction)
  if (!anyChannel && transaction.aReq.deviceChannel === '01') throw noChallenge('The challenge of this transaction is in an app', transaction)
}
