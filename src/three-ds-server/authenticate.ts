import { answerAReq } from '../acs/answer-areq.ts'
import { FIRST_PROGRESS } from '../acs/challenge-machine.ts'
import type { Proofs } from '../acs/proofs.ts'
import type { Clock } from '../clock.ts'
import type { AcsContent } from '../crypto/signed-content.ts'
import type { IdSource } from '../ids.ts'
import type { Log } from '../log.ts'
import type { AReq, ARes } from '../protocol/messages.ts'
import { decide } from '../scenario/decide.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { StateStore } from '../store/state-store.ts'
import type { EphemeralKeys, RequestorPreferences, Spelling, Transaction } from '../transaction/transaction.ts'

/** Where the roles of this process can be reached, absolute URLs. */
export interface RoleAddresses {
  /** Browser challenge. */
  acsURL: string
  /** App challenge. */
  acsAppURL: string
  /** Where RReq come in. */
  threeDSServerURL: string
}

/** One authentication as it was asked for. */
export interface AuthenticationCall {
  aReq: AReq
  preferences: RequestorPreferences
  spelling: Spelling
  addresses: RoleAddresses
}

/** What authenticating takes. */
export interface AuthenticationParts {
  store: StateStore
  clock: Clock
  ids: IdSource
  log: Log
  scenarios: readonly Scenario[]
  proofs: Proofs
  /** Makes the ACS's ephemeral pair of one app challenge. */
  createEphemeralKeys (): EphemeralKeys
  /** Signs `acsSignedContent`. */
  signContent (content: AcsContent): Promise<string>
  /** Told of each answer. */
  onAnswered (aReq: AReq, aRes: ARes): void
}

/** The answer to an authentication. */
export interface Authenticated {
  /** The AReq as the DS and the ACS got it. */
  aReq: AReq
  aRes: ARes
  transaction: Transaction
}

/**
 * AReq in, ARes out: decides, answers, keeps the transaction. A transaction of the same id is replaced and that is logged.
 * @throws MockError of the store
 */
export async function authenticate (call: AuthenticationCall, parts: AuthenticationParts): Promise<Authenticated> {
  const { addresses } = call
  const decision = decide(call.aReq, parts.scenarios)
  const [acsTransID, dsTransID] = [parts.ids.uuid(), parts.ids.uuid()]
  const { proofs } = parts
  const aRes = answerAReq(call.aReq, decision, { acsTransID, dsTransID, acsURL: addresses.acsURL, proofs })
  const transaction = newTransaction(call, aRes, parts)
  const { ephemeralKeys } = transaction
  const signed = ephemeralKeys === undefined
    ? aRes
    : { ...aRes, acsSignedContent: await parts.signContent(contentOf(call, aRes, ephemeralKeys)) }
  const replaced = await parts.store.insert(transaction)
  if (replaced) {
    parts.log.warn({ threeDSServerTransID: transaction.threeDSServerTransID }, 'authenticate repeated an id: the transaction was replaced')
  }
  parts.onAnswered(call.aReq, aRes)
  return { aReq: call.aReq, aRes: signed, transaction }
}

/** EMV's three claims and the two that the original server adds. */
function contentOf ({ aReq, addresses }: AuthenticationCall, aRes: ARes, ephemeralKeys: EphemeralKeys): AcsContent {
  return {
    acsTransID: aRes.acsTransID,
    acsRefNumber: aRes.acsReferenceNumber,
    acsURL: addresses.acsAppURL,
    acsEphemPubKey: ephemeralKeys.publicKey,
    ...(aReq.sdkEphemPubKey === undefined ? {} : { sdkEphemPubKey: aReq.sdkEphemPubKey })
  }
}

function newTransaction (call: AuthenticationCall, aRes: ARes, parts: AuthenticationParts): Transaction {
  const { aReq, preferences, spelling } = call
  const challenged = aRes.transStatus === 'C'
  return {
    threeDSServerTransID: aReq.threeDSServerTransID,
    acsTransID: aRes.acsTransID,
    dsTransID: aRes.dsTransID,
    ...(aReq.sdkTransID === undefined ? {} : { sdkTransID: aReq.sdkTransID }),
    aReq: withoutDeviceData(aReq),
    preferences,
    spelling,
    aRes,
    ...(challenged ? { challenge: FIRST_PROGRESS } : {}),
    ...(challenged && aReq.deviceChannel === '01' ? { ephemeralKeys: parts.createEphemeralKeys() } : {}),
    createdAt: parts.clock.now()
  }
}

/** Device data is for the DS only, which drops it once read (emv3ds-protocol §5.2). */
function withoutDeviceData (aReq: AReq): AReq {
  if (aReq['sdkEncData'] === undefined) return aReq
  const { sdkEncData, ...kept } = aReq
  return kept as AReq
}
