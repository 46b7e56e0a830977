import type { JsonObject } from '../../protocol/messages.ts'
import { INTROS } from '../pages/words.ts'
import type { AppScreen } from './app-screen.ts'
import { infoElements } from './native.ts'

/**
 * UI type 04. `challengeAddInfo` takes the text's place when the cardholder comes back to the app, where SDKs of 2.1.0 do not
 * ask again by themselves (emv3ds-protocol §16).
 */
export function outOfBandElements (screen: AppScreen): JsonObject {
  const { messageVersion, notice, oobAppURL, opensApp } = screen
  const sentence = `${INTROS['out-of-band']} Then continue here.`
  return {
    acsUiType: '04',
    ...infoElements(screen, notice === 'not-approved' ? `You have not approved it yet. ${sentence}` : sentence),
    oobContinueLabel: 'Continue',
    ...messageVersion === '2.1.0' ? { challengeAddInfo: 'If you have approved it, continue.' } : {},
    ...opensApp && oobAppURL !== undefined ? { oobAppLabel: 'Open the bank\'s app', oobAppURL } : {}
  }
}
