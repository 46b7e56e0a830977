import { schemeNamed } from './scheme-names.ts'
import { type Scheme, SCHEME_RANGES } from './scheme-ranges.ts'

export type { Scheme }

/**
 * Tells the scheme: from the 3DS Requestor's choice for a co-badged card, or else from the leading digits (no Luhn check).
 * @param acctNumber digits of the card number; fewer than six are read as if zeros followed
 * @param schemeId the 3DS Requestor's name for the scheme; a name that is not known is as none
 * @returns `other` for what no range names
 */
export function schemeOf (acctNumber: string, schemeId = ''): Scheme {
  return schemeNamed(schemeId) ?? schemeInRange(acctNumber)
}

function schemeInRange (acctNumber: string): Scheme {
  const leading = Number(acctNumber.slice(0, 6).padEnd(6, '0'))
  return SCHEME_RANGES.find(([from, to]) => leading >= from && leading <= to)?.[2] ?? 'other'
}
