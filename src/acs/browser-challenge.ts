import { ProtocolError } from '../errors.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts, noChallenge, requireChallenge } from './advance-challenge.ts'
import { type ChallengeEvent, type ChallengeRules, progressOf, type Step, step } from './challenge-machine.ts'

/** What a browser challenge takes. */
export interface BrowserChallengeParts extends ChallengeParts {
  rules: ChallengeRules
  /** Whether a browser may answer for an app; the original server never asked. */
  anyChannel?: boolean
}

/** Where a browser challenge stands: with the question, or with the result when `transaction.rReq` is there. */
export interface BrowserTurn {
  transaction: Transaction
  notice?: Step['notice']
}

/** The CReq that a browser brought, as far as the ACS looks at it. */
export interface OpeningCReq {
  messageVersion: string
  threeDSServerTransID: string
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
 * Opens the challenge, or shows again where it stands: a reload brings the same CReq once more.
 * @param threeDSSessionData kept byte for byte; absent if none came
 * @throws ProtocolError A/301, A/203 or A/305; MockError of the store
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
  if (threeDSSessionData === undefined || transaction.challenge?.threeDSSessionData === threeDSSessionData) return { transaction }
  return {
    transaction: await store.update(transaction.threeDSServerTransID, (current) => ({
      ...current, challenge: { ...progressOf(current), threeDSSessionData }
    }))
  }
}

function unusable (errorCode: string, errorDetail: string, transaction: Transaction): ProtocolError {
  return new ProtocolError('The challenge request does not belong to this transaction', {
    errorCode,
    errorComponent: 'A',
    errorDetail,
    errorMessageType: 'CReq',
    messageVersion: transaction.aReq.messageVersion,
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID
  })
}

/**
 * Takes what the cardholder did on the page. After the ending it counts for nothing: the stored result is the answer.
 * @throws ProtocolError A/305 when there is no challenge; MockError of the store
 */
export async function takeBrowserEvent (
  acsTransID: string, event: ChallengeEvent, parts: BrowserChallengeParts
): Promise<BrowserTurn> {
  const { threeDSServerTransID } = await showBrowserChallenge(acsTransID, parts).then(({ transaction }) => transaction)
  const advanced = await advanceChallenge(parts, threeDSServerTransID, (progress) => step(progress, event, parts.rules))
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
  return { transaction }
}

function requireBrowserChallenge (transaction: Transaction, { anyChannel = false }: BrowserChallengeParts): void {
  requireChallenge(transaction)
  if (!anyChannel && transaction.aReq.deviceChannel === '01') throw noChallenge('The challenge of this transaction is in an app', transaction)
}
