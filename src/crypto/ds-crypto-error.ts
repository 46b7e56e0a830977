/**
 * Why something that an SDK encrypted or signed for the Directory Server was refused. Whoever received the message makes the
 * `Erro` of it. Neither the message nor a cause carries a key, a token or a plaintext.
 */
export class DsCryptoError extends Error {
  /** emv3ds-protocol §12.2, one that the message's version has. */
  readonly errorCode: '203' | '302' | '305' | '308' | '310' | '311'
  /** For the `Erro`, as §12.2 says of the code; not yet cut to its longest length. */
  readonly errorDetail: string

  constructor (errorCode: DsCryptoError['errorCode'], message: string, errorDetail: string = message) {
    super(message)
    this.name = 'DsCryptoError'
    this.errorCode = errorCode
    this.errorDetail = errorDetail
  }
}
