import { CHOICES } from '../challenge/screens.ts'
import type { ChallengeNotice } from '../challenge/machine.ts'
import type { PurchaseAmount } from '../../protocol/currencies.ts'
import type { Consent, ScreenKind } from '../../transaction/challenge.ts'

/*
 * What cardholders read, on the ACS's own pages and in HTML inside an app. The native screens of apps have words of their
 * own where the wire limits their length.
 */

/** @returns what the page is about: a payment, or without an amount a card that is to be stored, say. */
export function headingOf ({ purchaseAmount = '' }: PurchaseAmount): string {
  return purchaseAmount === '' ? 'Confirm that it is you' : 'Confirm your payment'
}

/** The sentence below the heading. */
export const INTROS: Readonly<Record<ScreenKind, string>> = {
  text: 'We sent a code to your phone.',
  'single-select': 'Which of these is yours?',
  'multi-select': 'Which of these are yours?',
  'out-of-band': 'Approve it in your bank\'s app.',
  information: 'There is nothing to enter here.'
}

/** What is asked for above the entry. */
export const QUESTIONS = { text: 'One-time code', 'single-select': 'Choose one', 'multi-select': 'Choose yours' } as const

/** At most 64 characters each: an element of the CRes has to hold it. */
export const CONSENT_TEXTS: Readonly<Record<Consent, string>> = {
  trustList: 'Trust this shop, and ask me less often.',
  deviceBinding: 'Remember this device, and ask me less often.'
}

/** A notice: the sentence, what the page's title begins with, and whether it is bad news. */
export interface NoticeWords {
  text: string
  title?: string
}

/** @returns what the cardholder is told of his last answer; a title makes it an alert. */
export function noticeWords (kind: ScreenKind, notice: ChallengeNotice): NoticeWords {
  switch (notice) {
    case 'wrong-code': return kind === 'text'
      ? { text: 'Wrong code. Please try again.', title: 'Wrong code' }
      : { text: 'Wrong choice. Please try again.', title: 'Wrong choice' }
    case 'not-approved': return { text: 'Not approved yet.', title: 'Not approved yet' }
    case 'code-resent': return { text: 'We sent the code again.' }
    case 'other-method': return { text: 'Then let us do it with a code.' }
  }
}

/** @returns how to pass a screen that asks for no code: a mock does not keep it to itself. */
export function hintFor (kind: Exclude<ScreenKind, 'text'>): string {
  return HINTS[kind]
}

const rightOnes = CHOICES.flatMap(({ right }, index) => right ? [String(index + 1)] : [])

const HINTS: Readonly<Record<Exclude<ScreenKind, 'text'>, string>> = {
  'single-select': `choose ${rightOnes.join(' or ')}.`,
  'multi-select': `choose ${rightOnes.join(' and ')}.`,
  'out-of-band': 'a page is its app.',
  information: 'Continue passes.'
}
