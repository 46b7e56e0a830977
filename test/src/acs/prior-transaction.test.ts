import t from 'tap'
import { decideAfter } from '../../../src/acs/decide-after.ts'
import { findPrior } from '../../../src/acs/prior-transaction.ts'
import { spcElements } from '../../../src/acs/spc.ts'
import { checkedStatus } from '../../../src/acs/status-checks.ts'
import { createManualClock } from '../../../src/clock.ts'
import { MockError } from '../../../src/errors.ts'
import type { AReq, ARes } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { confirmPayment } from '../../setup/parties/spc-browser.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5', acsTransID: '0a0b0c0d-1111-4222-8333-444455556666', dsTransID: '71727374-7576-4778-8980-818283848586'
}
const aReq = (members: object = {}) => ({
  messageType: 'AReq', messageVersion: '2.3.1', threeDSServerTransID: IDS.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: '4000400040004012', ...members
}) as AReq
const transaction = (transStatus: ARes['transStatus'], areq: AReq = aReq(), more: Partial<Transaction> = {}): Transaction => ({
  ...IDS, aReq: areq, preferences: {}, spelling: 'emv', createdAt: 0, aRes: { transStatus } as ARes, ...more
})

t.test('only an assertion for SPC confirms it, in whichever form it comes (emv3ds-protocol §5.9)', async (t) => {
  const aRes = { transStatus: 'S', ...spcElements(aReq(), IDS.acsTransID) } as ARes
  const decided = (info: unknown) => decideAfter(aReq({ threeDSRequestorAuthenticationInfo: info }), transaction('S', aReq(), { aRes }), true)?.transStatus
  const assertion = { threeDSReqAuthMethod: '09', threeDSReqAuthData: confirmPayment(aRes) }
  t.match(aRes['spcTransData'], { payeeName: 'Merchant', payeeOrigin: undefined })
  t.strictSame([assertion, [assertion], [null, assertion], [{ ...assertion, threeDSReqAuthMethod: '02' }], [{ threeDSReqAuthMethod: '09' }], [[]], 'x', undefined].map(decided),
    ['Y', 'Y', 'Y', 'C', 'C', 'C', 'C', 'C'])
  t.strictSame(['x', ['x'], 5].map((threeDSReqAuthData) => decided([{ ...assertion, threeDSReqAuthData }])), ['N', 'N', 'N'])
  t.equal(decideAfter(aReq(), undefined, false), undefined)
})

t.test('a store that is away is no unknown transaction', async (t) => {
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  t.teardown(() => store.close())
  const away = new MockError('store_connection', 'away')
  const asked = aReq({ threeDSRequestorPriorAuthenticationInfo: [{ threeDSReqPriorRef: IDS.acsTransID }] })
  await t.rejects(findPrior(asked, { ...store, findByAcsTransId: async () => { throw away } }), away)
  t.equal(await findPrior(asked, store), undefined)
})

t.test('a transaction of an ACS elsewhere is no basis: what it keeps of an SPC is not known here (emv3ds-protocol §5.9)', async (t) => {
  const store = createMemoryStore({ ttlSeconds: 60, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  t.teardown(() => store.close())
  const asked = aReq({ threeDSRequestorPriorAuthenticationInfo: [{ threeDSReqPriorRef: IDS.acsTransID }] })
  for (const acs of ['here', 'elsewhere'] as const) {
    const kept = transaction('S', aReq(), { parties: { threeDSServer: 'elsewhere', ds: 'here', acs } })
    await store.insert(kept)
    t.strictSame(await findPrior(asked, store), acs === 'here' ? kept : undefined)
  }
})

t.test('a status that the version does not know is not told, and neither is one that nobody asked for (emv3ds-protocol §16)', async (t) => {
  const checked = (messageVersion: string, threeRIInd: string, deviceChannel = '03') => checkedStatus(aReq({ messageVersion, threeRIInd, deviceChannel }), undefined)
  for (const none of [checked('2.1.0', '10'), checked('2.2.0', '13'), checked('2.2.0', '14'), checked('2.3.1', '11'), checked('2.3.1', '10', '02')]) t.strictSame(none, {})
})
