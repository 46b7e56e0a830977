import type { AReq } from '../protocol/messages.ts'
import { allowedOutcome } from '../scenario/allowed-outcome.ts'
import type { Decision } from '../scenario/decide.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { goesOnWith } from './prior-transaction.ts'
import { assertionIn, isConfirmed } from './spc-assertion.ts'

/** The fallback to decoupled, which the 3DS Requestor asks for after a challenge that ended with D: emv3ds-protocol §5.7. */
const FALLBACK = '19'
/** Security failure: emv3ds-protocol §7. */
const SPC_WRONG: Decision = { scenario: 'spc-wrong', transStatus: 'N', transStatusReason: '09' }

/**
 * What an AReq that goes on with an earlier transaction is answered, whatever its scenario says: the second AReq of a Secure
 * Payment Confirmation in a browser, and the fallback to decoupled by 3RI (emv3ds-protocol §5.7, §5.9). Pure.
 * @param prior the transaction that it names; one of another card or 3DS Requestor is no basis, and no assertion fits it
 * @param endsSpc whether that was an SPC, open until this AReq came
 * @returns nothing where the scenario decides
 */
export function decideAfter (aReq: AReq, prior: Transaction | undefined, endsSpc: boolean): Decision | undefined {
  if (prior === undefined) return undefined
  const isSame = goesOnWith(aReq, prior)
  const { deviceChannel } = aReq
  if (deviceChannel === '02' && prior.aRes?.transStatus === 'S') {
    const assertion = assertionIn(aReq)
    if (!isSame) return assertion === undefined ? undefined : SPC_WRONG
    // It did not come about, or what was reported as timed out or confirmed before is over: the cardholder is asked in the ordinary way.
    if (!endsSpc || assertion === undefined) return { scenario: 'spc-incomplete', transStatus: 'C' }
    return isConfirmed(assertion, aReq, prior.aRes) ? { scenario: 'spc-confirmed', transStatus: 'Y' } : SPC_WRONG
  }
  const isFallback = isSame && deviceChannel === '03' && aReq['threeRIInd'] === FALLBACK && prior.challenge?.rReq?.transStatus === 'D'
  return isFallback ? { scenario: 'decoupled-fallback', ...allowedOutcome({ transStatus: 'D' }, aReq) } : undefined
}
