import t, { type Test } from 'tap'
import type { TransStatus } from '../../src/protocol/messages.ts'
import { startAcs } from '../setup/parties/acs.ts'
import type { Channel, Version } from '../setup/parties/messages.ts'
import { commonMembers, named } from '../setup/parties/named.ts'
import { hangUp, silence } from '../setup/parties/party.ts'
import { type Authenticated, CHANNELS, DECOUPLED_VERSIONS, PEERS, type PeerKind, type Stage, startStage, VERSIONS, type Wish } from './stage.ts'

/* AReq → ARes, and that is all: emv3ds-protocol §5.2, §5.8, §5.10, §5.11. */

const A_DAY = 86_400_000

/** An ARes of this ACS, but for what its status brings. */
function aRes (kind: PeerKind, version: Version, channel: Channel, members: Record<string, unknown>): Record<string, unknown> {
  return {
    ...commonMembers('ARes', version),
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: kind === 'DS' ? '3DS_LOA_DIS_PRTY_020200_00002' : 'MOCK_DS',
    ...ofApps(version, channel),
    ...members
  }
}

function ofApps (version: Version, channel: Channel): Record<string, unknown> {
  if (channel !== '01') return {}
  return { sdkTransID: '{sdkTransID}', ...(version === '2.3.1' ? { deviceInfoRecognisedVersion: '1.3', threeDSRequestorAppURLInd: 'Y' } : {}) }
}

/** Authenticates, and compares the ARes whole. */
async function expectARes (t: Test, stage: Stage, wish: Required<Pick<Wish, 'version' | 'channel'>> & Wish, asked: Record<string, unknown>, members: Record<string, unknown>, name: string): Promise<Authenticated> {
  const done = await stage.authenticate(wish, asked)
  t.strictSame(named(done.ares, done.ares), aRes(stage.kind, wish.version, wish.channel, members), name)
  return done
}

/** No RReq follows, ever (§5.2), and nobody has a fault to find. */
async function expectNoMore (t: Test, stage: Stage): Promise<void> {
  await stage.later(A_DAY)
  t.strictSame(stage.peer.of('RReq'), [])
  t.strictSame(stage.faults, [])
}

const PROOF = '{20 bytes}'
/** What the card brings in a payment, and otherwise (§6, §8). */
const RESULTS: readonly { card: string, status: TransStatus, payment: Record<string, unknown>, other: Record<string, unknown>, instead?: Record<string, unknown> }[] = [
  { card: '4000400040004000', status: 'Y', payment: { eci: '05', authenticationValue: PROOF }, other: {} },
  { card: '4000000000001018', status: 'N', payment: { transStatusReason: '01' }, other: { transStatusReason: '01' } },
  { card: '4000000000001026', status: 'A', payment: { eci: '06', authenticationValue: PROOF }, other: {} },
  { card: '4000000000001034', status: 'U', payment: { transStatusReason: '14' }, other: { transStatusReason: '14' } },
  { card: '4000000000001042', status: 'R', payment: { transStatusReason: '11' }, other: { transStatusReason: '11' } },
  // 2.1.0 has no I.
  { card: '4000000000002024', status: 'I', payment: { eci: '07', authenticationValue: PROOF }, other: {}, instead: { transStatus: 'U', transStatusReason: '07' } }
]

for (const kind of PEERS) {
  t.test(`Y, N, A, U, R, I for a foreign ${kind}: every version, channel and category, ARes whole, and no RReq (emv3ds-protocol §5.2, §6)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of VERSIONS) {
      for (const channel of CHANNELS) {
        for (const category of version === '2.1.0' && channel === '03' ? ['02'] as const : ['01', '02'] as const) {
          for (const { card, status, payment, other, instead } of RESULTS) {
            const asked = {
              ...(status === 'I' && version !== '2.1.0' && channel !== '03' ? { threeDSRequestorChallengeInd: version === '2.3.1' ? ['07'] : '07' } : {}),
              // What is no payment adds or maintains a card.
              ...(channel === '03' && category === '02' ? { threeRIInd: '05' } : {})
            }
            const members = instead !== undefined && version === '2.1.0' ? instead : { transStatus: status, ...(category === '01' ? payment : other) }
            await expectARes(t, stage, { version, channel, category, card }, asked, members, `${status} ${version} ${channel} ${category}`)
          }
        }
      }
    }
    await expectNoMore(t, stage)
  })
}

/** Which reasons each version has: emv3ds-protocol §7. */
const LAST_REASON: Record<Version, number> = { '2.1.0': 21, '2.2.0': 26, '2.3.1': 30 }
const twoDigits = (number: number) => String(number).padStart(2, '0')

t.test('N, U and R go out with every reason that the version has; what it has not becomes one that it has (§7)', async (t) => {
  const stage = await startStage(t, 'DS')
  for (const version of VERSIONS) {
    for (const transStatus of ['N', 'U', 'R'] as const) {
      for (const reason of [...Array.from({ length: 30 }, (_, index) => index + 1), 31, 79, 80, 99]) {
        const transStatusReason = twoDigits(reason)
        stage.app.roles.acs.scenarios = [{ name: 'reason', description: '', match: {}, outcome: { transStatus, transStatusReason } }]
        const { ares } = await stage.authenticate({ version })
        const isKnown = reason <= LAST_REASON[version] || reason >= 80
        const expected = aRes('DS', version, '02', { transStatus, transStatusReason: isKnown ? transStatusReason : ares.transStatusReason })
        t.strictSame(named(ares, ares), expected, `${transStatus} ${transStatusReason} ${version}`)
        if (!isKnown) t.ok(Number(ares.transStatusReason) <= LAST_REASON[version], `${transStatusReason} → ${ares.transStatusReason} ${version}`)
      }
    }
  }
  await expectNoMore(t, stage)
})

t.test('who shares data only is never challenged: I in place of C (§5.11); 05 is an exemption, with 07 a challenge may come', async (t) => {
  const stage = await startStage(t)
  for (const version of DECOUPLED_VERSIONS) {
    const indicator = (code: string) => ({ threeDSRequestorChallengeInd: version === '2.3.1' ? [code] : code })
    for (const channel of ['01', '02'] as const) {
      const wish = { version, channel, card: '4000400040004001' }
      await expectARes(t, stage, wish, indicator('06'), { transStatus: 'I', eci: '07', authenticationValue: PROOF }, `06 ${version} ${channel}`)
      await expectARes(t, stage, wish, indicator('05'), {
        acsOperatorID: 'MOCK_ACS_NEW', acsReferenceNumber: 'issuer2', transStatus: 'Y', eci: '05', authenticationValue: PROOF
      }, `05 ${version} ${channel}`)
      t.equal((await stage.authenticate(wish, indicator('07'))).ares.transStatus, 'C', `07 ${version} ${channel}`)
    }
  }
  t.strictSame(stage.faults, [])
})

/** What recurring payments (01) and instalments (02) need in addition. */
function recurring (version: Version, threeRIInd: string): Record<string, unknown> {
  if (version === '2.1.0' || (threeRIInd !== '01' && threeRIInd !== '02')) return {}
  return {
    ...(version === '2.2.0' ? { recurringExpiry: '20301231', recurringFrequency: '30' } : { recurringInd: { amountInd: '02', frequencyInd: '02' } }),
    ...(threeRIInd === '02' ? { purchaseInstalData: '12' } : {})
  }
}

/** What a status check asks for (§5.8), after a consent or without any. */
const CHECKS: Record<string, Partial<Record<string, Record<string, string>>>> = {
  '2.2.0': { 10: { whiteListStatus: 'N', whiteListStatusSource: '03' } },
  '2.3.1': {
    10: { trustListStatus: 'N', trustListStatusSource: '03' },
    13: { deviceBindingStatus: '01', deviceBindingStatusSource: '03' },
    14: { cardSecurityCodeStatus: 'U', cardSecurityCodeStatusSource: '02' }
  }
}
const LAST_INDICATOR: Record<Version, number> = { '2.1.0': 5, '2.2.0': 11, '2.3.1': 19 }

for (const kind of PEERS) {
  t.test(`3RI for a foreign ${kind}: every threeRIInd with a reference to the authentication before, ARes whole (§5.8)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const version of VERSIONS) {
      const before = await stage.authenticate({ version, channel: '02' })
      const info = { threeDSReqPriorRef: before.ares.acsTransID, threeDSReqPriorAuthMethod: '01', threeDSReqPriorAuthTimestamp: '202611201014' }
      for (let indicator = 1; indicator <= LAST_INDICATOR[version]; indicator++) {
        const threeRIInd = twoDigits(indicator)
        const asked = { threeRIInd, threeDSRequestorPriorAuthenticationInfo: version === '2.3.1' ? [info] : info, ...recurring(version, threeRIInd) }
        await expectARes(t, stage, { version, channel: '03' }, asked, {
          transStatus: 'Y',
          ...CHECKS[version]?.[threeRIInd],
          ...(version === '2.1.0' ? {} : { eci: '05', authenticationValue: PROOF })
        }, `${threeRIInd} ${version}`)
      }
    }
    await expectNoMore(t, stage)
  })
}

t.test('3RI knows no challenge: a card that is challenged gets U with reason 21 (§5.8, §6)', async (t) => {
  const stage = await startStage(t)
  for (const version of VERSIONS) {
    await expectARes(t, stage, { version, channel: '03', card: '4000400040004001' }, {}, { transStatus: 'U', transStatusReason: '21' }, version)
  }
  await expectNoMore(t, stage)
})

/** An ARes of this DS for an ACS that is away. */
function attempt (version: Version, channel: Channel): Record<string, unknown> {
  return {
    ...commonMembers('ARes', version),
    acsReferenceNumber: 'MOCK_DS',
    dsReferenceNumber: 'MOCK_DS',
    ...ofApps(version, channel),
    ...(channel === '01' && version === '2.3.1' ? { threeDSRequestorAppURLInd: 'N' } : {}),
    transStatus: 'A',
    ...(version === '2.1.0' && channel === '03' ? {} : { eci: '06', authenticationValue: PROOF })
  }
}

t.test('A by the DS for an ACS that is down: every version and channel, ARes whole (§5.10, §11)', async (t) => {
  const acs = await startAcs(t)
  acs.onAuthentication(hangUp)
  const stage = await startStage(t, '3DS Server', { DS_ACS_URL: acs.url })
  for (const version of VERSIONS) {
    for (const channel of CHANNELS) {
      const { ares } = await stage.authenticate({ version, channel })
      t.strictSame(named(ares, ares), attempt(version, channel), `${version} ${channel}`)
    }
  }
  t.strictSame(acs.faults, [])
  await expectNoMore(t, stage)
})

t.test('an ACS that is down or silent, and makes no attempts: 405 or 402 for the 3DS Server, 402 for the ACS too, whole (§11, §12.3)', async (t) => {
  const ranges = [{ start: '4000000000000000', end: '4999999999999999', acsProtocolVersions: VERSIONS.map((version) => ({ version, acsInfoInd: ['01'] })) }]
  const acs = await startAcs(t)
  const env = { DS_ACS_URL: acs.url, CARD_RANGES: `${t.testdir({ 'ranges.json': JSON.stringify(ranges) })}/ranges.json` }
  const [patient, impatient] = [await startStage(t, '3DS Server', env), await startStage(t, '3DS Server', { ...env, DS_ACS_TIMEOUT_MS: '1000' })]
  for (const [stage, behaviour, errorCode, errorDescription, errorDetail] of [
    [impatient, silence, '402', 'Transaction timed out', 'The ACS did not answer in time'],
    [patient, hangUp, '405', 'Connection to the next component failed', 'The ACS cannot be reached: ECONNRESET']
  ] as const) {
    acs.onAuthentication(behaviour)
    const answers = await Promise.all(VERSIONS.map((version) => stage.authenticate({ version })))
    if (errorCode === '402') await acs.received('Erro', VERSIONS.length)
    for (const [at, { ares: erro }] of answers.entries()) {
      t.strictSame(named(erro, erro), {
        messageType: 'Erro',
        messageVersion: VERSIONS[at],
        errorCode,
        errorComponent: 'D',
        errorDescription,
        errorDetail,
        errorMessageType: 'AReq',
        threeDSServerTransID: '{threeDSServerTransID}',
        dsTransID: '{dsTransID}'
      }, `${errorCode} ${VERSIONS[at]}`)
      t.equal(erro.dsTransID, acs.transaction(erro.threeDSServerTransID).areq.dsTransID)
      const told = acs.of('Erro').map(({ message }) => message).filter(({ dsTransID }) => dsTransID === erro.dsTransID)
      t.strictSame(told, errorCode === '402' ? [erro] : [])
    }
  }
  t.strictSame(acs.faults, [])
  for (const stage of [patient, impatient]) await expectNoMore(t, stage)
})
