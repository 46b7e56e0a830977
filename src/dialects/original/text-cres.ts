import type { AppExchange } from '../../acs/build-cres.ts'
import type { JsonObject } from '../../protocol/messages.ts'

/** The original server's one screen: no text, no resend, the same whatever happened before. */
export function legacyScreenCRes ({ counter, ...ids }: AppExchange): JsonObject {
  return {
    ...ids,
    acsCounterAtoS: counter,
    acsUiType: '01',
    challengeCompletionInd: 'N',
    challengeInfoHeader: 'Authentication Required',
    challengeInfoLabel: 'Enter OTP:',
    messageType: 'CRes',
    submitAuthenticationLabel: 'Submit'
  }
}
