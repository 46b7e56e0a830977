import type { ChallengeEvent } from '../challenge/machine.ts'
import { choiceField } from '../pages/fields.ts'
import { type FormEvent, formEvent } from '../pages/form-event.ts'

/** `actionField` of the button that asks for another method. */
export const otherMethodAction = 'other-method'

/** Longest `challengeHTMLDataEntry`, emv3ds-protocol §9.1. */
const MOST = 256

/** Cancelling is a button of the SDK. */
const ACTIONS = ['submit', 'resend', 'continue', otherMethodAction] as const

/** What the cardholder can do on a page inside an app. */
export type HtmlEvent = FormEvent | Extract<ChallengeEvent, { type: 'look' }>

/**
 * What the cardholder did on a page that `screenElements` made.
 * @param challengeHTMLDataEntry the query of the form, as the SDK caught it
 * @returns the event; `look` where nothing was done; `undefined` for what no form of ours can send: too long, percent signs
 *   that stand for nothing, a field twice (but for choices), names of what every object has, a button that there is not
 */
export function htmlEntry (challengeHTMLDataEntry: string): HtmlEvent | undefined {
  if (challengeHTMLDataEntry.length > MOST) return undefined
  const fields = parse(challengeHTMLDataEntry)
  if (fields === undefined || [...fields].some(([name, values]) => name in Object.prototype || (values.length > 1 && name !== choiceField))) return undefined
  try {
    return formEvent({ one: (name) => fields.get(name)?.[0], all: (name) => fields.get(name) ?? [] }, ACTIONS) ?? { type: 'look' }
  } catch {
    return undefined
  }
}

type Fields = ReadonlyMap<string, readonly string[]>

/** Not `URLSearchParams`: it takes everything for something. */
function parse (query: string): Fields | undefined {
  const fields = new Map<string, string[]>()
  try {
    for (const pair of query.replace(/^\?/, '').split('&').filter((pair) => pair !== '')) {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
      const decoded = decodeURIComponent(name)
      fields.set(decoded, [...fields.get(decoded) ?? [], decodeURIComponent(value.join('='))])
    }
  } catch {
    return undefined
  }
  return fields
}
