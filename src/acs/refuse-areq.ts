import { ProtocolError } from '../errors.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { Refused } from '../protocol/refusal.ts'

/** The ACS refuses a message of a DS. @param message as it came */
export function refuseAtAcs (message: Readonly<JsonObject>, refused: Refused): ProtocolError {
  const { errorCode, errorDetail } = refused
  const said = erroAbout(message, refused, 'A')
  return new ProtocolError(`The ${said.errorMessageType ?? 'message'} was refused: ${errorCode} ${errorDetail}`, said)
}
