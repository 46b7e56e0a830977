import type { AReq, ARes, JsonObject } from '../protocol/messages.ts'
import type { Decision } from '../scenario/decide.ts'
import type { Proofs } from './proofs.ts'

/** Reference numbers and operators in the ARes. */
const ACS = { acsOperatorID: 'MOCK_ACS', acsReferenceNumber: 'issuer1' }
const EXEMPTION_ACS = { acsOperatorID: 'MOCK_ACS_NEW', acsReferenceNumber: 'issuer2' }
const DS_REFERENCE_NUMBER = 'MOCK_DS'

/** Native user interface, text template: emv3ds-protocol §5.4. */
export const RENDERING_TYPE: JsonObject = { acsInterface: '01', acsUiTemplate: '01' }

/** What answering takes in addition to the AReq and the decision. */
export interface AnswerParts {
  acsTransID: string
  dsTransID: string
  /** Where a browser challenge starts. */
  acsURL: string
  proofs: Proofs
}

/**
 * The ACS's answer to an AReq: only elements that go with the status (emv3ds-protocol §6). For an app challenge
 * `acsSignedContent` is still to be added, as it has to be signed.
 * @param aReq judged
 * @param decision transStatus and its reason, and which ACS answers
 * @returns the ARes; `acsURL` in it only for a browser challenge
 */
export function answerAReq (aReq: AReq, decision: Decision, { acsTransID, dsTransID, acsURL, proofs }: AnswerParts): ARes {
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
    dsReferenceNumber: DS_REFERENCE_NUMBER,
    transStatus
  }
  if (aReq.deviceChannel === '01' && aReq.sdkTransID !== undefined) aRes.sdkTransID = aReq.sdkTransID
  if (transStatusReason !== undefined) aRes.transStatusReason = transStatusReason
  Object.assign(aRes, proofs.forARes(aReq, transStatus, acsTransID))
  return transStatus === 'C' ? Object.assign(aRes, challengeElements(aReq, acsURL)) : aRes
}

function challengeElements (aReq: AReq, acsURL: string): Partial<ARes> {
  return {
    acsChallengeMandated: 'Y',
    authenticationType: '02',
    ...(aReq.deviceChannel === '01' ? { acsRenderingType: RENDERING_TYPE } : { acsURL })
  }
}
