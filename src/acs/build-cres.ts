import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { resultOf } from './challenge/challenge-of.ts'
import { type AppScreen, screenElements } from './ui/app-screen.ts'

/** The final CRes knows Y and N only (emv3ds-protocol §6). */
export function finalTransStatus (transaction: Transaction): 'Y' | 'N' {
  return resultOf(transaction)?.transStatus === 'Y' ? 'Y' : 'N'
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

/** A CRes that goes on: what it repeats, and what it shows. */
export type ScreenCRes = (exchange: AppExchange, screen: AppScreen) => JsonObject

/** As EMV has it. */
export const emvScreenCRes: ScreenCRes = (exchange, screen) => ({ ...commonMembers(exchange, 'N'), ...screenElements(screen) })

function commonMembers (exchange: AppExchange, challengeCompletionInd: 'Y' | 'N'): JsonObject {
  const { counter, ...ids } = exchange
  return { messageType: 'CRes', ...ids, acsCounterAtoS: counter, challengeCompletionInd }
}
