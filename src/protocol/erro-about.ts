import type { ErroContent } from '../errors.ts'
import type { Refused } from './refusal.ts'
import { canonicalUuid } from './uuid.ts'
import { atLeast, isSupportedVersion, NEWEST_VERSION } from './versions.ts'

const IDS = ['threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'] as const
const TYPES = new Set(['AReq', 'ARes', 'CReq', 'CRes', 'PReq', 'PRes', 'RReq', 'RRes', 'Erro'])
const TYPES_SINCE_231 = new Set(['OReq', 'ORes'])

/** An `Erro` of an earlier version does not know the types that came later. */
function isNameable (messageType: string, version: string): boolean {
  return TYPES.has(messageType) || (TYPES_SINCE_231.has(messageType) && atLeast(version, '2.3.1'))
}

/**
 * What an `Erro` about a message says: its type and version where they can be told, and every id in it that is one
 * (emv3ds-protocol §12.1). An element at fault is not repeated.
 * @param message as it came; nothing of it is judged
 * @param errorComponent who found it
 */
export function erroAbout (message: Readonly<Record<string, unknown>>, refused: Refused, errorComponent: ErroContent['errorComponent']): ErroContent {
  const { messageType, messageVersion } = message
  const erro: ErroContent = { ...refused, errorComponent }
  if (isSupportedVersion(messageVersion)) erro.messageVersion = messageVersion
  if (typeof messageType === 'string' && isNameable(messageType, erro.messageVersion ?? NEWEST_VERSION)) erro.errorMessageType = messageType
  const wrong = refused.errorDetail.split(',')
  for (const name of IDS) {
    const value = message[name]
    if (typeof value === 'string' && !wrong.includes(name) && canonicalUuid(value) === value.toLowerCase()) erro[name] = value
  }
  return erro
}
