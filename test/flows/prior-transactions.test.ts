import t from 'tap'
import { build, post } from '../setup/app.ts'
import { evaluate } from '../setup/parties/evaluate.ts'
import { aReq } from '../setup/parties/messages.ts'
import { encoded } from '../setup/parties/shop.ts'
import { confirmPayment } from '../setup/parties/spc-browser.ts'

const SPC_CARD = '4000400040004012'
const FRICTIONLESS_CARD = '4000400040004000'
const CONSENT_CARD = '4000400040004008'
const SPC = { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.example.test' }

/** What makes an AReq one that does not go on with the transaction that it names. */
const OTHERS = [{ acctNumber: '4111111111111111' }, { threeDSRequestorID: 'another-requestor' }]

const app = await build(t)

/** Sends an AReq and holds its ARes against the catalogue. */
async function authenticated (areq: Record<string, any>): Promise<Record<string, any>> {
  const { status, body } = await post(app, '/ds', areq)
  t.equal(status, 200)
  t.strictSame(evaluate(body, { messageType: 'ARes', earlier: { areq } }), [])
  return body
}

const priorInfo = (acsTransID: string, threeDSReqPriorAuthMethod: string) => [{ threeDSReqPriorRef: acsTransID, threeDSReqPriorAuthMethod, threeDSReqPriorAuthTimestamp: '202611210900' }]

t.test('SPC: S with what the browser needs, and the second AReq is Y where the cardholder confirmed (emv3ds-protocol §5.9)', async (t) => {
  const first = aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD, ...SPC })
  const s = await authenticated(first)
  t.equal(s['transStatus'], 'S')
  t.match(s['spcTransData'], { payeeOrigin: 'https://shop.example.test', currency: 'EUR', value: '45.99', timeout: /^\d{5,6}$/, challenge: /^[\w-]{43}$/ })
  const confirmed = await authenticated(aReq({ version: '2.3.1' }, {
    acctNumber: SPC_CARD,
    ...SPC,
    threeDSRequestorAuthenticationInfo: [{ threeDSReqAuthMethod: '09', threeDSReqAuthTimestamp: '202611210901', threeDSReqAuthData: encoded(confirmPayment(s)) }],
    threeDSRequestorPriorAuthenticationInfo: priorInfo(s['acsTransID'], '05')
  }))
  t.match(confirmed, { transStatus: 'Y', eci: '05' })
  t.equal((await app.stateStore.findByAcsTransId(s['acsTransID'])).challenge?.state, 'ended', 'no RReq follows')
})

t.test('SPC that did not come about is a challenge (emv3ds-protocol §5.9)', async (t) => {
  const s = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD, ...SPC }))
  const again = await authenticated(aReq({ version: '2.3.1' }, {
    acctNumber: SPC_CARD, ...SPC, spcIncompInd: '02', threeDSRequestorPriorAuthenticationInfo: priorInfo(s['acsTransID'], '05')
  }))
  t.equal(again['transStatus'], 'C')
})

t.test('SPC needs 2.3.1, a browser, and a 3DS Requestor who can do it: else it is a challenge', async (t) => {
  t.equal((await authenticated(aReq({ version: '2.2.0' }, { acctNumber: SPC_CARD })))['transStatus'], 'C')
  t.equal((await authenticated(aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD })))['transStatus'], 'C')
})

t.test('an earlier transaction that is not known here decides nothing', async (t) => {
  const body = await authenticated(aReq({ version: '2.2.0' }, {
    acctNumber: FRICTIONLESS_CARD, threeDSRequestorPriorAuthenticationInfo: { threeDSReqPriorRef: '0e9d8c7b-6a5f-4e3d-9c2b-1a0f9e8d7c04', threeDSReqPriorAuthMethod: '01' }
  }))
  t.equal(body['transStatus'], 'Y')
  const odd = await authenticated(aReq({ version: '2.2.0' }, { acctNumber: FRICTIONLESS_CARD, threeDSRequestorPriorAuthenticationInfo: { threeDSReqPriorRef: 'no id' } }))
  t.equal(odd['transStatus'], 'Y')
})

/** What recurring payments (01) and instalments (02) need in addition. */
const RECURRING: Record<string, Record<string, object>> = {
  '2.1.0': {},
  '2.2.0': { '01': { recurringExpiry: '20301231', recurringFrequency: '30' }, '02': { recurringExpiry: '20301231', recurringFrequency: '30', purchaseInstalData: '12' } },
  '2.3.1': { '01': { recurringInd: { amountInd: '02', frequencyInd: '02' } }, '02': { recurringInd: { amountInd: '02', frequencyInd: '02' }, purchaseInstalData: '12' } }
}

t.test('3RI: every indicator of each version is answered (emv3ds-protocol §5.8)', async (t) => {
  for (const [version, last] of [['2.1.0', 5], ['2.2.0', 11], ['2.3.1', 18]] as const) {
    for (let indicator = 1; indicator <= last; indicator++) {
      const threeRIInd = String(indicator).padStart(2, '0')
      const areq = aReq({ version, channel: '03' }, { acctNumber: FRICTIONLESS_CARD, threeRIInd, ...RECURRING[version]?.[threeRIInd] })
      t.equal((await authenticated(areq))['transStatus'], 'Y', `${version} ${threeRIInd}`)
    }
  }
})

t.test('3RI status checks answer with the status that was asked for (emv3ds-protocol §5.8)', async (t) => {
  const check = (version: '2.2.0' | '2.3.1', threeRIInd: string) => authenticated(aReq({ version, channel: '03' }, { acctNumber: FRICTIONLESS_CARD, threeRIInd }))
  t.match(await check('2.2.0', '10'), { whiteListStatus: 'N', whiteListStatusSource: '03' })
  t.match(await check('2.3.1', '10'), { trustListStatus: 'N', trustListStatusSource: '03' })
  t.match(await check('2.3.1', '13'), { deviceBindingStatus: '01', deviceBindingStatusSource: '03' })
  t.match(await check('2.3.1', '14'), { cardSecurityCodeStatus: 'U', cardSecurityCodeStatusSource: '02' })
})

t.test('what the cardholder consented to is told to who asks for it later, and so is what he refused (emv3ds-protocol §5.8)', async (t) => {
  for (const [answer, trustListStatus, deviceBindingStatus] of [['Y', 'Y', '15'], ['N', 'R', '04']] as const) {
    const { acsTransID, threeDSServerTransID } = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: CONSENT_CARD })) as { acsTransID: string, threeDSServerTransID: string }
    await app.stateStore.update(threeDSServerTransID, (kept) => ({
      ...kept, challenge: { ...kept.challenge, interactionCounter: 1, sdkCounter: 0, consents: { trustList: answer, deviceBinding: answer } }
    }))
    const check = (threeRIInd: string, members: Record<string, string> = {}) => authenticated(aReq({ version: '2.3.1', channel: '03' }, {
      acctNumber: CONSENT_CARD, threeRIInd, threeDSRequestorPriorAuthenticationInfo: priorInfo(acsTransID, '02'), ...members
    }))
    t.match(await check('10'), { trustListStatus })
    t.match(await check('13'), { deviceBindingStatus })
    for (const other of OTHERS) t.match(await check('10', other), { trustListStatus: 'N' }, 'of another card, or to another 3DS Requestor, nothing')
  }
})

/** Decoupled is needed, and was not asked for. */
const UNASKED = { transStatus: 'N', transStatusReason: '23' }

t.test('the fallback to decoupled after a challenge that ended with D, where the 3DS Requestor asks for it: else N, 23 (emv3ds-protocol §5.7)', async (t) => {
  const first = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: '4000400040004011', threeDSRequestorDecReqInd: 'F', threeDSRequestorDecMaxTime: '00010' }))
  t.equal(first['transStatus'], 'C')
  const asked = {
    acctNumber: '4000400040004011',
    threeRIInd: '19',
    threeDSRequestorDecReqInd: 'Y',
    threeDSRequestorDecMaxTime: '00010',
    threeDSRequestorPriorAuthenticationInfo: priorInfo(first['acsTransID'], '02')
  }
  t.equal((await authenticated(aReq({ version: '2.3.1', channel: '03' }, asked)))['transStatus'], 'U', 'the challenge has not ended so: 3RI knows no other')
  await app.stateStore.update(first['threeDSServerTransID'], (kept) => ({
    ...kept, challenge: { interactionCounter: 1, sdkCounter: 0, state: 'ended', rReq: { ...kept.aRes, messageType: 'RReq', transStatus: 'D' } as never }
  }))
  t.match(await authenticated(aReq({ version: '2.3.1', channel: '03' }, asked)), { transStatus: 'D', acsDecConInd: 'Y', authenticationMethod: ['12'] })
  t.match(await authenticated(aReq({ version: '2.3.1' }, asked)), { transStatus: 'C' }, 'in a browser threeRIInd says nothing (§3.7)')
  for (const [threeDSRequestorDecReqInd, expected] of [['B', { transStatus: 'D' }], ['N', UNASKED], ['F', UNASKED], [undefined, UNASKED]] as const) {
    t.match(await authenticated(aReq({ version: '2.3.1', channel: '03' }, { ...asked, threeDSRequestorDecReqInd })), expected, `decoupled asked for with ${threeDSRequestorDecReqInd}`)
  }
})

t.test('a transaction of another card, or of another 3DS Requestor, is no basis for a fallback: the card decides (emv3ds-protocol §5.7)', async (t) => {
  const first = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: '4000400040004011', threeDSRequestorDecReqInd: 'F', threeDSRequestorDecMaxTime: '00010' }))
  await app.stateStore.update(first['threeDSServerTransID'], (kept) => ({
    ...kept, challenge: { interactionCounter: 1, sdkCounter: 0, state: 'ended', rReq: { ...kept.aRes, messageType: 'RReq', transStatus: 'D' } as never }
  }))
  const again = (members: Record<string, string>) => authenticated(aReq({ version: '2.3.1', channel: '03' }, {
    acctNumber: '4000400040004011', threeRIInd: '19', threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00010', threeDSRequestorPriorAuthenticationInfo: priorInfo(first['acsTransID'], '02'), ...members
  }))
  t.match(await again({ acctNumber: FRICTIONLESS_CARD }), { transStatus: 'Y' })
  t.match(await again({ threeDSRequestorID: 'another-requestor' }), { transStatus: 'U', transStatusReason: '21' })
  t.match(await again({}), { transStatus: 'D' })
})

t.test('an assertion confirms no payment of another card or 3DS Requestor: N, 09; without one their card decides; the SPC stays open (emv3ds-protocol §5.9, §7)', async (t) => {
  const s = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD, ...SPC }))
  const second = (members: Record<string, unknown>) => authenticated(aReq({ version: '2.3.1' }, {
    acctNumber: SPC_CARD, ...SPC, threeDSRequestorPriorAuthenticationInfo: priorInfo(s['acsTransID'], '05'), ...members
  }))
  const confirmed = { threeDSRequestorAuthenticationInfo: [{ threeDSReqAuthMethod: '09', threeDSReqAuthTimestamp: '202611210901', threeDSReqAuthData: encoded(confirmPayment(s)) }] }
  for (const other of OTHERS) t.match(await second({ ...confirmed, ...other }), { transStatus: 'N', transStatusReason: '09' })
  t.match(await second({ spcIncompInd: '01', acctNumber: FRICTIONLESS_CARD }), { transStatus: 'Y' })
  t.match(await second({ spcIncompInd: '01', threeDSRequestorID: 'another-requestor' }), { transStatus: 'S' })
  t.match(await second(confirmed), { transStatus: 'Y' })
})

t.test('only a browser\'s AReq ends a Secure Payment Confirmation: another one that names it is answered by its scenario (emv3ds-protocol §5.9)', async (t) => {
  const s = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD, ...SPC }))
  const later = aReq({ version: '2.3.1', channel: '03' }, { acctNumber: FRICTIONLESS_CARD, threeDSRequestorPriorAuthenticationInfo: priorInfo(s['acsTransID'], '02') })
  t.equal((await authenticated(later))['transStatus'], 'Y')
  t.equal((await app.stateStore.findByAcsTransId(s['acsTransID'])).challenge?.endedBy, undefined)
})

t.test('of two second AReq at once each is answered, and the SPC is over (emv3ds-protocol §5.9)', async (t) => {
  const s = await authenticated(aReq({ version: '2.3.1' }, { acctNumber: SPC_CARD, ...SPC }))
  const second = () => authenticated(aReq({ version: '2.3.1' }, {
    acctNumber: SPC_CARD, ...SPC, spcIncompInd: '01', threeDSRequestorPriorAuthenticationInfo: priorInfo(s['acsTransID'], '05')
  }))
  for (const { transStatus } of await Promise.all([second(), second()]) as { transStatus: string }[]) t.equal(transStatus, 'C')
  t.equal((await app.stateStore.findByAcsTransId(s['acsTransID'])).challenge?.state, 'ended')
})
