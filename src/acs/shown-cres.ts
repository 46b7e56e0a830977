import type { JsonObject } from '../protocol/messages.ts'
import type { Challenge } from './challenge/machine.ts'
import { uiTypeOf } from './challenge/plan.ts'
import { screenOf } from './challenge/screens.ts'
import { consentElements } from './ui/native.ts'

/**
 * What the last CRes of an app challenge had, as far as conditions of the catalogue look at it: which UI, which consents. Pages
 * ask for consents themselves.
 */
export function shownCRes ({ plan, progress, messageVersion }: Challenge): JsonObject {
  const { acsInterface, consents = [] } = plan
  return {
    acsUiType: uiTypeOf(screenOf(plan, progress), acsInterface, messageVersion),
    ...(acsInterface === '01' ? consentElements({ consents, messageVersion }) : {})
  }
}
