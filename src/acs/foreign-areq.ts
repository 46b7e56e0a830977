import type { AReq } from '../protocol/messages.ts'
import type { DsIdentity } from './take-areq.ts'

/** What the DS added to an AReq that came from elsewhere; the judge has seen that it is there. */
export function stampIn (aReq: AReq): DsIdentity {
  return { dsTransID: String(aReq['dsTransID']), dsReferenceNumber: String(aReq['dsReferenceNumber']) }
}
