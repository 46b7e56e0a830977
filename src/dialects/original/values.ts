import type { Proof, Proofs } from '../../acs/proofs.ts'
import type { Ending } from '../../transaction/challenge.ts'
import type { RReq } from '../../protocol/messages.ts'
import type { ChallengeProgress, Transaction } from '../../transaction/transaction.ts'

/** 29 characters and so no valid base64: clients compare the literal. */
const IN_ARES: Proof = { eci: '05', authenticationValue: 'QWErty123+/ABCD5678ghijklmn==' }
const AFTER_SUCCESS: Proof = { eci: '02', authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=' }
const AFTER_FAILURE: Proof = { eci: '07', authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAA==' }

/** The original server's constants, whatever the scheme, and in the ARes whatever the status. */
export const legacyProofs: Proofs = {
  forARes: () => IN_ARES,
  forRReq: (_aReq, transStatus) => transStatus === 'Y' ? AFTER_SUCCESS : AFTER_FAILURE
}

/** The original server's generated RReq: constants but for the ids, the status and what goes with it. */
export function buildLegacyRReq (transaction: Transaction, _progress: ChallengeProgress, ending: Ending): RReq {
  const { transStatus, challengeCancel } = ending
  return {
    acsTransID: transaction.acsTransID,
    messageCategory: '01',
    ...legacyProofs.forRReq(transaction.aReq, transStatus, transaction.acsTransID),
    messageType: 'RReq',
    acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' },
    dsTransID: transaction.dsTransID,
    authenticationMethod: '02',
    authenticationType: '02',
    messageVersion: '2.2.0',
    ...(transaction.sdkTransID === undefined ? {} : { sdkTransID: transaction.sdkTransID }),
    interactionCounter: '01',
    transStatus,
    ...(challengeCancel === undefined ? {} : { challengeCancel }),
    threeDSServerTransID: transaction.aReq.threeDSServerTransID
  }
}
