import { MockError } from '../errors.ts'

/** @returns the error for an id under which nothing is kept, never was or no longer is. */
export function transactionNotFound (): MockError {
  return new MockError('transaction_not_found', 'Transaction not found')
}

/** @returns whether a store said that nothing is kept under an id; all its other errors are of the store itself. */
export function isNotFound (error: unknown): error is MockError {
  return error instanceof MockError && error.code === 'transaction_not_found'
}

/** @returns what was looked for, or nothing where there is none. @throws every other error */
export async function orNothing<Found> (search: Promise<Found>): Promise<Found | undefined> {
  return search.catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
}
