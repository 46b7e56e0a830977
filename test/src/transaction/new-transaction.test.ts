import t from 'tap'
import type { AReq, ARes } from '../../../src/protocol/messages.ts'
import { newTransaction } from '../../../src/transaction/new-transaction.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  acsTransID: '0a0b0c0d-1111-4222-8333-444455556666',
  dsTransID: '71727374-7576-4778-8980-818283848586'
}
const SDK_TRANS_ID = '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'
const aReq: AReq = {
  messageType: 'AReq', messageVersion: '2.2.0', threeDSServerTransID: IDS.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: '5200000000001005'
}
const aRes: ARes = { messageType: 'ARes', messageVersion: '2.2.0', ...IDS, acsReferenceNumber: 'a', acsOperatorID: 'o', dsReferenceNumber: 'd', transStatus: 'Y' }

t.test('a transaction is an AReq and its ARes, with the ids of both; in the app with the SDK\'s', async (t) => {
  t.strictSame(newTransaction(aReq, aRes, 5), { ...IDS, aReq, preferences: {}, spelling: 'emv', aRes, createdAt: 5 })
  const inApp: AReq = { ...aReq, deviceChannel: '01', sdkTransID: SDK_TRANS_ID }
  t.strictSame(newTransaction(inApp, aRes, 5), { ...IDS, sdkTransID: SDK_TRANS_ID, aReq: inApp, preferences: {}, spelling: 'emv', aRes, createdAt: 5 })
})

t.test('device data and signed content are not kept: they are for others (emv3ds-protocol §5.2), and the messages given are left as they are', async (t) => {
  const sent = { ...aReq, sdkEncData: 'e.y.J.h.b' }
  const answered = { ...aRes, acsSignedContent: 'e.y.J' }
  t.strictSame(newTransaction(sent, answered, 5), newTransaction(aReq, aRes, 5))
  t.strictSame([sent, answered], [{ ...aReq, sdkEncData: 'e.y.J.h.b' }, { ...aRes, acsSignedContent: 'e.y.J' }])
})

t.test('the key is the threeDSServerTransID in lower case; the AReq keeps it as it was written', async (t) => {
  const sent = { ...aReq, threeDSServerTransID: IDS.threeDSServerTransID.toUpperCase() }
  t.strictSame(newTransaction(sent, aRes, 5), { ...newTransaction(aReq, aRes, 5), aReq: sent })
})
