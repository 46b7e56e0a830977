import type { Scheme } from './scheme-ranges.ts'

/** Letters and digits of the names that 3DS Requestors use, lower case. */
const NAMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['visa', 'visa'],
  ['visaelectron', 'visa'],
  ['mastercard', 'mastercard'],
  ['maestro', 'mastercard'],
  ['americanexpress', 'amex'],
  ['amex', 'amex'],
  ['discover', 'discover'],
  ['diners', 'discover'],
  ['dinersclub', 'discover'],
  ['dinersclubinternational', 'discover'],
  ['jcb', 'jcb'],
  ['unionpay', 'unionpay'],
  ['unionpayinternational', 'unionpay'],
  ['chinaunionpay', 'unionpay'],
  ['mir', 'mir'],
  ['elo', 'elo'],
  ['eftpos', 'eftpos'],
  ['cb', 'cb'],
  ['cartesbancaires', 'cb'],
  ['cartebancaire', 'cb']
])

/**
 * @param name as in `schemeId` of a 3DS Server API, such as `American Express`; case, spaces and punctuation make no difference
 * @returns the scheme, or undefined if the name is not known
 */
export function schemeNamed (name: string): Scheme | undefined {
  return NAMES.get(name.toLowerCase().replace(/[^a-z0-9]/g, ''))
}
