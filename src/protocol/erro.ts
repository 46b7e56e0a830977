import type { ErroContent } from '../errors.ts'
import { describeErrorCode } from './error-codes.ts'
import { NEWEST_VERSION } from './versions.ts'

/** Error message as it goes over the wire: emv3ds-protocol §12.1. */
export interface Erro extends ErroContent {
  messageType: 'Erro'
  messageVersion: string
  errorDescription: string
}

const LONGEST_TEXT = 2048
const conditional = ['errorMessageType', 'threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'] as const

/**
 * The `Erro` that says what `erro` says: §12.1, with the general text of its code from §12.2.
 * An unknown `messageVersion` becomes the newest; `errorDetail` is cut at its longest length; what is not known is left out.
 */
export function erroBody (erro: ErroContent): Erro {
  const body: Erro = {
    messageType: 'Erro',
    messageVersion: erro.messageVersion ?? NEWEST_VERSION,
    errorCode: erro.errorCode,
    errorComponent: erro.errorComponent,
    errorDescription: describeErrorCode(erro.errorCode),
    errorDetail: erro.errorDetail.slice(0, LONGEST_TEXT)
  }
  for (const element of conditional) {
    const value = erro[element]
    if (value !== undefined) body[element] = value
  }
  return body
}
