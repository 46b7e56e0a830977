import { type ErroContent, ProtocolError } from '../errors.ts'

/** What is wrong with a message, as an `Erro` says it. */
export type Refused = Pick<ErroContent, 'errorCode' | 'errorDetail'>

/** Version and ids of the transaction, as far as they are known: an `Erro` names every one (emv3ds-protocol §12.1). */
export type ErroIds = Pick<ErroContent, 'messageVersion' | 'threeDSServerTransID' | 'dsTransID' | 'acsTransID' | 'sdkTransID'>

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
