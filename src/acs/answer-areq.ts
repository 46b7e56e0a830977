import type { AReq, ARes } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import { reasonFor } from '../protocol/trans-status-reasons.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Decision } from '../scenario/decide.ts'
import type { ChallengePlan } from '../transaction/challenge.ts'
import { planChallenge } from './challenge/plan.ts'
import type { Proofs } from './proofs.ts'
import { statusElements } from './status-elements.ts'

/** How this ACS calls itself. */
export const ACS_REFERENCE_NUMBER = 'issuer1'

/** Reference numbers and operators in the ARes. */
const ACS = { acsOperatorID: 'MOCK_ACS', acsReferenceNumber: ACS_REFERENCE_NUMBER }
const EXEMPTION_ACS = { acsOperatorID: 'MOCK_ACS_NEW', acsReferenceNumber: 'issuer2' }

/** The version of EMV's list of device data that this ACS reads. */
const DEVICE_INFO_VERSION = '1.3'

/** What answering takes in addition to the AReq and the decision. */
export interface AnswerParts {
  acsTransID: string
  dsTransID: string
  dsReferenceNumber: string
  /** Where a browser challenge starts. */
  acsURL: string
  /** The one that the DS decided on; absent: the card number tells. */
  scheme?: Scheme | undefined
  proofs: Proofs
}

/** An ARes, and how its challenge goes where there is one. */
export interface AnsweredAReq {
  aRes: ARes
  plan?: ChallengePlan
}

/**
 * The ACS's answer to an AReq: only elements that go with the status (emv3ds-protocol §6). For an app challenge
 * `acsSignedContent` is still to be added, as it has to be signed. A device that can show nothing of the challenge gets U with
 * reason 03 (§5.2).
 * @param aReq judged
 * @param decision transStatus and its reason, and which ACS answers
 * @returns the ARes; `acsURL` in it only for a browser challenge
 */
export function answerAReq (aReq: AReq, decision: Decision, parts: AnswerParts): AnsweredAReq {
  if (decision.transStatus !== 'C') return { aRes: aResOf(aReq, decision, parts) }
  const plan = planChallenge(aReq, decision.challenge)
  return plan === undefined
    ? { aRes: aResOf(aReq, { ...decision, transStatus: 'U', transStatusReason: '03' }, parts) }
    : { aRes: aResOf(aReq, decision, parts, plan), plan }
}

function aResOf (aReq: AReq, decision: Decision, parts: AnswerParts, plan?: ChallengePlan): ARes {
  const { acsTransID, dsTransID, dsReferenceNumber, proofs, scheme } = parts
  const { transStatus, transStatusReason } = decision
  const identity = decision.acs === 'exemption' ? EXEMPTION_ACS : ACS
  const aRes: ARes = {
    messageType: 'ARes',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID: aReq.threeDSServerTransID,
    acsTransID,
    dsTransID,
    acsOperatorID: identity.acsOperatorID,
    acsReferenceNumber: identity.acsReferenceNumber,
    dsReferenceNumber,
    transStatus
  }
  if (aReq.deviceChannel === '01') addAppElements(aRes, aReq)
  if (transStatusReason !== undefined) aRes.transStatusReason = reasonFor(aReq.messageVersion, transStatusReason)
  Object.assign(aRes, proofs.forARes(aReq, transStatus, acsTransID, scheme))
  return Object.assign(aRes, statusElements(aReq, transStatus, { acsURL: parts.acsURL, acsTransID, plan }))
}

/** emv3ds-protocol §1; the other two came with 2.3.1. */
function addAppElements (aRes: ARes, { sdkTransID, messageVersion }: AReq): void {
  if (sdkTransID !== undefined) aRes.sdkTransID = sdkTransID
  if (!atLeast(messageVersion, '2.3.1')) return
  aRes['deviceInfoRecognisedVersion'] = DEVICE_INFO_VERSION
  aRes['threeDSRequestorAppURLInd'] = 'Y'
}
