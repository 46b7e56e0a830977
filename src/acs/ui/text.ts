import { atLeast } from '../../protocol/versions.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { ChallengeNotice } from '../challenge/machine.ts'
import type { AppScreen } from './app-screen.ts'
import { infoElements } from './native.ts'

const LABEL = 'Enter OTP:'

/** UI type 01. From 2.3.1 on the label is in the box, and must not be beside it (emv3ds-protocol §9.2). */
export function textElements (screen: AppScreen): JsonObject {
  return {
    acsUiType: '01',
    ...infoElements(screen, sentenceOf(screen.notice, screen.attemptsLeft)),
    ...atLeast(screen.messageVersion, '2.3.1') ? entryBoxes(screen) : { challengeInfoLabel: LABEL },
    submitAuthenticationLabel: 'Submit',
    resendInformationLabel: 'Resend code'
  }
}

function sentenceOf (notice: ChallengeNotice | undefined, attemptsLeft: number): string {
  if (notice === 'wrong-code') return `That code is wrong. Attempts left: ${attemptsLeft}.`
  return notice === 'code-resent' ? 'We have sent you a new code.' : 'We have sent a code to your mobile phone.'
}

function entryBoxes ({ passingCode, secondEntry }: AppScreen): JsonObject {
  const challengeDataEntryKeyboardType = /^\d+$/.test(passingCode) ? '01' : '02'
  const box = { challengeDataEntryKeyboardType, challengeDataEntryLengthMax: '45', challengeDataEntryMasking: 'N' }
  return {
    // Filled in from a text message.
    challengeEntryBox: { challengeDataEntryLabel: LABEL, challengeDataEntryAutofill: 'Y', challengeDataEntryAutofillType: '01', ...box },
    ...secondEntry ? { challengeEntryBoxTwo: { challengeDataEntryLabel: 'Enter it again:', ...box } } : {}
  }
}
