import type { Refused } from '../protocol/refusal.ts'
import { orNothing } from './not-found.ts'
import type { StateStore } from './state-store.ts'

/**
 * What is wrong with the id of a new transaction: one that is kept under it was begun before (emv3ds-protocol §12.2).
 * @param threeDSServerTransID of an AReq, judged
 * @throws MockError of the store
 */
export async function usedBefore (threeDSServerTransID: string, store: Pick<StateStore, 'get'>): Promise<Refused | undefined> {
  const found = await orNothing(store.get(threeDSServerTransID))
  return found === undefined ? undefined : { errorCode: '301', errorDetail: 'threeDSServerTransID' }
}
