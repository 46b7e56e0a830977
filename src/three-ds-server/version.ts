import { matchScenario } from '../scenario/decide.ts'
import { EARLIEST_VERSION, LATEST_VERSION } from '../protocol/versions.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** One card range as `/3ds/version` answers it. */
export interface CardRange {
  acsInfoInd: string[]
  startRange: string
  endRange: string
  acsStartProtocolVersion: string
  acsEndProtocolVersion: string
}

/** The protocol versions of a card range, both included. */
export type VersionSpan = Pick<CardRange, 'acsStartProtocolVersion' | 'acsEndProtocolVersion'>

/** Every version that is supported. */
export const supportedSpan: VersionSpan = { acsStartProtocolVersion: EARLIEST_VERSION, acsEndProtocolVersion: LATEST_VERSION }

/** Finds the range that a card is in: its first and its last number. */
export type RangeOf = (cardNumber: string) => readonly [startRange: string, endRange: string]

/** Cards that begin so have a range of their own; all others share one by their first digit. */
export const OWN_RANGE = '515501'

/** The range around a card: all numbers of its length that begin as its range does. @param cardNumber 13 to 19 digits */
export const rangeAround: RangeOf = (cardNumber) => {
  const prefix = cardNumber.startsWith(OWN_RANGE) ? OWN_RANGE : cardNumber.slice(0, 1)
  return [prefix.padEnd(cardNumber.length, '0'), prefix.padEnd(cardNumber.length, '9')]
}

/** How card ranges are answered. */
export interface CardRangeRules {
  scenarios: readonly Scenario[]
  rangeOf: RangeOf
  span: VersionSpan
}

/** The card ranges a number is in: one, or none for a card that a scenario calls not enrolled. */
export function cardRangesFor (cardNumber: string, { scenarios, rangeOf, span }: CardRangeRules): CardRange[] {
  if (matchScenario({ acctNumber: cardNumber }, scenarios).outcome.notEnrolled === true) return []
  const [startRange, endRange] = rangeOf(cardNumber)
  return [{ acsInfoInd: ['01', '02'], startRange, endRange, ...span }]
}
