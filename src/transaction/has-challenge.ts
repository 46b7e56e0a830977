import type { Transaction } from './transaction.ts'

/**
 * @returns whether the ARes announced a challenge (transStatus C). Records that another server wrote have no ARes: there may
 * have been one, so the answer is yes.
 */
export function hasChallenge ({ aRes }: Pick<Transaction, 'aRes'>): boolean {
  return aRes === undefined || aRes.transStatus === 'C'
}

const BEFORE_A_RESULT = new Set(['C', 'D', 'S'])

/** @returns whether an RReq follows the ARes: after a challenge, a decoupled authentication, an SPC (emv3ds-protocol §10). */
export function awaitsResult ({ aRes }: Pick<Transaction, 'aRes'>): boolean {
  return aRes === undefined || BEFORE_A_RESULT.has(aRes.transStatus)
}
