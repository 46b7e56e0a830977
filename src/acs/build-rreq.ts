import type { JsonObject, RReq } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { ChallengeProgress, Consent, Ending } from '../transaction/challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { authenticationElements, type Means } from './authentication-method.ts'
import { DEFAULT_PLAN, shownScreens } from './challenge/screens.ts'
import { consentStatus } from './consents.ts'
import type { Proofs } from './proofs.ts'
import { renderingType } from './rendering-type.ts'

/**
 * The RReq that reports how a challenge ended: emv3ds-protocol §10. `authenticationMethod` of 2.1.0 and 2.2.0 is not in it, as
 * the DS takes it out of their messages (§6).
 * @param progress after the ending: the answers counted in it become `interactionCounter`
 * @param proofs where ECI and authentication value come from
 * @returns the RReq, with the version and the ids of the transaction, in the letters of its AReq
 */
export function buildRReq (transaction: Transaction, progress: ChallengeProgress, ending: Ending, proofs: Proofs): RReq {
  const { aReq } = transaction
  const { transStatus, transStatusReason, challengeCancel, erro } = ending
  return {
    messageType: 'RReq',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID: aReq.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    dsTransID: transaction.dsTransID,
    ...sdkElements(transaction),
    messageCategory: aReq.messageCategory,
    transStatus,
    ...(transStatusReason === undefined ? {} : { transStatusReason }),
    ...(challengeCancel === undefined ? {} : { challengeCancel }),
    ...(erro === undefined ? {} : { challengeErrorReporting: erro }),
    ...(transStatus === 'Y' || transStatus === 'N' ? authenticationElements(aReq.messageVersion, meansOf(transaction, progress)) : {}),
    ...(isDecoupled(transaction) ? {} : challengeElements(transaction, progress)),
    ...consentStatuses(transaction, progress),
    ...proofs.forRReq(aReq, transStatus, transaction.acsTransID, transaction.scheme)
  }
}

function isDecoupled ({ aRes }: Transaction): boolean {
  return aRes?.transStatus === 'D'
}

/** What was used; where nothing was asked yet, what the ARes announced. */
function meansOf (transaction: Transaction, progress: ChallengeProgress): readonly Means[] {
  if (isDecoupled(transaction)) return ['decoupled']
  if (transaction.aRes?.transStatus === 'S') return ['spc']
  const { plan = DEFAULT_PLAN } = transaction
  const shown = shownScreens(plan, progress)
  return shown.some((kind) => kind !== 'information') ? shown : plan.screens
}

/** `sdkTransID` is in RReq and RRes of apps from 2.2.0 on (§1). */
function sdkElements ({ aReq, sdkTransID }: Transaction): JsonObject {
  const isThere = aReq.deviceChannel === '01' && atLeast(aReq.messageVersion, '2.2.0') && sdkTransID !== undefined
  return isThere ? { sdkTransID } : {}
}

/** Not after a decoupled authentication (§5.7). */
function challengeElements ({ aReq, plan }: Transaction, progress: ChallengeProgress): JsonObject {
  const inApp = aReq.deviceChannel === '01'
  return {
    interactionCounter: String(Math.min(progress.interactionCounter, MOST_INTERACTIONS)).padStart(2, '0'),
    ...(inApp ? { acsRenderingType: renderingType(plan ?? DEFAULT_PLAN, aReq.messageVersion) } : {})
  }
}

/** It has two digits. */
const MOST_INTERACTIONS = 99

/** What the cardholder consented to. */
function consentStatuses ({ aReq }: Transaction, { consents = {} }: ChallengeProgress): JsonObject {
  const given = Object.entries(consents) as [Consent, 'Y' | 'N'][]
  return Object.assign({}, ...given.map(([consent, answer]) => consentStatus(aReq.messageVersion, consent, answer)))
}
