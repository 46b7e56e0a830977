import type { Transaction } from './transaction.ts'

/**
 * @returns whether the ARes announced a challenge (transStatus C). Records that another server wrote have no ARes: there may
 * have been one, so the answer is yes.
 */
export function hasChallenge ({ aRes }: Pick<Transaction, 'aRes'>): boolean {
  return aRes === undefined || aRes.transStatus === 'C'
}
