import type { AReq, JsonObject } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Consent } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** Set by the ACS: element table. */
const SOURCE = '03'
const SOURCE_OF_CODE = '02'

type Check = (given: 'Y' | 'N' | undefined, isNew: boolean) => JsonObject

/** What a status check of 3RI asks for, by `threeRIInd`: trust list (10), device binding (13), security code (14). */
const CHECKS: Readonly<Record<string, { consent?: Consent, elements: Check }>> = {
  10: {
    consent: 'trustList',
    elements: (given, isNew) => {
      const status = given === 'Y' ? 'Y' : given === 'N' ? 'R' : 'N'
      return isNew ? { trustListStatus: status, trustListStatusSource: SOURCE } : { whiteListStatus: status, whiteListStatusSource: SOURCE }
    }
  },
  13: {
    consent: 'deviceBinding',
    elements: (given) => ({ deviceBindingStatus: given === 'Y' ? '15' : given === 'N' ? '04' : '01', deviceBindingStatusSource: SOURCE })
  },
  // The code itself is never kept, so that nothing can be said about it.
  14: { elements: () => ({ cardSecurityCodeStatus: 'U', cardSecurityCodeStatusSource: SOURCE_OF_CODE }) }
}

/**
 * The status that a 3RI authentication asks for: emv3ds-protocol §5.8.
 * @param prior the transaction in which the cardholder was asked for his consent, if it is named and known
 * @returns the elements of the ARes; none where no status was asked for, and none that the version has not
 */
export function checkedStatus ({ deviceChannel, messageVersion, ...aReq }: AReq, prior: Transaction | undefined): JsonObject {
  const check = deviceChannel === '03' ? CHECKS[String(aReq['threeRIInd'])] : undefined
  const isNew = atLeast(messageVersion, '2.3.1')
  if (check === undefined || !atLeast(messageVersion, '2.2.0') || (!isNew && check.consent !== 'trustList')) return {}
  return check.elements(check.consent === undefined ? undefined : prior?.challenge?.consents?.[check.consent], isNew)
}
