import type { AReq, JsonObject } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Consent } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { consentStatus, knowsConsent } from './consents.ts'
import { goesOnWith } from './prior-transaction.ts'

/** What a status check of 3RI asks for, by `threeRIInd`. */
const CONSENT_CHECKS: Readonly<Record<string, Consent>> = { 10: 'trustList', 13: 'deviceBinding' }
const SECURITY_CODE_CHECK = '14'
/** The code itself is never kept, so that nothing can be said about it. */
const SECURITY_CODE_STATUS = { cardSecurityCodeStatus: 'U', cardSecurityCodeStatusSource: '02' }

/**
 * The status that a 3RI authentication asks for: emv3ds-protocol §5.8.
 * @param prior the transaction in which the cardholder was asked for his consent, if it is named and known; one of another card or
 *   3DS Requestor tells nothing
 * @returns the elements of the ARes; none where no status was asked for, and none that the version has not
 */
export function checkedStatus (aReq: AReq, prior: Transaction | undefined): JsonObject {
  const { deviceChannel, messageVersion, threeRIInd } = aReq
  if (deviceChannel !== '03') return {}
  const consent = CONSENT_CHECKS[String(threeRIInd)]
  if (consent !== undefined && knowsConsent(messageVersion, consent)) {
    const told = prior !== undefined && goesOnWith(aReq, prior) ? prior.challenge?.consents?.[consent] : undefined
    return consentStatus(messageVersion, consent, told ?? 'none')
  }
  return threeRIInd === SECURITY_CODE_CHECK && atLeast(messageVersion, '2.3.1') ? { ...SECURITY_CODE_STATUS } : {}
}
