import type { JsonObject } from '../../protocol/messages.ts'
import { CHOICES } from '../challenge/screens.ts'
import { INTROS, QUESTIONS } from '../pages/words.ts'
import type { AppScreen } from './app-screen.ts'
import { infoElements } from './native.ts'

const UI_TYPES = { 'single-select': '02', 'multi-select': '03' } as const

/** UI types 02 and 03. There is nothing to be sent again. */
export function selectElements (screen: AppScreen): JsonObject {
  const kind = screen.kind === 'single-select' ? 'single-select' : 'multi-select'
  return {
    acsUiType: UI_TYPES[kind],
    ...infoElements(screen, screen.notice === 'wrong-code' ? `That choice is wrong. Attempts left: ${screen.attemptsLeft}.` : INTROS[kind]),
    challengeInfoLabel: QUESTIONS[kind],
    challengeSelectInfo: CHOICES.map(({ key, text }) => ({ [key]: text })),
    submitAuthenticationLabel: 'Submit'
  }
}
