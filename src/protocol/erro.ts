import type { ErroContent } from '../errors.ts'
import { describeErrorCode } from './error-codes.ts'
import type { JsonObject } from './messages.ts'
import { canonicalUuid } from './uuid.ts'
import { NEWEST_VERSION } from './versions.ts'

/** Error message as it goes over the wire: emv3ds-protocol §12.1. */
export interface Erro extends ErroContent {
  messageType: 'Erro'
  messageVersion: string
  errorDescription: string
}

/** Longest `errorDetail` and `errorDescription`. */
export const LONGEST_TEXT = 2048
const conditional = ['errorMessageType', 'threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'] as const

/**
 * The `Erro` that says what `erro` says: §12.1, with the general text of its code from §12.2.
 * An unknown `messageVersion` becomes the newest; `errorDetail` is cut at its longest length, and an empty one becomes the general text; what is
 * not known is left out.
 */
export function erroBody (erro: ErroContent): Erro & JsonObject {
  const body: Erro = {
    messageType: 'Erro',
    messageVersion: erro.messageVersion ?? NEWEST_VERSION,
    errorCode: erro.errorCode,
    errorComponent: erro.errorComponent,
    errorDescription: describeErrorCode(erro.errorCode),
    // A member may have a name that says nothing; a detail has to say something.
    errorDetail: erro.errorDetail.slice(0, LONGEST_TEXT) || describeErrorCode(erro.errorCode)
  }
  for (const element of conditional) {
    const value = erro[element]
    if (value !== undefined) body[element] = value
  }
  return body as Erro & JsonObject
}

/** What each element has to be where it is kept or passed on; texts that are too long are cut. */
const FORMATS: Readonly<Record<keyof Erro, (text: string) => boolean>> = {
  messageType: (text) => text === 'Erro',
  messageVersion: (text) => /^\d{1,2}(?:\.\d{1,2}){2}$/.test(text),
  errorCode: (text) => /^\d{3}$/.test(text),
  errorComponent: (text) => /^[CSDA]$/.test(text),
  errorDescription: () => true,
  errorDetail: () => true,
  errorMessageType: (text) => /^[A-Za-z]{4}$/.test(text),
  threeDSServerTransID: isUuid,
  dsTransID: isUuid,
  acsTransID: isUuid,
  sdkTransID: isUuid
}

function isUuid (text: string): boolean {
  return canonicalUuid(text) !== undefined
}

/**
 * Somebody else's `Erro` as it is kept and passed on. Nobody answers it, so nothing of it is refused: what is no element of an
 * `Erro`, or not of its format, is left out (emv3ds-protocol §3, §12.1). Any code will do.
 * @param message as it came
 * @returns elements as they came, in their order
 */
export function soundErro (message: JsonObject): JsonObject {
  const sound: JsonObject = {}
  for (const [name, value] of Object.entries(message)) {
    const isSound = Object.hasOwn(FORMATS, name) ? FORMATS[name as keyof Erro] : undefined
    if (typeof value === 'string' && isSound?.(value) === true) sound[name] = value.slice(0, LONGEST_TEXT)
  }
  return sound
}
