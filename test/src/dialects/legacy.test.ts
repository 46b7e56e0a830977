import t from 'tap'
import { FIRST_PROGRESS } from '../../../src/acs/challenge/machine.ts'
import { legacyScreenCRes } from '../../../src/dialects/original/text-cres.ts'
import { buildLegacyRReq } from '../../../src/dialects/original/values.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'

const ids = {
  threeDSServerTransID: '8a2d4e90-15c3-4f7b-a6d2-70b9c1e3f524',
  acsTransID: '77c2f8a4-0b3d-4e95-9a61-d8e5b2036f1c',
  sdkTransID: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'
}

t.test('the original\'s only screen has these members and no others (compatibility §7.5)', async (t) => {
  t.strictSame(legacyScreenCRes({ ...ids, messageVersion: '2.2.0', counter: '000' }), {
    ...ids,
    acsCounterAtoS: '000',
    acsUiType: '01',
    challengeCompletionInd: 'N',
    challengeInfoHeader: 'Authentication Required',
    challengeInfoLabel: 'Enter OTP:',
    messageType: 'CRes',
    messageVersion: '2.2.0',
    submitAuthenticationLabel: 'Submit'
  })
})

t.test('the original\'s RReq has constants but for ids, status and what goes with it (compatibility §2.3)', async (t) => {
  const { sdkTransID, ...browserIds } = ids
  const dsTransID = '2c7b95d1-e04f-4836-9d7a-5f18c3a6b0e4'
  const transaction: Transaction = {
    ...browserIds,
    dsTransID,
    aReq: { messageType: 'AReq', messageVersion: '2.1.0', threeDSServerTransID: ids.threeDSServerTransID, deviceChannel: '02', messageCategory: '02', acctNumber: '5200000000001005' },
    preferences: {},
    spelling: 'legacy',
    createdAt: 0
  }
  const constants = {
    ...browserIds,
    dsTransID,
    messageCategory: '01',
    messageType: 'RReq',
    acsRenderingType: { acsUiTemplate: '01', acsInterface: '01' },
    authenticationMethod: '02',
    authenticationType: '02',
    messageVersion: '2.2.0',
    interactionCounter: '01'
  }
  const success = { eci: '02', authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=' }
  const failure = { eci: '07', authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAA==' }
  t.strictSame(buildLegacyRReq(transaction, FIRST_PROGRESS, { transStatus: 'Y' }), { ...constants, ...success, transStatus: 'Y' })
  t.strictSame(buildLegacyRReq({ ...transaction, sdkTransID }, FIRST_PROGRESS, { transStatus: 'N', transStatusReason: '19' }), { ...constants, ...failure, transStatus: 'N', sdkTransID })
  t.strictSame(buildLegacyRReq(transaction, FIRST_PROGRESS, { transStatus: 'N', challengeCancel: '01' }), { ...constants, ...failure, transStatus: 'N', challengeCancel: '01' })
  const threeDSServerTransID = ids.threeDSServerTransID.toUpperCase()
  t.equal(buildLegacyRReq({ ...transaction, aReq: { ...transaction.aReq, threeDSServerTransID } }, FIRST_PROGRESS, { transStatus: 'Y' })['threeDSServerTransID'], threeDSServerTransID, 'as the AReq has it')
})
