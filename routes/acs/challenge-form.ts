import type { ChallengeEvent } from '../../src/acs/challenge-machine.ts'
import { actionField, attemptField, type ChallengeAction, codeField } from '../../src/acs/pages/challenge-page.ts'
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
  const attempt = fieldOf(form, attemptField)
  const value = fieldOf(form, codeField) ?? ''
  return attempt !== undefined && /^\d{1,4}$/.test(attempt) ? { type: 'entry', value, attempt: Number(attempt) } : { type: 'entry', value }
}
