import type { AReq, Json, JsonObject } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { orNothing } from '../store/not-found.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** One object before 2.3.1, a list since. */
function priorInfosOf (aReq: AReq): JsonObject[] {
  const info = aReq['threeDSRequestorPriorAuthenticationInfo'] as Json | undefined
  const infos = Array.isArray(info) ? info : [info]
  return infos.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one))
}

/**
 * The earlier transaction that an AReq names: `threeDSReqPriorRef` is its acsTransID (emv3ds-protocol §5.8, §5.9).
 * @returns nothing where none is named, or it is not one of this ACS: what another decided is not ours to go on with
 * @throws MockError of the store
 */
export async function findPrior (aReq: AReq, store: StateStore): Promise<Transaction | undefined> {
  for (const { threeDSReqPriorRef } of priorInfosOf(aReq)) {
    const acsTransID = canonicalUuid(threeDSReqPriorRef)
    if (acsTransID === undefined) continue
    const found = await orNothing(store.findByAcsTransId(acsTransID))
    if (found !== undefined && found.parties?.acs !== 'elsewhere') return found
  }
  return undefined
}

/**
 * Whether an AReq may go on with an earlier transaction: what a cardholder did with one card at one 3DS Requestor says nothing about
 * another card, or to another 3DS Requestor.
 */
export function goesOnWith (aReq: AReq, { aReq: earlier }: Transaction): boolean {
  return aReq.acctNumber === earlier.acctNumber && aReq['threeDSRequestorID'] === earlier['threeDSRequestorID']
}
