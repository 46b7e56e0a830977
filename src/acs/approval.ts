import { transactionNotFound } from '../store/not-found.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts } from './advance-challenge.ts'
import { isOver, progressOf } from './challenge/challenge-of.ts'
import { type ChallengeRules, step } from './challenge/machine.ts'
import { type ApprovalAction, approvalPage } from './pages/approval-page.ts'
import type { Page } from './pages/page.ts'

/** @returns the page that stands for the bank's app. @param baseURL absolute, without a slash at its end */
export function approvalAddress (baseURL: string, { acsTransID }: Pick<Transaction, 'acsTransID'>): string {
  return `${baseURL}/acs/oob/${acsTransID}`
}

/**
 * The transaction that a cardholder is asked about in the bank's app: out of band, or decoupled.
 * @throws MockError `transaction_not_found`, also where nobody is asked so; of the store
 */
export async function findApproval (acsTransID: string, { store }: Pick<ChallengeParts, 'store'>): Promise<Transaction> {
  const transaction = await store.findByAcsTransId(acsTransID)
  const { aRes, plan, parties } = transaction
  const isAsked = aRes?.transStatus === 'D' || plan?.screens.includes('out-of-band') === true
  if (!isAsked || parties?.acs === 'elsewhere') throw transactionNotFound()
  return transaction
}

const SAID = { approve: 'approved', decline: 'declined' } as const

/**
 * Takes the cardholder's decision; the first one stands. A decoupled authentication ends with it, and is reported before this
 * resolves; out of band it is kept for when he continues (emv3ds-protocol §5.6, §5.7).
 * @throws as `findApproval`
 */
export async function takeApproval (acsTransID: string, action: ApprovalAction, parts: ChallengeParts & { rules: ChallengeRules }): Promise<Transaction> {
  const found = await findApproval(acsTransID, parts)
  const { transaction } = await advanceChallenge(parts, found, (challenge) => {
    if (challenge.progress.approval !== undefined) return { progress: challenge.progress }
    const taken = step(challenge, { type: action }, parts.rules)
    return { ...taken, progress: { ...taken.progress, approval: SAID[action] } }
  })
  return transaction
}

/** @returns whether the cardholder said yes, so that the page that waits for it may go on. */
export function isApproved (transaction: Transaction): boolean {
  return progressOf(transaction).approval === 'approved'
}

/**
 * What the bank's app shows.
 * @param action where its form posts to
 */
export function approvalPageOf (transaction: Transaction, action: string): Page {
  const { approval, threeDSRequestorAppURL } = progressOf(transaction)
  return approvalPage({
    purchase: transaction.aReq,
    scheme: transaction.scheme,
    state: approval ?? (isOver(transaction) ? 'over' : 'open'),
    action,
    returnURL: threeDSRequestorAppURL
  })
}
