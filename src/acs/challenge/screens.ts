import { atLeast, type MessageVersion } from '../../protocol/versions.ts'
import type { ChallengePlan, ChallengeProgress, ChallengeState, ScreenKind } from '../../transaction/challenge.ts'

/** One choice of a select screen: its key on the wire (at most 4 characters, 2.3.1), its text, and whether it is a right one. */
export interface Choice {
  key: string
  text: string
  right: boolean
}

/** Whom shall we ask: any of the cardholder's own addresses is right. */
export const CHOICES: readonly Choice[] = [
  { key: 'sms', text: 'Text message to ** *** **24', right: true },
  { key: 'mail', text: 'Email to c*****@example.test', right: true },
  { key: 'none', text: 'Neither of them is mine', right: false }
]

/** What is right where several are asked for: all of the cardholder's own addresses and nothing else. */
const RIGHT_CHOICES = CHOICES.filter(({ right }) => right).map(({ key }) => key)

/** @returns whether a single choice is a right one. @param entry the key */
export function isRightChoice (entry: string): boolean {
  return RIGHT_CHOICES.includes(entry)
}

/** @returns whether several choices are the right ones, in any order. @param entry keys joined by commas, or semicolons (emv3ds-protocol §17) */
export function areRightChoices (entry: string): boolean {
  const chosen = new Set(entry.split(/[,;]/).map((key) => key.trim()))
  return chosen.size === RIGHT_CHOICES.length && RIGHT_CHOICES.every((key) => chosen.has(key))
}

/** The one screen of a challenge whose record tells of none. */
export const DEFAULT_PLAN: ChallengePlan = { screens: ['text'], acsInterface: '01' }

/** @returns what the current screen is about. */
export function screenOf ({ screens }: ChallengePlan, { screen = 0, otherMethod }: ChallengeProgress): ScreenKind {
  return otherMethod !== undefined ? 'text' : screens[Math.min(screen, screens.length - 1)] as ScreenKind
}

/** @returns what the cardholder has been shown, in order: of a screen that he wanted to do in another way, that other way. */
export function shownScreens ({ screens }: ChallengePlan, { screen = 0, otherMethod = screens.length }: ChallengeProgress): ScreenKind[] {
  return screens.slice(0, screen + 1).map((kind, index) => index < otherMethod ? kind : 'text')
}

/** @returns whether a screen offers another method (`challengeAddLabel`, 2.3.1). The other method is a code. */
export function offersOtherMethod (kind: ScreenKind, messageVersion: MessageVersion): boolean {
  return atLeast(messageVersion, '2.3.1') && kind !== 'text' && kind !== 'information'
}

const STATE_OF_SCREEN = {
  text: 'asking', 'single-select': 'asking', 'multi-select': 'asking', 'out-of-band': 'out-of-band', information: 'informing'
} as const satisfies Readonly<Record<ScreenKind, ChallengeState>>

/** @returns the state in which a challenge shows its current screen. */
export function stateOfScreen (plan: ChallengePlan, progress: ChallengeProgress): ChallengeState {
  return STATE_OF_SCREEN[screenOf(plan, progress)]
}

/** Each screen that was passed took one right answer. */
export function wrongAnswers ({ interactionCounter, screen = 0 }: ChallengeProgress): number {
  return interactionCounter - screen
}
