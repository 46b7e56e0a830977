import { isPointOnCurve } from '../crypto/p256.ts'
import type { AReq } from '../protocol/messages.ts'
import { refusalOf } from '../protocol/refusal.ts'
import type { AcsParts, DsIdentity } from './take-areq.ts'

/**
 * Judges the keys of SDKs: a key is public, and its point lies on P-256 (emv3ds-protocol §13.2). Without a challenge nobody
 * agrees on anything with it, and it is only a finding.
 * @param note told of a finding; absent where nobody reads any
 * @param isStrict whether a finding refuses
 */
export function createSdkKeyJudge ({ isStrict, note }: { isStrict: boolean, note?: ((aReq: AReq) => void) | undefined }): AcsParts['judgeSdkKey'] {
  return (aReq, stamp, isNeeded) => {
    const object = isNeeded || isStrict ? refuse : note
    const { sdkEphemPubKey } = aReq
    if (object === undefined || sdkEphemPubKey === undefined || isPointOnCurve(sdkEphemPubKey)) return
    object(aReq, stamp)
  }
}

function refuse (aReq: AReq, stamp: DsIdentity): never {
  throw refusalOf({ ...aReq, ...stamp }, { errorCode: '203', errorDetail: 'sdkEphemPubKey' }, 'A')
}
