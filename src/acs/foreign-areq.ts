import { ProtocolError } from '../errors.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import type { AReq, JsonObject } from '../protocol/messages.ts'
import type { Refused } from '../protocol/refusal.ts'
import type { DsStamp } from './take-areq.ts'

/** What the DS added to an AReq that came from elsewhere; the judge has seen that it is there. */
export function stampIn (aReq: AReq): DsStamp {
  return { dsTransID: String(aReq['dsTransID']), dsReferenceNumber: String(aReq['dsReferenceNumber']) }
}

/** The ACS refuses a message of a DS. @param message as it came */
export function refuseAtAcs (message: JsonObject, refused: Refused): ProtocolError {
  const { errorCode, errorDetail } = refused
  const said = erroAbout(message, refused, 'A')
  return new ProtocolError(`The ${said.errorMessageType ?? 'message'} was refused: ${errorCode} ${errorDetail}`, said)
}
