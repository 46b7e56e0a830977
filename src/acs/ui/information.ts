import { atLeast } from '../../protocol/versions.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { AppScreen } from './app-screen.ts'
import { infoElements } from './native.ts'

/** UI type 07. The one screen without an entry that earlier versions know is 04, so it has to do there. */
export function informationElements (screen: AppScreen): JsonObject {
  const info = infoElements(screen, 'There is nothing to enter here. Please continue.')
  return atLeast(screen.messageVersion, '2.3.1')
    ? { acsUiType: '07', ...info, infoContinueLabel: 'Continue' }
    : { acsUiType: '04', ...info, oobContinueLabel: 'Continue' }
}
