import fc from 'fast-check'
import t from 'tap'
import { createEmvProofs } from '../../../src/acs/emv-proofs.ts'
import { legacyProofs } from '../../../src/dialects/original/values.ts'
import type { AReq, TransStatus } from '../../../src/protocol/messages.ts'
import { type Scheme, SCHEMES } from '../../../src/protocol/scheme-ranges.ts'
import { SUPPORTED_VERSIONS } from '../../../src/protocol/versions.ts'

const ACS_TRANS_ID = '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6'
const STATUSES: readonly TransStatus[] = ['Y', 'A', 'N', 'U', 'R', 'C', 'D', 'I', 'S']

const VISA = '4111111111111111'
const MASTERCARD = '5200000000001005'
const MIR = '2201382000000013'

const aReqOf = (elements: Partial<AReq>): AReq => ({
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  deviceChannel: '02',
  messageCategory: '01',
  acctNumber: VISA,
  ...elements
})

const proofs = createEmvProofs('seed')

/** A proof as text: ECI and the first four characters of the value. */
function told ({ eci = '--', authenticationValue }: { eci?: string, authenticationValue?: string }): string {
  return authenticationValue === undefined ? eci : `${eci} ${authenticationValue.slice(0, 4)}`
}

t.test('what goes with each status in an ARes, in an RReq and in an ARes of the DS, in every version: emv3ds-protocol §6, §8', async (t) => {
  const nothing = { N: '--', U: '--', R: '--', C: '--', D: '--', S: '--' }
  const rows: ReadonlyArray<readonly [string, Partial<AReq>, 'forARes' | 'forRReq' | 'forDs', Record<TransStatus, string>]> = [
    ['Visa ARes', {}, 'forARes', { ...nothing, Y: '05 AAAB', A: '06 AAAB', I: '07 AAAB' }],
    ['Visa RReq', {}, 'forRReq', { ...nothing, Y: '05 AAAB', A: '06 AAAB', I: '07' }],
    ['Visa DS', {}, 'forDs', { ...nothing, Y: '05', A: '06 AAAB', I: '07' }],
    ['Mastercard ARes', { acctNumber: MASTERCARD }, 'forARes', { ...nothing, Y: '02 kAqC', A: '01 kEbq', I: '04 kXMn' }],
    ['Mastercard ARes, exemption', { acctNumber: MASTERCARD, threeDSRequestorChallengeInd: '05' }, 'forARes', { ...nothing, Y: '02 kAqC', A: '01 kEbq', I: '06 kNnF' }],
    ['Mastercard RReq', { acctNumber: MASTERCARD }, 'forRReq', { ...nothing, Y: '02 kBYk', A: '01 kEbq', I: '04' }],
    ['Mastercard DS', { acctNumber: MASTERCARD }, 'forDs', { ...nothing, Y: '02', A: '01 kFZ/', I: '04' }],
    ['Mir ARes', { acctNumber: MIR }, 'forARes', { ...nothing, Y: '02 CABR', A: '01 CABR', I: '-- CABR' }],
    ['Visa non-payment', { messageCategory: '02' }, 'forARes', { ...nothing, Y: '--', A: '--', I: '--' }],
    ['Mastercard non-payment', { acctNumber: MASTERCARD, messageCategory: '02' }, 'forARes', { ...nothing, Y: 'N2', A: '--', N: 'N0', U: 'N0', I: '--' }],
    ['Mastercard non-payment DS', { acctNumber: MASTERCARD, messageCategory: '02' }, 'forDs', { ...nothing, Y: 'N2', A: '--', N: 'N0', U: 'N0', I: '--' }],
    ['Mir non-payment', { acctNumber: MIR, messageCategory: '02' }, 'forRReq', { ...nothing, Y: '02', A: '01', I: '--' }]
  ]
  for (const [title, elements, door, expected] of rows) {
    for (const messageVersion of SUPPORTED_VERSIONS) {
      const aReq = aReqOf({ ...elements, messageVersion })
      const made = Object.fromEntries(STATUSES.map((status) => [status, told(proofs[door](aReq, status, ACS_TRANS_ID))]))
      t.strictSame(made, expected, `${title} ${messageVersion}`)
    }
  }
})

t.test('whole proofs, as they go out', async (t) => {
  t.strictSame(proofs.forARes(aReqOf({}), 'Y', ACS_TRANS_ID), { eci: '05', authenticationValue: 'AAABztUPAKTJMK5FUXrbetJ7PTk=' })
  t.strictSame(proofs.forRReq(aReqOf({ acctNumber: MASTERCARD }), 'Y', ACS_TRANS_ID), { eci: '02', authenticationValue: 'kBYkE7dcRNuaTpUSl+lKBBl5WyyZ' })
  t.strictSame(proofs.forDs(aReqOf({}), 'A', ACS_TRANS_ID), { eci: '06', authenticationValue: 'AAAB6goQ9AdRPsBEtnBynxS5T7g=' })
  t.strictSame(proofs.forARes(aReqOf({}), 'N', ACS_TRANS_ID), {}, 'an absent element is no member')
})

t.test('with the ECI wanted on failure, N, U and R have it and still no value: emv3ds-protocol §17', async (t) => {
  const present = createEmvProofs('seed', 'present')
  for (const [acctNumber, eci] of [[VISA, '07'], [MASTERCARD, '00']] as const) {
    for (const status of ['N', 'U', 'R'] as const) {
      for (const door of ['forARes', 'forRReq', 'forDs'] as const) t.strictSame(present[door](aReqOf({ acctNumber }), status, ACS_TRANS_ID), { eci })
    }
  }
  t.strictSame(present.forARes(aReqOf({ acctNumber: MIR }), 'N', ACS_TRANS_ID), {})
  t.strictSame(present.forARes(aReqOf({}), 'Y', ACS_TRANS_ID), proofs.forARes(aReqOf({}), 'Y', ACS_TRANS_ID))
})

t.test('the scheme that the DS decided on for a co-badged card shows in ECI and value', async (t) => {
  const rows: ReadonlyArray<readonly [acctNumber: string, scheme: Scheme | undefined, inARes: string]> = [
    ['5131000000000000', undefined, '02 kAqC'], ['5131000000000000', 'cb', '02 AAAB'], ['5131000000000000', 'mastercard', '02 kAqC'],
    ['4970100000000000', 'cb', '05 AAAB'], ['4970100000000000', 'visa', '05 AAAB'], ['5131000000000000', 'eftpos', '05 AAAB'], [VISA, 'mir', '02 CABR'], [VISA, 'other', '05 AAAB']
  ]
  for (const [acctNumber, scheme, inARes] of rows) t.equal(told(proofs.forARes(aReqOf({ acctNumber }), 'Y', ACS_TRANS_ID, scheme)), inARes, `${acctNumber.slice(0, 4)} ${scheme}`)
})

t.test('the same seed makes the same proofs; each of challenge, frictionless and attempt its own; and no value is out of shape', async () => {
  const card = fc.constantFrom(VISA, MASTERCARD, MIR, '340000000001007', '36148900647913', '3530111333300000', '6200000000000005', '6505290000002000')
  const scheme = fc.constantFrom(undefined, ...SCHEMES)
  fc.assert(fc.property(fc.string(), fc.uuid(), card, scheme, fc.constantFrom(...STATUSES), fc.constantFrom('forARes', 'forRReq', 'forDs'), (seed, id, acctNumber, scheme, status, door) => {
    const aReq = aReqOf({ acctNumber })
    const made = createEmvProofs(seed)[door](aReq, status, id, scheme)
    const again = createEmvProofs(seed)[door](aReq, status, id, scheme)
    const { eci, authenticationValue = 'A'.repeat(28) } = made
    return made.eci === again.eci && made.authenticationValue === again.authenticationValue &&
      (eci === undefined || /^0[0-7]$/.test(eci)) && /^[A-Za-z0-9+/]{27}[A-Za-z0-9+/=]$/.test(authenticationValue)
  }))
})

t.test('the original server\'s constants stay as they are, whatever the card and the 3DS Requestor\'s choice', async (t) => {
  for (const acctNumber of [VISA, MASTERCARD, MIR]) {
    const aReq = aReqOf({ acctNumber })
    t.strictSame(legacyProofs.forARes(aReq, 'N', ACS_TRANS_ID, 'cb'), { eci: '05', authenticationValue: 'QWErty123+/ABCD5678ghijklmn==' })
    t.strictSame(legacyProofs.forRReq(aReq, 'Y', ACS_TRANS_ID, 'cb'), { eci: '02', authenticationValue: 'AgF5ipusvc7f8AESIzRFVmd4iZo=' })
    t.strictSame(legacyProofs.forRReq(aReq, 'N', ACS_TRANS_ID), { eci: '07', authenticationValue: 'AAAAAAAAAAAAAAAAAAAAAA==' })
  }
})
