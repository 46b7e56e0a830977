import type { Clock } from '../clock.ts'
import type { AcsContent } from '../crypto/signed-content.ts'
import type { IdSource } from '../ids.ts'
import { decoupledMinutesOf } from '../protocol/decoupled-time.ts'
import type { AReq, ARes } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import { decide } from '../scenario/decide.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { StateStore } from '../store/state-store.ts'
import type { ChallengeProgress } from '../transaction/challenge.ts'
import type { EphemeralKeys, Transaction } from '../transaction/transaction.ts'
import { answerAReq } from './answer-areq.ts'
import { FIRST_PROGRESS } from './challenge/machine.ts'
import { stateOf } from './challenge/challenge-of.ts'
import { deadlineOf, type TimerLengths } from './challenge/timers.ts'
import { decideAfter } from './decide-after.ts'
import { endSpc } from './end-spc.ts'
import { findPrior } from './prior-transaction.ts'
import type { Proofs } from './proofs.ts'
import { checkedStatus } from './status-checks.ts'

/** Where the ACS of this process can be reached, absolute URLs. */
export interface AcsAddresses {
  /** Browser challenge. */
  acsURL: string
  /** App challenge. */
  acsAppURL: string
}

/** What answering an AReq takes. */
export interface AcsParts {
  /** Where earlier transactions are looked up. */
  store: StateStore
  clock: Clock
  ids: IdSource
  scenarios: readonly Scenario[]
  proofs: Proofs
  timers: TimerLengths
  /** Compares `threeDSCompInd` with what the 3DS Method did; nobody waits for it. */
  compareMethod (aReq: AReq): void
  /**
   * Judges the key of an app's SDK.
   * @param isNeeded whether the SDK will be challenged
   * @throws ProtocolError A/203
   */
  judgeSdkKey (aReq: AReq, stamp: DsIdentity, isNeeded: boolean): void
  /** Makes the ACS's ephemeral pair of one app challenge. */
  createEphemeralKeys (): EphemeralKeys
  /** Signs `acsSignedContent`. */
  signContent (content: AcsContent): Promise<string>
}

/** What of the DS an ARes repeats: the AReq has it from there. */
export interface DsIdentity {
  dsTransID: string
  dsReferenceNumber: string
}

/** What the DS of this process tells besides: over the wire nothing does. */
export interface DsDecisions {
  /** Absent: the card number tells. */
  scheme?: Scheme | undefined
}

/** What the ACS keeps of an authentication. */
export type AcsPart = Pick<Transaction, 'plan' | 'challenge' | 'ephemeralKeys'>

/** The ARes as it goes out, and what is to be kept with it. */
export interface AcsAnswer {
  aRes: ARes
  kept: AcsPart
}

/**
 * AReq in, ARes out: decides, answers, signs. Nothing of it is stored here, but that it ends an SPC.
 * @param aReq judged
 * @throws ProtocolError A/203 for a key that no challenge can go with; MockError of the store
 */
export async function takeAReq (
  aReq: AReq, stamp: DsIdentity & DsDecisions, addresses: AcsAddresses, parts: AcsParts
): Promise<AcsAnswer> {
  const acsTransID = parts.ids.uuid()
  const prior = aReq['threeDSRequestorPriorAuthenticationInfo'] === undefined ? undefined : await findPrior(aReq, parts.store)
  const endsSpc = prior !== undefined && await endSpc(aReq, prior, parts.store)
  const decision = decideAfter(aReq, prior, endsSpc) ?? decide(aReq, parts.scenarios)
  const { aRes, plan } = answerAReq(aReq, decision, { acsTransID, ...stamp, acsURL: addresses.acsURL, proofs: parts.proofs })
  if (aReq.deviceChannel === '03') Object.assign(aRes, checkedStatus(aReq, prior))
  if (aReq.deviceChannel === '02') parts.compareMethod(aReq)
  if (aReq.deviceChannel === '01') parts.judgeSdkKey(aReq, stamp, plan !== undefined)
  const kept: AcsPart = { ...(plan === undefined ? {} : { plan }), ...firstProgress(aReq, aRes, parts) }
  if (plan === undefined || aReq.deviceChannel !== '01') return { aRes, kept }
  const ephemeralKeys = parts.createEphemeralKeys()
  const acsSignedContent = await parts.signContent(contentOf(aReq, aRes, addresses, ephemeralKeys))
  return { aRes: { ...aRes, acsSignedContent }, kept: { ...kept, ephemeralKeys } }
}

/** With C, D and S the cardholder is still to be heard, within the time of emv3ds-protocol §11. */
function firstProgress (aReq: AReq, aRes: ARes, { clock, timers }: AcsParts): { challenge?: ChallengeProgress } {
  if (!['C', 'D', 'S'].includes(aRes.transStatus)) return {}
  const deadline = deadlineOf(stateOf({ aRes }), clock.now(), timers, decoupledMinutesOf(aReq))
  return { challenge: deadline === undefined ? FIRST_PROGRESS : { ...FIRST_PROGRESS, deadline } }
}

/** EMV's three claims and the two that the original server adds. */
function contentOf (aReq: AReq, aRes: ARes, addresses: AcsAddresses, ephemeralKeys: EphemeralKeys): AcsContent {
  return {
    acsTransID: aRes.acsTransID,
    acsRefNumber: aRes.acsReferenceNumber,
    acsURL: addresses.acsAppURL,
    acsEphemPubKey: ephemeralKeys.publicKey,
    ...(aReq.sdkEphemPubKey === undefined ? {} : { sdkEphemPubKey: aReq.sdkEphemPubKey })
  }
}
