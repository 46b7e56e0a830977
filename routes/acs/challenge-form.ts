import type { ChallengeEvent } from '../../src/acs/challenge/machine.ts'
import { attemptField, challengeActions } from '../../src/acs/pages/fields.ts'
import { formEvent } from '../../src/acs/pages/form-event.ts'
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

/**
 * What the cardholder did on the challenge page; a form without anything is an empty answer.
 * @throws MockError `invalid_request` for a field that was sent more than once, or a button that there is not
 */
export function eventOf (form: unknown): ChallengeEvent {
  const event = formEvent({ one: (name) => fieldOf(form, name), all: (name) => allOf(form, name) }, challengeActions) ?? { type: 'entry', value: '' }
  if (event.type !== 'entry') return event
  const attempt = fieldOf(form, attemptField)
  return attempt !== undefined && /^\d{1,4}$/.test(attempt) ? { ...event, attempt: Number(attempt) } : event
}

function allOf (form: unknown, name: string): readonly string[] {
  const value = (form as Form | null | undefined)?.[name]
  return value === undefined ? [] : [value].flat() as string[]
}
