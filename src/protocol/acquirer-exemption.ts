import type { AReq } from './messages.ts'

/** 05 risk analysis done; 10 low value and 11 secure corporate payment since 2.3.1. Trust lists (08) are the issuer's. */
const EXEMPTIONS = ['05', '10', '11']

/** @returns whether the 3DS Requestor tells with its challenge indicator that its acquirer makes use of an exemption. */
export function isAcquirerExemption ({ threeDSRequestorChallengeInd: indicator = [] }: Pick<AReq, 'threeDSRequestorChallengeInd'>): boolean {
  const wishes = Array.isArray(indicator) ? indicator : [indicator]
  return wishes.some((wish) => EXEMPTIONS.includes(wish))
}
