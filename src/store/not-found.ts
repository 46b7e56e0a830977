import { MockError } from '../errors.ts'

/** @returns the error for an id under which nothing is kept, never was or no longer is. */
export function transactionNotFound (): MockError {
  return new MockError('transaction_not_found', 'Transaction not found')
}
