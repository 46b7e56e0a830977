import t from 'tap'
import { buildRReq } from '../../../src/acs/build-rreq.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import type { AReq, ARes } from '../../../src/protocol/messages.ts'
import type { ScreenKind } from '../../../src/transaction/challenge.ts'
import type { ChallengeProgress, Transaction } from '../../../src/transaction/transaction.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5', acsTransID: '0a0b0c0d-1111-4222-8333-444455556666', dsTransID: '71727374-7576-4778-8980-818283848586'
}
const aReq = (members: object = {}) => ({
  messageType: 'AReq', messageVersion: '2.3.1', threeDSServerTransID: IDS.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: '4000400040004012', ...members
}) as AReq
const transaction = (transStatus: ARes['transStatus'], areq: AReq = aReq(), more: Partial<Transaction> = {}): Transaction => ({
  ...IDS, aReq: areq, preferences: {}, spelling: 'emv', createdAt: 0, aRes: { transStatus } as ARes, ...more
})
const proofs = createEmvProofs('unusual')
const PROGRESS = { interactionCounter: 0, sdkCounter: 0 }

t.test('an SPC that timed out is reported with its method (emv3ds-protocol §5.9)', async (t) => {
  t.strictSame(buildRReq(transaction('S'), PROGRESS, { transStatus: 'N', transStatusReason: '14', challengeCancel: '04' }, proofs), {
    messageType: 'RReq', messageVersion: '2.3.1', ...IDS, messageCategory: '01', transStatus: 'N', transStatusReason: '14', challengeCancel: '04', authenticationMethod: ['14'], interactionCounter: '00'
  })
})

t.test('an app challenge whose record tells of no plan had a native text screen', async (t) => {
  const inApp = transaction('C', aReq({ messageVersion: '2.1.0', deviceChannel: '01' }), { sdkTransID: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1' })
  t.match(buildRReq(inApp, PROGRESS, { transStatus: 'N', transStatusReason: '01' }, proofs), { acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' }, sdkTransID: undefined })
})

t.test('how the cardholder was authenticated is what was used in the end, and the template the one that was presented first (emv3ds-protocol §6, §10)', async (t) => {
  const means = (screens: ScreenKind[], progress: Partial<ChallengeProgress>, messageVersion = '2.3.1') => {
    const inApp = transaction('C', aReq({ messageVersion, deviceChannel: '01' }), { plan: { screens, acsInterface: '01' } })
    const { authenticationMethod, authenticationType, acsRenderingType } = buildRReq(inApp, { ...PROGRESS, ...progress }, { transStatus: 'Y' }, proofs)
    return [authenticationMethod ?? authenticationType, (acsRenderingType as { acsUiTemplate: string }).acsUiTemplate]
  }
  t.strictSame(means(['out-of-band'], {}), [['11'], '04'])
  t.strictSame(means(['out-of-band'], { otherMethod: 0 }), [['02'], '04'], 'another method was asked for')
  t.strictSame(means(['out-of-band'], { otherMethod: 0 }, '2.2.0'), ['02', '04'])
  t.strictSame(means(['out-of-band', 'single-select'], { screen: 1, otherMethod: 1 }), [['11', '02'], '04'])
  t.strictSame(means(['single-select', 'out-of-band'], {}), [['06'], '02'], 'the second screen was not reached')
  t.strictSame(means(['information', 'single-select'], {}), [['06'], '07'], 'nothing was asked yet: what the ARes announced')
})
