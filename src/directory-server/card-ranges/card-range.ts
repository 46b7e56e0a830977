import { Type, type Static } from 'typebox'
import { type Scheme, SCHEMES } from '../../protocol/scheme-ranges.ts'
import { type MessageVersion, VERSION_PATTERN } from '../../protocol/versions.ts'

/** As a `threeDSMethodURL`: the 3DS Method of this mock's own ACS, whose address depends on how the mock is reached. */
export const HERE = 'here'

const closed = { additionalProperties: false }
const digits = Type.String({ pattern: '^[0-9]{13,19}$' })
const version = Type.Unsafe<MessageVersion>(Type.String({ pattern: VERSION_PATTERN }))
const scheme = Type.Unsafe<Scheme>(Type.String({ pattern: `^(?:${SCHEMES.join('|')})$` }))
/** 12 to 79 are reserved, 80 to 99 are the DS's own. */
const ability = Type.String({ pattern: '^(?:0[1-9]|1[01]|[89][0-9])$' })
/** ISO 3166-1 numeric; 901 to 999 belong to no country. */
const country = Type.String({ pattern: '^(?:[0-8][0-9]{2}|900)$' })

const AcsVersionSchema = Type.Object({
  version,
  acsInfoInd: Type.Array(ability, { minItems: 1, maxItems: 99 }),
  threeDSMethodURL: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  supportedMsgExt: Type.Optional(Type.Array(Type.Object({
    id: Type.String({ minLength: 14, maxLength: 14 }),
    version: Type.String({ minLength: 3, maxLength: 3 })
  }, closed), { minItems: 1, maxItems: 15 }))
}, closed)

/**
 * The cards from `start` to `end`, both included, and what their ACS can do in each version. It is what 2.3.1 says about
 * a range (emv3ds-protocol §14), with EMV's names; the shapes of 2.1.0 and 2.2.0 follow from it. `scheme` is ours and
 * never goes over the wire.
 */
export const CardRangeSchema = Type.Object({
  start: digits,
  end: digits,
  acsProtocolVersions: Type.Array(AcsVersionSchema, { minItems: 1, maxItems: 10 }),
  dsProtocolVersions: Type.Optional(Type.Array(version, { minItems: 1, maxItems: 10 })),
  issuerCountryCode: Type.Optional(country),
  scheme: Type.Optional(scheme)
}, closed)

export type CardRange = Static<typeof CardRangeSchema>
/** What the ACS of a range can do in one version. */
export type AcsVersion = Static<typeof AcsVersionSchema>
/** What is said about a range beside its limits. Many ranges share one. */
export type CardRangeProfile = Omit<CardRange, 'start' | 'end'>
