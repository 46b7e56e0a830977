import t, { type Test } from 'tap'
import { commonMembers, named } from '../setup/parties/named.ts'
import { type Authenticated, PEERS, type Stage, startStage } from './stage.ts'

/* Secure Payment Confirmation, 2.3.1 in a browser: emv3ds-protocol §5.9. */

const CARD = '4000400040004012'
const version = '2.3.1'
const MINUTE = 60_000
const SUPPORT = { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.test' }
const PROOF = { eci: '05', authenticationValue: '{20 bytes}' }
const TIMED_OUT = {
  ...commonMembers('RReq', version), messageCategory: '01', transStatus: 'N', transStatusReason: '14', challengeCancel: '04', authenticationMethod: ['14'], interactionCounter: '00'
}

/** The first AReq, and its ARes S. */
function first (stage: Stage): Promise<Authenticated> {
  return stage.authenticate({ version, card: CARD }, SUPPORT)
}

/** The second AReq: new ids, and a reference to the first. */
function second (stage: Stage, { ares }: Authenticated, members: Record<string, unknown>): Promise<Authenticated> {
  return stage.authenticate({ version, card: CARD }, {
    ...SUPPORT, threeDSRequestorPriorAuthenticationInfo: [{ threeDSReqPriorRef: ares.acsTransID, threeDSReqPriorAuthMethod: '05', threeDSReqPriorAuthTimestamp: '202611201014' }], ...members
  })
}

const assertion = (members: Record<string, unknown> = {}) => ({
  threeDSRequestorAuthenticationInfo: [{ threeDSReqAuthMethod: '09', threeDSReqAuthTimestamp: '202611201016', threeDSReqAuthData: 'eyJhc3NlcnRpb24iOjF9', ...members }]
})

function aRes (stage: Stage, members: Record<string, unknown>): Record<string, unknown> {
  return {
    ...commonMembers('ARes', version),
    acsOperatorID: 'MOCK_ACS',
    acsReferenceNumber: 'issuer1',
    dsReferenceNumber: stage.kind === 'DS' ? '3DS_LOA_DIS_PRTY_020200_00002' : 'MOCK_DS',
    ...members
  }
}

function expectS (t: Test, stage: Stage, { ares }: Authenticated): void {
  const { webAuthnCredList: [{ credentialIds }], spcTransData: { challenge, icon } } = ares
  for (const bytes of [credentialIds, challenge]) t.match(bytes, /^[\w-]{43}$/)
  t.match(icon, /^data:image\/png;base64,/)
  t.strictSame(named(ares, ares), aRes(stage, {
    transStatus: 'S',
    webAuthnCredList: [{ rpID: 'acs.example.test', credentialIds }],
    spcTransData: { challenge, currency: 'EUR', displayName: 'Test card', icon, payeeOrigin: 'https://shop.test', timeout: '300000', value: '45.99' }
  }))
}

/** What the 3DS Requestor gets who has to ask the cardholder in the ordinary way. */
function expectC (t: Test, stage: Stage, { ares }: Authenticated, name: string): void {
  t.strictSame(named(ares, ares, { url: stage.url }), aRes(stage, {
    transStatus: 'C', acsChallengeMandated: 'Y', authenticationMethod: ['02'], acsURL: '{url}/acs/challenge'
  }), name)
}

for (const kind of PEERS) {
  t.test(`confirmed, for a foreign ${kind}: AReq → ARes S → the browser → AReq with the assertion → ARes Y, whole; no RReq follows either (emv3ds-protocol §5.9)`, async (t) => {
    const stage = await startStage(t, kind)
    const s = await first(stage)
    expectS(t, stage, s)
    await stage.later(9 * MINUTE)
    const confirmed = await second(stage, s, assertion())
    t.strictSame(named(confirmed.ares, confirmed.ares), aRes(stage, { transStatus: 'Y', ...PROOF }))
    t.not(confirmed.ares.acsTransID, s.ares.acsTransID)
    await stage.later(24 * 60 * MINUTE)
    t.strictSame([stage.peer.of('RReq'), stage.faults], [[], []])
  })

  t.test(`not confirmed, for a foreign ${kind}: spcIncompInd, or nothing that is an assertion, → ARes C → challenge → RReq Y, and none for the first (§5.9)`, async (t) => {
    const stage = await startStage(t, kind)
    for (const [name, members] of Object.entries({
      'did not come about': { spcIncompInd: '01' },
      refused: { spcIncompInd: '02' },
      'timed out': { spcIncompInd: '03' },
      'refused, with an assertion all the same': { spcIncompInd: '02', ...assertion() },
      'another method': assertion({ threeDSReqAuthMethod: '02' }),
      'no assertion': assertion({ threeDSReqAuthData: undefined }),
      nothing: {}
    })) {
      const s = await first(stage)
      expectS(t, stage, s)
      const again = await second(stage, s, members)
      expectC(t, stage, again, name)
      const page = await stage.press(await stage.open(again), again, { otp: '1234', action: 'submit' })
      t.match(await stage.atShop(page, again), { transStatus: 'Y' })
      t.strictSame(stage.results(again), [{ ...commonMembers('RReq', version), messageCategory: '01', transStatus: 'Y', authenticationMethod: ['02'], interactionCounter: '01', ...PROOF }], name)
      await stage.later(24 * 60 * MINUTE)
      t.strictSame(stage.results(s), [], name)
    }
    t.strictSame(stage.faults, [])
  })

  t.test(`never, for a foreign ${kind}: 10 min after the ARes RReq N, 14, once; an assertion that comes then is too late, and so is one that comes twice: ARes C (§5.9, §11)`, async (t) => {
    const stage = await startStage(t, kind)
    const s = await first(stage)
    await stage.later(10 * MINUTE - 1)
    t.strictSame(stage.results(s), [])
    await stage.later(1)
    t.strictSame(stage.results(s), [TIMED_OUT])
    if (kind === 'DS') t.match(await stage.challenge(s), { state: 'ended', reports: [{ answer: { messageType: 'RRes', resultsStatus: '01' } }] })
    expectC(t, stage, await second(stage, s, assertion()), 'late')
    await stage.later(24 * 60 * MINUTE)
    t.strictSame(stage.results(s), [TIMED_OUT])

    const used = await first(stage)
    t.equal((await second(stage, used, assertion())).ares.transStatus, 'Y')
    expectC(t, stage, await second(stage, used, assertion()), 'twice')
    t.strictSame(stage.faults, [])
  })
}

t.test('SPC_TIMEOUT_SECONDS sets the time (§11)', async (t) => {
  const stage = await startStage(t, '3DS Server', { SPC_TIMEOUT_SECONDS: '5' })
  const s = await first(stage)
  await stage.later(4999)
  t.strictSame(stage.results(s), [])
  await stage.later(1)
  t.strictSame(stage.results(s), [TIMED_OUT])
  t.strictSame(stage.faults, [])
})

t.test('where it cannot be done the card is challenged: before 2.3.1, in an app, without spcSupport; 3RI gets U, 21 (§5.9, §6)', async (t) => {
  const stage = await startStage(t)
  for (const [wish, members, expected] of [
    [{ version: '2.1.0' }, {}, { transStatus: 'C' }],
    [{ version: '2.2.0' }, {}, { transStatus: 'C' }],
    [{ version }, {}, { transStatus: 'C' }],
    [{ version, channel: '01' }, SUPPORT, { transStatus: 'C' }],
    [{ version, channel: '03' }, SUPPORT, { transStatus: 'U', transStatusReason: '21' }]
  ] as const) {
    t.match((await stage.authenticate({ ...wish, card: CARD }, members)).ares, expected)
  }
  t.strictSame(stage.faults, [])
})
