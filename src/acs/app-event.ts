import type { JsonObject } from '../protocol/messages.ts'
import type { ScreenKind } from '../transaction/challenge.ts'
import type { Challenge, ChallengeEvent, Consents } from './challenge/machine.ts'
import { screenOf } from './challenge/screens.ts'
import { htmlEntry } from './ui/html-entry.ts'

/** What the cardholder did, and the element that says so. */
export interface AppAction {
  event: ChallengeEvent
  element: string
}

/** What a CReq of an app asks for; or the names of the elements that make it unusable (203). */
export type AppEvent = AppAction | { wrong: string[] }

/**
 * What the cardholder did: emv3ds-protocol §9.1. One CReq, one action: two of cancel, resend, no entry and another method are as
 * wrong as none.
 * @param creq each element for itself in order, and known to the version
 * @param challenge whose screen it answers
 */
export function appEvent (creq: JsonObject, challenge: Challenge): AppEvent {
  const actions = ACTIONS.filter(({ name, isTaken }) => isTaken(creq[name]))
  const [action] = actions
  if (actions.length > 1) return { wrong: actions.map(({ name }) => name) }
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

type Answer = (creq: JsonObject, challenge: Challenge) => AppEvent

function answerOf (creq: JsonObject, challenge: Challenge): AppEvent {
  const name = entryName(challenge)
  const entry = creq[name]
  const isOpening = challenge.state === 'awaiting-creq'
  if (isText(entry)) return name === HTML_ENTRY ? pageEvent(entry, isOpening) : entryOf(creq, entry)
  // The first CReq without an entry only opens the challenge, be it with challengeNoEntry.
  if (isOpening) return { event: { type: 'open' }, element: 'messageType' }
  return ANSWERS[screenOf(challenge.plan, challenge.progress)](creq, challenge)
}

const HTML_ENTRY = 'challengeHTMLDataEntry'

/** Where the entry of a screen is: emv3ds-protocol §9.1. */
function entryName ({ plan }: Challenge): string {
  return plan.acsInterface === '02' ? HTML_ENTRY : 'challengeDataEntry'
}

function entryOf (creq: JsonObject, value: string): AppEvent {
  const second = creq['challengeDataEntryTwo']
  return { event: { type: 'entry', value, ...(isText(second) ? { second } : {}), ...consentsIn(creq) }, element: 'challengeDataEntry' }
}

/** A query in which nothing was done, with the first CReq, opens the challenge like any other. */
function pageEvent (entry: string, isOpening: boolean): AppEvent {
  const event = htmlEntry(entry)
  if (event === undefined) return { wrong: [HTML_ENTRY] }
  return { event: isOpening && event.type === 'look' ? { type: 'open' } : event, element: HTML_ENTRY }
}

const LOOK: AppAction = { event: { type: 'look' }, element: 'oobContinue' }

const ask: Answer = (creq, challenge) => {
  if (isYes(creq['challengeNoEntry'])) return { event: { type: 'entry', value: '', ...consentsIn(creq) }, element: 'challengeNoEntry' }
  // Back in the foreground: the screen again.
  return isContinue(creq) ? LOOK : { wrong: [entryName(challenge)] }
}

const ANSWERS: Readonly<Record<ScreenKind, Answer>> = {
  text: ask,
  'single-select': ask,
  'multi-select': ask,
  'out-of-band': (creq) => isContinue(creq) ? { event: { type: 'continue', ...consentsIn(creq) }, element: 'oobContinue' } : LOOK,
  information: (creq, { plan }) => {
    if (creq['infoContinueIndicator'] === true) return { event: { type: 'continue', ...consentsIn(creq) }, element: 'infoContinueIndicator' }
    return { wrong: [plan.acsInterface === '02' ? HTML_ENTRY : 'infoContinueIndicator'] }
  }
}

/** 2.1.0 and 2.2.0 have a boolean; in 2.3.1 02 is the SDK's own, on return to the foreground (emv3ds-protocol §5.6). */
function isContinue ({ oobContinue }: JsonObject): boolean {
  return oobContinue === true || oobContinue === '01' || oobContinue === '02'
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
