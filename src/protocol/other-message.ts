import type { JsonObject } from './messages.ts'
import { isSupportedVersion, SUPPORTED_VERSIONS } from './versions.ts'

const VERSION = /^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}$/

/**
 * What is looked at before any other element of a CReq: emv3ds-protocol §3.
 * @returns 101 for a message of another type, 102 with the supported versions for a version that is none of them; nothing
 * where either is missing or has no form at all, as they are elements at fault then
 */
export function otherMessage ({ messageType, messageVersion }: JsonObject): { errorCode: '101' | '102', errorDetail: string } | undefined {
  if (typeof messageType === 'string' && messageType !== '' && messageType !== 'CReq') return { errorCode: '101', errorDetail: 'messageType' }
  const isVersion = typeof messageVersion === 'string' && VERSION.test(messageVersion)
  return isVersion && !isSupportedVersion(messageVersion) ? { errorCode: '102', errorDetail: SUPPORTED_VERSIONS.join(',') } : undefined
}
