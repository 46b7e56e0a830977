import type { RReq } from '../protocol/messages.ts'
import { reasonFor, TECHNICAL_PROBLEM } from '../protocol/trans-status-reasons.ts'
import type { MessageVersion } from '../protocol/versions.ts'

/** What does not go with U: emv3ds-protocol §6. */
const OF_OTHERS = new Set(['eci', 'authenticationValue', 'authenticationType', 'authenticationMethod', 'challengeCancel', 'transStatusReason', 'challengeErrorReporting'])

/** The RReq of a result that could not be reported in time: status U (emv3ds-protocol §10), a technical problem of the ACS. */
export function unavailableRReq (rReq: RReq): RReq {
  const kept = Object.fromEntries(Object.entries(rReq).filter(([name]) => !OF_OTHERS.has(name)))
  return { ...kept, transStatus: 'U', transStatusReason: reasonFor(rReq.messageVersion as MessageVersion, TECHNICAL_PROBLEM) } as RReq
}
