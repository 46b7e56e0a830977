import { type CardRange, HERE } from '../directory-server/card-ranges/card-range.ts'
import { matchScenario } from '../scenario/decide.ts'
import { methodURLFor } from '../scenario/method-behaviour.ts'
import { EARLIEST_VERSION, NEWEST_VERSION } from '../protocol/versions.ts'
import type { Outcome, Scenario } from '../scenario/scenario.ts'

/** One card range as `/3ds/version` answers it. */
export interface AnsweredRange {
  acsInfoInd: string[]
  startRange: string
  endRange: string
  acsStartProtocolVersion: string
  acsEndProtocolVersion: string
  /** Where the 3DS Method runs; absent where the ACS has none. */
  threeDSMethodURL?: string
  /** The form field to post there, ready-made; present where somebody is to be notified. */
  threeDSMethodData?: string
}

/** The protocol versions of a card range, both included. */
export type VersionSpan = Pick<AnsweredRange, 'acsStartProtocolVersion' | 'acsEndProtocolVersion'>

/** Every version that is supported. */
export const supportedSpan: VersionSpan = { acsStartProtocolVersion: EARLIEST_VERSION, acsEndProtocolVersion: NEWEST_VERSION }

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
  /** Whether the 3DS Method of this process's ACS is offered; the original had none. */
  hasMethod: boolean
  /** The card ranges of the Directory Server, where it was given some. */
  find?: (acctNumber: string) => CardRange | undefined
}

/** The 3DS Method of this process's ACS, as a card range may offer it. */
export interface MethodOffer {
  /** Where it is run. */
  methodURL: string
  /** `threeDSMethodData` for the authentication to come; absent where the 3DS Requestor makes it. */
  data?: string
}

/** The card ranges a number is in: one, or none for a card that takes no part, by the Directory Server's ranges or by a scenario. */
export function cardRangesFor (cardNumber: string, rules: CardRangeRules, offer: MethodOffer): AnsweredRange[] {
  const { scenarios, rangeOf, span, hasMethod, find } = rules
  const { notEnrolled, threeDSMethod } = matchScenario({ acctNumber: cardNumber }, scenarios).outcome
  if (notEnrolled === true) return []
  if (find !== undefined) return toCardRanges(find(cardNumber), threeDSMethod, offer)
  const [startRange, endRange] = rangeOf(cardNumber)
  return [{ acsInfoInd: ['01', '02'], startRange, endRange, ...span, ...methodMembers(hasMethod ? HERE : undefined, threeDSMethod, offer) }]
}

/** What the newest version says holds for the whole span. */
function toCardRanges (range: CardRange | undefined, behaviour: Outcome['threeDSMethod'], offer: MethodOffer): AnsweredRange[] {
  const versions = range?.acsProtocolVersions ?? []
  const [first, last] = [versions[0], versions.at(-1)]
  if (range === undefined || first === undefined || last === undefined) return []
  return [{
    acsInfoInd: last.acsInfoInd,
    startRange: range.start,
    endRange: range.end,
    acsStartProtocolVersion: first.version,
    acsEndProtocolVersion: last.version,
    ...methodMembers(last.threeDSMethodURL, behaviour, offer)
  }]
}

/** A scenario knows no 3DS Method but ours; that a card has none counts for every one. */
function methodMembers (url: string | undefined, behaviour: Outcome['threeDSMethod'] = { type: 'notify' }, { methodURL, data }: MethodOffer): Partial<AnsweredRange> {
  if (url === undefined || behaviour.type === 'none') return {}
  return {
    threeDSMethodURL: url === HERE ? methodURLFor(methodURL, behaviour) : url,
    ...(data === undefined ? {} : { threeDSMethodData: data })
  }
}
