import type { JsonObject } from '../protocol/messages.ts'
import { atLeast, type MessageVersion } from '../protocol/versions.ts'
import type { ChallengePlan, ScreenKind } from '../transaction/challenge.ts'
import { UI_TYPES } from './challenge/plan.ts'

/** Portrait. */
const DEVICE_USER_INTERFACE_MODE = '01'

/**
 * `acsRenderingType` of an app challenge: emv3ds-protocol §5.4, §9.2. In 2.3.1 the template of an out-of-band page is 06.
 * @param messageVersion 2.3.1 adds how the device is held
 */
export function renderingType ({ acsInterface, screens }: ChallengePlan, messageVersion: MessageVersion): JsonObject {
  const isNew = atLeast(messageVersion, '2.3.1')
  const [first] = screens as readonly [ScreenKind]
  const acsUiTemplate = isNew && acsInterface === '02' && first === 'out-of-band' ? '06' : UI_TYPES[first]
  return { acsInterface, acsUiTemplate, ...(isNew ? { deviceUserInterfaceMode: DEVICE_USER_INTERFACE_MODE } : {}) }
}
