import type { AReq } from './messages.ts'
import { atLeast } from './versions.ts'

const SPLIT_SDK = '02'

/** @returns whether an AReq is of a split SDK (2.3.1): emv3ds-protocol §13.6. */
export function isSplitSdk (aReq: AReq): boolean {
  return aReq.deviceChannel === '01' && atLeast(aReq.messageVersion, '2.3.1') && aReq['sdkType'] === SPLIT_SDK
}
