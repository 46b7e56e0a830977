// docs/elements/: an index, a page for each message, and one for what is in no message.
import { conditionsInWords, formatInWords, inclusionInWords, conditionInWords, VERSIONS, versionsInWords } from './element-words.js'
import { anchor, blocks, code, generatedBy, list, table, words } from './markdown.js'

/**
 * @typedef {import('../../src/protocol/catalogue/element.ts').Element} Element
 * @typedef {import('../../src/protocol/catalogue/element.ts').Child} Child
 * @typedef {import('../../src/protocol/messages.ts').MessageType} MessageType
 * @typedef {import('../../src/protocol/catalogue/element.ts').Shape} Shape
 */

/** Every message and who sends it to whom, in the order of a transaction. @type {Readonly<Record<MessageType, string>>} */
export const MESSAGES = {
  AReq: 'The 3DS Server asks the ACS to authenticate, by way of the Directory Server (DS).',
  ARes: 'The ACS answers the AReq, by way of the DS; or the DS answers for it.',
  CReq: 'The browser or the 3DS SDK asks the ACS for the challenge, and brings what the cardholder answered.',
  CRes: 'The ACS answers a CReq: the next screen for the SDK, or the end.',
  RReq: 'The ACS tells the 3DS Server the result of a challenge, by way of the DS.',
  RRes: 'The 3DS Server answers the RReq, by way of the DS.',
  PReq: 'The 3DS Server asks the DS for its card ranges.',
  PRes: 'The DS answers the PReq.',
  OReq: 'The DS informs a 3DS Server or an ACS (2.3.1).',
  ORes: 'The 3DS Server or ACS answers the last OReq of a sequence (2.3.1).',
  Erro: 'Whoever cannot use a message says why. It gets no answer.'
}
const messageTypes = /** @type {MessageType[]} */ (Object.keys(MESSAGES))
const ELSEWHERE = 'forms-and-signed-content'
const GENERATED = generatedBy('tools/docs/element-pages.js')

/** Name of the page that describes an element: that of the first message that has it. @param {Element} element */
function homeOf ({ messages }) {
  return messageTypes.find((type) => messages.includes(type)) ?? ELSEWHERE
}

/** @param {Element} element @param {string} [page] on which the link is */
export function linkTo (element, page) {
  const home = homeOf(element)
  return `[${code(element.name)}](${home === page ? '' : `${home}.md`}#${anchor(element.name)})`
}

/**
 * @param {readonly Element[]} elements
 * @returns {Record<string, string>} texts by path from the root
 */
export function elementPages (elements) {
  const sorted = elements.toSorted((a, b) => a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1)
  const pages = [['README', indexPage(sorted)], ...messageTypes.map((type) => [type, messagePage(type, sorted)]), [ELSEWHERE, elsewherePage(sorted)]]
  return Object.fromEntries(pages.map(([name, text]) => [`docs/elements/${name}.md`, `${text}\n`]))
}

/** @param {Element} element */
function typesOf (element) {
  return [...new Set(element.versions.map((version) => shapeIn(version, element).type.replace('|', ' or ')))].join(', ')
}

/** @param {readonly Element[]} elements */
function indexPage (elements) {
  const rows = elements.map((element) => [linkTo(element), typesOf(element), messageTypes.flatMap((type) => placeIn(element, type)).join(', ')])
  return blocks([
    GENERATED,
    '# Elements',
    `All ${elements.length} elements of EMV 3-D Secure that this server knows, in the versions ${list(VERSIONS)}. Every message that comes in is judged by
them. The source of these pages and of the judge is \`src/protocol/catalogue/elements.json\`. Where its facts are from, [sources.md](../sources.md) says.`,
    messageTypes.map((type) => `- [${type}](${type}.md): ${MESSAGES[type]}`).join('\n') +
      `\n- [Forms and signed content](${ELSEWHERE}.md): what travels in no message of its own.`,
    table(['Element', 'Type', 'Messages'], rows)
  ])
}

/** @param {Element} element @param {MessageType} type */
function placeIn (element, type) {
  const rows = element.inclusion[type]
  if (rows === undefined) return []
  const versions = VERSIONS.filter((version) => rows.some((row) => row.versions.includes(version)))
  const isWhole = versions.length === VERSIONS.length || type === 'OReq' || type === 'ORes'
  return [`[${type}](${type}.md)${isWhole ? '' : ` (${versionsInWords(versions)})`}`]
}

const LEGEND = `R: required. C: required where the condition holds. O: optional. Channels are APP (01), BRW (02) and 3RI (03), categories PA
(payment, 01) and NPA (non-payment, 02); without either it is the same in all that the message has. Conditions in _italics_ are never a
reason to refuse a message: nobody but the sender can tell whether they hold, or practice differs.`

/** @param {MessageType} type @param {readonly Element[]} all */
function messagePage (type, all) {
  const elements = all.filter(({ messages }) => messages.includes(type))
  const versions = VERSIONS.filter((version) => elements.some(({ inclusion }) => inclusion[type]?.some((row) => row.versions.includes(version))))
  const rows = elements.map((element) => {
    const inclusion = element.inclusion[type] ?? []
    const target = homeOf(element) === type ? '' : `<a id="${anchor(element.name)}"></a>`
    return [`${target}${linkTo(element, type)}`, ...versions.map((version) => inclusionInWords(inclusion, version)), conditionsInWords(inclusion)]
  })
  const own = elements.filter((element) => homeOf(element) === type)
  return blocks([
    GENERATED,
    `# ${type}`,
    `${MESSAGES[type]} [All elements](README.md).`,
    LEGEND,
    table(['Element', ...versions, 'Condition'], rows),
    own.length === 0 ? undefined : '## What they are',
    own.length === elements.length ? undefined : 'An element that is in an earlier message too is described there, where its link leads.',
    ...own.map((element) => section(element))
  ])
}

/** @param {readonly Element[]} all */
function elsewherePage (all) {
  const elements = all.filter(({ messages }) => messages.length === 0)
  return blocks([
    GENERATED,
    '# Forms and signed content',
    'Fields of forms, and members of signed content. [All elements](README.md).',
    ...elements.map((element) => section(element))
  ])
}

/** @param {string} version @param {Element | Child} element @returns {Shape} */
function shapeIn (version, element) {
  const { overrides } = element
  return /** @type {Shape} */ ({ ...element, ...overrides?.[/** @type {'2.1.0'} */ (version)] })
}

/** Versions that have the same of something, together. @param {Element | Child} element @param {(version: string) => string} textIn */
function perVersions ({ versions }, textIn) {
  /** @type {Map<string, string[]>} */
  const found = new Map()
  for (const version of versions) found.set(textIn(version), [...found.get(textIn(version)) ?? [], version])
  return [...found].map(([text, versions]) => ({ text, versions }))
}

/** @param {Element | Child} element */
function formatOf (element) {
  const formats = perVersions(element, (version) => formatInWords(shapeIn(version, element)))
  return formats.map(({ text, versions }) => formats.length === 1 ? text : `${list(versions)}: ${text}`).join('<br>')
}

/** @param {Element} element */
function section (element) {
  const { name, title, sensitive, desc, notes, component, versions, transport, container, uiTypes231, unconfirmedWhat } = element
  const lines = [
    `- Versions: ${versionsInWords(versions)}. From: ${component}.`,
    transport && `- Form: ${transport.form}, channel ${transport.deviceChannel === '02' ? 'BRW' : transport.deviceChannel}, ${transport.presence}.`,
    container && `- In the ${container}.`,
    `- Format: ${formatOf(element)}`,
    sensitive && '- Never logged.',
    uiTypes231 && uiTypesInWords(uiTypes231),
    notes && `- Note: ${words(notes)}.`,
    unconfirmedWhat && `- Not confirmed by any text: ${words(unconfirmedWhat)}.`
  ].filter((line) => line !== undefined)
  return blocks([
    `### ${code(name)}`,
    `${words(title)}${desc === undefined ? '' : `: ${words(desc)}`}.`,
    lines.join('\n'),
    codesOf(element),
    reservedOf(element),
    childrenOf(element)
  ])
}

/** @param {{ mandatory: string[], optional: string[] }} types */
function uiTypesInWords ({ mandatory, optional }) {
  const parts = [mandatory.length > 0 && `required in UI type ${list(mandatory)}`, optional.length > 0 && `optional in ${list(optional)}`]
  return `- 2.3.1: ${parts.filter((part) => part !== false).join(', ')}.`
}

/** @param {Shape & { versions?: readonly string[] }} shape @param {string} version */
function valuesIn ({ values = [] }, version) {
  return values.filter(({ versions }) => versions === undefined || versions.some((one) => one === version))
}

/**
 * Codes with the versions that have them in that meaning, in the order of the catalogue.
 * @param {Element | Child} element
 */
function codes (element) {
  /** @type {Map<string, { code: string, meaning: string, usage: string, versions: string[] }>} */
  const found = new Map()
  for (const version of element.versions) {
    for (const { code, meaning, allowedIn } of valuesIn(shapeIn(version, element), version)) {
      const usage = allowedIn === undefined ? '' : usageInWords(allowedIn)
      const key = JSON.stringify([code, meaning])
      const entry = found.get(key) ?? { code: String(code), meaning, usage, versions: [] }
      entry.versions.push(version)
      found.set(key, entry)
    }
  }
  return [...found.values()]
}

/** @param {NonNullable<NonNullable<Shape['values']>[number]['allowedIn']>} allowedIn */
function usageInWords (allowedIn) {
  return messageTypes.flatMap((type) => {
    const usage = allowedIn[type]
    if (usage === undefined) return []
    const when = [usage.when && conditionInWords(usage.when), usage.condition].filter((part) => part !== undefined).join(', ')
    return [`${type}${usage.versions === undefined ? '' : ` (${list(usage.versions)})`}${when === '' ? '' : ` when ${when}`}`]
  }).join('<br>')
}

/** @param {Element} element */
function codesOf (element) {
  const all = codes(element)
  if (all.length === 0) return undefined
  const [inVersions, inMessages] = [all.some(({ versions }) => versions.length < element.versions.length), all.some(({ usage }) => usage !== '')]
  const head = ['Code', 'Meaning', ...inVersions ? ['Versions'] : [], ...inMessages ? ['Where'] : []]
  return table(head, all.map(({ code: value, meaning, usage, versions }) =>
    [code(value), words(meaning), ...inVersions ? [versionsInWords(versions)] : [], ...inMessages ? [usage] : []]))
}

/** @param {Element | Child} element */
function reservedInWords (element) {
  const found = perVersions(element, (version) => (shapeIn(version, element).reserved ?? [])
    .filter(({ versions }) => versions === undefined || versions.some((one) => one === version))
    .map(({ range, meaning }) => `${range} ${words(meaning)}`).join('; ')).filter(({ text }) => text !== '')
  return found.map(({ text, versions }) => versions.length === element.versions.length ? text : `${list(versions)}: ${text}`).join('<br>')
}

/** @param {Element} element */
function reservedOf (element) {
  const text = reservedInWords(element)
  return text === '' ? undefined : `Ranges: ${text}`
}

/** @param {Element} element */
function childrenOf (element) {
  const rows = (element.children ?? []).flatMap((child) => childRows(element.name, child, element.versions))
  return rows.length === 0 ? undefined : table(['Member', 'Presence', 'Format', 'Meaning and codes'], rows)
}

/** @param {string} parent @param {Child} child @param {readonly string[]} versions of the parent @returns {string[][]} */
function childRows (parent, child, versions) {
  const path = `${parent}.${child.name}`
  const presence = `${child.presence}${child.versions.length === versions.length ? '' : ` (${versionsInWords(child.versions)})`}`
  const condition = child.condition ?? (child.when === undefined ? undefined : conditionInWords(child.when))
  const values = codes(child).map(({ code: value, meaning, versions }) =>
    `${code(value)} ${words(meaning)}${versions.length === child.versions.length ? '' : ` (${versionsInWords(versions)})`}`)
  const reserved = reservedInWords(child)
  const meaning = [child.desc && words(child.desc), child.sensitive && 'never logged', ...values, reserved === '' ? undefined : reserved].filter((part) => part !== undefined)
  const row = [code(path), condition === undefined ? presence : `${presence}: ${child.when === undefined ? `_${condition}_` : condition}`, formatOf(child), meaning.join('<br>')]
  return [row, ...(child.children ?? []).flatMap((grandchild) => childRows(path, grandchild, child.versions))]
}
