import { SCHEME_RANGES } from '../../protocol/scheme-ranges.ts'
import { type CardRange, type CardRangeProfile, HERE } from './card-range.ts'

/** 01 authentication, 02 attempts, 03 decoupled (since 2.2.0), 07 SPC (since 2.3.1). */
const ABILITIES: CardRangeProfile['acsProtocolVersions'] = [
  { version: '2.1.0', acsInfoInd: ['01', '02'], threeDSMethodURL: HERE },
  { version: '2.2.0', acsInfoInd: ['01', '02', '03'], threeDSMethodURL: HERE },
  { version: '2.3.1', acsInfoInd: ['01', '02', '03', '07'], threeDSMethodURL: HERE }
]

/** Of 3dsecure.io's test card without a 3DS Method, which is of no scheme. */
const TEST_CARDS: CardRange = { start: '6000100000000000', end: '6000109999999999', acsProtocolVersions: ABILITIES }

/** The ranges of this mock's own ACS: every scheme, every version. */
export const DEFAULT_CARD_RANGES: readonly CardRange[] = [...SCHEME_RANGES.flatMap(([from, to, scheme, lengths]) => lengths.map((length) => ({
  start: String(from).padEnd(length, '0'),
  end: String(to).padEnd(length, '9'),
  acsProtocolVersions: ABILITIES,
  scheme
}))), TEST_CARDS]
