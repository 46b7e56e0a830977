import type { AReq } from '../../protocol/messages.ts'
import { atLeast } from '../../protocol/versions.ts'
import type { ChallengePlan, ScreenKind } from '../../transaction/challenge.ts'
import { suitsLimited } from '../authentication-method.ts'
import { knowsConsent } from '../consents.ts'
import { isLimited } from '../split-sdk.ts'
import { DEFAULT_PLAN } from './screens.ts'

/** `sdkUiType` and `acsUiTemplate` of each screen: emv3ds-protocol §9.2. */
export const UI_TYPES: Readonly<Record<ScreenKind, string>> = {
  text: '01', 'single-select': '02', 'multi-select': '03', 'out-of-band': '04', information: '07'
}

const NATIVE = '01'
const HTML = '02'
const HTML_UI = '05'

/**
 * How a challenge will go: what the scenario wants, as far as version, channel and the SDK's device allow it. Pure.
 * @returns nothing where the device can show none of it (emv3ds-protocol §5.2: U with reason 03)
 */
export function planChallenge (aReq: AReq, wish: Partial<ChallengePlan> = {}): ChallengePlan | undefined {
  const { deviceChannel, messageVersion } = aReq
  const inApp = deviceChannel === '01'
  const wanted = wish.screens ?? DEFAULT_PLAN.screens
  // The information screen of apps came with 2.3.1; a page of ours can always inform.
  const known = inApp && !atLeast(messageVersion, '2.3.1') ? wanted.filter((kind) => kind !== 'information') : wanted
  const suited = isLimited(aReq) ? forLimited(known) : known
  const screens = suited.length === 0 ? DEFAULT_PLAN.screens : suited
  const acsInterface = inApp ? offeredInterface(aReq, screens, wish.acsInterface ?? NATIVE) : NATIVE
  if (acsInterface === undefined) return undefined
  const consents = (wish.consents ?? []).filter((consent) => knowsConsent(aReq.messageVersion, consent))
  const isNewApp = inApp && atLeast(messageVersion, '2.3.1')
  return {
    screens,
    acsInterface,
    ...(consents.length === 0 ? {} : { consents }),
    ...(wish.secondEntry === true && isNewApp ? { secondEntry: true } : {}),
    ...(wish.fallback === true && mayFallBack(aReq) ? { fallback: true } : {})
  }
}

/** A code is asked for in place of what a limited split SDK does not take: emv3ds-protocol §13.6. */
function forLimited (screens: readonly ScreenKind[]): readonly ScreenKind[] {
  return [...new Set(screens.map((kind) => suitsLimited(kind) ? kind : 'text'))]
}

/** The wanted interface if the SDK offers it for every screen, else the other one: emv3ds-protocol §5.4. */
function offeredInterface ({ deviceRenderOptions, messageVersion }: AReq, screens: readonly ScreenKind[], wanted: '01' | '02'): '01' | '02' | undefined {
  // Who says nothing about his device is taken for one that can do everything.
  if (deviceRenderOptions === undefined) return wanted
  const { sdkInterface, sdkUiType } = deviceRenderOptions
  const types: unknown[] = Array.isArray(sdkUiType) ? sdkUiType : []
  const offers = (acsInterface: '01' | '02'): boolean => {
    if (sdkInterface !== undefined && sdkInterface !== '03' && sdkInterface !== acsInterface) return false
    if (types.length === 0) return true
    return screens.every((kind) => types.includes(uiTypeOf(kind, acsInterface, messageVersion)))
  }
  return [wanted, wanted === HTML ? NATIVE : HTML].find((acsInterface) => offers(acsInterface as '01' | '02')) as '01' | '02' | undefined
}

/** `acsUiType` of a screen. A page out of band has a type of its own since 2.3.1: emv3ds-protocol §9.2. */
export function uiTypeOf (kind: ScreenKind, acsInterface: '01' | '02', messageVersion: string): string {
  if (acsInterface === NATIVE) return UI_TYPES[kind]
  return kind === 'out-of-band' && atLeast(messageVersion, '2.3.1') ? '06' : HTML_UI
}

/** §5.7: only where the 3DS Requestor said that it takes a fallback. */
function mayFallBack ({ messageVersion, ...aReq }: AReq): boolean {
  return atLeast(messageVersion, '2.3.1') && ['F', 'B'].includes(aReq['threeDSRequestorDecReqInd'] as string)
}
