import { ProtocolError } from '../errors.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import type { AReq, ARes } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import { atLeast } from '../protocol/versions.ts'
import type { CardRange } from './card-ranges/card-range.ts'
import type { AReqParts, DsStamp, Failure } from './ds-parts.ts'

/** `acsInfoInd` of a range whose attempts are confirmed. */
const ATTEMPTS = '02'

/** With the scheme that was decided on. */
type OwnStamp = DsStamp & { scheme?: Scheme | undefined }

/**
 * What the DS answers for an ACS that is down or slow: an attempt, where the card's range has them, else an `Erro`
 * (emv3ds-protocol §5.10, §11).
 * @throws ProtocolError D/402, D/405; D/403, D/404 for an ACS that answers with a failure of HTTP
 */
export function attemptFor (aReq: AReq, { failure, refused }: Failure, stamp: OwnStamp, range: CardRange, parts: AReqParts): ARes {
  const erro = { ...erroAbout(aReq, refused, 'D'), dsTransID: stamp.dsTransID }
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
