import { isJsonObject } from './json.ts'
import type { Expected } from './judge.ts'
import type { Json, JsonObject } from './messages.ts'

const SECOND_OF_SPC = ['spcSecondAReq'] as const

/**
 * @returns the contexts in which an AReq is judged: only the second one of a Secure Payment Confirmation says that one did not
 * come about, or brings what came of it (emv3ds-protocol §5.9)
 */
export function contextsOf ({ spcIncompInd, threeDSRequestorAuthenticationInfo: info }: JsonObject): Expected['contexts'] {
  return spcIncompInd !== undefined || (Array.isArray(info) && info.some(isOfSpc)) ? SECOND_OF_SPC : undefined
}

/** @returns whether a `threeDSRequestorAuthenticationInfo` is of a cardholder who confirmed by the browser's payment confirmation. */
export function isOfSpc (info: Json | undefined): info is JsonObject {
  return isJsonObject(info) && info['threeDSReqAuthMethod'] === '09'
}
