import type { AReq } from '../protocol/messages.ts'
import type { Decision } from '../scenario/decide.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { assertionIn, isConfirmed } from './spc-assertion.ts'

/** The fallback to decoupled, which the 3DS Requestor asks for after a challenge that ended with D: emv3ds-protocol §5.7. */
const FALLBACK = '19'
/** Security failure: emv3ds-protocol §7. */
const WRONG_ASSERTION = '09'

/**
 * What an AReq that goes on with an earlier transaction is answered, whatever its scenario says: the second AReq of a Secure
 * Payment Confirmation in a browser, and the fallback to decoupled by 3RI (emv3ds-protocol §5.7, §5.9). Pure.
 * @param prior the transaction that it names
 * @param endsSpc whether that was an SPC, open until this AReq came
 * @returns nothing where the scenario decides
 */
export function decideAfter (aReq: AReq, prior: Transaction | undefined, endsSpc: boolean): Decision | undefined {
  const { deviceChannel } = aReq
  if (deviceChannel === '02' && prior?.aRes?.transStatus === 'S') {
    const assertion = assertionIn(aReq)
    // It did not come about, or what was reported as timed out or confirmed before is over: the cardholder is asked in the ordinary way.
    if (!endsSpc || assertion === undefined) return { scenario: 'spc-incomplete', transStatus: 'C' }
    return isConfirmed(assertion, aReq, prior.aRes)
      ? { scenario: 'spc-confirmed', transStatus: 'Y' }
      : { scenario: 'spc-wrong', transStatus: 'N', transStatusReason: WRONG_ASSERTION }
  }
  const asksFallback = deviceChannel === '03' && aReq['threeRIInd'] === FALLBACK
  return asksFallback && prior?.challenge?.rReq?.transStatus === 'D' ? { scenario: 'decoupled-fallback', transStatus: 'D' } : undefined
}
