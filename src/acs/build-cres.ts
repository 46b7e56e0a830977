import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { ChallengeNotice } from './challenge-machine.ts'

/** The final CRes knows Y and N only (emv3ds-protocol §6). */
export function finalTransStatus (transaction: Transaction): 'Y' | 'N' {
  return transaction.rReq?.transStatus === 'Y' ? 'Y' : 'N'
}

/** The CRes that a browser carries to the notificationURL: emv3ds-protocol §5.3. */
export function browserCRes (transaction: Transaction): JsonObject {
  return {
    messageType: 'CRes',
    messageVersion: transaction.aReq.messageVersion,
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    challengeCompletionInd: 'Y',
    transStatus: finalTransStatus(transaction)
  }
}

/** What of the CReq its CRes repeats letter for letter: SDKs compare text. */
export interface AppExchange {
  threeDSServerTransID: string
  acsTransID: string
  sdkTransID: string
  messageVersion: string
  /** Three digits; the CRes that answers a CReq bears the same count (emv3ds-protocol §13.5). */
  counter: string
}

/** The last CRes of an app challenge: nine members at most and no others (emv3ds-protocol §9.2). */
export function finalAppCRes (exchange: AppExchange, transaction: Transaction): JsonObject {
  return { ...commonMembers(exchange, 'Y'), transStatus: finalTransStatus(transaction) }
}

/** Text template, UI type 01. `attemptsLeft` counts the tries that remain. */
export function textAppCRes (exchange: AppExchange, notice: ChallengeNotice | undefined, attemptsLeft: number): JsonObject {
  return {
    ...commonMembers(exchange, 'N'),
    acsUiType: '01',
    challengeInfoHeader: 'Authentication Required',
    challengeInfoLabel: 'Enter OTP:',
    challengeInfoText: infoText(notice, attemptsLeft),
    ...(notice === 'wrong-code' ? { challengeInfoTextIndicator: 'Y' } : {}),
    submitAuthenticationLabel: 'Submit',
    resendInformationLabel: 'Resend code'
  }
}

function commonMembers (exchange: AppExchange, challengeCompletionInd: 'Y' | 'N'): JsonObject {
  const { counter, ...ids } = exchange
  return { messageType: 'CRes', ...ids, acsCounterAtoS: counter, challengeCompletionInd }
}

function infoText (notice: ChallengeNotice | undefined, attemptsLeft: number): string {
  if (notice === 'wrong-code') return `That code is wrong. Attempts left: ${attemptsLeft}.`
  return notice === 'code-resent' ? 'We have sent you a new code.' : 'We have sent a code to your mobile phone.'
}
