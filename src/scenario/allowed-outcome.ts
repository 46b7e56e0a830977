import type { AReq, TransStatus } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Outcome } from './scenario.ts'

type Restrict = (outcome: Outcome, aReq: AReq) => Outcome

/** What becomes of a status that version, channel or the 3DS Requestor's wishes do not allow: emv3ds-protocol §5.7 to §5.11, §6. */
const RESTRICTED: Readonly<Partial<Record<TransStatus, Restrict>>> = {
  C: allowedChallenge,
  D: (outcome, aReq) => {
    if (!atLeast(aReq.messageVersion, '2.2.0')) return allowedChallenge({ ...outcome, transStatus: 'C' }, aReq)
    return isOneOf(aReq['threeDSRequestorDecReqInd'], ['Y', 'B']) ? outcome : { transStatus: 'N', transStatusReason: '23' }
  },
  I: (outcome, { messageVersion }) => atLeast(messageVersion, '2.2.0') ? outcome : { transStatus: 'U', transStatusReason: '07' },
  S: (outcome, aReq) => {
    const isPossible = atLeast(aReq.messageVersion, '2.3.1') && aReq.deviceChannel === '02' && aReq['threeDSRequestorSpcSupport'] === 'Y'
    return isPossible ? outcome : allowedChallenge({ ...outcome, transStatus: 'C' }, aReq)
  }
}

/**
 * A scenario's outcome, held against what the message's version and channel allow and what the 3DS Requestor asked for. Pure.
 * 3RI knows no challenge: U with reason 21. Who shares data only (indicator 06) is never challenged: I. 2.1.0 knows neither
 * D, which becomes a challenge, nor I, which becomes U with reason 07. Decoupled that was not asked for is N with reason 23.
 * SPC that cannot be done is a challenge.
 */
export function allowedOutcome (outcome: Outcome, aReq: AReq): Outcome {
  return RESTRICTED[outcome.transStatus]?.(outcome, aReq) ?? outcome
}

function allowedChallenge (outcome: Outcome, aReq: AReq): Outcome {
  if (aReq.deviceChannel === '03') return { transStatus: 'U', transStatusReason: '21' }
  if (atLeast(aReq.messageVersion, '2.2.0') && sharesDataOnly(aReq)) return { transStatus: 'I' }
  return outcome
}

function sharesDataOnly ({ threeDSRequestorChallengeInd: wanted }: AReq): boolean {
  return Array.isArray(wanted) ? wanted.includes('06') : wanted === '06'
}

function isOneOf (value: unknown, values: readonly string[]): boolean {
  return values.some((one) => one === value)
}
