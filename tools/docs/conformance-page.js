// docs/conformance.md: what is implemented of EMV 3-D Secure, and what is not.
import { CODES, DOORS, FLOWS, IN_NO_MESSAGE, JUDGED, MADE_BY, NO_EXTENSIONS, NOT_SENT, TIMERS } from './conformance-data.js'
import { linkTo, MESSAGES } from './element-pages.js'
import { blocks, code, generatedBy, table } from './markdown.js'

/**
 * @typedef {import('./conformance-data.js').Shown} Shown
 * @typedef {import('./conformance-data.js').Missing} Missing
 * @typedef {import('../../src/protocol/catalogue/element.ts').Element} Element
 * @typedef {import('../../src/protocol/messages.ts').MessageType} MessageType
 */

const messageTypes = /** @type {MessageType[]} */ (Object.keys(MESSAGES))

/** Every file whose text decides what the page says. */
export const SOURCES = [...new Set(Object.values(MADE_BY).flatMap(({ files }) => files))]

/** A link to a test: its file; which one of it is under the pointer. @param {string} test @param {string} [text] */
function linkToTest (test, text) {
  const [file = '', ...words] = test.split(': ')
  return `[${text ?? file.slice(file.lastIndexOf('/') + 1)}](../${file} "${words.join(': ')}")`
}

/** @param {Shown} shown */
function proofOf ({ tests = [], why }) {
  return [tests.map((test) => linkToTest(test)).join(', '), why].filter((part) => part !== undefined && part !== '').join('; ')
}

/** Status of a code, who is shown to raise it, and why others do not. @param {Readonly<Record<string, string | Missing>>} parties */
function codeCells (parties) {
  const shown = Object.entries(parties).flatMap(([party, by]) => typeof by === 'string' ? [linkToTest(by, party)] : [])
  const not = Object.entries(parties).flatMap(([party, by]) => typeof by === 'string' ? [] : [`${party}: ${by.why}`])
  return [not.length === 0 ? 'yes' : shown.length === 0 ? 'no' : 'partly', shown.join(', '), not.join('; ')]
}

/** A source without its comments: what is only spoken of is not sent. @param {string} text */
const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/**
 * In which of its messages an element is sent, and why not in the others.
 * @param {Element} element
 * @param {(file: string) => string} read
 */
function sending ({ name, messages }, read) {
  const word = new RegExp(`(?<![\\w.-])${name}(?![\\w-])`)
  const sent = messageTypes.filter((type) => messages.includes(type) && MADE_BY[type]?.files.some((file) => word.test(withoutComments(read(file)))))
  const not = messageTypes.filter((type) => messages.includes(type) && !sent.includes(type))
  return { sent, not }
}

/** Why an element is not sent in a message. @param {string} name @param {MessageType} type */
function reasonFor (name, type) {
  const { isOurs, files = [], otherwise = '' } = MADE_BY[type] ?? {}
  const isMade = isOurs !== false && files.length > 0
  return NOT_SENT[`${type}.${name}`] ?? (isMade && name === 'messageExtension' ? NO_EXTENSIONS : otherwise)
}

/** @param {string} name @param {readonly MessageType[]} types */
function reasons (name, types) {
  /** @type {Map<string, MessageType[]>} */
  const found = new Map()
  for (const type of types) {
    const why = reasonFor(name, type)
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
  return [isWhole ? 'yes' : sent.length > 0 ? 'partly' : 'no', sent.join(', '), reasons(element.name, not)]
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
  const codeRows = Object.entries(CODES).map(([errorCode, parties]) => [code(errorCode), describeErrorCode(errorCode), ...codeCells(parties)])
  const statusesOf = (/** @type {readonly Shown[]} */ rows) => countOf(rows.map(({ status }) => status))
  return `${blocks([
    generatedBy('tools/docs/conformance-page.js and tools/docs/conformance-data.js'),
    '# Conformance',
    `What this server does of EMV 3-D Secure 2.1.0, 2.2.0 and 2.3.1, and what not. \`yes\`: there, and the test that is named shows it.
\`partly\`: what is missing is said. \`no\`: why not is said. A link leads to the file of a test, and its title is under the pointer. A test holds
that it is there. This is our own account. It is no approval by EMVCo, which a mock cannot have.`,
    table(['', 'yes', 'partly', 'no'], [
      ['[Messages](#messages)', ...statusesOf(Object.values(DOORS))],
      ['[Flows](#flows)', ...statusesOf(FLOWS)],
      ['[Timers](#timers)', ...statusesOf(TIMERS)],
      ['[Error codes](#error-codes)', ...countOf(codeRows.map(([, , status = '']) => status))],
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
    'Who of us raises a code: each links to the test that shows it. A received Erro may have any.',
    table(['Code', 'General text', 'Status', 'Raised by', 'Not raised by, and why'], codeRows),
    '## Elements',
    `The judge knows every element of every message: ${proofOf({ status: 'yes', tests: [JUDGED] })} breaks each in every way. Where the judge is
asked, [Messages](#messages) says. An element is sent in a message where the code that makes this message names it. \`yes\`: sent in every
message of ours that has it, where it belongs.`,
    table(['Element', 'Status', 'Sent in', 'Not sent, and why'], elementRows)
  ])}\n`
}
