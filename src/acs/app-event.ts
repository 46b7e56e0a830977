import { isMissing } from '../protocol/catalogue/conditions.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ScreenKind } from '../transaction/challenge.ts'
import type { Challenge, ChallengeEvent, Consents } from './challenge/machine.ts'
import { screenOf } from './challenge/screens.ts'
import { htmlEntry, type HtmlEvent } from './ui/html-entry.ts'

/** Which place a CReq has in its challenge, by its count: the first one, the answer to the screen shown last, or neither. */
export type CReqPlace = 'first' | 'answer' | 'neither'

/** What the cardholder did, and the element that says so. */
export interface AppAction {
  event: ChallengeEvent
  element: string
}

/**
 * What of a CReq says nothing that can be done: emv3ds-protocol §9.1. One CReq, one action: two of cancel, resend, no entry and
 * another method are as wrong as none, where the screen wants one. The first CReq answers nothing, as nothing was asked.
 * @param creq known to the version, not judged
 * @param challenge whose screen it answers
 * @returns the names of the elements at fault (203)
 */
export function wrongActions (creq: JsonObject, challenge: Challenge, place: CReqPlace): string[] {
  const early = place === 'first' ? ENTRIES.filter((name) => isDone(name, creq[name])) : []
  if (early.length > 0) return early
  const taken = ACTIONS.filter(({ name, isTaken }) => isTaken(creq[name])).map(({ name }) => name)
  if (taken.length > 1) return taken
  if (OF_AN_ERRO.has(creq['challengeCancel'])) return ['challengeCancel']
  if (challenge.plan.acsInterface === '02') return isUnreadablePage(creq[HTML_ENTRY]) ? [HTML_ENTRY] : []
  return place === 'answer' && challenge.state === 'asking' && !DEEDS.some((name) => isDone(name, creq[name])) ? ['challengeDataEntry'] : []
}

/**
 * What the cardholder did.
 * @param creq judged, `wrongActions` among the rest
 * @param challenge whose screen it answers
 */
export function appEvent (creq: JsonObject, challenge: Challenge): AppAction {
  const action = ACTIONS.find(({ name, isTaken }) => isTaken(creq[name]))
  if (action?.eventOf !== undefined) return { event: action.eventOf(creq), element: action.name }
  return answerOf(creq, challenge)
}

interface Action {
  name: string
  isTaken (value: unknown): boolean
  /** Absent where it depends on the screen. */
  eventOf?: (creq: JsonObject) => ChallengeEvent
}

const isYes = (value: unknown): boolean => value === 'Y'
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const ACTIONS: readonly Action[] = [
  { name: 'challengeCancel', isTaken: isText, eventOf: ({ challengeCancel }) => ({ type: 'cancel', code: challengeCancel as string }) },
  { name: 'resendChallenge', isTaken: isYes, eventOf: () => ({ type: 'resend' }) },
  { name: 'challengeAddCode', isTaken: isYes, eventOf: () => ({ type: 'other-method' }) },
  { name: 'challengeNoEntry', isTaken: isYes }
]

/** Codes of an RReq about an Erro, which goes with them: a CReq has none. */
const OF_AN_ERRO: ReadonlySet<unknown> = new Set(['09', '10'])

const HTML_ENTRY = 'challengeHTMLDataEntry'
const DEEDS: readonly string[] = ['challengeDataEntry', ...ACTIONS.map(({ name }) => name)]

/** What answers a screen. Not `challengeNoEntry`, which an SDK in use sends with its first CReq, nor a cancel. */
const ENTRIES: readonly string[] = [
  'challengeDataEntry', 'challengeDataEntryTwo', HTML_ENTRY, 'resendChallenge', 'challengeAddCode', 'oobContinue', 'infoContinueIndicator',
  'whitelistingDataEntry', 'trustListDataEntry', 'deviceBindingDataEntry'
]

/** `resendChallenge` N says that nothing was done (2.1.0, 2.2.0). */
function isDone (name: string, value: JsonObject[string] | undefined): boolean {
  return !isMissing(value) && !(name === 'resendChallenge' && value === 'N')
}

function isUnreadablePage (entry: unknown): boolean {
  return isText(entry) && htmlEntry(entry) === undefined
}

function answerOf (creq: JsonObject, challenge: Challenge): AppAction {
  const name = challenge.plan.acsInterface === '02' ? HTML_ENTRY : 'challengeDataEntry'
  const entry = creq[name]
  // What cannot be read was refused.
  if (isText(entry)) return name === HTML_ENTRY ? { event: htmlEntry(entry) as HtmlEvent, element: name } : entryOf(creq, entry)
  // The first CReq opens the challenge, be it with challengeNoEntry.
  if (challenge.state === 'awaiting-creq') return { event: { type: 'open' }, element: 'messageType' }
  return ANSWERS[screenOf(challenge.plan, challenge.progress)](creq)
}

function entryOf (creq: JsonObject, value: string): AppAction {
  const second = creq['challengeDataEntryTwo']
  return { event: { type: 'entry', value, ...(isText(second) ? { second } : {}), ...consentsIn(creq) }, element: 'challengeDataEntry' }
}

type Answer = (creq: JsonObject) => AppAction

const LOOK: AppAction = { event: { type: 'look' }, element: 'oobContinue' }

const ask: Answer = (creq) => isYes(creq['challengeNoEntry'])
  ? { event: { type: 'entry', value: '', ...consentsIn(creq) }, element: 'challengeNoEntry' }
  : LOOK

/** What says "continue" is of the screen: 04, 06 or 07. 02 is the SDK's own, on return to the foreground (emv3ds-protocol §5.6). */
const goOn: Answer = (creq) => {
  const element = creq['infoContinueIndicator'] === true ? 'infoContinueIndicator' : 'oobContinue'
  return isMissing(creq[element]) ? LOOK : { event: { type: 'continue', ...consentsIn(creq) }, element }
}

const ANSWERS: Readonly<Record<ScreenKind, Answer>> = {
  text: ask, 'single-select': ask, 'multi-select': ask, 'out-of-band': goOn, information: goOn
}

/** By the names of 2.2.0 and of 2.3.1. */
function consentsIn (creq: JsonObject): { consents?: Consents } {
  const trustList = creq['trustListDataEntry'] ?? creq['whitelistingDataEntry']
  const deviceBinding = creq['deviceBindingDataEntry']
  const consents: Consents = {
    ...(trustList === 'Y' || trustList === 'N' ? { trustList } : {}),
    ...(deviceBinding === 'Y' || deviceBinding === 'N' ? { deviceBinding } : {})
  }
  return Object.keys(consents).length === 0 ? {} : { consents }
}
