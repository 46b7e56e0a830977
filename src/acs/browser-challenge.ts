import { ProtocolError } from '../errors.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts, requireChallenge } from './advance-challenge.ts'
import { type ChallengeEvent, type ChallengeRules, progressOf, type Step, step } from './challenge-machine.ts'

/** What a browser challenge takes. */
export interface BrowserChallengeParts extends ChallengeParts {
  rules: ChallengeRules
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
 * Opens the challenge, or shows again where it stands: a reload brings the same CReq once more.
 * @param threeDSSessionData kept byte for byte; absent if none came
 * @throws ProtocolError A/301, A/203 or A/305; MockError of the store
 */
export async function openBrowserChallenge (
  creq: OpeningCReq, threeDSSessionData: string | undefined, { store }: BrowserChallengeParts
): Promise<BrowserTurn> {
  const transaction = await store.get(creq.threeDSServerTransID)
  if (transaction.acsTransID.toLowerCase() !== creq.acsTransID) throw unusable('301', 'acsTransID', transaction)
  requireChallenge(transaction)
  if (creq.messageVersion !== transaction.aReq.messageVersion) throw unusable('203', 'messageVersion', transaction)
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
export async function showBrowserChallenge (acsTransID: string, { store }: BrowserChallengeParts): Promise<BrowserTurn> {
  const transaction = await store.findByAcsTransId(acsTransID)
  requireChallenge(transaction)
  return { transaction }
}
