import { ProtocolError } from '../errors.ts'

/** Why a message of an app challenge could not be opened. */
export type ChallengeCryptoReason = 'format' | 'header' | 'kid' | 'kid-format' | 'algorithm' | 'key' | 'decryption' | 'iv' | 'plaintext'

/** Error codes of emv3ds-protocol §12.2: not a message, transaction not recognised, decryption failed. */
const ERROR_CODE: Readonly<Record<ChallengeCryptoReason, string>> = {
  format: '101',
  header: '302',
  kid: '302',
  'kid-format': '301',
  algorithm: '302',
  key: '302',
  decryption: '302',
  iv: '302',
  plaintext: '101'
}

/**
 * The one error of session keys and challenge JWEs. Its `erro` can be sent once the ids are filled in; neither the message
 * nor a cause carries a key or a plaintext.
 */
export class ChallengeCryptoError extends ProtocolError {
  readonly reason: ChallengeCryptoReason

  constructor (reason: ChallengeCryptoReason, message: string) {
    super(message, { errorCode: ERROR_CODE[reason], errorComponent: 'A', errorDetail: message, errorMessageType: 'CReq' })
    this.name = 'ChallengeCryptoError'
    this.reason = reason
  }
}
