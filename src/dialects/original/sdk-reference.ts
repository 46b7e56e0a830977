import type { ContentEncryption } from '../../crypto/content-encryption.ts'

/**
 * The reference number of an SDK whose request names none: SDKs of the original server never do, and are told apart by what
 * they encrypt with.
 */
export const ORIGINAL_SDK_REFERENCE: Readonly<Record<ContentEncryption, string>> = {
  'A128CBC-HS256': '3DS_LOA_SDK_JTPL_020200_00788',
  A128GCM: '3DS_LOA_SDK_JTPL_020200_00805'
}
