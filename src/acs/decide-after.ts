import type { AReq, Json } from '../protocol/messages.ts'
import type { Decision } from '../scenario/decide.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** The fallback to decoupled, which the 3DS Requestor asks for after a challenge that ended with D: emv3ds-protocol §5.7. */
const FALLBACK = '19'
/** The cardholder confirmed by the browser's payment confirmation. */
const SPC_METHOD = '09'

/**
 * What an AReq that goes on with an earlier transaction is answered, whatever its scenario says: the second AReq of a Secure
 * Payment Confirmation, and the fallback to decoupled (emv3ds-protocol §5.7, §5.9). Pure.
 * @param prior the transaction that it names
 * @param endsSpc whether that was an SPC, open until this AReq came
 * @returns nothing where the scenario decides
 */
export function decideAfter (aReq: AReq, prior: Transaction | undefined, endsSpc: boolean): Decision | undefined {
  if (prior?.aRes?.transStatus === 'S') {
    // What was reported as timed out, or was confirmed before, is over: an assertion is good once.
    return endsSpc && wasConfirmed(aReq)
      ? { scenario: 'spc-confirmed', transStatus: 'Y' }
      // It did not come about: the cardholder is asked in the ordinary way.
      : { scenario: 'spc-incomplete', transStatus: 'C' }
  }
  if (aReq['threeRIInd'] === FALLBACK && prior?.challenge?.rReq?.transStatus === 'D') return { scenario: 'decoupled-fallback', transStatus: 'D' }
  return undefined
}

function wasConfirmed (aReq: AReq): boolean {
  if (aReq['spcIncompInd'] !== undefined) return false
  const info = aReq['threeDSRequestorAuthenticationInfo'] as Json | undefined
  const infos = Array.isArray(info) ? info : [info]
  return infos.some((one) => typeof one === 'object' && one !== null && !Array.isArray(one) &&
    one['threeDSReqAuthMethod'] === SPC_METHOD && typeof one['threeDSReqAuthData'] === 'string')
}
