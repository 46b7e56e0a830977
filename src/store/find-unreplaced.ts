import { MockError } from '../errors.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { StateStore } from './state-store.ts'

/**
 * The transaction that a job is about. Looking renews its time.
 * @param data of the job, with both ids
 * @returns nothing where it is gone, or another authentication has taken the id meanwhile
 * @throws MockError of the store, if it is away
 */
export async function findUnreplaced (
  { threeDSServerTransID, acsTransID }: { [member: string]: unknown }, store: Pick<StateStore, 'get'>
): Promise<Transaction | undefined> {
  try {
    const transaction = await store.get(String(threeDSServerTransID))
    return transaction.acsTransID === acsTransID ? transaction : undefined
  } catch (error) {
    if (error instanceof MockError && error.code === 'transaction_not_found') return undefined
    throw error
  }
}
