import { MockError } from '../../errors.ts'
import type { ChallengeEvent } from '../challenge/machine.ts'
import { actionField, choiceField, codeField, readConsents, secondField } from './fields.ts'

/** What the cardholder can do on a page. */
export type FormEvent = Extract<ChallengeEvent, { type: 'entry' | 'resend' | 'other-method' | 'continue' | 'cancel' }>

/** The fields of a form, as it was sent. */
export interface FormFields {
  /** @returns the one value of a field; `undefined` where it was not sent */
  one (name: string): string | undefined
  all (name: string): readonly string[]
}

/**
 * What the cardholder did on a challenge page, in a browser or inside an app. The button decides: what is in the boxes beside it
 * counts with `submit`, or where a script sends the form without any (emv3ds-protocol §9.1).
 * @param actions what the buttons of the page can be
 * @returns nothing where nothing was done
 * @throws MockError `invalid_request` for a button that there is not; whatever `one` throws
 */
export function formEvent ({ one, all }: FormFields, actions: readonly string[]): FormEvent | undefined {
  const action = one(actionField)
  if (action !== undefined && !actions.includes(action)) throw new MockError('invalid_request', `${actionField} must be one of ${actions.join(', ')}`)
  if (action === 'cancel') return { type: 'cancel', code: '01' }
  if (action === 'resend' || action === 'other-method') return { type: action }
  const consents = readConsents(one)
  const given = consents === undefined ? {} : { consents }
  if (action === 'continue') return { type: 'continue', ...given }
  const choices = all(choiceField)
  const value = one(codeField) ?? (choices.length > 0 ? choices.join(',') : undefined) ?? (action === 'submit' ? '' : undefined)
  if (value === undefined) return undefined
  const second = one(secondField)
  return { type: 'entry', value, ...second === undefined ? {} : { second }, ...given }
}
