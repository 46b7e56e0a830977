import { BUILT_IN_SCENARIOS } from './catalogue.ts'
import type { Match, Scenario } from './scenario.ts'

/** @returns the built-in scenarios as a Markdown table, in the order in which they are tried. */
export function cardsTable (scenarios: readonly Scenario[] = BUILT_IN_SCENARIOS): string {
  const rows = scenarios.map(({ match, outcome, description, exampleCard }) =>
    `| ${conditionOf(match)} | \`${outcome.transStatus}\` | ${description} | ${exampleCard === undefined ? '' : `\`${exampleCard}\``} |`)
  return ['| when | `transStatus` | what happens | for example |', '|---|---|---|---|', ...rows].join('\n')
}

function conditionOf ({ threeDSRequestorChallengeInd, acctNumberEnd }: Match): string {
  if (threeDSRequestorChallengeInd !== undefined) return `\`threeDSRequestorChallengeInd\` ${threeDSRequestorChallengeInd}`
  return acctNumberEnd === undefined ? 'any other card' : `card ends in ${acctNumberEnd}`
}
