import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { MESSAGE_TYPES, type MessageType } from '../messages.ts'
import { SUPPORTED_VERSIONS } from '../versions.ts'

const closed = <Properties extends TProperties>(properties: Properties) => Type.Object(properties, { additionalProperties: false })
const text = Type.String({ minLength: 1 })
const version = Type.Enum(SUPPORTED_VERSIONS)
const versions = Type.Array(version, { minItems: 1 })
const code = Type.Union([text, Type.Boolean()])
const leg = Type.Enum(['3DSServer->DS', 'DS->ACS', 'ACS->DS'])
const presence = Type.Enum(['R', 'C', 'O'])
const enforce = Type.Enum(['hard', 'soft'])

const perMessage = <Schema extends TSchema>(schema: Schema) => Type.Unsafe<Partial<Record<MessageType, Static<Schema>>>>(
  closed(Object.fromEntries([...MESSAGE_TYPES, '(container)'].map((name) => [name, Type.Optional(schema)])))
)

/**
 * What a condition asks. A field is an element, `parent.child`, or `areq.`, `ares.`, `cres.` and an element of that earlier
 * message; `in` holds for an array when it does for one of its items.
 */
export type Condition =
  | { field: string, eq: string | boolean } | { field: string, in: string[] } | { present: string } | { absent: string }
  | { context: 'finalCRes' | 'spcSecondAReq' } | { leg: Static<typeof leg> }
  | { all: Condition[] } | { any: Condition[] } | { not: Condition }

const conditions = Type.Array(Type.Ref('Condition'), { minItems: 1 })
const when = Type.Unsafe<Condition>(Type.Cyclic({
  Condition: Type.Union([
    closed({ field: text, eq: code }),
    closed({ field: text, in: Type.Array(text, { minItems: 1 }) }),
    closed({ present: text }),
    closed({ absent: text }),
    closed({ context: Type.Enum(['finalCRes', 'spcSecondAReq']) }),
    closed({ leg }),
    closed({ all: conditions }),
    closed({ any: conditions }),
    closed({ not: Type.Ref('Condition') })
  ])
}, 'Condition'))

const bounds = closed({ min: Type.Optional(Type.Integer()), max: Type.Optional(Type.Integer()), fixed: Type.Optional(Type.Integer()) })
const range = Type.Tuple([Type.Integer(), Type.Integer()])

const items = closed({
  type: Type.Enum(['string', 'object']),
  length: Type.Optional(bounds),
  singleKey: Type.Optional(Type.Literal(true)),
  keyLength: Type.Optional(bounds),
  valueLength: Type.Optional(bounds),
  pairLength: Type.Optional(bounds)
})

const format = closed({
  length: Type.Optional(bounds),
  kind: Type.Optional(Type.Enum([
    'base64', 'base64url', 'base64url-html', 'base64url-json', 'bcp47', 'date', 'date-time', 'email', 'ipv4-or-ipv6', 'iso3166-1-numeric',
    'iso3166-2-subdivision', 'iso4217-alpha', 'iso4217-numeric', 'jwe-compact', 'jwk', 'jws-compact', 'url-absolute', 'url-app', 'uuid'
  ])),
  pattern: Type.Optional(Type.Enum(['YYYYMMDD', 'YYMM', 'YYYYMMDDHHMM', 'YYYYMMDDHHMMSS'])),
  regex: Type.Optional(text),
  charset: Type.Optional(text),
  decodedBytes: Type.Optional(text),
  scheme: Type.Optional(text),
  numericRange: Type.Optional(range),
  excluded: Type.Optional(Type.Array(text)),
  excludedRange: Type.Optional(text),
  size: Type.Optional(closed({ min: Type.Integer(), max: Type.Integer() })),
  totalLength: Type.Optional(closed({ max: Type.Integer() })),
  items: Type.Optional(items)
})

const usage = closed({
  versions: Type.Optional(versions), when: Type.Optional(when), condition: Type.Optional(text), enforce: Type.Optional(enforce)
})
const value = closed({
  code, meaning: text, versions: Type.Optional(versions), allowedIn: Type.Optional(perMessage(usage))
})
const reserved = closed({ range: text, meaning: text, versions: Type.Optional(versions) })

const shape = {
  type: Type.Enum(['string', 'object', 'array', 'boolean', 'string|object']),
  format,
  values: Type.Optional(Type.Array(value, { minItems: 1 })),
  reserved: Type.Optional(Type.Array(reserved, { minItems: 1 })),
  /** Receivers take codes that are not listed. */
  otherCodes: Type.Optional(Type.Literal('accepted'))
}
/** Its value never reaches a log. */
const sensitive = Type.Optional(Type.Literal(true))
const override = Type.Optional(closed({ ...shape, type: Type.Optional(shape.type), format: Type.Optional(format) }))
const overrides = Type.Optional(closed({ '2.1.0': override, '2.2.0': override, '2.3.1': override }))

const childMembers = {
  ...shape,
  name: text,
  sensitive,
  desc: Type.Optional(text),
  presence,
  versions,
  condition: Type.Optional(text),
  when: Type.Optional(when),
  overrides
}

/** A member of an element that is an object, or of the objects of an array. */
export interface Child extends Static<ReturnType<typeof closed<typeof childMembers>>> { children?: Child[] }

const children = Type.Optional(Type.Unsafe<Child[]>(Type.Cyclic({
  Children: Type.Array(closed({ ...childMembers, children: Type.Optional(Type.Ref('Children')) }), { minItems: 1 })
}, 'Children')))

const channels = Type.Array(Type.Enum(['01', '02', '03']))
const categories = Type.Array(Type.Enum(['01', '02']))

/** In what versions, channels (none: any) and categories (none: any) a message has the element, and when it must. */
const inclusion = closed({
  versions,
  deviceChannels: channels,
  messageCategory: categories,
  presence,
  condition: Type.Optional(text),
  when: Type.Optional(when),
  enforce: Type.Optional(enforce),
  crES: Type.Optional(Type.Enum(['not final', 'final only'])),
  leg: Type.Optional(leg)
})

/** What a line of elements.json says: one element of EMV 3-D Secure. */
export const ElementSchema = closed({
  ...shape,
  name: text,
  title: text,
  sensitive,
  desc: Type.Optional(text),
  notes: Type.Optional(text),
  component: text,
  /** None for what is no member of a message: a form field, or a member of signed content. */
  messages: Type.Array(Type.Enum(MESSAGE_TYPES)),
  versions,
  deviceChannels: perMessage(channels),
  messageCategory: perMessage(categories),
  inclusion: perMessage(Type.Array(inclusion, { minItems: 1 })),
  children,
  overrides,
  /** Where such an element is. */
  transport: Type.Optional(closed({ form: text, presence, deviceChannel: text })),
  container: Type.Optional(text),
  uiTypes231: Type.Optional(closed({ mandatory: Type.Array(text), optional: Type.Array(text) })),
  source: Type.Array(text, { minItems: 1 }),
  unconfirmed: Type.Boolean(),
  unconfirmedWhat: Type.Optional(text)
})

export type Element = Static<typeof ElementSchema>
export type Inclusion = Static<typeof inclusion>
export type Format = Static<typeof format>
export type Bounds = Static<typeof bounds>
/** What a value has to be; a child or an element, in one version. */
export type Shape = Pick<Child, 'type' | 'format' | 'values' | 'reserved' | 'otherCodes' | 'children'>
