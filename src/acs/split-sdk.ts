import type { ContentEncryption } from '../crypto/content-encryption.ts'
import { isJsonObject } from '../protocol/json.ts'
import type { AReq } from '../protocol/messages.ts'
import { isSplitSdk } from '../protocol/split-sdk.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { challengeError } from './challenge-error.ts'
import { progressOf } from './challenge/challenge-of.ts'

/** A limited one takes neither static passcodes nor knowledge, `authenticationMethod` 01 and 06: emv3ds-protocol §13.6. */
export function isLimited (aReq: AReq): boolean {
  const { splitSdkType } = aReq
  return isSplitSdk(aReq) && isJsonObject(splitSdkType) && splitSdkType['limitedInd'] === 'Y'
}

/**
 * An SDK encrypts all of its CReqs in the same way, and a split SDK with A128GCM: emv3ds-protocol §13.4.
 * @throws ProtocolError A/310, A/302
 */
export function requireEncryption (enc: ContentEncryption, transaction: Transaction): void {
  if (enc !== 'A128GCM' && isSplitSdk(transaction.aReq)) throw challengeError('310', enc, 'A split SDK encrypts with A128GCM', transaction)
  const { enc: first = enc } = progressOf(transaction)
  if (enc !== first) throw challengeError('302', 'enc', 'The encryption is not that of the first challenge request', transaction)
}
