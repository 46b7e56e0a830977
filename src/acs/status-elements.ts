import type { AReq, ARes, TransStatus } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { ChallengePlan } from '../transaction/challenge.ts'
import { authenticationElements } from './authentication-method.ts'
import { renderingType } from './rendering-type.ts'
import { spcElements } from './spc.ts'

/** What the elements of a status are made of. */
export interface StatusParts {
  acsURL: string
  acsTransID: string
  /** With C. */
  plan?: ChallengePlan | undefined
}

const DECOUPLED_TEXT = 'Please confirm the payment in your bank\'s app.'

type ElementsOf = (aReq: AReq, parts: StatusParts) => Partial<ARes>

const ELEMENTS: Readonly<Partial<Record<TransStatus, ElementsOf>>> = {
  C: (aReq, { acsURL, plan }) => ({
    acsChallengeMandated: 'Y',
    ...authenticationElements(aReq.messageVersion, (plan as ChallengePlan).screens),
    ...(aReq.deviceChannel === '01' ? { acsRenderingType: renderingType(plan as ChallengePlan, aReq.messageVersion) } : { acsURL })
  }),
  D: ({ messageVersion }) => ({
    acsDecConInd: 'Y',
    acsChallengeMandated: 'Y',
    ...authenticationElements(messageVersion, ['decoupled']),
    cardholderInfo: atLeast(messageVersion, '2.3.1') ? { text: DECOUPLED_TEXT } : DECOUPLED_TEXT
  }),
  S: (aReq, { acsTransID }) => spcElements(aReq, acsTransID)
}

/** The elements of an ARes that come with its status, but for reason, ECI and authentication value: emv3ds-protocol §6. */
export function statusElements (aReq: AReq, transStatus: TransStatus, parts: StatusParts): Partial<ARes> {
  return ELEMENTS[transStatus]?.(aReq, parts) ?? {}
}
