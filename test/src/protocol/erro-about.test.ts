import t from 'tap'
import { erroAbout } from '../../../src/protocol/erro-about.ts'

const IDS = {
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  dsTransID: '71727374-7576-4778-8980-818283848586',
  acsTransID: '0a0b0c0d-1111-4222-8333-444455556666',
  sdkTransID: '6e1f9d28-b34c-4a70-95e8-03c7d2a4f6b1'
}
const refused = { errorCode: '203', errorDetail: 'merchantName' }

t.test('an Erro about a message names its type and version and every id in it, for every type and version (emv3ds-protocol §12.1)', async (t) => {
  for (const messageType of ['AReq', 'ARes', 'CReq', 'CRes', 'PReq', 'PRes', 'RReq', 'RRes', 'OReq', 'ORes', 'Erro']) {
    for (const messageVersion of ['2.1.0', '2.2.0', '2.3.1']) {
      const isNamed = messageVersion === '2.3.1' || !['OReq', 'ORes'].includes(messageType)
      t.strictSame(erroAbout({ messageType, messageVersion, ...IDS, merchantName: 5 }, refused, 'D'), { ...refused, errorComponent: 'D', ...(isNamed ? { errorMessageType: messageType } : {}), messageVersion, ...IDS })
    }
  }
})

t.test('whoever found it is named', async (t) => {
  for (const errorComponent of ['C', 'S', 'D', 'A'] as const) t.strictSame(erroAbout({}, refused, errorComponent), { ...refused, errorComponent })
})

t.test('what cannot be told is left out: another type or version, an id that is none (emv3ds-protocol §12.1)', async (t) => {
  const rows: ReadonlyArray<readonly [message: Record<string, unknown>, said: object]> = [
    [{}, {}],
    [{ messageType: 'Hello', messageVersion: '2.0.0' }, {}],
    [{ messageType: 'areq', messageVersion: '2.2' }, {}],
    [{ messageType: ['AReq'], messageVersion: ['2.2.0'] }, {}],
    [{ messageType: null, messageVersion: null }, {}],
    [{ messageType: 'toString', messageVersion: 2.2 }, {}],
    [{ messageType: 'RReq' }, { errorMessageType: 'RReq' }],
    [{ messageVersion: '2.1.0' }, { messageVersion: '2.1.0' }],
    [{ ...IDS, dsTransID: '', sdkTransID: null }, { threeDSServerTransID: IDS.threeDSServerTransID, acsTransID: IDS.acsTransID }],
    [{ ...IDS, threeDSServerTransID: '1', acsTransID: [IDS.acsTransID], dsTransID: { a: 1 } }, { sdkTransID: IDS.sdkTransID }],
    [{ acsTransID: IDS.acsTransID.toUpperCase() }, { acsTransID: IDS.acsTransID.toUpperCase() }]
  ]
  for (const [message, said] of rows) t.strictSame(erroAbout(message, refused, 'A'), { ...refused, errorComponent: 'A', ...said }, JSON.stringify(message))
})

t.test('an id at fault is not repeated, the others are; nor is what only looks like its name', async (t) => {
  const { threeDSServerTransID, acsTransID, ...others } = IDS
  t.strictSame(erroAbout(IDS, { errorCode: '301', errorDetail: 'threeDSServerTransID,acsTransID' }, 'D'), { errorCode: '301', errorDetail: 'threeDSServerTransID,acsTransID', errorComponent: 'D', ...others })
  t.strictSame(erroAbout(IDS, { errorCode: '301', errorDetail: 'acsTransID.x' }, 'D'), { errorCode: '301', errorDetail: 'acsTransID.x', errorComponent: 'D', ...IDS })
})
