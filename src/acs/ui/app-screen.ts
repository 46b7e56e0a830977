import { atLeast } from '../../protocol/versions.ts'
import type { AReq, JsonObject, MessageVersion } from '../../protocol/messages.ts'
import type { Consent, ScreenKind } from '../../transaction/challenge.ts'
import type { ChallengeNotice } from '../challenge/machine.ts'
import { knowsConsent } from '../consents.ts'
import { htmlElements } from './html.ts'
import { informationElements } from './information.ts'
import { nativeElements } from './native.ts'
import { outOfBandElements } from './out-of-band.ts'
import { selectElements } from './select.ts'
import { textElements } from './text.ts'

/** What a CRes is to show in an app. What a version has no element for is left out of its messages. */
export interface AppScreen {
  kind: ScreenKind
  /** 01 native, 02 HTML. */
  acsInterface: '01' | '02'
  messageVersion: MessageVersion
  notice?: ChallengeNotice
  /** How many more answers may be tried, at least 1. */
  attemptsLeft: number
  consents: readonly Consent[]
  /** A second box repeats the code (2.3.1). */
  secondEntry: boolean
  /** Another method is offered (2.3.1). */
  otherMethod: boolean
  /** Of the first CRes: it has the images and the texts that explain. */
  first: boolean
  purchase: Pick<AReq, 'merchantName' | 'purchaseAmount' | 'purchaseCurrency' | 'purchaseExponent'>
  /** The code that passes; told, because this is a mock. */
  passingCode: string
  /** @returns the absolute URL of one of the images of `imageOf()` */
  imageURL: (name: 'issuer' | 'payment-system', size: string) => string
  /** The page that stands for the bank's app. */
  oobAppURL?: string
  /** Whether the SDK opens `oobAppURL` (2.3.1); else it is told in words. */
  opensApp: boolean
}

const NATIVE: Readonly<Record<ScreenKind, (screen: AppScreen) => JsonObject>> = {
  text: textElements,
  'single-select': selectElements,
  'multi-select': selectElements,
  'out-of-band': outOfBandElements,
  information: informationElements
}

/**
 * `acsUiType` and everything of the UI, nothing else: emv3ds-protocol §9.2. No element is empty, or longer than its version allows.
 * @param screen plain values, as hostile as they came
 */
export function screenElements (screen: AppScreen): JsonObject {
  const known = inItsVersion(screen)
  return known.acsInterface === '02' ? htmlElements(known) : { ...NATIVE[known.kind](known), ...nativeElements(known) }
}

function inItsVersion (screen: AppScreen): AppScreen {
  const { messageVersion } = screen
  const isNew = atLeast(messageVersion, '2.3.1')
  return {
    ...screen,
    consents: screen.consents.filter((consent) => knowsConsent(messageVersion, consent)),
    secondEntry: isNew && screen.secondEntry,
    otherMethod: isNew && screen.otherMethod,
    opensApp: isNew && screen.opensApp
  }
}
