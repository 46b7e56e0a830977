import type { JsonObject } from './messages.ts'
import { isSupportedVersion, SUPPORTED_VERSIONS } from './versions.ts'

/**
 * What is looked at before any other element of a message: emv3ds-protocol §3.
 * @param messageType what it has to be
 * @returns 101 for a message of another type or of none, 102 with the supported versions for a version that is none of them;
 * nothing where the version is missing, which is an element at fault then
 */
export function otherMessage (message: JsonObject, messageType: string): { errorCode: '101' | '102', errorDetail: string } | undefined {
  const { messageVersion } = message
  if (message['messageType'] !== messageType) return { errorCode: '101', errorDetail: 'messageType' }
  const isMissing = messageVersion === undefined || messageVersion === null || messageVersion === ''
  return isMissing || isSupportedVersion(messageVersion) ? undefined : { errorCode: '102', errorDetail: SUPPORTED_VERSIONS.join(',') }
}
