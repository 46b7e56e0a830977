import { inflateSync } from 'node:zlib'
import t from 'tap'
import { answerAReq } from '../../../src/acs/answer-areq.ts'
import { authenticationElements, type Means } from '../../../src/acs/authentication-method.ts'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { spcElements } from '../../../src/acs/spc.ts'
import { statusElements } from '../../../src/acs/status-elements.ts'
import { createJudge } from '../../../src/protocol/judge.ts'
import type { AReq, DeviceChannel, JsonObject, MessageVersion } from '../../../src/protocol/messages.ts'

const ACS_URL = 'https://acs.test/challenge'
const ACS_TRANS_ID = '0a0b0c0d-1111-4222-8333-444455556666'

function aReqFor (messageVersion: MessageVersion, deviceChannel: DeviceChannel, more: object = {}): AReq {
  return {
    messageType: 'AReq',
    messageVersion,
    threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
    deviceChannel,
    messageCategory: '01',
    acctNumber: '5200000000001005',
    merchantName: 'Harbor Books',
    purchaseAmount: '4599',
    purchaseCurrency: '978',
    purchaseExponent: '2',
    ...more
  }
}

t.test('how the cardholder is authenticated: authenticationType until 2.2.0, of the last screen; the list authenticationMethod in 2.3.1, of all, each once (emv3ds-protocol §6, §16)', async (t) => {
  const rows: ReadonlyArray<readonly [means: readonly Means[], type: string, methods: readonly string[]]> = [
    [['text'], '02', ['02']],
    [['single-select'], '02', ['06']],
    [['multi-select'], '02', ['06']],
    [['out-of-band'], '03', ['11']],
    [['decoupled'], '04', ['12']],
    [['spc'], '02', ['14']],
    [['information'], '02', ['10']],
    [['single-select', 'text'], '02', ['06', '02']],
    [['single-select', 'multi-select', 'text', 'text'], '02', ['06', '02']],
    [['information', 'out-of-band'], '03', ['11']],
    [['text', 'out-of-band'], '03', ['02', '11']],
    [['out-of-band', 'text', 'information'], '02', ['11', '02']]
  ]
  for (const [means, authenticationType, authenticationMethod] of rows) {
    t.strictSame(authenticationElements('2.1.0', means), { authenticationType }, `${means}`)
    t.strictSame(authenticationElements('2.2.0', means), { authenticationType }, `${means}`)
    t.strictSame(authenticationElements('2.3.1', means), { authenticationMethod }, `${means}`)
  }
})

t.test('the elements that come with a status, for each version and channel (emv3ds-protocol §6)', async (t) => {
  const plan = { screens: ['single-select', 'out-of-band'], acsInterface: '02' } as const
  const parts = { acsURL: ACS_URL, acsTransID: ACS_TRANS_ID, plan }
  const text = 'Please confirm the payment in your bank\'s app.'
  const rows: ReadonlyArray<readonly [MessageVersion, DeviceChannel, 'C' | 'D', expected: object]> = [
    ['2.1.0', '02', 'C', { acsChallengeMandated: 'Y', authenticationType: '03', acsURL: ACS_URL }],
    ['2.2.0', '02', 'C', { acsChallengeMandated: 'Y', authenticationType: '03', acsURL: ACS_URL }],
    ['2.3.1', '02', 'C', { acsChallengeMandated: 'Y', authenticationMethod: ['06', '11'], acsURL: ACS_URL }],
    ['2.1.0', '01', 'C', { acsChallengeMandated: 'Y', authenticationType: '03', acsRenderingType: { acsInterface: '02', acsUiTemplate: '02' } }],
    ['2.2.0', '01', 'C', { acsChallengeMandated: 'Y', authenticationType: '03', acsRenderingType: { acsInterface: '02', acsUiTemplate: '02' } }],
    ['2.3.1', '01', 'C', { acsChallengeMandated: 'Y', authenticationMethod: ['06', '11'], acsRenderingType: { acsInterface: '02', acsUiTemplate: '02', deviceUserInterfaceMode: '01' } }],
    ['2.2.0', '01', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationType: '04', cardholderInfo: text }],
    ['2.2.0', '02', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationType: '04', cardholderInfo: text }],
    ['2.2.0', '03', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationType: '04', cardholderInfo: text }],
    ['2.3.1', '01', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationMethod: ['12'], cardholderInfo: { text } }],
    ['2.3.1', '02', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationMethod: ['12'], cardholderInfo: { text } }],
    ['2.3.1', '03', 'D', { acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationMethod: ['12'], cardholderInfo: { text } }]
  ]
  for (const [version, channel, transStatus, expected] of rows) t.strictSame(statusElements(aReqFor(version, channel), transStatus, parts), expected, `${version} ${channel} ${transStatus}`)
  for (const transStatus of ['Y', 'N', 'U', 'A', 'R', 'I'] as const) t.strictSame(statusElements(aReqFor('2.3.1', '02'), transStatus, parts), {}, transStatus)
})

/** What the browser is told of aReqFor('2.3.1', '02'). */
const SPC_TRANS_DATA = {
  challenge: 'JHaZYa6hACaZXpEIARzMt6NItIUBOE69lzZtQPYw8BE',
  currency: 'EUR',
  displayName: 'Test card',
  icon: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII=',
  payeeOrigin: 'https://shop.test',
  timeout: '300000',
  value: '45.99'
}

t.test('S has what the browser\'s payment confirmation needs, the same for the same transaction (emv3ds-protocol §5.9)', async (t) => {
  const aReq = aReqFor('2.3.1', '02', { payeeOrigin: 'https://shop.test' })
  const expected = {
    webAuthnCredList: [{ rpID: 'acs.example.test', credentialIds: '-vGt9C-BWbUtTLP-Ngh_MnHVFdb7zPcHshVGyO06bD0' }],
    spcTransData: SPC_TRANS_DATA
  }
  t.strictSame(spcElements(aReq, ACS_TRANS_ID), expected)
  t.strictSame(statusElements(aReq, 'S', { acsURL: ACS_URL, acsTransID: ACS_TRANS_ID }), expected)
  const { spcTransData, webAuthnCredList } = spcElements(aReq, 'ffffffff-ffff-4fff-8fff-ffffffffffff') as any
  t.not(spcTransData.challenge, SPC_TRANS_DATA.challenge)
  t.not(webAuthnCredList[0].credentialIds, expected.webAuthnCredList[0]?.credentialIds)
})

t.test('the payee is an origin, or else a name of 40 characters at most; the amount a decimal of the currency, 0 where nothing is paid (element table)', async (t) => {
  const { payeeOrigin, ...unnamed } = SPC_TRANS_DATA
  const rows: ReadonlyArray<readonly [more: object, expected: object]> = [
    [{}, { ...unnamed, payeeName: 'Harbor Books' }],
    [{ merchantName: undefined }, { ...unnamed, payeeName: 'Merchant' }],
    [{ merchantName: 'm'.repeat(41) }, { ...unnamed, payeeName: 'm'.repeat(40) }],
    [{ payeeOrigin, purchaseAmount: '5' }, { ...SPC_TRANS_DATA, value: '0.05' }],
    [{ payeeOrigin, purchaseAmount: '50' }, { ...SPC_TRANS_DATA, value: '0.50' }],
    [{ payeeOrigin, purchaseAmount: '500' }, { ...SPC_TRANS_DATA, value: '5.00' }],
    [{ payeeOrigin, purchaseAmount: '0' }, { ...SPC_TRANS_DATA, value: '0.00' }],
    [{ payeeOrigin, purchaseAmount: '4599', purchaseCurrency: '392', purchaseExponent: '0' }, { ...SPC_TRANS_DATA, currency: 'JPY', value: '4599' }],
    [{ payeeOrigin, purchaseAmount: '4599', purchaseCurrency: '048', purchaseExponent: '3' }, { ...SPC_TRANS_DATA, currency: 'BHD', value: '4.599' }],
    [{ payeeOrigin, purchaseAmount: '4599', purchaseExponent: undefined }, { ...SPC_TRANS_DATA, value: '4599' }],
    [{ payeeOrigin, purchaseAmount: undefined, purchaseCurrency: undefined, purchaseExponent: undefined }, { ...SPC_TRANS_DATA, value: '0' }],
    [{ payeeOrigin, purchaseAmount: '12,50' }, { ...SPC_TRANS_DATA, value: '0' }],
    [{ payeeOrigin, purchaseCurrency: '000' }, SPC_TRANS_DATA]
  ]
  for (const [more, expected] of rows) t.strictSame(spcElements(aReqFor('2.3.1', '02', more), ACS_TRANS_ID)['spcTransData'], expected, JSON.stringify(more))
})

t.test('the icon is one pixel that nobody sees', async (t) => {
  const png = Buffer.from(SPC_TRANS_DATA.icon.replace(/^.*,/, ''), 'base64')
  const start = png.indexOf('IDAT')
  t.strictSame([...inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)))], [0, 0, 0, 0, 0])
})

t.test('an ARes with D or S has nothing wrong with it that the judge sees (emv3ds-protocol §3)', async (t) => {
  const judge = createJudge({ strict: true, firstErrorCode: '203' })
  const parts = { acsTransID: ACS_TRANS_ID, dsTransID: '71727374-7576-4778-8980-818283848586', dsReferenceNumber: 'MOCK_DS', acsURL: ACS_URL, proofs: createEmvProofs('seed') }
  for (const [version, transStatus, more] of [
    ['2.2.0', 'D', { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00005' }],
    ['2.3.1', 'D', { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00005' }],
    ['2.3.1', 'S', { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.test' }],
    ['2.3.1', 'S', { threeDSRequestorSpcSupport: 'Y' }]
  ] as const) {
    const aReq = aReqFor(version, '02', more)
    const { aRes, plan } = answerAReq(aReq, { scenario: 'x', transStatus }, parts)
    t.equal(plan, undefined)
    t.strictSame(judge({ message: aRes as JsonObject, duplicates: [], hasEscapes: false }, { messageTypes: ['ARes'], leg: 'DS->ACS', version, earlier: { areq: aReq as JsonObject } }), { findings: [] }, `${version} ${transStatus}`)
  }
})

t.test('a device that can show nothing of the challenge gets U with reason 03 in its place (emv3ds-protocol §5.2)', async (t) => {
  const parts = { acsTransID: ACS_TRANS_ID, dsTransID: '71727374-7576-4778-8980-818283848586', dsReferenceNumber: 'MOCK_DS', acsURL: ACS_URL, proofs: createEmvProofs('seed') }
  const aReq = aReqFor('2.2.0', '01', { deviceRenderOptions: { sdkInterface: '01', sdkUiType: ['04'] } })
  t.strictSame(answerAReq(aReq, { scenario: 'challenge', transStatus: 'C' }, parts), {
    aRes: {
      messageType: 'ARes',
      messageVersion: '2.2.0',
      threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
      acsTransID: ACS_TRANS_ID,
      dsTransID: '71727374-7576-4778-8980-818283848586',
      acsOperatorID: 'MOCK_ACS',
      acsReferenceNumber: 'issuer1',
      dsReferenceNumber: 'MOCK_DS',
      transStatus: 'U',
      transStatusReason: '03'
    }
  })
})
