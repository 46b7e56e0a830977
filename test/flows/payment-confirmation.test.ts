import t, { type Test } from 'tap'
import { commonMembers, named } from '../setup/parties/named.ts'
import { encoded } from '../setup/parties/shop.ts'
import { confirmPayment, type Slips } from '../setup/parties/spc-browser.ts'
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

const proof = (threeDSReqAuthData: unknown, members: Record<string, unknown> = {}) => ({
  threeDSRequestorAuthenticationInfo: [{ threeDSReqAuthMethod: '09', threeDSReqAuthTimestamp: '202611201016', threeDSReqAuthData, ...members }]
})

/** What the browser makes of the first ARes. */
const assertion = ({ ares }: Authenticated, members: Record<string, unknown> = {}) => proof(encoded(confirmPayment(ares)), members)

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
    const confirmed = await second(stage, s, assertion(s))
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
      'refused, with an assertion all the same': { spcIncompInd: '02', ...proof('anything') },
      'another method': proof('anything', { threeDSReqAuthMethod: '02' }),
      'no assertion': proof(undefined),
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
    expectC(t, stage, await second(stage, s, assertion(s)), 'late')
    await stage.later(24 * 60 * MINUTE)
    t.strictSame(stage.results(s), [TIMED_OUT])

    const used = await first(stage)
    t.equal((await second(stage, used, assertion(used))).ares.transStatus, 'Y')
    expectC(t, stage, await second(stage, used, assertion(used)), 'twice')
    t.strictSame(stage.faults, [])
  })
}

t.test('the assertion counts as an object, as JSON and as Base64 in either alphabet; NPA and a payee without origin are confirmed too (emv3ds-protocol §5.9)', async (t) => {
  const stage = await startStage(t)
  for (const [spelling, spell] of Object.entries({
    object: (credential: object) => credential,
    JSON: (credential: object) => JSON.stringify(credential),
    Base64: (credential: object) => encoded(credential, { alphabet: 'base64', padding: true })
  })) {
    const s = await first(stage)
    t.match((await second(stage, s, proof(spell(confirmPayment(s.ares))))).ares, { transStatus: 'Y' }, spelling)
  }
  const payment = { purchaseAmount: undefined, purchaseCurrency: undefined, purchaseExponent: undefined, purchaseDate: undefined }
  const nothingPaid = await stage.authenticate({ version, card: CARD, category: '02' }, { ...SUPPORT, ...payment })
  t.match(nothingPaid.ares, { spcTransData: { value: '0' } })
  t.match((await second(stage, nothingPaid, { ...assertion(nothingPaid), ...payment, messageCategory: '02' })).ares, { transStatus: 'Y' })
  t.strictSame(stage.faults, [])
})

t.test('an assertion that is not the browser\'s answer to the first ARes is N, reason 09, and ends the SPC: no RReq (emv3ds-protocol §5.9, §7)', async (t) => {
  const stage = await startStage(t)
  const other = await first(stage)
  const slips: Record<string, Slips> = {
    'of another transaction': { clientData: { challenge: other.ares.spcTransData.challenge } },
    'of another credential': { credential: { id: other.ares.webAuthnCredList[0].credentialIds } },
    'no credential of a public key': { credential: { type: 'password' } },
    'no response': { credential: { response: 'x' } },
    'for signing in': { clientData: { type: 'webauthn.get' } },
    'without a payment': { clientData: { payment: undefined } },
    'of another amount': { payment: { total: { currency: 'EUR', value: '0.01' } } },
    'in another currency': { payment: { total: { currency: 'USD', value: '45.99' } } },
    'without a total': { payment: { total: null } },
    'for another payee': { payment: { payeeOrigin: 'https://other.test' } },
    'for a payee with a name': { payment: { payeeName: 'Shop' } },
    'for another relying party': { payment: { rpId: 'other.test' } },
    'for a relying party of another hash': { rpId: 'other.test' },
    'without the cardholder': { flags: 0x04 },
    'without a cardholder who was verified': { flags: 0x01 },
    'client data that are no base64url': { response: { clientDataJSON: '?' } },
    'client data that are no JSON': { response: { clientDataJSON: encoded('no JSON') } },
    'authenticator data that are too short': { response: { authenticatorData: 'AAAA' } },
    'without a signature': { response: { signature: '' } },
    'a signature that is no text': { response: { signature: 1 } }
  }
  const wrong: [string, (s: Authenticated) => unknown][] = Object.entries(slips).map(([name, slip]) => [name, ({ ares }) => confirmPayment(ares, slip)])
  for (const junk of ['junk!', 'eyJhc3NlcnRpb24iOjF9', '{"assertion":', 'bnVsbA', { assertion: '1' }]) wrong.push([JSON.stringify(junk), () => junk])
  for (const [name, data] of wrong) {
    const s = await first(stage)
    const { ares } = await second(stage, s, proof(data(s)))
    t.strictSame(named(ares, ares), aRes(stage, { transStatus: 'N', transStatusReason: '09' }), name)
    t.match(await second(stage, s, assertion(s)), { ares: { transStatus: 'C' } }, 'it was good once')
    await stage.later(24 * 60 * MINUTE)
    t.strictSame(stage.results(s), [], name)
  }
  const s = await first(stage)
  t.match((await second(stage, s, { ...assertion(s), purchaseAmount: '4600' })).ares, { transStatus: 'N', transStatusReason: '09' }, 'another amount in the second AReq')
  const raised = await first(stage)
  const confirmed = proof(confirmPayment(raised.ares, { payment: { total: { currency: 'EUR', value: '46.00' } } }))
  t.match((await second(stage, raised, { purchaseAmount: '4600', ...confirmed })).ares, { transStatus: 'N' }, 'another amount than the first AReq, though confirmed')
  t.strictSame(stage.faults, [])
})

for (const kind of PEERS) {
  t.test(`the second AReq, for a foreign ${kind}, has an id of its own (A/301) and names the first (201); the same one again gets the same answer (emv3ds-protocol §5.9, §12.2)`, async (t) => {
    const stage = await startStage(t, kind)
    const s = await first(stage)
    const { threeDSServerTransID } = s.ares
    t.match((await second(stage, s, { ...assertion(s), threeDSServerTransID })).ares, {
      messageType: 'Erro', errorCode: '301', errorComponent: 'A', errorDetail: 'threeDSServerTransID', errorMessageType: 'AReq', messageVersion: version
    })
    for (const members of [assertion(s), { spcIncompInd: '01' }]) {
      t.match((await stage.authenticate({ version, card: CARD }, { ...SUPPORT, ...members })).ares, {
        messageType: 'Erro', errorCode: '201', errorComponent: kind === 'DS' ? 'A' : 'D', errorDetail: 'threeDSRequestorPriorAuthenticationInfo'
      })
    }
    const confirmed = await second(stage, s, assertion(s))
    t.match(confirmed.ares, { transStatus: 'Y' }, 'what was refused ended nothing')
    const again = { ...assertion(s), threeDSServerTransID: confirmed.ares.threeDSServerTransID }
    t.match((await second(stage, s, again)).ares, { transStatus: 'Y' }, 'whoever lost the answer asks again')
    t.match((await second(stage, s, assertion(s))).ares, { transStatus: 'C' })
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
