import t from 'tap'
import fc from 'fast-check'
import { createJudge, type Expected, type Judgement, type MessageType } from '../../../src/protocol/judge.ts'
import type { JsonObject } from '../../../src/protocol/messages.ts'
import { readMessage } from '../../../src/protocol/read-message.ts'
import { badValues, complete, copy, elements, goodValues, rowOf, shapeIn, waysOf } from './catalogue/messages.ts'

const judges = {
  tolerant: createJudge({ strict: false, firstErrorCode: '203' }),
  strict: createJudge({ strict: true, firstErrorCode: '203' }),
  missingFirst: createJudge({ strict: false, firstErrorCode: '201' })
}

/** @param given a message, or its text */
function judge (given: object | string, expected: Partial<Expected> = {}, by: keyof typeof judges = 'tolerant'): Judgement {
  const read = readMessage(typeof given === 'string' ? given : JSON.stringify(given))
  if (read === undefined) throw new Error('no message')
  return judges[by](read, { messageTypes: [read.message['messageType'] as MessageType], ...expected })
}

const refusal = (...given: Parameters<typeof judge>) => judge(...given).refused
const refused = (errorCode: string, errorDetail: string) => ({ errorCode, errorDetail })

const ids = {
  threeDSServerTransID: '6f0ac6a1-0f1c-4c0c-9d1a-5b1f8d2f3a01',
  dsTransID: 'b1c2a9e4-7f52-4e0d-8a43-1f9f6f0c7702',
  acsTransID: 'd7a1f0b2-3c64-4b9f-9e58-2a7c0e4d1103'
}
const sdkTransID = '0e9d8c7b-6a5f-4e3d-9c2b-1a0f9e8d7c04'
const references = { dsReferenceNumber: '3DS_LOA_DIS_MOCK_020200_00001', acsReferenceNumber: '3DS_LOA_ACS_MOCK_020200_00001' }
const { threeDSServerTransID, dsTransID, acsTransID } = ids

const payment = {
  messageType: 'AReq',
  messageVersion: '2.2.0',
  messageCategory: '01',
  threeDSServerTransID,
  threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001',
  threeDSServerURL: 'https://3dss.example.test/rreq',
  threeDSRequestorID: 'mock-requestor',
  threeDSRequestorName: 'Mock Shop',
  threeDSRequestorURL: 'https://shop.example.test',
  acquirerBIN: '412345',
  acquirerMerchantID: 'MOCK-000001',
  mcc: '5999',
  merchantName: 'Mock Shop',
  merchantCountryCode: '208',
  acctNumber: '4111111111111111',
  cardExpiryDate: '3012',
  purchaseAmount: '10000',
  purchaseCurrency: '978',
  purchaseExponent: '2',
  purchaseDate: '20300115093000'
}
const browser = {
  deviceChannel: '02',
  threeDSRequestorAuthenticationInd: '01',
  threeDSCompInd: 'Y',
  notificationURL: 'https://shop.example.test/3ds/notify',
  browserAcceptHeader: 'text/html,*/*;q=0.8',
  browserUserAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  browserIP: '192.0.2.10',
  browserJavaEnabled: false,
  browserLanguage: 'en-GB',
  browserColorDepth: '24',
  browserScreenHeight: '1080',
  browserScreenWidth: '1920',
  browserTZ: '-60'
}
const areq = { ...payment, ...browser, browserJavascriptEnabled: true }
const of231 = { messageVersion: '2.3.1', acquirerCountryCode: '208', acquirerCountryCodeSource: '01' }
const areq231 = { ...areq, ...of231, acceptLanguage: ['en-GB'] }
const app = {
  deviceChannel: '01',
  threeDSRequestorAuthenticationInd: '01',
  sdkAppID: sdkTransID,
  sdkTransID,
  sdkReferenceNumber: '3DS_LOA_SDK_MOCK_020200_00001',
  sdkMaxTimeout: '05',
  sdkEphemPubKey: { kty: 'EC', crv: 'P-256', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE', y: 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE' },
  sdkEncData: 'eyJ.e.i.c.t',
  deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '02', '03', '04', '05'] }
}
const ares = { messageType: 'ARes', messageVersion: '2.2.0', ...ids, ...references }
const authenticated = { ...ares, transStatus: 'Y', eci: '05', authenticationValue: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=' }
const challenged = { ...ares, transStatus: 'C', acsURL: 'https://acs.example.test/challenge', acsChallengeMandated: 'N', authenticationType: '02' }
const creq = { messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID, acsTransID }
const cres = { messageType: 'CRes', messageVersion: '2.2.0', threeDSServerTransID, acsTransID }
const textUi = {
  ...cres, sdkTransID, acsCounterAtoS: '000', challengeCompletionInd: 'N', acsUiType: '01', challengeInfoHeader: 'Confirm payment', challengeInfoLabel: 'Code', challengeInfoText: 'Enter the code we sent you', submitAuthenticationLabel: 'Submit', resendInformationLabel: 'New code'
}
const rreq = { messageType: 'RReq', messageVersion: '2.2.0', ...ids, messageCategory: '01', transStatus: 'Y', eci: '05', authenticationValue: 'AAABBZEEBgAAAAAAAAQGAAAAAAA=', authenticationType: '02', interactionCounter: '01' }
const preq = { messageType: 'PReq', messageVersion: '2.2.0', threeDSServerTransID, threeDSServerRefNumber: '3DS_LOA_SER_MOCK_020200_00001', serialNum: '41' }
const range = { startRange: '5000100000000000', endRange: '5000109999999999', actionInd: 'A', acsStartProtocolVersion: '2.1.0', acsEndProtocolVersion: '2.2.0', threeDSMethodURL: 'https://acs.example.test/3dsmethod', acsInfoInd: ['01', '02'] }
const pres = { messageType: 'PRes', messageVersion: '2.2.0', threeDSServerTransID, dsTransID, serialNum: '42', dsStartProtocolVersion: '2.1.0', dsEndProtocolVersion: '2.2.0', cardRangeData: [range] }
const method = { acsInfoInd: ['01', '02'], threeDSMethodURL: 'https://acs.example.test/3dsmethod' }
const pres231 = {
  messageType: 'PRes', messageVersion: '2.3.1', threeDSServerTransID, dsTransID, serialNum: '42', readOrder: '01', dsProtocolVersions: ['2.2.0', '2.3.1'], cardRangeData: [{ ranges: [{ start: '5000100000000000', end: '5000109999999999' }], actionInd: 'A', acsProtocolVersions: [{ version: '2.2.0', ...method }, { version: '2.3.1', ...method }] }]
}
const erro = { messageType: 'Erro', messageVersion: '2.2.0', errorCode: '203', errorComponent: 'D', errorDescription: 'Data element not in the right format or value invalid', errorDetail: 'purchaseCurrency,acctInfo.chAccAgeInd', errorMessageType: 'AReq', threeDSServerTransID, dsTransID }

const inApp = { deviceChannel: '01', messageCategory: '01' }
const inBrowser = { deviceChannel: '02', messageCategory: '01' }
const toDs = { leg: '3DSServer->DS' as const }
const toAcs = { leg: 'DS->ACS' as const }
const final = { contexts: ['finalCRes'] as const }

t.test('the minimal messages of §18 are faultless', async (t) => {
  const table: [title: string, message: object, expected: Partial<Expected>][] = [
    ['AReq BRW 2.1.0', { ...payment, ...browser, messageVersion: '2.1.0' }, toDs],
    ['AReq BRW 2.2.0', areq, toDs],
    ['AReq BRW 2.3.1', areq231, toDs],
    ['AReq APP 2.1.0', { ...payment, ...app, messageVersion: '2.1.0' }, toDs],
    ['AReq APP 2.2.0', { ...payment, ...app }, toDs],
    ['AReq 3RI 2.2.0', { ...payment, deviceChannel: '03', threeRIInd: '11' }, toDs],
    ['AReq BRW 2.2.0 to the ACS', { ...areq, dsTransID, dsReferenceNumber: '3DS', dsURL: 'https://ds.example.test' }, toAcs],
    ...['2.1.0', '2.2.0', '2.3.1'].flatMap((messageVersion) => [
      [`ARes Y ${messageVersion}`, { ...authenticated, messageVersion }, inBrowser],
      [`ARes N ${messageVersion}`, { ...ares, messageVersion, transStatus: 'N', transStatusReason: '11' }, inBrowser],
      [`CReq BRW ${messageVersion}`, { ...creq, messageVersion, challengeWindowSize: '02' }, inBrowser],
      [`CRes BRW final ${messageVersion}`, { ...cres, messageVersion, transStatus: 'Y' }, { ...inBrowser, ...final }],
      [`CReq APP first ${messageVersion}`, { ...creq, messageVersion, sdkTransID, sdkCounterStoA: '000', ...(messageVersion === '2.3.1' ? { oobAppURLInd: '01' } : {}) }, inApp],
      [`CRes APP final ${messageVersion}`, { ...cres, messageVersion, sdkTransID, acsCounterAtoS: '002', challengeCompletionInd: 'Y', transStatus: 'Y' }, { ...inApp, ...final }],
      [`RRes ${messageVersion}`, { messageType: 'RRes', messageVersion, ...ids, resultsStatus: '01' }, inBrowser],
      [`Erro ${messageVersion}`, { ...erro, messageVersion }, {}],
      [`PReq ${messageVersion}`, { ...preq, messageVersion }, {}]
    ] as [string, object, Partial<Expected>][]),
    ['ARes C BRW 2.1.0', { ...challenged, messageVersion: '2.1.0' }, inBrowser],
    ['ARes C BRW 2.2.0', challenged, inBrowser],
    ['ARes C BRW 2.3.1', { ...ares, messageVersion: '2.3.1', transStatus: 'C', acsURL: 'https://acs.example.test/challenge', acsChallengeMandated: 'N', authenticationMethod: ['02'] }, inBrowser],
    ['ARes C APP 2.2.0', { ...ares, transStatus: 'C', sdkTransID, acsSignedContent: 'h.p.s', acsChallengeMandated: 'N', authenticationType: '02', acsRenderingType: { acsInterface: '01', acsUiTemplate: '01' } }, inApp],
    ['ARes D 2.2.0', { ...ares, transStatus: 'D', acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationType: '04', cardholderInfo: 'Approve in your bank app' }, inBrowser],
    ['CRes APP text UI 2.2.0', textUi, inApp],
    ['RReq Y BRW 2.2.0', rreq, { ...inBrowser, earlier: { areq, ares: challenged } }],
    ['RReq, no CReq came', { ...rreq, transStatus: 'N', transStatusReason: '14', challengeCancel: '05', interactionCounter: '00' }, { deviceChannel: '02' }],
    ['PRes 2.2.0', pres, {}],
    ['PRes 2.3.1', pres231, {}]
  ]
  for (const [title, message, expected] of table) t.strictSame(judge(message, expected, 'strict'), { findings: [] }, title)
})

t.test('101: a type that is not known or not for this door; 102: a version that is not supported (§3, §4)', async (t) => {
  const areqOnly = { messageTypes: ['AReq'] as const }
  for (const messageType of [undefined, '', 'areq', 'XReq', 5, null, ['AReq'], 'CReq', '__proto__']) {
    t.strictSame(judge({ ...areq, messageType, messageVersion: '9' }, areqOnly), { refused: refused('101', 'messageType'), findings: [{ errorCode: '101', element: 'messageType', refused: true }] })
  }
  t.equal(refusal(areq, { messageTypes: ['PReq', 'AReq'] }), undefined)
  for (const messageVersion of ['2.0.0', '2.3.0', '2.2', 'abc', 5, true, ['2.2.0'], { a: 1 }]) {
    t.strictSame(judge({ ...areq, messageVersion, acctNumber: 1 }), { refused: refused('102', '2.1.0,2.2.0,2.3.1'), findings: [{ errorCode: '102', element: 'messageVersion', refused: true }] })
  }
})

t.test('203 messageVersion: another version than the transaction\'s (§4); one that is missing is a missing element', async (t) => {
  t.strictSame(refusal({ ...creq, messageVersion: '2.1.0' }, { ...inBrowser, version: '2.2.0' }), refused('203', 'messageVersion'))
  t.strictSame(refusal({ ...creq, messageVersion: '2.0.0' }, { ...inBrowser, version: '2.2.0' }), refused('102', '2.1.0,2.2.0,2.3.1'))
  const { messageVersion, ...without } = creq
  t.strictSame(refusal(without, { ...inBrowser, version: '2.2.0' }), refused('201', 'challengeWindowSize,messageVersion'))
  for (const empty of [undefined, '', null, [], {}]) t.strictSame(refusal({ ...without, messageVersion: empty }, inBrowser), refused('201', 'messageVersion'))
})

t.test('the first kind of fault answers, with every element that has it (§3)', async (t) => {
  const critical = [{ name: 'x', id: 'A000-x', criticalityIndicator: true, data: { a: 1 } }]
  const faulty: JsonObject = { ...areq231, acctNumber: 'x', mcc: '59', acctType: '04', merchantName: '', purchaseCurrency: '000', messageExtension: critical }
  const { purchaseDate, ...worst } = faulty
  const raw = `${JSON.stringify(worst).slice(0, -1)},"mcc":"59","acctInfo":{"chAccDate":"1","chAccDate":"2"}}`
  const all = judge(raw, toDs, 'strict')
  t.strictSame(all.refused, refused('204', 'mcc,acctInfo.chAccDate'))
  t.strictSame(all.findings.map(({ errorCode, element }) => `${errorCode} ${element}`).sort(), ['201 merchantName', '201 purchaseDate', '202 A000-x', '203 acctInfo.chAccDate', '203 acctNumber', '203 mcc', '204 acctInfo.chAccDate', '204 mcc', '207 acctType', '304 purchaseCurrency'])
  t.strictSame(refusal(worst, toDs, 'strict'), refused('203', 'mcc,acctNumber'))
  t.strictSame(refusal(worst, toDs, 'missingFirst'), refused('201', 'merchantName,purchaseDate'))
  const formed = { ...worst, acctNumber: '4111111111111111', mcc: '5999' }
  t.strictSame(refusal(formed, toDs, 'strict'), refused('207', 'acctType'))
  const unreserved = { ...formed, acctType: '01' }
  t.strictSame(refusal(unreserved, toDs, 'strict'), refused('201', 'merchantName,purchaseDate'))
  const whole = { ...unreserved, merchantName: 'Shop', purchaseDate: '20300115093000' }
  t.strictSame(refusal(whole, toDs, 'strict'), refused('202', 'A000-x'))
  t.strictSame(refusal({ ...whole, messageExtension: [{ ...critical[0], criticalityIndicator: false }] }, toDs, 'strict'), refused('304', 'purchaseCurrency'))
})

t.test('errorDetail is at most 2048 characters, cut between names (§12.1)', async (t) => {
  const critical = (length: number, count: number) => Array.from({ length: count }, (_, index) => ({ name: 'x', id: `${index}`.padStart(2, '0').padEnd(length, 'x'), criticalityIndicator: true, data: { a: 1 } }))
  const detail = refusal({ ...areq231, messageExtension: critical(64, 15) })?.errorDetail ?? ''
  t.equal(detail.length, 15 * 65 - 1)
  const many = Array.from({ length: 900 }, (_, index) => `"k${index}":1,"k${index}":2`).join()
  const cut = refusal(`${JSON.stringify(areq).slice(0, -1)},${many}}`)
  t.equal(cut?.errorCode, '204')
  t.ok((cut?.errorDetail.length ?? 0) > 2040 && (cut?.errorDetail.length ?? 0) <= 2048)
  t.match(cut?.errorDetail, /^k0,k1,.*,k\d+$/)
  const long = 'n'.repeat(5000)
  t.strictSame(refusal(`${JSON.stringify(areq).slice(0, -1)},"${long}":1,"${long}":2}`), refused('204', 'n'.repeat(2048)))
})

t.test('empty optional elements and ISO codes that are not assigned refuse only where the judge is strict (§3.3, §17)', async (t) => {
  const message = { ...areq, billAddrLine2: '', acctInfo: {}, messageExtension: [], cardholderName: null, merchantRiskIndicator: { shipIndicator: '' }, merchantCountryCode: '900', purchaseCurrency: '999' }
  const findings = (wrong: boolean) => [
    { errorCode: '304', element: 'merchantCountryCode', refused: wrong }, { errorCode: '304', element: 'purchaseCurrency', refused: wrong },
    ...['billAddrLine2', 'acctInfo', 'messageExtension', 'cardholderName', 'merchantRiskIndicator.shipIndicator'].map((element) => ({ errorCode: '203', element, refused: wrong }))
  ]
  t.strictSame(judge(message, toDs), { findings: findings(false) })
  t.strictSame(judge(message, toDs, 'strict'), { refused: refused('203', 'billAddrLine2,acctInfo,messageExtension,cardholderName,merchantRiskIndicator.shipIndicator'), findings: findings(true) })
})

t.test('what texts leave open, or say in two ways, is taken either way, strictly too (§17)', async (t) => {
  const { purchaseAmount, purchaseCurrency, purchaseExponent, purchaseDate, ...nothingBought } = areq
  const finalCRes = { ...cres, sdkTransID, acsCounterAtoS: '001', challengeCompletionInd: 'Y', transStatus: 'Y' }
  const table: [title: string, message: object, expected: Partial<Expected>][] = [
    ['workPhone as an object', { ...areq, workPhone: { cc: '44', subscriber: '2071234567' } }, toDs],
    ['workPhone as a text', { ...areq, workPhone: '442071234567' }, toDs],
    ['browserLanguage, 35 characters', { ...areq, browserLanguage: 'zh-Hant-TW-x-abcdefgh-ijklmnop-qrst' }, toDs],
    ['final CRes without acsUiType', finalCRes, { ...inApp, ...final }],
    ['final CRes with acsUiType', { ...finalCRes, acsUiType: '01' }, { ...inApp, ...final }],
    ['final CRes that goes on decoupled', { ...finalCRes, messageVersion: '2.3.1', transStatus: 'D' }, { ...inApp, ...final }],
    ['value of 20 bytes', { ...authenticated, authenticationValue: 'kBMHJgAAAAAAAAAAAAAAAAAAAAA=' }, inBrowser],
    ['value of Mastercard without padding', { ...authenticated, authenticationValue: 'kBMHJgAAAAAAAAAAAAAAAAAAAAAA' }, inBrowser],
    ['non-payment with what is bought', { ...areq, messageCategory: '02' }, toDs],
    ['non-payment without', { ...nothingBought, messageCategory: '02' }, toDs],
    ['threeDSRequestorURL in a PReq', { ...preq, threeDSRequestorURL: 'https://shop.example.test' }, {}],
    ['challengeNoEntry in 2.1.0', { ...creq, messageVersion: '2.1.0', sdkTransID, sdkCounterStoA: '001', challengeNoEntry: 'Y' }, inApp]
  ]
  for (const [title, message, expected] of table) t.equal(judge(message, expected, 'strict').refused, undefined, title)
})

t.test('soft conditions are findings only, always', async (t) => {
  const { serialNum, ...without } = pres231
  for (const by of ['tolerant', 'strict', 'missingFirst'] as const) {
    t.strictSame(judge(without, {}, by), { findings: [{ errorCode: '201', element: 'serialNum', refused: false }] })
  }
  t.strictSame(judge({ ...without, cardRangeDataFileURL: 'https://ds.example.test/ranges' }), { findings: [] })
  t.strictSame(judge({ ...without, serialNum: '' }, {}, 'strict').refused, refused('203', 'serialNum'))
})

t.test('tolerated: unknown elements, those of other channels and versions, values for the use of a DS (§3.4, §3.6, §3.7)', async (t) => {
  const extras = { unknown: { a: [null, 5] }, sdkTransID: 5, threeRIInd: 'x', whiteListStatus: 'Y', trustListStatus: 7, constructor: '', toString: 5, hasOwnProperty: null, creq: 5, sdkSignatureTimestamp: '' }
  t.strictSame(judge({ ...areq, ...extras, whiteListStatusSource: '80' }, toDs, 'strict'), { findings: [] })
  t.strictSame(judge(`${JSON.stringify(areq).slice(0, -1)},"__proto__":{"acctNumber":5}}`, toDs, 'strict'), { findings: [] })
  t.strictSame(judge({ ...areq, threeDSRequestorChallengeInd: '82', acctType: '80', transType: '01' }, toDs, 'strict'), { findings: [] })
  t.strictSame(refusal({ ...areq, acctType: '79' }), refused('203', 'acctType'))
  t.strictSame(refusal({ ...areq231, acctType: '79' }), refused('207', 'acctType'))
  // A leg's own elements on the other leg are additional.
  t.strictSame(judge({ ...areq, dsTransID: 5, dsURL: '', deviceInfo: 1 }, toDs, 'strict'), { findings: [] })
  t.strictSame(refusal({ ...areq, dsTransID: 5 }), refused('203', 'dsTransID'))
})

t.test('a condition sees only the elements of its message: what is additional makes nothing due (§3.7)', async (t) => {
  const thirdParty = { ...areq, deviceChannel: '03', threeRIInd: '01' }
  t.strictSame(refusal(thirdParty, toDs), refused('201', 'recurringExpiry,recurringFrequency'))
  t.strictSame(judge({ ...areq, threeRIInd: '01' }, toDs, 'strict'), { findings: [] })
  t.strictSame(judge({ ...areq231, threeRIInd: '01' }, toDs, 'strict'), { findings: [] })
})

t.test('a channel or category that is not known requires what all of them require', async (t) => {
  t.strictSame(judge({ ...payment, deviceChannel: '80', messageCategory: '80' }, toDs, 'strict'), { findings: [] })
  t.strictSame(refusal({ ...payment, deviceChannel: '80', messageCategory: '80', acctNumber: undefined, browserTZ: 'x' }), refused('203', 'browserTZ'))
  t.strictSame(refusal({ ...areq, deviceChannel: '05' }), refused('203', 'deviceChannel'))
  t.strictSame(refusal({ ...areq, deviceChannel: undefined, messageCategory: 1 }), refused('203', 'messageCategory'))
  t.strictSame(judge(cres), { findings: [] })
  t.strictSame(refusal({ ...cres, acsTransID: '' }), refused('201', 'acsTransID'))
  t.strictSame(refusal(cres, { ...final, deviceChannel: '02' }), undefined)
  t.strictSame(refusal(cres, { ...final, ...inBrowser }), refused('201', 'transStatus'))
  t.strictSame(refusal(creq, { deviceChannel: '03' }), undefined, 'a channel that has no CReq is none')
  t.strictSame(refusal(creq, { earlier: { areq } }), refused('201', 'challengeWindowSize'))
  t.strictSame(refusal(creq, { earlier: { areq: { ...payment, ...app } as JsonObject } }), refused('201', 'sdkCounterStoA,sdkTransID'))
  // What is due on a leg is due where the leg is known.
  t.strictSame(refusal({ ...payment, ...app, sdkEncData: undefined }), undefined)
  t.strictSame(refusal({ ...payment, ...app, sdkEncData: undefined }, toDs), refused('201', 'sdkEncData'))
  t.strictSame(refusal({ ...payment, ...app, sdkEncData: undefined }, toAcs), refused('201', 'deviceInfo,dsReferenceNumber,dsTransID,dsURL'))
})

t.test('a RReq has its own category; conditions ask earlier messages, and are left alone where these are not given', async (t) => {
  const { interactionCounter, ...without } = rreq
  t.strictSame(refusal(without, inBrowser), undefined)
  t.strictSame(refusal(without, { ...inBrowser, earlier: { ares: {} } }), refused('201', 'interactionCounter'))
  t.strictSame(refusal(without, { ...inBrowser, earlier: { ares: { acsDecConInd: 'Y' } } }), undefined)
  t.strictSame(refusal({ ...rreq, messageCategory: '02', transStatus: undefined }, inBrowser), undefined)
  t.strictSame(refusal({ ...rreq, messageCategory: '01', transStatus: undefined }, inBrowser), refused('201', 'transStatus'))
  const entered = { ...creq, sdkTransID, sdkCounterStoA: '001' }
  t.strictSame(refusal(entered, inApp), undefined)
  t.strictSame(refusal(entered, { ...inApp, earlier: { cres: { acsUiType: '05' } } }), refused('201', 'challengeHTMLDataEntry'))
  t.strictSame(refusal({ ...entered, challengeCancel: '01' }, { ...inApp, earlier: { cres: { acsUiType: '05' } } }), undefined)
  t.strictSame(refusal({ ...entered, messageVersion: '2.3.1', oobAppURLInd: '01' }, { ...inApp, earlier: { cres: { acsUiType: '06' } } }), refused('201', 'challengeHTMLDataEntry,oobContinue'))
  const recurring = { ...areq231, threeDSRequestorAuthenticationInd: '02', purchaseInstalData: '012', recurringInd: { amountInd: '01', frequencyInd: '01' } }
  t.strictSame(refusal(recurring), refused('201', 'recurringAmount,recurringDate,recurringFrequency'))
  t.strictSame(refusal({ ...recurring, recurringInd: 'x' }), refused('203', 'recurringInd'))
  t.strictSame(refusal({ ...areq231, deviceChannel: '03', threeRIInd: '01' }, { contexts: ['spcSecondAReq'] }), refused('201', 'recurringInd,threeDSRequestorPriorAuthenticationInfo'))
})

t.test('a transStatus that the request did not allow is 203 where the request is known (§6)', async (t) => {
  const declined = { ...ares, acsDecConInd: 'Y', acsChallengeMandated: 'Y', authenticationType: '04', cardholderInfo: 'Approve in your bank app' }
  const table: [message: object, earlier: JsonObject | undefined, detail: string | undefined][] = [
    [{ ...declined, transStatus: 'D' }, undefined, undefined],
    [{ ...declined, transStatus: 'D' }, { threeDSRequestorDecReqInd: 'Y' }, undefined],
    [{ ...declined, transStatus: 'D' }, { threeDSRequestorDecReqInd: 'N' }, 'transStatus'],
    [{ ...declined, transStatus: 'D' }, {}, 'transStatus'],
    [{ ...declined, transStatus: 'D', messageVersion: '2.1.0', authenticationType: '03' }, undefined, 'transStatus'],
    [challenged, { deviceChannel: '02' }, undefined],
    [challenged, { deviceChannel: '03' }, 'transStatus'],
    [challenged, { threeDSRequestorChallengeInd: '06' }, 'transStatus'],
    [challenged, { threeDSRequestorChallengeInd: ['04', '06'] }, 'transStatus'],
    [{ ...challenged, transStatus: 'S' }, {}, 'transStatus'],
    [{ ...ares, transStatus: 'I' }, { threeDSRequestorChallengeInd: '05' }, undefined]
  ]
  for (const [message, earlier, detail] of table) {
    const expected = { ...inBrowser, ...(earlier === undefined ? {} : { earlier: { areq: earlier } }) }
    t.strictSame(refusal(message, expected), detail === undefined ? undefined : refused('203', detail), JSON.stringify([message, earlier]))
  }
  t.strictSame(judge({ ...ares, transStatus: 'I' }, { ...inBrowser, earlier: { areq: {} } }, 'strict'), { findings: [{ errorCode: '203', element: 'transStatus', refused: false }] }, 'a DS rule may allow it')
  t.strictSame(refusal({ ...cres, transStatus: 'U' }, { ...inBrowser, ...final }), refused('203', 'transStatus'))
})

t.test('extensions: at most 10, in 2.3.1 15; 81920 characters in whole; an unknown one that is critical is 202 (§3.8)', async (t) => {
  const extension = { name: 'Name', id: 'A000000000-1', criticalityIndicator: false, data: { a: 'b' } }
  const times = (count: number, members: object = {}) => Array.from({ length: count }, () => ({ ...extension, ...members }))
  const long = { data: { text: 'x'.repeat(8059 - 11) } }
  const table: [messageExtension: unknown, version: string, answer: object | undefined][] = [
    [times(10), '2.2.0', undefined],
    [times(11), '2.2.0', refused('203', 'messageExtension')],
    [times(15), '2.3.1', undefined],
    [times(16), '2.3.1', refused('203', 'messageExtension')],
    [times(10, long), '2.3.1', undefined],
    [times(11, long), '2.3.1', refused('203', 'messageExtension')],
    [times(1, { data: { text: 'x'.repeat(8059 - 10) } }), '2.2.0', refused('203', 'messageExtension.data')],
    [times(1, { name: 'x'.repeat(65), id: 'x'.repeat(65), data: 'text' }), '2.2.0', refused('203', 'messageExtension.name,messageExtension.id,messageExtension.data')],
    [times(1, { criticalityIndicator: 'false' }), '2.2.0', refused('203', 'messageExtension.criticalityIndicator')],
    [[{ ...extension, id: undefined }, { ...extension, name: '' }], '2.2.0', refused('201', 'messageExtension.id,messageExtension.name')],
    [[extension, { ...extension, id: 'one', criticalityIndicator: true }, { ...extension, id: 'two', criticalityIndicator: true }, { ...extension, id: 'one', criticalityIndicator: true }], '2.2.0', refused('202', 'one,two')],
    ['text', '2.2.0', refused('203', 'messageExtension')],
    [[null], '2.2.0', refused('203', 'messageExtension')],
    [[{ ...extension, id: 5, criticalityIndicator: true }], '2.2.0', refused('203', 'messageExtension.id')]
  ]
  for (const [messageExtension, version, answer] of table) {
    t.strictSame(refusal({ ...(version === '2.3.1' ? areq231 : areq), messageExtension }), answer, JSON.stringify(messageExtension).slice(0, 80))
  }
  t.equal(refusal({ ...erro, messageExtension: times(99, { criticalityIndicator: true }) }), undefined, 'Erro has none')
})

t.test('what the texts leave open is accepted (§17)', async (t) => {
  for (const authenticationValue of ['AAABBZEEBgAAAAAAAAQGAAAAAAA=', 'AAABBZEEBgAAAAAAAAQGAAAAAAAA']) t.equal(refusal({ ...authenticated, authenticationValue }, inBrowser), undefined)
  t.strictSame(refusal({ ...authenticated, authenticationValue: 'AAABBZEEBgAAAAAAAAQGAAAAAAA' }, inBrowser), refused('203', 'authenticationValue'))
  for (const workPhone of ['4512345678', { cc: '45', subscriber: '12345678' }]) t.equal(refusal({ ...areq, workPhone }), undefined)
  t.strictSame(refusal({ ...areq231, workPhone: '4512345678' }), refused('203', 'workPhone'))
  t.equal(refusal({ ...areq, browserLanguage: 'zh-Hant-TW-x-private' }), undefined)
  t.strictSame(refusal({ ...payment, ...browser, messageVersion: '2.1.0', browserLanguage: 'zh-Hant-TW-x-private' }), refused('203', 'browserLanguage'))
  const last = { ...cres, sdkTransID, acsCounterAtoS: '002', challengeCompletionInd: 'Y', transStatus: 'Y' }
  for (const acsUiType of ['01', undefined]) t.equal(refusal({ ...last, acsUiType }, { ...inApp, ...final }), undefined)
  t.equal(refusal({ ...last, messageVersion: '2.3.1', transStatus: 'D' }, { ...inApp, ...final }), undefined)
  t.equal(refusal({ ...preq, threeDSRequestorURL: 5 }), undefined)
  for (const challengeDataEntry of ['a,b', 'a;b']) t.equal(refusal({ ...creq, sdkTransID, sdkCounterStoA: '001', challengeDataEntry }, inApp), undefined)
  t.equal(refusal({ ...creq, messageVersion: '2.1.0', sdkTransID, sdkCounterStoA: '001', challengeNoEntry: 'Y' }, inApp), undefined)
  for (const id of [threeDSServerTransID, threeDSServerTransID.toUpperCase()]) t.equal(refusal({ ...areq, threeDSServerTransID: id }), undefined)
})

t.test('an Erro may hold any code (§12.1); one that its version does not have is a finding (§12.2)', async (t) => {
  for (const errorCode of ['999', '401', '308']) t.strictSame(judge({ ...erro, errorCode }, {}, 'strict'), { findings: [{ errorCode: '203', element: 'errorCode', refused: false }] })
  t.strictSame(judge({ ...erro, messageVersion: '2.3.1', errorCode: '308', errorMessageType: 'OReq' }, {}, 'strict'), { findings: [] })
  t.strictSame(refusal({ ...erro, errorCode: '20x' }), refused('203', 'errorCode'))
})

t.test('codes that stand twice in a list are 204 in 2.3.1 (§3.5)', async (t) => {
  t.strictSame(refusal({ ...areq231, threeDSRequestorChallengeInd: ['02', '02'] }), refused('204', 'threeDSRequestorChallengeInd'))
  t.strictSame(refusal({ ...pres231, dsProtocolVersions: ['2.2.0', '2.2.0'] }), undefined)
  t.strictSame(refusal({ ...payment, ...app, deviceRenderOptions: { sdkInterface: '03', sdkUiType: ['01', '01'] } }), undefined)
})

t.test('no input takes more time or room than its length', async (t) => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const withMember = (text: string) => `${JSON.stringify(areq).slice(0, -1)},${text}}`
  const extension = (data: string) => withMember(`"messageExtension":[{"name":"n","id":"i","criticalityIndicator":false,"data":${data}}]`)
  t.strictSame(refusal(extension(nested(100_000))), refused('203', 'messageExtension'))
  t.strictSame(refusal(extension(nested(5000))), refused('203', 'messageExtension.data'))
  t.strictSame(refusal(extension(`{"a":[${'[],'.repeat(2000)}5,true,null,"é\\n\\u00e9"]}`)), undefined)
  t.strictSame(refusal(extension(`{${Array.from({ length: 9000 }, (_, index) => `"k${index}":1`).join()}}`)), refused('203', 'messageExtension'))
  t.strictSame(refusal(withMember(`"unknown":${nested(100_000)}`)), undefined)
  t.strictSame(refusal({ ...areq, messageExtension: Array.from({ length: 50_000 }, (_, index) => ({ id: `${index}`, criticalityIndicator: true })) }), refused('203', 'messageExtension'))
  const huge = 'a'.repeat(2_000_000)
  for (const element of ['email', 'browserIP', 'browserLanguage', 'threeDSRequestorURL', 'acctNumber', 'cardholderName', 'purchaseDate']) {
    for (const text of [huge, ' '.repeat(2_000_000), '😀'.repeat(1_000_000), '\ud800'.repeat(1_000_000), '-'.repeat(2_000_000), `https://${huge}`]) t.strictSame(refusal({ ...areq, [element]: text }), refused('203', element))
  }
  for (const text of [huge, `${huge}.${huge}.`, '.'.repeat(100_000), '-'.repeat(100_000)]) t.strictSame(refusal({ ...payment, ...of231, ...app, sdkType: '02', splitSdkType: { sdkVariant: '01' }, sdkServerSignedContent: text }), refused('203', 'sdkServerSignedContent'))
  t.strictSame(refusal({ ...areq, merchantName: '\ud800\udfff\ud800' }), refused('203', 'merchantName'))
  t.strictSame(refusal(extension(nested(100_000).replace('1', '"\\ud800"'))), refused('203', 'messageExtension'))
  t.strictSame(refusal({ ...pres, cardRangeData: Array.from({ length: 100_000 }, () => ({ ...range, startRange: 5 })) }), refused('203', 'cardRangeData.startRange'))
})

t.test('a message made from the catalogue passes; with one thing broken, the judge names it', async () => {
  const judged = elements.flatMap((element) => waysOf(element).map((way) => ({ element, way }))).filter(({ element }) => !['messageType', 'messageVersion', 'deviceChannel', 'messageCategory'].includes(element.name))
  fc.assert(fc.property(fc.constantFrom(...judged), fc.nat(), fc.nat(), fc.nat(), ({ element, way: given }, which, more, seed) => {
    const way = copy(given)
    const shape = shapeIn(way.version, element)
    const isCritical = (value: any) => Array.isArray(value) && value.some((item) => item.criticalityIndicator === true)
    const good = goodValues(shape, way).filter((value) => !isCritical(value))
    const others = elements.filter((other) => !['messageExtension', 'transStatus'].includes(other.name) && !other.name.startsWith('message') && rowOf(other, way)?.presence === 'O')
    const message: JsonObject = { [element.name]: copy(good[which % good.length]) }
    for (let index = 0; index < more % 12 && others.length > 0; index++) {
      const other = others[(seed + index * 7919) % others.length]
      message[other.name] ??= goodValues(shapeIn(way.version, other), way)[0]
    }
    complete(message, way)
    const expected = {
      contexts: way.contexts, ...(way.leg === undefined ? {} : { leg: way.leg }), ...(way.channel === '' ? {} : { deviceChannel: way.channel, messageCategory: way.category })
    } as Partial<Expected>
    if (refusal(message, expected, 'strict') !== undefined) return false
    const broken = badValues(shape, element.name, way)
    const { value, errorCode, element: named } = broken[seed % broken.length] as typeof broken[number]
    const answer = refusal({ ...message, [element.name]: value }, expected, 'strict')
    // What is broken may be what the condition of another element asks for.
    return answer?.errorCode === errorCode && answer.errorDetail.split(',').includes(named)
  }), { numRuns: 400 })
})
