import t from 'tap'
import { type Circumstances, evaluate } from './evaluate.ts'
import { aReq, aRes, browserCReq, type Channel, erro, forwarded, oReq, pReq, rReq, rRes, type Version } from './messages.ts'

const VERSIONS: readonly Version[] = ['2.1.0', '2.2.0', '2.3.1']
const CHANNELS: readonly Channel[] = ['01', '02', '03']

/** Faults as `code element`, for short tables. */
function faults (message: unknown, circumstances: Circumstances = {}): string[] {
  return evaluate(message, circumstances).map(({ code, element }) => `${code} ${element}`)
}

t.test('every message that a party builds is whole by the catalogue (emv3ds-protocol §18)', async (t) => {
  for (const version of VERSIONS) {
    for (const channel of CHANNELS) {
      const name = `${version}, channel ${channel}`
      const asked = { threeDSRequestorDecReqInd: version === '2.1.0' ? undefined : 'Y', threeDSRequestorDecMaxTime: version === '2.1.0' ? undefined : '00005' }
      const areq = aReq({ version, channel }, asked)
      t.strictSame(faults(areq, { leg: '3DSServer->DS', strict: true }), [], `AReq ${name}`)
      const toAcs = forwarded(areq, 'https://ds.test')
      t.strictSame(faults(toAcs, { leg: 'DS->ACS', strict: true }), [], `AReq to the ACS ${name}`)
      for (const transStatus of ['Y', 'N', 'U', 'A', 'R', ...(channel === '03' ? [] : ['C']), ...(version === '2.1.0' ? [] : ['D', 'I'])]) {
        const ares = aRes(toAcs, { transStatus })
        t.strictSame(faults(ares, { earlier: { areq: toAcs }, leg: 'ACS->DS', strict: true }), [], `ARes ${transStatus} ${name}`)
        if (transStatus !== 'C' && transStatus !== 'D') continue
        const rreq = rReq(toAcs, ares)
        t.strictSame(faults(rreq, { earlier: { areq: toAcs, ares }, leg: 'ACS->DS', strict: true }), [], `RReq after ${transStatus} ${name}`)
        t.strictSame(faults(rRes(rreq), { earlier: { areq: toAcs, ares } }), [], `RRes after ${transStatus} ${name}`)
        t.strictSame(faults(erro(rreq, 'D', '203', 'eci'), { earlier: { areq: toAcs, ares } }), [], `Erro ${name}`)
      }
    }
    const areq = aReq({ version })
    const creq = browserCReq(aRes(areq, { transStatus: 'C' }))
    t.strictSame(faults(creq), [], `CReq of a browser ${version}`)
    t.strictSame(faults(pReq(version)), [], `PReq ${version}`)
  }
  const spc = aReq({ version: '2.3.1' }, { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.test' })
  t.strictSame(faults(spc), [], 'AReq that offers SPC')
  t.strictSame(faults(aRes(forwarded(spc, 'https://ds.test'), { transStatus: 'S' }), { earlier: { areq: spc } }), [], 'ARes S')
  t.strictSame(faults(oReq()), [], 'OReq')
})

t.test('a fault is found and named with its code (§3, §12.2)', async (t) => {
  const areq = aReq()
  const with2 = (members: object) => ({ ...areq, ...members })
  const in231 = (members: object) => ({ ...aReq({ version: '2.3.1' }), ...members })
  const extension = (more: object) => ({ name: 'x', id: 'A000000003-x', criticalityIndicator: false, data: { a: 'b' }, ...more })
  const table: [string, unknown, string[]][] = [
    ['no object', [], ['101 ']],
    ['unknown type', with2({ messageType: 'Nope' }), ['101 messageType']],
    ['unknown version', with2({ messageVersion: '2.0.0' }), ['102 messageVersion']],
    ['number for a string', with2({ purchaseAmount: 4599 }), ['203 purchaseAmount']],
    ['string for a boolean', with2({ browserJavascriptEnabled: 'true' }), ['203 browserJavascriptEnabled']],
    ['too long', with2({ merchantName: 'x'.repeat(41) }), ['203 merchantName']],
    ['not the form', with2({ threeDSServerTransID: 'x'.repeat(36) }), ['203 threeDSServerTransID']],
    ['no date of the calendar', with2({ purchaseDate: '20260231101500' }), ['203 purchaseDate']],
    ['no month', with2({ cardExpiryDate: '3013' }), ['203 cardExpiryDate']],
    ['no address', with2({ browserIP: '192.0.2.300' }), ['203 browserIP']],
    ['no absolute URL', with2({ notificationURL: '/3ds' }), ['203 notificationURL']],
    ['a code that is not listed', with2({ threeDSCompInd: 'X' }), ['203 threeDSCompInd']],
    ['reserved before 2.3.1', with2({ deviceChannel: '02', threeDSRequestorAuthenticationInd: '07' }), ['203 threeDSRequestorAuthenticationInd']],
    ['reserved in 2.3.1', in231({ threeDSRequestorAuthenticationInd: '11' }), ['207 threeDSRequestorAuthenticationInd']],
    ['for the DS to judge', with2({ threeDSRequestorAuthenticationInd: '85' }), []],
    ['twice in a list', in231({ threeDSRequestorChallengeInd: ['01', '01'] }), ['204 threeDSRequestorChallengeInd']],
    ['reserved in a list', in231({ threeDSRequestorChallengeInd: ['01', '20'] }), ['207 threeDSRequestorChallengeInd']],
    ['a list where 2.2.0 has a string', with2({ threeDSRequestorChallengeInd: ['01'] }), ['203 threeDSRequestorChallengeInd']],
    ['no country', with2({ merchantCountryCode: '901' }), ['304 merchantCountryCode']],
    ['no currency', with2({ purchaseCurrency: '999' }), ['304 purchaseCurrency']],
    ['required and absent', with2({ mcc: undefined }), ['201 mcc']],
    ['required and empty', with2({ mcc: '' }), ['201 mcc']],
    ['optional and empty', with2({ acctID: '' }), ['203 acctID']],
    ['condition holds', with2({ browserTZ: undefined }), ['201 browserTZ']],
    ['condition does not hold', with2({ browserTZ: undefined, browserJavascriptEnabled: false }), []],
    ['a child', with2({ acctInfo: { chAccAgeInd: '1' } }), ['203 acctInfo.chAccAgeInd']],
    ['a required child', with2({ homePhone: { cc: '33' } }), ['201 homePhone.subscriber']],
    ['unknown elements', with2({ shoeSize: '44', acctInfo: { shoeSize: '44' } }), []],
    ['an element of another channel', with2({ sdkMaxTimeout: 'x' }), []],
    ['an extension', with2({ messageExtension: [extension({})] }), []],
    ['a critical extension', with2({ messageExtension: [extension({ criticalityIndicator: true })] }), ['202 A000000003-x']],
    ['an extension without data', with2({ messageExtension: [extension({ data: undefined })] }), ['201 messageExtension.data']],
    ['eleven extensions', with2({ messageExtension: Array.from({ length: 11 }, (_, at) => extension({ name: `${at}` })) }), ['203 messageExtension']],
    ['several at once', with2({ mcc: '12', acctNumber: undefined }), ['201 acctNumber', '203 mcc']]
  ]
  for (const [name, message, expected] of table) t.strictSame(faults(message), expected, name)
  t.strictSame(faults(areq, { messageType: 'ARes' }), ['101 messageType'])
  t.strictSame(faults(areq, { version: '2.1.0' }), ['203 messageVersion'])
  t.strictSame(faults(with2({ messageExtension: [extension({ criticalityIndicator: true })] }), { extensions: ['A000000003-x'] }), [])
})

t.test('earlier messages, the leg and the screen decide (§5.7, §6, §9)', async (t) => {
  const areq = forwarded(aReq({ channel: '01' }), 'https://ds.test')
  const ares = aRes(areq, { transStatus: 'C' })
  const ids = { threeDSServerTransID: ares.threeDSServerTransID, acsTransID: ares.acsTransID, sdkTransID: areq.sdkTransID }
  const creq = { messageType: 'CReq', messageVersion: '2.2.0', ...ids, sdkCounterStoA: '001' }
  const cres = { messageType: 'CRes', messageVersion: '2.2.0', ...ids, acsCounterAtoS: '000', challengeCompletionInd: 'N', acsUiType: '01' }
  t.strictSame(faults(creq), [], 'the first CReq enters nothing')
  t.strictSame(faults(creq, { earlier: { cres } }), ['201 challengeDataEntry', '201 challengeNoEntry'], 'a later one enters something')
  t.strictSame(faults({ ...creq, challengeDataEntry: '1234' }, { earlier: { cres } }), [])
  t.strictSame(faults({ ...creq, challengeCancel: '01' }, { earlier: { cres } }), [])
  t.strictSame(faults({ ...cres, acsUiType: undefined }), ['201 acsUiType'])
  t.strictSame(faults({ ...cres, transStatus: 'Y' }), ['203 transStatus'], 'no status before the end')
  t.strictSame(faults({ ...cres, challengeCompletionInd: 'Y', transStatus: 'Y' }), ['203 acsUiType'], 'no screen at the end')
  t.strictSame(faults({ ...cres, challengeCompletionInd: 'Y', acsUiType: undefined, transStatus: 'U' }), ['203 transStatus'], 'only Y and N at the end')
  const in231 = { ...cres, messageVersion: '2.3.1', acsUiType: '05', acsHTML: Buffer.from('<form>').toString('base64url') }
  t.strictSame(faults(in231), [])
  t.strictSame(faults({ ...in231, submitAuthenticationLabel: 'Go' }), ['203 submitAuthenticationLabel'], 'a text that the screen does not have')

  t.strictSame(faults(rReq(areq, ares, { interactionCounter: undefined }), { earlier: { areq, ares } }), ['201 interactionCounter'])
  t.strictSame(faults(rReq(areq, ares, { interactionCounter: undefined }), { deviceChannel: '01' }), [], 'not demanded when the ARes is not known')
  t.strictSame(faults(rReq(areq, ares, { authenticationMethod: '02' }), { leg: 'DS->3DSServer' }), ['203 authenticationMethod'], 'the DS removes it')
  t.strictSame(faults(areq, { leg: '3DSServer->DS' }),
    ['203 deviceInfo', '203 dsReferenceNumber', '203 dsTransID', '203 dsURL', '201 sdkEncData'], 'what only a DS adds')
  t.strictSame(faults(aRes(areq, { transStatus: 'D' }), { earlier: { areq } }), ['203 transStatus'], 'D that nobody asked for')
  t.strictSame(faults(aRes(aReq({ channel: '03' }), { transStatus: 'C', dsTransID: areq.dsTransID, dsReferenceNumber: 'x' }),
    { earlier: { areq: aReq({ channel: '03' }) } }), ['203 transStatus'], 'no challenge without a cardholder')
  t.strictSame(faults({ ...erro(areq, 'A', '999', 'x') }), [], 'receivers take any error code')
})
