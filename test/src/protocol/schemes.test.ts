import t from 'tap'
import type { TransStatus } from '../../../src/protocol/messages.ts'
import { eciFor, schemeOf, type Scheme } from '../../../src/protocol/schemes.ts'

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
    ['9999999999999995', 'other']
  ]
  for (const [acctNumber, scheme] of published) t.equal(schemeOf(acctNumber), scheme, acctNumber.slice(0, 6))
})

t.test('ranges end where they end', async (t) => {
  const edges: ReadonlyArray<readonly [string, Scheme]> = [
    ['219999', 'other'], ['220000', 'mir'], ['220499', 'mir'], ['220500', 'other'],
    ['222099', 'other'], ['222100', 'mastercard'], ['272099', 'mastercard'], ['272100', 'other'],
    ['500000', 'mastercard'], ['506699', 'other'], ['506778', 'other'], ['506779', 'mastercard'], ['509000', 'other'],
    ['510000', 'mastercard'], ['559999', 'mastercard'], ['589999', 'mastercard'], ['590000', 'other'],
    ['352799', 'other'], ['352800', 'jcb'], ['589999', 'mastercard'], ['643999', 'other'], ['644000', 'discover'],
    ['600000', 'other'], ['810000', 'unionpay'], ['820000', 'other']
  ]
  for (const [leading, scheme] of edges) t.equal(schemeOf(leading), scheme, leading)
})

t.test('what is not a card number is another scheme', async (t) => {
  for (const text of ['', 'abc', '4x', '-1']) t.equal(schemeOf(text), 'other')
  t.equal(schemeOf('4'), 'visa', 'few digits are read as if zeros followed')
})

t.test('ECI of every scheme, status and category, emv3ds-protocol §8', async (t) => {
  const statuses: readonly TransStatus[] = ['Y', 'A', 'N', 'U', 'R', 'C', 'I']
  const visaFamily = { payment: ['05', '06', '-', '-', '-', '-', '07'], nonPayment: ['-', '-', '-', '-', '-', '-', '-'] }
  const expected: Record<Scheme, typeof visaFamily> = {
    visa: visaFamily,
    amex: visaFamily,
    discover: visaFamily,
    jcb: visaFamily,
    unionpay: visaFamily,
    other: visaFamily,
    mastercard: { payment: ['02', '01', '-', '-', '-', '-', '04'], nonPayment: ['N2', '-', 'N0', 'N0', '-', '-', '-'] },
    mir: { payment: ['02', '01', '-', '-', '-', '-', '-'], nonPayment: ['02', '01', '-', '-', '-', '-', '-'] }
  }
  for (const [scheme, { payment, nonPayment }] of Object.entries(expected) as Array<[Scheme, typeof visaFamily]>) {
    const table = (messageCategory: string) => statuses.map((status) => eciFor(scheme, status, messageCategory) ?? '-')
    t.strictSame(table('01'), payment, `${scheme} payment`)
    t.strictSame(table('02'), nonPayment, `${scheme} non-payment`)
    t.strictSame(table('85'), payment, `${scheme} scheme category is a payment`)
  }
})
