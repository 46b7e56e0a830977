import type { Transaction } from '../transaction/transaction.ts'
import { orNothing } from './not-found.ts'
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
  const transaction = await orNothing(store.get(String(threeDSServerTransID)))
  return transaction?.acsTransID === acsTransID ? transaction : undefined
}
