import { SCHEME_RANGES } from '../../protocol/scheme-ranges.ts'
import { type CardRange, type CardRangeProfile, HERE } from './card-range.ts'

/** 01 authentication, 02 attempts, 03 decoupled (since 2.2.0), 07 SPC (since 2.3.1). */
const ABILITIES: CardRangeProfile['acsProtocolVersions'] = [
  { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: HERE },
  { version: '2.2.0', acsInfoInd: ['01', '02', '03'], threeDSMethodURL: HERE },
  { version: '2.3.1', acsInfoInd: ['01', '02', '03', '07'], threeDSMethodURL: HERE }
]

/** The ranges of this mock's own ACS: every scheme, every version. */
export const DEFAULT_CARD_RANGES: readonly CardRange[] = SCHEME_RANGES.flatMap(([from, to, scheme, lengths]) => lengths.map((length) => ({
  start: String(from).padEnd(length, '0'),
  end: String(to).padEnd(length, '9'),
  acsProtocolVersions: ABILITIES,
  scheme
})))
