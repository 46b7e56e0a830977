import t from 'tap'
import type { AReq, TransStatus } from '../../../src/protocol/messages.ts'
import { eciFor } from '../../../src/protocol/eci.ts'
import { type Scheme, SCHEME_RANGES, SCHEMES } from '../../../src/protocol/scheme-ranges.ts'
import { schemeNamed } from '../../../src/protocol/scheme-names.ts'
import { schemeOf } from '../../../src/protocol/schemes.ts'
import { SUPPORTED_VERSIONS } from '../../../src/protocol/versions.ts'

t.test('the scheme is told by the leading digits', async (t) => {
  const published: ReadonlyArray<readonly [string, Scheme]> = [
    ['4111111111111111', 'visa'],
    ['4000000000001091', 'visa'],
    ['5200000000001005', 'mastercard'],
    ['2223000048400011', 'mastercard'],
    ['6759649826438453', 'mastercard'],
    ['340000000001007', 'amex'],
    ['378282246310005', 'amex'],
    ['6011111111111117', 'discover'],
    ['36148900647913', 'discover'],
    ['30569309025904', 'discover'],
    ['3530111333300000', 'jcb'],
    ['3338000000000569', 'jcb'],
    ['6200000000000005', 'unionpay'],
    ['2201382000000013', 'mir'],
    ['6505290000002000', 'elo'],
    ['6277800000002457', 'elo'],
    ['9999999999999995', 'other']
  ]
  for (const [acctNumber, scheme] of published) t.equal(schemeOf(acctNumber), scheme, acctNumber.slice(0, 6))
})

t.test('ranges end where they end', async (t) => {
  const edges: ReadonlyArray<readonly [string, Scheme]> = [
    ['219999', 'other'], ['220000', 'mir'], ['220499', 'mir'], ['220500', 'other'],
    ['222099', 'other'], ['222100', 'mastercard'], ['272099', 'mastercard'], ['272100', 'other'],
    ['500000', 'mastercard'], ['504174', 'mastercard'], ['504175', 'elo'], ['504176', 'mastercard'],
    ['506698', 'mastercard'], ['506699', 'elo'], ['506778', 'elo'], ['506779', 'mastercard'], ['509000', 'elo'], ['509999', 'elo'],
    ['510000', 'mastercard'], ['559999', 'mastercard'], ['589999', 'mastercard'], ['590000', 'other'],
    ['352799', 'other'], ['352800', 'jcb'], ['643999', 'other'], ['644000', 'discover'],
    ['627779', 'unionpay'], ['627780', 'elo'], ['627781', 'unionpay'],
    ['636296', 'other'], ['636297', 'elo'], ['636298', 'other'], ['636368', 'elo'],
    ['650030', 'discover'], ['650031', 'elo'], ['650051', 'elo'], ['650052', 'discover'],
    ['650404', 'discover'], ['650405', 'elo'], ['650439', 'elo'], ['650440', 'discover'],
    ['650484', 'discover'], ['650485', 'elo'], ['650598', 'elo'], ['650599', 'discover'],
    ['650699', 'discover'], ['650700', 'elo'], ['650727', 'elo'], ['650728', 'discover'],
    ['650900', 'discover'], ['650901', 'elo'], ['650978', 'elo'], ['650979', 'discover'],
    ['651651', 'discover'], ['651652', 'elo'], ['651679', 'elo'], ['651680', 'discover'],
    ['654999', 'discover'], ['655000', 'elo'], ['655058', 'elo'], ['655059', 'discover'], ['659999', 'discover'],
    ['600000', 'other'], ['660000', 'other'], ['810000', 'unionpay'], ['820000', 'other']
  ]
  for (const [leading, scheme] of edges) t.equal(schemeOf(leading), scheme, leading)
})

t.test('the ranges are in order, none inside another, all of six digits and of card lengths', async (t) => {
  let last = 99_999
  for (const [from, to, scheme, lengths] of SCHEME_RANGES) {
    t.ok(from > last && to >= from && to <= 999_999, `${from} to ${to}`)
    t.ok(SCHEMES.includes(scheme) && lengths.length > 0 && lengths.every((length) => length >= 13 && length <= 19), scheme)
    last = to
  }
})

t.test('what is not a card number is another scheme', async (t) => {
  for (const text of ['', 'abc', '4x', '-1']) t.equal(schemeOf(text), 'other')
  t.equal(schemeOf('4'), 'visa', 'few digits are read as if zeros followed')
})

t.test('the 3DS Requestor\'s name for a scheme is known, however it is written', async (t) => {
  const names: ReadonlyArray<readonly [string, Scheme]> = [
    ['Visa', 'visa'], ['VISA', 'visa'], ['Visa Electron', 'visa'], ['Mastercard', 'mastercard'], ['MasterCard', 'mastercard'], ['master_card', 'mastercard'],
    ['Maestro', 'mastercard'], ['JCB', 'jcb'], ['American Express', 'amex'], ['american-express', 'amex'], ['Amex', 'amex'],
    ['Discover', 'discover'], ['Diners', 'discover'], ['Diners Club', 'discover'], ['Diners Club International', 'discover'],
    ['UnionPay', 'unionpay'], ['union pay', 'unionpay'], ['China UnionPay', 'unionpay'], ['UnionPay International', 'unionpay'],
    ['Mir', 'mir'], ['MIR', 'mir'], ['Elo', 'elo'], ['eftpos', 'eftpos'], ['EFTPOS', 'eftpos'],
    ['CB', 'cb'], ['cb', 'cb'], ['Cartes Bancaires', 'cb'], ['CARTES-BANCAIRES', 'cb'], ['Carte Bancaire', 'cb']
  ]
  for (const [name, scheme] of names) t.equal(schemeNamed(name), scheme, name)
  for (const name of ['', ' ', 'none', 'other', 'constructor', '__proto__', 'visa2', 'V\u0456sa', 'x'.repeat(100_000)]) {
    t.equal(schemeNamed(name), undefined, 'a name that says nothing')
  }
  t.equal(schemeOf('4970100000000000'), 'visa', 'a French IIN is of the scheme that it is co-badged with')
  t.equal(schemeOf('5131000000000000'), 'mastercard')
})

const aReqOf = (elements: Partial<AReq>): AReq => ({
  messageType: 'AReq',
  messageVersion: '2.2.0',
  threeDSServerTransID: '9f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5',
  deviceChannel: '02',
  messageCategory: '01',
  acctNumber: '4111111111111111',
  ...elements
})

const STATUSES: readonly TransStatus[] = ['Y', 'A', 'N', 'U', 'R', 'C', 'D', 'I', 'S']

const CARDS: Partial<Record<Scheme, string>> = { mastercard: '5200000000001005', amex: '340000000001007', jcb: '3530111333300000', mir: '2201382000000013' }

t.test('ECI of every scheme, status, category and version, emv3ds-protocol §8', async (t) => {
  //                        Y    A    N    U    R    C    D    I    S
  const visaFamily = [
    ['payment, absent      ', '05', '06', '--', '--', '--', '--', '--', '07', '--'],
    ['payment, present     ', '05', '06', '07', '07', '07', '--', '--', '07', '--'],
    ['non-payment, absent  ', '--', '--', '--', '--', '--', '--', '--', '--', '--'],
    ['non-payment, present ', '--', '--', '--', '--', '--', '--', '--', '--', '--']
  ]
  const expected: Record<Scheme, string[][]> = {
    visa: visaFamily,
    amex: visaFamily,
    discover: visaFamily,
    jcb: visaFamily,
    unionpay: visaFamily,
    elo: visaFamily,
    eftpos: visaFamily,
    other: visaFamily,
    mastercard: [
      ['payment, absent      ', '02', '01', '--', '--', '--', '--', '--', '04', '--'],
      ['payment, present     ', '02', '01', '00', '00', '00', '--', '--', '04', '--'],
      ['non-payment, absent  ', 'N2', '--', 'N0', 'N0', '--', '--', '--', '--', '--'],
      ['non-payment, present ', 'N2', '--', 'N0', 'N0', '--', '--', '--', '--', '--']
    ],
    mir: [
      ['payment, absent      ', '02', '01', '--', '--', '--', '--', '--', '--', '--'],
      ['payment, present     ', '02', '01', '--', '--', '--', '--', '--', '--', '--'],
      ['non-payment, absent  ', '02', '01', '--', '--', '--', '--', '--', '--', '--'],
      ['non-payment, present ', '02', '01', '--', '--', '--', '--', '--', '--', '--']
    ],
    cb: [
      ['payment, absent      ', '05', '06', '--', '--', '--', '--', '--', '--', '--'],
      ['payment, present     ', '05', '06', '07', '07', '07', '--', '--', '--', '--'],
      ['non-payment, absent  ', '--', '--', '--', '--', '--', '--', '--', '--', '--'],
      ['non-payment, present ', '--', '--', '--', '--', '--', '--', '--', '--', '--']
    ]
  }
  for (const [scheme, rows] of Object.entries(expected) as Array<[Scheme, string[][]]>) {
    for (const messageVersion of SUPPORTED_VERSIONS) {
      for (const deviceChannel of ['01', '02', '03'] as const) {
        const row = (messageCategory: string, onFailure: 'absent' | 'present') => {
          const aReq = aReqOf({ messageVersion, deviceChannel, messageCategory, acctNumber: CARDS[scheme] ?? '4111111111111111' })
          return STATUSES.map((status) => eciFor(scheme, status, aReq, onFailure) ?? '--')
        }
        const made = [row('01', 'absent'), row('01', 'present'), row('02', 'absent'), row('02', 'present')]
        t.strictSame(made, rows.map((cells) => cells.slice(1)), `${scheme} ${messageVersion} channel ${deviceChannel}`)
        t.strictSame(row('85', 'present'), row('01', 'present'), `${scheme}: a DS's own category is a payment`)
      }
    }
  }
})

t.test('Cartes Bancaires has the values of the scheme that the card is co-badged with, emv3ds-protocol §8', async (t) => {
  const row = (acctNumber: string) => STATUSES.map((status) => eciFor('cb', status, aReqOf({ acctNumber }), 'present') ?? '--').join(' ')
  t.equal(row('5131000000000000'), '02 01 00 00 00 -- -- -- --')
  t.equal(row('4970100000000000'), '05 06 07 07 07 -- -- -- --')
})

t.test('without being told, N, U and R have no ECI: emv3ds-protocol §17', async (t) => {
  for (const status of ['N', 'U', 'R'] as const) t.equal(eciFor('visa', status, aReqOf({})), undefined)
})

t.test('Mastercard: 06 with I where the acquirer makes use of an exemption, 04 where data is shared only (emv3ds-protocol §8)', async (t) => {
  const rows: ReadonlyArray<readonly [indicator: string | string[] | undefined, withI: string, withY: string]> = [
    [undefined, '04', '02'], ['01', '04', '02'], ['04', '04', '02'], ['05', '06', '02'], ['06', '04', '02'], ['07', '04', '02'], ['08', '04', '02'],
    ['10', '06', '02'], ['11', '06', '02'], [['05'], '06', '02'], [['06', '05'], '06', '02'], [['06'], '04', '02'], [[], '04', '02']
  ]
  for (const [indicator, withI, withY] of rows) {
    const aReq = aReqOf({ acctNumber: '5200000000001005', ...(indicator === undefined ? {} : { threeDSRequestorChallengeInd: indicator }) })
    t.strictSame([eciFor('mastercard', 'I', aReq), eciFor('mastercard', 'Y', aReq)], [withI, withY], JSON.stringify(indicator))
    t.equal(eciFor('visa', 'I', aReq), '07', 'Visa: 07 either way')
  }
  const nonPayment = aReqOf({ messageCategory: '02', threeDSRequestorChallengeInd: '05' })
  t.equal(eciFor('mastercard', 'I', nonPayment), undefined)
  t.equal(eciFor('mastercard', 'A', aReqOf({ threeDSRequestorChallengeInd: '05' })), '01')
})

t.test('Mastercard: 07 with Y for a payment that the merchant started (emv3ds-protocol §5.8, §8)', async (t) => {
  const rows: ReadonlyArray<readonly [threeRIInd: string | undefined, eci: string]> = [
    ['01', '07'], ['02', '07'], ['03', '02'], ['04', '02'], ['05', '02'], ['06', '07'], ['07', '07'], ['08', '02'], ['09', '02'], ['10', '02'],
    ['11', '07'], ['12', '02'], ['13', '02'], ['14', '02'], ['15', '07'], ['16', '07'], ['17', '02'], ['18', '02'], ['19', '02'], [undefined, '02']
  ]
  for (const [threeRIInd, eci] of rows) {
    const aReq = aReqOf({ deviceChannel: '03', ...(threeRIInd === undefined ? {} : { threeRIInd }) })
    t.equal(eciFor('mastercard', 'Y', aReq), eci, threeRIInd ?? 'no indicator')
    t.equal(eciFor('mastercard', 'A', aReq), '01')
    t.equal(eciFor('mastercard', 'Y', { ...aReq, messageCategory: '02' }), 'N2')
    t.equal(eciFor('mastercard', 'Y', { ...aReq, deviceChannel: '02' }), '02', 'the indicator counts in channel 03 only')
    t.equal(eciFor('visa', 'Y', aReq), '05')
  }
})
