import { type ErroContent, ProtocolError } from '../errors.ts'
import { erroAbout } from './erro-about.ts'

/** What is wrong with a message, as an `Erro` says it. */
export type Refused = Pick<ErroContent, 'errorCode' | 'errorDetail'>

/** Version and ids of the transaction, as far as they are known: an `Erro` names every one (emv3ds-protocol §12.1). */
export type ErroIds = Pick<ErroContent, 'messageVersion' | 'threeDSServerTransID' | 'dsTransID' | 'acsTransID' | 'sdkTransID'>

/**
 * A server refuses a message of another one.
 * @param message as it came
 * @param errorComponent who refuses
 * @param known version and ids that are known, whatever the message says; where it says the same, in its own letters
 */
export function refusalOf (
  message: Readonly<Record<string, unknown>>, refused: Refused, errorComponent: ErroContent['errorComponent'], known: ErroIds = {}
): ProtocolError {
  const said = erroAbout(message, refused, errorComponent)
  const names = (Object.keys(known) as (keyof ErroIds)[]).filter((name) => said[name]?.toLowerCase() !== known[name]?.toLowerCase())
  const unsaid = Object.fromEntries(names.map((name) => [name, known[name]]))
  return new ProtocolError(`The ${said.errorMessageType ?? 'message'} was refused: ${refused.errorCode} ${refused.errorDetail}`, { ...said, ...unsaid })
}

/**
 * The ACS refuses a CReq.
 * @param message for people
 */
export function creqRefusal (refused: Refused, message: string, ids: ErroIds = {}, options: { cause?: unknown } = {}): ProtocolError {
  return new ProtocolError(message, { ...refused, errorComponent: 'A', errorMessageType: 'CReq', ...ids }, options)
}

/**
 * The 3DS Server refuses an RReq.
 * @param message for people
 */
export function rreqRefusal (refused: Refused, message: string, ids: ErroIds = {}): ProtocolError {
  return new ProtocolError(message, { ...refused, errorComponent: 'S', errorMessageType: 'RReq', ...ids })
}
