import { OWN_RANGE, type RangeOf, type VersionSpan } from '../../three-ds-server/version.ts'

/** The one version of the original. */
export const originalSpan: VersionSpan = { acsStartProtocolVersion: '2.2.0', acsEndProtocolVersion: '2.2.0' }

/** The original's two ranges; the card need not be in the one that is named. @param cardNumber any text */
export const originalRange: RangeOf = (cardNumber) => cardNumber.startsWith(OWN_RANGE)
  ? ['5155010000000000', '5155019999999999']
  : ['4000000000000000', '4999999999999999']
