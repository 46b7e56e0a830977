import type { ResultRules } from '../../three-ds-server/judge-results.ts'

/** What the original held against a result: nothing but the ids that it knew. */
export const originalResultRules: ResultRules = {
  judge: () => undefined,
  needsKnownIds: false,
  withoutChallenge: 'taken',
  refusesRepeats: false
}
