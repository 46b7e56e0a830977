import { type Condition, type Element, ELEMENTS, inVersion, type Row } from './catalogue.ts'
import { type Fault, isMissing, valueFaults } from './value-faults.ts'

export type { Fault } from './value-faults.ts'
export type MessageType = 'AReq' | 'ARes' | 'CReq' | 'CRes' | 'RReq' | 'RRes' | 'PReq' | 'PRes' | 'OReq' | 'ORes' | 'Erro'
export type Leg = '3DSServer->DS' | 'DS->ACS' | 'ACS->DS' | 'DS->3DSServer'

/** What the reader of a message knows besides it. */
export interface Circumstances {
  /** What it must be; else 101. */
  messageType?: MessageType
  /** That of the transaction; another is 203. */
  version?: string
  deviceChannel?: string
  messageCategory?: string
  leg?: Leg
  /** Earlier messages of the transaction. What depends on one that is not here is not demanded. */
  earlier?: { areq?: any, ares?: any, cres?: any }
  /** A second AReq of Secure Payment Confirmation demands what a first does not. */
  spcSecondAReq?: boolean
  /** Ids of critical extensions that the reader knows. */
  extensions?: readonly string[]
  /** Demands also what the catalogue calls a soft condition, where it says which. */
  strict?: boolean
}

const VERSIONS = ['2.1.0', '2.2.0', '2.3.1']

/** @returns every fault of a message by the element catalogue; none: a party would take it. */
export function evaluate (message: any, circumstances: Circumstances = {}): Fault[] {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return [{ code: '101', element: '' }]
  const type: MessageType = message.messageType
  if (!ELEMENTS.some(({ inclusion }) => inclusion[type] !== undefined)) return [{ code: '101', element: 'messageType' }]
  if (circumstances.messageType !== undefined && type !== circumstances.messageType) return [{ code: '101', element: 'messageType' }]
  if (!VERSIONS.includes(message.messageVersion)) return [{ code: '102', element: 'messageVersion' }]
  const version: string = message.messageVersion
  if (circumstances.version !== undefined && version !== circumstances.version) return [{ code: '203', element: 'messageVersion' }]

  const reading = { message, type, version, circumstances, ...whatIsMeant(message, circumstances) }
  const faults = ELEMENTS.flatMap((listed) => {
    const row = listed.inclusion[type]?.find((one) => isFor(one, reading))
    // §3.6, §3.7: what is not defined for this message, channel or category is tolerated.
    return row === undefined ? [] : elementFaults(inVersion(listed, version), row, reading)
  })
  return [...faults, ...extensionFaults(message.messageExtension, circumstances.extensions ?? [])]
}

interface Reading {
  message: any
  type: MessageType
  version: string
  circumstances: Circumstances
  deviceChannel: string
  messageCategory: string
  isFinal: boolean
}

/** Channel and category, told or told by the AReq or else by what an app's messages have. */
function whatIsMeant (message: any, { deviceChannel, messageCategory, earlier }: Circumstances): Pick<Reading, 'deviceChannel' | 'messageCategory' | 'isFinal'> {
  const guess = 'sdkTransID' in message || 'acsRenderingType' in message ? '01' : '02'
  const channel = message.deviceChannel ?? deviceChannel ?? earlier?.areq?.deviceChannel ?? guess
  const category = message.messageCategory ?? messageCategory ?? earlier?.areq?.messageCategory ?? '01'
  return {
    deviceChannel: channel,
    // A programme of a Directory Server's own has the rules of no payment: the fewest.
    messageCategory: category === '01' ? '01' : '02',
    isFinal: message.messageType === 'CRes' && (channel === '02' || message.challengeCompletionInd === 'Y')
  }
}

function isFor (row: Row, { version, deviceChannel, messageCategory }: Reading): boolean {
  const takes = (list: string[], one: string) => list.length === 0 || list.includes(one)
  return row.versions.includes(version) && takes(row.deviceChannels, deviceChannel) && takes(row.messageCategory, messageCategory)
}

function elementFaults (element: Element, row: Row, reading: Reading): Fault[] {
  const { name } = element
  const value = reading.message[name]
  const fault = (code: string): Fault[] => [{ code, element: name }]
  if (isMissing(value)) {
    if (isDue(row, reading)) return fault('201')
    return value === undefined ? [] : fault('203')
  }
  if (!belongs(element, row, reading)) return fault('203')
  const holdsAmong = (when: Condition, siblings: any) => holds(when, { ...reading, message: siblings })
  const faults = valueFaults(name, value, element, reading.version, holdsAmong)
  return faults.length === 0 && name === 'transStatus' && !isStatusAllowed(element, reading) ? fault('203') : faults
}

function isDue (row: Row, reading: Reading): boolean {
  if (row.presence !== 'C') return row.presence === 'R'
  if (row.enforce === 'soft' && reading.circumstances.strict !== true) return false
  return row.when !== undefined && isDecidable(row.when, reading) && holds(row.when, reading)
}

/** Whether an element may be in this message at all: on this leg, in a last or another CRes, on this screen of 2.3.1 (§9.2). */
function belongs (element: Element, { leg, crES }: Row, { message, version, circumstances, isFinal }: Reading): boolean {
  if (leg !== undefined && circumstances.leg !== undefined && leg !== circumstances.leg) return false
  if (crES !== undefined && isFinal !== (crES === 'final only')) return false
  const { uiTypes231 } = element
  if (uiTypes231 === undefined || version !== '2.3.1' || message.messageType !== 'CRes') return true
  return [...uiTypes231.mandatory, ...uiTypes231.optional].includes(message.acsUiType)
}

/** §6: which status goes with which message, and what of the AReq forbids one. */
function isStatusAllowed ({ values = [] }: Element, reading: Reading): boolean {
  const { message, type, version } = reading
  const use = values.find(({ code }) => code === message.transStatus)?.allowedIn?.[type]
  if (use === undefined || use.versions?.includes(version) === false) return false
  // §5.7
  if (type === 'ARes' && message.transStatus === 'D' && message.acsDecConInd === 'N') return false
  return use.when === undefined || use.enforce === 'soft' || !isDecidable(use.when, reading) || holds(use.when, reading)
}

function holds (when: Condition, reading: Reading): boolean {
  if ('all' in when) return when.all.every((one) => holds(one, reading))
  if ('any' in when) return when.any.some((one) => holds(one, reading))
  if ('not' in when) return !holds(when.not, reading)
  if ('present' in when) return !isMissing(valueAt(when.present, reading))
  if ('absent' in when) return isMissing(valueAt(when.absent, reading))
  if ('leg' in when) return reading.circumstances.leg === when.leg
  if ('context' in when) return when.context === 'finalCRes' ? reading.isFinal : reading.circumstances.spcSecondAReq === true
  const value = valueAt(when.field, reading)
  if ('eq' in when) return value === when.eq
  return [value].flat().some((one) => when.in.includes(one))
}

/** @param path `element`, `element.child`, or with an earlier message in front: `cres.element` */
function valueAt (path: string, { message, circumstances: { earlier } }: Reading): unknown {
  const [first = '', ...rest] = path.split('.')
  const start = first === 'areq' || first === 'ares' || first === 'cres' ? earlier?.[first] : message[first]
  return rest.reduce((value, name) => value?.[name], start)
}

function isDecidable (when: Condition, { circumstances: { earlier } }: Reading): boolean {
  const named = JSON.stringify(when).match(/(?<=")(?:areq|ares|cres)(?=\.)/g) ?? []
  return named.every((name) => earlier?.[name as 'areq'] !== undefined)
}

/** §3.8: a critical extension that the reader does not know. */
function extensionFaults (extensions: unknown, known: readonly string[]): Fault[] {
  if (!Array.isArray(extensions)) return []
  return extensions
    .filter((one) => one?.criticalityIndicator === true && !known.includes(one.id))
    .map(({ id }) => ({ code: '202', element: String(id) }))
}
