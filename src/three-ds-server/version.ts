import { matchScenario } from '../scenario/decide.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** One card range as `/3ds/version` tells it. */
export interface CardRange {
  acsInfoInd: string[]
  startRange: string
  endRange: string
  acsStartProtocolVersion: string
  acsEndProtocolVersion: string
}

const VERSIONS = { acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0' }

/**
 * The card ranges a number is in. Like the original's answer it need not contain the number: one fixed range, but for a
 * number that begins with 515501, and for a card that a scenario calls not enrolled, which is in none.
 * @param cardNumber a card number or its beginning; any text
 */
export function cardRangesFor (cardNumber: string, scenarios: readonly Scenario[]): CardRange[] {
  if (matchScenario({ acctNumber: cardNumber }, scenarios).outcome.notEnrolled === true) return []
  const [startRange, endRange] = cardNumber.startsWith('515501')
    ? ['5155010000000000', '5155019999999999'] as const
    : ['4000000000000000', '4999999999999999'] as const
  return [{ acsInfoInd: ['01', '02'], startRange, endRange, ...VERSIONS }]
}
