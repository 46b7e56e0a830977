import type { TransStatus } from './messages.ts'

/** Card schemes as far as ECI and authentication value differ. Maestro counts as Mastercard, Diners as Discover. */
export type Scheme = 'visa' | 'mastercard' | 'amex' | 'discover' | 'jcb' | 'unionpay' | 'mir' | 'other'

/** Six leading digits, from and to, both included. The first row that fits decides, so exceptions stand above their range. */
const RANGES: ReadonlyArray<readonly [from: number, to: number, scheme: Scheme]> = [
  [220000, 220499, 'mir'],
  [222100, 272099, 'mastercard'],
  [300000, 305999, 'discover'],
  [309000, 309999, 'discover'],
  [333700, 334999, 'jcb'],
  [340000, 349999, 'amex'],
  [352800, 358999, 'jcb'],
  [360000, 369999, 'discover'],
  [370000, 379999, 'amex'],
  [380000, 399999, 'discover'],
  [400000, 499999, 'visa'],
  // Elo cards inside Maestro's range.
  [506699, 506778, 'other'],
  [509000, 509999, 'other'],
  [500000, 509999, 'mastercard'],
  [510000, 559999, 'mastercard'],
  [560000, 589999, 'mastercard'],
  [601100, 601199, 'discover'],
  [620000, 629999, 'unionpay'],
  [630400, 630499, 'mastercard'],
  [639000, 639099, 'mastercard'],
  [644000, 659999, 'discover'],
  [670000, 679999, 'mastercard'],
  [810000, 819999, 'unionpay']
]

/**
 * Tells the scheme from the leading digits (ISO/IEC 7812 ranges; no Luhn check).
 * @param acctNumber digits of the card number; fewer than six are read as if zeros followed
 * @returns `other` for what no range names
 */
export function schemeOf (acctNumber: string): Scheme {
  const leading = Number(acctNumber.slice(0, 6).padEnd(6, '0'))
  return RANGES.find(([from, to]) => leading >= from && leading <= to)?.[2] ?? 'other'
}

type EciByStatus = Readonly<Partial<Record<TransStatus, string>>>
interface EciTable { payment: EciByStatus, nonPayment: EciByStatus }

const VISA_FAMILY: EciTable = { payment: { Y: '05', A: '06', I: '07' }, nonPayment: {} }
const MASTERCARD: EciTable = { payment: { Y: '02', A: '01', I: '04' }, nonPayment: { Y: 'N2', N: 'N0', U: 'N0' } }
const MIR: EciTable = { payment: { Y: '02', A: '01' }, nonPayment: { Y: '02', A: '01' } }

const ECI: Readonly<Record<Scheme, EciTable>> = {
  visa: VISA_FAMILY,
  mastercard: MASTERCARD,
  amex: VISA_FAMILY,
  discover: VISA_FAMILY,
  jcb: VISA_FAMILY,
  unionpay: VISA_FAMILY,
  mir: MIR,
  other: VISA_FAMILY
}

/**
 * The Electronic Commerce Indicator that belongs to a status (emv3ds-protocol §8).
 * @param messageCategory `02` is non-payment; every other value is treated as payment
 * @returns two characters, or undefined where the element is absent: always with C, and in payments with N, U and R
 */
export function eciFor (scheme: Scheme, transStatus: TransStatus, messageCategory: string): string | undefined {
  const table = ECI[scheme]
  return (messageCategory === '02' ? table.nonPayment : table.payment)[transStatus]
}
