import { ProtocolError } from '../errors.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import type { AReq, ARes } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import { atLeast } from '../protocol/versions.ts'
import type { CardRange } from './card-ranges/card-range.ts'
import type { AReqParts, DsStamp } from './ds-parts.ts'

/** `acsInfoInd` of a range whose attempts are confirmed. */
const ATTEMPTS = '02'

/** Why the ACS said nothing. */
export interface Failure {
  failure: 'timed-out' | 'unreachable'
  reason: string
}

/** With the scheme that was decided on. */
type OwnStamp = DsStamp & { scheme?: Scheme | undefined }

const FAILURE_CODES = { 'timed-out': '402', unreachable: '405' } as const

/**
 * What the DS answers for an ACS that is down or slow: an attempt, where the card's range has them, else 402 or 405
 * (emv3ds-protocol §5.10, §11).
 * @throws ProtocolError D/402, D/405
 */
export function attemptFor (aReq: AReq, { failure, reason }: Failure, stamp: OwnStamp, range: CardRange, parts: AReqParts): ARes {
  const erro = { ...erroAbout(aReq, { errorCode: FAILURE_CODES[failure], errorDetail: reason }, 'D'), dsTransID: stamp.dsTransID }
  parts.log.info({ threeDSServerTransID: aReq.threeDSServerTransID, failure }, 'the ACS did not answer')
  if (failure === 'timed-out') parts.acs.complain(erro)
  const ofVersion = range.acsProtocolVersions.find(({ version }) => version === aReq.messageVersion)
  if (ofVersion?.acsInfoInd?.includes(ATTEMPTS) !== true) throw new ProtocolError('The ACS did not answer', erro)
  return standIn(aReq, 'A', stamp, parts)
}

/** A card that is in no range: U with reason 13, cardholder not enrolled (emv3ds-protocol §5.2). */
export function notParticipating (aReq: AReq, stamp: OwnStamp, parts: AReqParts): ARes {
  return Object.assign(standIn(aReq, 'U', stamp, parts), { transStatusReason: '13' })
}

/** The DS puts its own reference number and an id of its own where the ACS's would be: emv3ds-protocol §1. */
function standIn (aReq: AReq, transStatus: 'A' | 'U', { dsTransID, dsReferenceNumber, scheme }: OwnStamp, { ids, proof }: AReqParts): ARes {
  const acsTransID = ids.uuid()
  return {
    messageType: 'ARes',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID: aReq.threeDSServerTransID,
    acsTransID,
    dsTransID,
    acsReferenceNumber: dsReferenceNumber,
    dsReferenceNumber,
    ...(aReq.deviceChannel === '01' && aReq.sdkTransID !== undefined ? { sdkTransID: aReq.sdkTransID } : {}),
    ...(aReq.deviceChannel === '01' && atLeast(aReq.messageVersion, '2.3.1') ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'N' } : {}),
    transStatus,
    ...proof(aReq, transStatus, acsTransID, scheme)
  } as ARes
}
