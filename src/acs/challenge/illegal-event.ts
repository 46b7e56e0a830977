import { MockError } from '../../errors.ts'
import type { ChallengeState } from '../../transaction/challenge.ts'
import { CHALLENGE_TABLE, type ChallengeEventType } from './table.ts'

/** @returns the events that a state takes, in the table's order. */
function possibleEvents (state: ChallengeState): ChallengeEventType[] {
  return Object.keys(CHALLENGE_TABLE[state]) as ChallengeEventType[]
}

/** An event that there is no edge for. */
export function illegalEvent (event: ChallengeEventType, state: ChallengeState): MockError {
  return new MockError('illegal_event', `Not possible now: ${event}. Possible: ${possibleEvents(state).join(', ')}`)
}
