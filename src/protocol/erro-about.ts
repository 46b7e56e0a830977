import type { ErroContent } from '../errors.ts'
import { listedCodes } from './catalogue/listed-codes.ts'
import type { Refused } from './refusal.ts'
import { canonicalUuid } from './uuid.ts'
import { isSupportedVersion, NEWEST_VERSION } from './versions.ts'

const IDS = ['threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'] as const
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
  // An `Erro` of an earlier version does not know the types that came later.
  const types = listedCodes('errorMessageType', erro.messageVersion ?? NEWEST_VERSION, 'Erro')
  if (types.has(messageType)) erro.errorMessageType = messageType as string
  const wrong = refused.errorDetail.split(',')
  for (const name of IDS) {
    const value = message[name]
    if (typeof value === 'string' && !wrong.includes(name) && canonicalUuid(value) === value.toLowerCase()) erro[name] = value
  }
  return erro
}

/**
 * What an `Erro` about the answer to a message says: the ids are those of the message, whatever the answer says of them.
 * @param message that was answered
 * @param messageType of the answer
 */
export function erroAboutAnswer (
  message: Readonly<Record<string, unknown>>, messageType: string, refused: Refused, errorComponent: ErroContent['errorComponent']
): ErroContent {
  return { ...erroAbout({ ...message, messageType }, { ...refused, errorDetail: '' }, errorComponent), ...refused }
}
