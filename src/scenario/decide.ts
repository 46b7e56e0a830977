import type { AReq } from '../protocol/messages.ts'
import { allowedOutcome } from './allowed-outcome.ts'
import type { Match, Outcome, Scenario } from './scenario.ts'

/** What a scenario looks at. */
export type Situation = Pick<AReq, 'acctNumber' | 'threeDSRequestorChallengeInd'>

/** An outcome applied to one AReq. */
export interface Decision extends Outcome {
  /** Name of the scenario that decided. */
  scenario: string
}

/** @returns the first scenario that matches; a list without one for everything is a fault of the list. */
export function matchScenario (situation: Situation, scenarios: readonly Scenario[]): Scenario {
  const scenario = scenarios.find(({ match }) => matches(match, situation))
  if (scenario === undefined) throw new RangeError('no scenario matches')
  return scenario
}

function matches (match: Match, { acctNumber, threeDSRequestorChallengeInd: wanted }: Situation): boolean {
  const { acctNumberEnd, threeDSRequestorChallengeInd: indicator } = match
  if (acctNumberEnd !== undefined && !acctNumber.endsWith(acctNumberEnd)) return false
  return indicator === undefined || (Array.isArray(wanted) ? wanted.includes(indicator) : wanted === indicator)
}

/** Decides one AReq: the scenario's outcome, held against what the message's version and channel allow. Pure. */
export function decide (aReq: AReq, scenarios: readonly Scenario[]): Decision {
  const { name, outcome } = matchScenario(aReq, scenarios)
  return { scenario: name, ...allowedOutcome(outcome, aReq) }
}
