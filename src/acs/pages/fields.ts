import type { Consents } from '../challenge/machine.ts'
import type { Consent } from '../../transaction/challenge.ts'

/** Form field with the code that the cardholder typed. */
export const codeField = 'otp'
/** Form field with the second entry, in apps (2.3.1). */
export const secondField = 'second'
/** Form field with the key of a choice; there may be several. */
export const choiceField = 'choice'
/** Form field with the button that was pressed; absent when a script submits the form. */
export const actionField = 'action'
/** Form field with how many answers had been given when the page was made. */
export const attemptField = 'attempt'
/** Form field with the consents that the page asked for, separated by commas: browsers say nothing of a box without a tick. */
export const consentsField = 'consents'
/** Consents that a page can ask for; each is the name of its own form field too, with Y in it. */
const consentFields: readonly Consent[] = ['trustList', 'deviceBinding']

/** Values of `actionField`: the button that was pressed. */
export const challengeActions = ['submit', 'resend', 'continue', 'cancel'] as const

/**
 * What the cardholder consented to.
 * @param field reads a form field, `undefined` when it was not sent
 * @returns Y or N for each consent that the page asked for; `undefined` when it asked for none
 */
export function readConsents (field: (name: string) => string | undefined): Consents | undefined {
  const asked = (field(consentsField) ?? '').split(',')
  const given = consentFields.filter((name) => asked.includes(name)).map((name) => [name, field(name) === 'Y' ? 'Y' : 'N'])
  return given.length === 0 ? undefined : Object.fromEntries(given) as Consents
}
