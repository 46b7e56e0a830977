import type { AReq, DeviceChannel, MessageVersion } from '../protocol/messages.ts'
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

/**
 * Decides one AReq: the scenario's outcome, held against what the message's version and channel allow.
 * 3RI knows no challenge (emv3ds-protocol §5.8): U with reason 21. 2.1.0 knows no I (§6): U with reason 07.
 */
export function decide (aReq: AReq, scenarios: readonly Scenario[]): Decision {
  const { name, outcome } = matchScenario(aReq, scenarios)
  return { scenario: name, ...allowed(outcome, aReq.deviceChannel, aReq.messageVersion) }
}

function allowed (outcome: Outcome, deviceChannel: DeviceChannel, messageVersion: MessageVersion): Outcome {
  if (outcome.transStatus === 'C' && deviceChannel === '03') return { transStatus: 'U', transStatusReason: '21' }
  if (outcome.transStatus === 'I' && messageVersion === '2.1.0') return { transStatus: 'U', transStatusReason: '07' }
  return outcome
}
