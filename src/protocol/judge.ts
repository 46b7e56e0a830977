import { isMissing } from './catalogue/conditions.ts'
import { type Flaw, Found, type FoundCode } from './catalogue/found.ts'
import { elementsOf } from './catalogue/known-elements.ts'
import { type MessageKind, messageRule } from './catalogue/message-rules.ts'
import { LONGEST_TEXT } from './erro.ts'
import type { JsonObject, MessageType } from './messages.ts'
import type { ReadMessage } from './read-message.ts'
import type { Refused } from './refusal.ts'
import { hasUnwritableText } from './unwritable-text.ts'
import { isSupportedVersion, SUPPORTED_VERSIONS } from './versions.ts'

export type { MessageType }

/** What a door takes, and what is known of the transaction. */
export interface Expected {
  /** Any other is 101. */
  messageTypes: readonly MessageType[]
  /** Some elements are on one leg only. Not given: what is due on one leg is due on none. */
  leg?: '3DSServer->DS' | 'DS->ACS' | 'DS->3DSServer'
  /** For messages that do not carry it; from `earlier.areq` otherwise. Not known: what is due in every channel is due. */
  deviceChannel?: string
  /** As `deviceChannel`. */
  messageCategory?: string
  /** That of the transaction: another is 203. */
  version?: string
  /** Conditions look at them; one that asks for a message that is not given is left alone. `cres` is the latest one. */
  earlier?: { areq?: JsonObject, ares?: JsonObject, cres?: JsonObject }
  contexts?: readonly ('finalCRes' | 'spcSecondAReq')[] | undefined
  /** Elements that are wrong for what only the door knows: 203, with those of the catalogue. */
  wrong?: readonly string[]
}

export interface Finding {
  errorCode: string
  /** `parent.child`; for 202 the id of the extension. */
  element: string
  /** False for what may be so in real life, and for what only looks odd. */
  refused: boolean
}

export interface Judgement {
  /** What an `Erro` says: the first kind of flaw by the order of emv3ds-protocol §3, with every element that has it. */
  refused?: Refused
  /** All that was found, of every kind. */
  findings: readonly Finding[]
}

/** How a judge is set. */
export interface JudgeSettings {
  /** Refuses optional elements that are empty (203) and ISO codes that are not assigned (304), which real servers send; else they are only findings. */
  strict: boolean
  /** Which of the two answers where a message has both, which no text says. */
  firstErrorCode: '203' | '201'
  /** What a door takes although the catalogue refuses it: it is only a finding. */
  tolerates?: (flaw: Readonly<Flaw>, message: JsonObject) => boolean
}

/** @returns what is wrong with a message. What is no JSON object is 101 too, and the reader's to say. */
export type Judge = (read: ReadMessage, expected: Expected) => Judgement

const PASSED: Judgement = Object.freeze({ findings: Object.freeze([]) })
const FORMAT_FIRST: readonly FoundCode[] = ['204', '203', '207', '201', '202', '304']
const MISSING_FIRST: readonly FoundCode[] = ['204', '201', '203', '207', '202', '304']

/** Makes the judge of messages by the catalogue: emv3ds-protocol §3 and §12. */
export function createJudge ({ strict, firstErrorCode, tolerates = () => false }: JudgeSettings): Judge {
  const order = firstErrorCode === '203' ? FORMAT_FIRST : MISSING_FIRST
  const isRefused = (flaw: Flaw, message: JsonObject) =>
    (flaw.weight === 'hard' || (flaw.weight === 'lenient' && strict)) && !tolerates(flaw, message)
  return (read, expected) => {
    const { message, duplicates } = read
    const outright = refusedOutright(message, expected)
    if (outright !== undefined) return outright
    const found = new Found()
    for (const element of duplicates) found.add('204', element)
    const { leg, contexts, earlier, wrong } = expected
    const kind = kindOf(message, expected)
    messageRule(kind)({ message, leg, contexts, earlier }, found)
    if (wrong !== undefined) for (const element of wrong) found.add('203', element)
    addCriticalExtensions(message, found)
    if (read.hasEscapes) addUnwritableTexts(message, kind, found)
    if (found.flaws === undefined) return PASSED
    return judgementOf(found.flaws.map((flaw) => ({ ...flaw, refused: isRefused(flaw, message) })), order)
  }
}

/** What makes looking at the elements pointless. */
function refusedOutright (message: JsonObject, { messageTypes, version }: Expected): Judgement | undefined {
  const { messageType, messageVersion } = message
  if (!messageTypes.some((type) => type === messageType)) return outright('101', 'messageType', 'messageType')
  // The version says what the elements have to be. One that is missing is only a missing element where it is known.
  if (isMissing(messageVersion)) return isSupportedVersion(version) ? undefined : outright('201', 'messageVersion', 'messageVersion')
  if (!isSupportedVersion(messageVersion)) return outright('102', 'messageVersion', SUPPORTED_VERSIONS.join(','))
  return version === undefined || version === messageVersion ? undefined : outright('203', 'messageVersion', 'messageVersion')
}

function outright (errorCode: string, element: string, errorDetail: string): Judgement {
  return { refused: { errorCode, errorDetail }, findings: [{ errorCode, element, refused: true }] }
}

/** An AReq carries channel and category, an RReq repeats the category; a value for the use of a DS is as good as none. */
function kindOf (message: JsonObject, { version, deviceChannel, messageCategory, leg, earlier, contexts }: Expected): MessageKind {
  const { messageType, messageVersion } = message
  const areq = messageType === 'AReq' ? message : earlier?.areq
  const repeated = messageType === 'RReq' ? message['messageCategory'] : undefined
  return {
    messageType: messageType as MessageType,
    version: isMissing(messageVersion) ? version as string : messageVersion as string,
    deviceChannel: oneOf(CHANNELS, messageType === 'AReq' ? message['deviceChannel'] : deviceChannel ?? areq?.['deviceChannel']),
    messageCategory: oneOf(CATEGORIES, messageType === 'AReq' ? message['messageCategory'] : repeated ?? messageCategory ?? areq?.['messageCategory']),
    leg,
    final: contexts?.includes('finalCRes') === true
  }
}

const CHANNELS: ReadonlySet<unknown> = new Set(['01', '02', '03'])
const CATEGORIES: ReadonlySet<unknown> = new Set(['01', '02'])
const oneOf = (codes: ReadonlySet<unknown>, value: unknown) => codes.has(value) ? value as string : undefined

/** No extension is known here, so every critical one is unknown. `Erro` has none. */
function addCriticalExtensions ({ messageType, messageExtension }: JsonObject, found: Found): void {
  if (!Array.isArray(messageExtension) || messageType === 'Erro') return
  for (const extension of messageExtension) {
    const { criticalityIndicator, id } = (extension ?? {}) as JsonObject
    if (criticalityIndicator === true && typeof id === 'string') found.add('202', id)
  }
}

/** Characters of an element that are none: 203 (§3.4). What is additional is not looked at (§3.6, §3.7). */
function addUnwritableTexts (message: JsonObject, { messageType, deviceChannel, version }: MessageKind, found: Found): void {
  const known = elementsOf(messageType, deviceChannel, version)
  for (const [name, value] of Object.entries(message)) {
    if (known.has(name) && hasUnwritableText(value)) found.add('203', name)
  }
}

function judgementOf (flaws: readonly (Flaw & Finding)[], order: readonly FoundCode[]): Judgement {
  const findings = flaws.map(({ errorCode, element, refused }) => ({ errorCode, element, refused }))
  const refusing = findings.filter(({ refused }) => refused)
  const errorCode = order.find((code) => refusing.some((finding) => finding.errorCode === code))
  if (errorCode === undefined) return { findings }
  const elements = refusing.filter((finding) => finding.errorCode === errorCode).map(({ element }) => element)
  return { refused: { errorCode, errorDetail: joined(elements) }, findings }
}

/** Cut between names; a single name that is too long is cut itself. */
function joined (elements: readonly string[]): string {
  let detail = ''
  for (const element of elements) {
    const longer = detail === '' ? element.slice(0, LONGEST_TEXT) : `${detail},${element}`
    if (longer.length > LONGEST_TEXT) break
    detail = longer
  }
  return detail
}
