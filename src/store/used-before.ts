import { MockError } from '../errors.ts'
import type { Refused } from '../protocol/refusal.ts'
import type { StateStore } from './state-store.ts'

/**
 * What is wrong with the id of a new transaction: one that is kept under it was begun before (emv3ds-protocol §12.2).
 * @param threeDSServerTransID of an AReq, judged
 * @throws MockError of the store
 */
export async function usedBefore (threeDSServerTransID: string, store: Pick<StateStore, 'get'>): Promise<Refused | undefined> {
  try {
    await store.get(threeDSServerTransID)
    return { errorCode: '301', errorDetail: 'threeDSServerTransID' }
  } catch (error) {
    if (error instanceof MockError && error.code === 'transaction_not_found') return undefined
    throw error
  }
}
