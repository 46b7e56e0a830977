import type { AReq } from '../protocol/messages.ts'
import { refusalOf } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { challengeOf, stateOf } from './challenge/challenge-of.ts'
import { step } from './challenge/machine.ts'
import { goesOnWith } from './prior-transaction.ts'

/**
 * The second AReq of a browser is the end of an SPC: no RReq follows (emv3ds-protocol §5.9). It is written before that AReq is answered, so
 * that of two of them only one is heard; the same one may come again, where its answer was lost or could not be kept.
 * @param prior the transaction that it names
 * @returns whether the SPC was open until this AReq came: its timer, or another AReq, may have been there first; an AReq of another
 *   card or 3DS Requestor ends nothing
 * @throws ProtocolError A/301 where it has the id of the first one; MockError of the store
 */
export async function endSpc (aReq: AReq, prior: Transaction, store: StateStore): Promise<boolean> {
  if (aReq.deviceChannel !== '02' || prior.aRes?.transStatus !== 'S') return false
  const endedBy = canonicalUuid(aReq.threeDSServerTransID) as string
  if (endedBy === prior.threeDSServerTransID) throw refusalOf(aReq, { errorCode: '301', errorDetail: 'threeDSServerTransID' }, 'A')
  if (!goesOnWith(aReq, prior)) return false
  const { challenge } = await store.update(prior.threeDSServerTransID, (current) => {
    const isOpen = stateOf(current) === 'spc' && current.acsTransID === prior.acsTransID
    return isOpen ? { ...current, challenge: { ...step(challengeOf(current), { type: 'confirm' }).progress, endedBy } } : current
  })
  return challenge?.endedBy === endedBy
}
