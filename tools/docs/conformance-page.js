// docs/conformance.md: what is implemented of EMV 3-D Secure, and what is not.
import { CODES, DOORS, FLOWS, IN_NO_MESSAGE, JUDGED, MADE_BY, TIMERS } from './conformance-data.js'
import { linkTo, MESSAGES } from './element-pages.js'
import { blocks, code, generatedBy, table } from './markdown.js'

/**
 * @typedef {import('./conformance-data.js').Shown} Shown
 * @typedef {import('../../src/protocol/catalogue/element.ts').Element} Element
 * @typedef {import('../../src/protocol/catalogue/element.ts').MessageType} MessageType
 */

const messageTypes = /** @type {MessageType[]} */ (Object.keys(MESSAGES))

/** Every file whose text decides what the page says. */
export const SOURCES = [...new Set(Object.values(MADE_BY).flatMap(({ files }) => files))]

/** @param {Shown} shown */
function proofOf ({ tests = [], why }) {
  const files = [...new Set(tests.map((test) => test.slice(0, test.indexOf(': '))))].map((file) => `[${file.slice(file.lastIndexOf('/') + 1)}](../${file})`)
  return [files.join(', '), why].filter((part) => part !== undefined && part !== '').join('; ')
}

/**
 * In which of its messages an element is sent, and why not in the others.
 * @param {Element} element
 * @param {(file: string) => string} read
 */
function sending ({ name, messages }, read) {
  const word = new RegExp(`(?<![\\w.-])${name}(?![\\w-])`)
  const sent = messageTypes.filter((type) => messages.includes(type) && MADE_BY[type]?.files.some((file) => word.test(read(file))))
  const not = messageTypes.filter((type) => messages.includes(type) && !sent.includes(type))
  return { sent, not }
}

/** @param {readonly MessageType[]} types */
function reasons (types) {
  /** @type {Map<string, MessageType[]>} */
  const found = new Map()
  for (const type of types) {
    const why = MADE_BY[type]?.otherwise ?? ''
    found.set(why, [...found.get(why) ?? [], type])
  }
  return [...found].map(([why, types]) => `${types.join(', ')}: ${why}`).join('; ')
}

/** @param {Element} element @param {(file: string) => string} read @returns {[status: string, sent: string, why: string]} */
function elementRow (element, read) {
  const special = IN_NO_MESSAGE[element.name]
  if (special !== undefined) return [special.status, '', proofOf(special)]
  const { sent, not } = sending(element, read)
  const isWhole = not.every((type) => MADE_BY[type]?.isOurs === false)
  return [isWhole ? 'yes' : 'partly', sent.join(', '), reasons(not)]
}

/** @param {readonly string[]} statuses */
function countOf (statuses) {
  return ['yes', 'partly', 'no'].map((status) => String(statuses.filter((one) => one === status).length))
}

/**
 * @param {readonly Element[]} elements
 * @param {(errorCode: string) => string} describeErrorCode
 * @param {(file: string) => string} read the text of each of `SOURCES`
 * @returns {string} the text of docs/conformance.md
 */
export function conformancePage (elements, describeErrorCode, read) {
  const sorted = elements.toSorted((a, b) => a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)
  const elementRows = sorted.map((element) => [linkTo(element).replace('](', '](elements/'), ...elementRow(element, read)])
  const statusesOf = (/** @type {readonly Shown[]} */ rows) => countOf(rows.map(({ status }) => status))
  return `${blocks([
    generatedBy('tools/docs/conformance-page.js and tools/docs/conformance-data.js'),
    '# Conformance',
    `What this server does of EMV 3-D Secure 2.1.0, 2.2.0 and 2.3.1, and what not. \`yes\`: there, and the test that is named shows it.
\`partly\`: what is missing is said. \`no\`: why not is said. This is our own account. It is no approval by EMVCo, which a mock cannot have.`,
    table(['', 'yes', 'partly', 'no'], [
      ['[Messages](#messages)', ...statusesOf(Object.values(DOORS))],
      ['[Flows](#flows)', ...statusesOf(FLOWS)],
      ['[Timers](#timers)', ...statusesOf(TIMERS)],
      ['[Error codes](#error-codes)', ...statusesOf(Object.values(CODES))],
      ['[Elements](#elements)', ...countOf(elementRows.map(([, status = '']) => status))]
    ]),
    '## Messages',
    'Whether a message that comes in is judged, element by element, where it arrives.',
    table(['Message', 'Status', 'Shown by, and what is missing'], Object.entries(DOORS).map(([type, shown]) => [`[${type}](elements/${type}.md)`, shown.status, proofOf(shown)])),
    '## Flows',
    table(['Flow', 'Versions', 'Status', 'Shown by, and what is missing'], FLOWS.map((row) => [row.flow, row.versions, row.status, proofOf(row)])),
    '## Timers',
    'Lengths are EMV\'s. Those of a challenge are also in [challenge.md](challenge.md#timers).',
    table(['Who', 'Waits for', 'Length', 'Status', 'Shown by, and what is missing'], TIMERS.map((row) => [row.who, row.what, row.length, row.status, proofOf(row)])),
    '## Error codes',
    'Who of us raises a code. A received Erro may have any.',
    table(['Code', 'General text', 'By', 'Status', 'Shown by, and what is missing'], Object.entries(CODES).map(([errorCode, row]) =>
      [code(errorCode), describeErrorCode(errorCode), row.by, row.status, proofOf(row)])),
    '## Elements',
    `The judge knows every element of every message: ${proofOf({ status: 'yes', tests: [JUDGED] })} breaks each in every way. Where the judge is
asked, [Messages](#messages) says. An element is sent in a message where the code that makes this message names it. \`yes\`: sent in every
message of ours that has it.`,
    table(['Element', 'Status', 'Sent in', 'Not sent, and why'], elementRows)
  ])}\n`
}
