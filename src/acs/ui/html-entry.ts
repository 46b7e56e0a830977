import type { ChallengeEvent } from '../challenge/machine.ts'
import { actionField, choiceField, codeField, readConsents, secondField } from '../pages/fields.ts'

/** `actionField` of the button that asks for another method. */
export const otherMethodAction = 'other-method'

/** Longest `challengeHTMLDataEntry`, emv3ds-protocol §9.1. */
const MOST = 256

/** What the cardholder can do on a page inside an app. */
export type HtmlEvent = Extract<ChallengeEvent, { type: 'entry' | 'resend' | 'other-method' | 'continue' | 'look' }>

/**
 * What the cardholder did on a page that `screenElements` made.
 * @param challengeHTMLDataEntry the query of the form, as the SDK caught it
 * @returns the event; `look` where nothing was done; `undefined` for what no form of ours can send: too long, percent signs
 *   that stand for nothing, a field twice (but for choices), names of what every object has
 */
export function htmlEntry (challengeHTMLDataEntry: string): HtmlEvent | undefined {
  if (challengeHTMLDataEntry.length > MOST) return undefined
  const fields = parse(challengeHTMLDataEntry)
  if (fields === undefined || [...fields].some(([name, values]) => name in Object.prototype || (values.length > 1 && name !== choiceField))) return undefined
  return eventOf(fields)
}

type Fields = ReadonlyMap<string, readonly string[]>

function eventOf (fields: Fields): HtmlEvent {
  const field = (name: string) => fields.get(name)?.[0]
  const consents = readConsents(field)
  const given = consents === undefined ? {} : { consents }
  const action = field(actionField)
  if (action === 'resend') return { type: 'resend' }
  if (action === otherMethodAction) return { type: 'other-method' }
  if (action === 'continue') return { type: 'continue', ...given }
  const value = field(codeField) ?? fields.get(choiceField)?.join(',') ?? (action === 'submit' ? '' : undefined)
  if (value === undefined) return { type: 'look' }
  const second = field(secondField)
  return { type: 'entry', value, ...second === undefined ? {} : { second }, ...given }
}

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
