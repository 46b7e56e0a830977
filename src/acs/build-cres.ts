import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { resultOf } from './challenge/challenge-of.ts'
import { type AppScreen, screenElements } from './ui/app-screen.ts'

/** What the final CRes says where the challenge goes on decoupled: no two texts agree (emv3ds-protocol §5.7, §17). */
export type FallbackCRes = 'N' | 'D'

/** The final CRes knows Y and N, and D where that is wanted of it (emv3ds-protocol §6). */
function finalTransStatus (transaction: Transaction, fallbackCRes: FallbackCRes): 'Y' | 'N' | 'D' {
  switch (resultOf(transaction)?.transStatus) {
    case 'Y': return 'Y'
    case 'D': return fallbackCRes
    default: return 'N'
  }
}

/** The CRes that a browser carries to the notificationURL: emv3ds-protocol §5.3. */
export function browserCRes (transaction: Transaction, fallbackCRes: FallbackCRes): JsonObject {
  return {
    messageType: 'CRes',
    messageVersion: transaction.aReq.messageVersion,
    threeDSServerTransID: transaction.aReq.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    challengeCompletionInd: 'Y',
    transStatus: finalTransStatus(transaction, fallbackCRes)
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
export function finalAppCRes (exchange: AppExchange, transaction: Transaction, fallbackCRes: FallbackCRes): JsonObject {
  return { ...commonMembers(exchange, 'Y'), transStatus: finalTransStatus(transaction, fallbackCRes) }
}

/** A CRes that goes on: what it repeats, and what it shows. */
export type ScreenCRes = (exchange: AppExchange, screen: AppScreen) => JsonObject

/** As EMV has it. */
export const emvScreenCRes: ScreenCRes = (exchange, screen) => ({ ...commonMembers(exchange, 'N'), ...screenElements(screen) })

function commonMembers (exchange: AppExchange, challengeCompletionInd: 'Y' | 'N'): JsonObject {
  const { counter, ...ids } = exchange
  return { messageType: 'CRes', ...ids, acsCounterAtoS: counter, challengeCompletionInd }
}
