// docs/challenge.md: the challenge as src/acs/challenge/table.ts has it.
import { BEGINNINGS, EFFECTS, EVENTS, STATES, TIMERS } from './challenge-words.js'
import { blocks, code, generatedBy, table } from './markdown.js'

/**
 * @typedef {import('./challenge-words.js').ChallengeState} ChallengeState
 * @typedef {import('./challenge-words.js').ChallengeEventType} ChallengeEventType
 * @typedef {typeof import('../../src/acs/challenge/table.ts').CHALLENGE_TABLE} ChallengeTable
 * @typedef {Readonly<Record<string, { default?: unknown }>>} Settings
 */

/** Every cell of the table. @param {ChallengeTable} challengeTable */
function edges (challengeTable) {
  return Object.entries(challengeTable).flatMap(([state, row]) => Object.entries(row).map(([event, edge]) => ({ state, event, ...edge })))
}

/** Mermaid takes a hyphen in an id for part of an arrow. @param {string} state */
const id = (state) => state.replaceAll('-', '_')

/**
 * @param {ChallengeTable} challengeTable
 * @returns {string} the table as a drawing of Mermaid: one arrow for all events that lead from one state to another
 */
export function challengeDrawing (challengeTable) {
  /** @type {Map<string, string[]>} */
  const arrows = new Map()
  for (const { state, event, to } of edges(challengeTable)) {
    for (const next of to) {
      const arrow = `${id(state)} --> ${id(next)}`
      arrows.set(arrow, [...arrows.get(arrow) ?? [], event])
    }
  }
  return [
    'stateDiagram-v2',
    ...Object.keys(challengeTable).map((state) => `  state "${state}" as ${id(state)}`),
    ...BEGINNINGS.map(([state, transStatus]) => `  [*] --> ${id(state)} : ARes ${transStatus}`),
    ...[...arrows].map(([arrow, events]) => `  ${arrow} : ${events.join(', ')}`),
    '  ended --> [*]'
  ].join('\n')
}

/**
 * @param {ChallengeTable} challengeTable
 * @param {Settings} settings
 * @returns {string} the text of docs/challenge.md
 */
export function challengePage (challengeTable, settings) {
  const cells = edges(challengeTable).map(({ state, event, to, effects, rule }) =>
    [code(state), code(event), to.map(code).join(', '), effects.map(code).join(', '), rule])
  return `${blocks([
    generatedBy('tools/docs/challenge-page.js'),
    '# The challenge',
    `One state machine decides every authentication with the cardholder: in a browser, in an app, decoupled, and by Secure Payment
Confirmation (SPC). An event in a state leads to one of the states below, with effects. What has no row does not happen: the event is
refused, and nothing changes. The table is \`CHALLENGE_TABLE\` in \`src/acs/challenge/table.ts\`, \`step()\` in
\`src/acs/challenge/machine.ts\` takes an event, and \`test/src/acs/challenge/machine.test.ts\` walks every edge.`,
    `\`\`\`mermaid\n${challengeDrawing(challengeTable)}\n\`\`\``,
    '## States',
    table(['State', 'What it is'], Object.entries(STATES).map(([state, text]) => [code(state), text])),
    '## Events',
    'Who causes them. Elements are those of a [CReq](elements/CReq.md), form fields those of the pages of this server.',
    table(['Event', 'What happened', 'In a browser', 'In an app', 'Somebody else'], Object.entries(EVENTS).map(([event, { meaning, browser = '', app = '', other = '' }]) =>
      [code(event), meaning, browser, app, other])),
    '## Table',
    `Clauses are those of \`emv3ds-protocol\`, see [sources.md](sources.md#emv3ds-protocol). Effects: ${Object.entries(EFFECTS).map(([effect, text]) => `${code(effect)}, ${text}`).join('; ')}.
Where an event may lead to several states, the plan of the challenge and the answer say to which; an effect then belongs to the states
that it fits.`,
    table(['State', 'Event', 'Leads to', 'Effects', 'Clause'], cells),
    '## Timers',
    'Each state that waits has one. It begins again whenever the state does.',
    table(['State', 'Length', 'When it is over'], TIMERS.map(({ states, setting, length = '', ending }) =>
      [states.map(code).join(', '), setting === undefined ? length : `${code(setting)}, ${String(settings[setting]?.default)} s unless set`, ending]))
  ])}\n`
}
