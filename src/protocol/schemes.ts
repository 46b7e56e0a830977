import { type Scheme, SCHEME_RANGES } from './scheme-ranges.ts'

export type { Scheme }

/**
 * Tells the scheme from the leading digits (no Luhn check).
 * @param acctNumber digits of the card number; fewer than six are read as if zeros followed
 * @returns `other` for what no range names
 */
export function schemeOf (acctNumber: string): Scheme {
  const leading = Number(acctNumber.slice(0, 6).padEnd(6, '0'))
  return SCHEME_RANGES.find(([from, to]) => leading >= from && leading <= to)?.[2] ?? 'other'
}
