import type { RReq } from '../protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../transaction/transaction.ts'
import { RENDERING_TYPE } from './answer-areq.ts'
import type { Ending } from './challenge-machine.ts'
import type { Proofs } from './proofs.ts'

/**
 * The RReq that reports how a challenge ended: emv3ds-protocol §10. `authenticationMethod` is not in it, as the DS takes
 * it out of 2.1.0 and 2.2.0 messages (§6).
 * @param progress after the ending: the answers counted in it become `interactionCounter`
 * @param proofs where ECI and authentication value come from
 * @returns the RReq, with the version and the ids of the transaction
 */
export function buildRReq (transaction: Transaction, progress: ChallengeProgress, ending: Ending, proofs: Proofs): RReq {
  const { aReq } = transaction
  const { transStatus, transStatusReason, challengeCancel } = ending
  const inApp = aReq.deviceChannel === '01'
  return {
    messageType: 'RReq',
    messageVersion: aReq.messageVersion,
    threeDSServerTransID: transaction.threeDSServerTransID,
    acsTransID: transaction.acsTransID,
    dsTransID: transaction.dsTransID,
    // sdkTransID is in RReq and RRes from 2.2.0 on (§1).
    ...(inApp && aReq.messageVersion !== '2.1.0' && transaction.sdkTransID !== undefined
      ? { sdkTransID: transaction.sdkTransID }
      : {}),
    messageCategory: aReq.messageCategory,
    transStatus,
    ...(transStatusReason === undefined ? {} : { transStatusReason }),
    ...(challengeCancel === undefined ? {} : { challengeCancel }),
    interactionCounter: String(progress.interactionCounter).padStart(2, '0'),
    ...(transStatus === 'U' ? {} : { authenticationType: '02' }),
    ...(inApp ? { acsRenderingType: RENDERING_TYPE } : {}),
    ...proofs.forRReq(aReq, transStatus, transaction.acsTransID)
  }
}
