import type { ChallengeEvent } from '../../src/acs/challenge/machine.ts'
import { actionField, attemptField, type ChallengeAction, choiceField, codeField, readConsents } from '../../src/acs/pages/fields.ts'
import { MockError } from '../../src/errors.ts'

/** Fields of a form; a field that was sent twice is a list. */
export type Form = Readonly<Record<string, unknown>>

/**
 * A field's text.
 * @returns `undefined` when it was not sent
 * @throws MockError `invalid_request` when it was sent more than once
 */
export function fieldOf (form: unknown, name: string): string | undefined {
  const value = (form as Form | null | undefined)?.[name]
  if (value === undefined || typeof value === 'string') return value
  throw new MockError('invalid_request', `${name} must be sent once`, { faults: [{ element: name, message: 'must be sent once' }] })
}

/** What the cardholder did on the challenge page. */
export function eventOf (form: unknown): ChallengeEvent {
  const action = fieldOf(form, actionField) as ChallengeAction | undefined
  if (action === 'cancel') return { type: 'cancel', code: '01' }
  if (action === 'resend') return { type: 'resend' }
  const consents = readConsents((name) => fieldOf(form, name))
  const given = consents === undefined ? {} : { consents }
  if (action === 'continue') return { type: 'continue', ...given }
  const attempt = fieldOf(form, attemptField)
  const entry = { type: 'entry', value: fieldOf(form, codeField) ?? choicesOf(form), ...given } as const
  return attempt !== undefined && /^\d{1,4}$/.test(attempt) ? { ...entry, attempt: Number(attempt) } : entry
}

/** The keys of all that was chosen, as apps send them. */
function choicesOf (form: unknown): string {
  const chosen = (form as Form | null | undefined)?.[choiceField]
  return Array.isArray(chosen) ? chosen.join(',') : fieldOf(form, choiceField) ?? ''
}
