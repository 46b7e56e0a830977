import { AREQ_ELEMENTS } from '../../protocol/catalogue/names.ts'
import type { Json } from '../../protocol/messages.ts'
import { AuthenticateRequestSchema } from './request-schemas.ts'

const GROUPS = [
  'threeDSRequestor', 'cardholderAccount', 'cardholder', 'purchase', 'acquirer', 'merchant', 'browserInformation',
  'sdkInformation'
] as const

/** An object of the authenticate request. */
export interface RequestPlace {
  /** Its name; the request itself has none. */
  group?: string
  /** Elements of the AReq that are taken from it. */
  taken: ReadonlySet<string>
}

interface MemberSchema { anyOf?: readonly { type?: string }[] }
type Members = Readonly<Record<string, MemberSchema>>

/** The security code is no element of an AReq before 2.3.1, and nothing to keep; the other two are ours to say. */
const LEFT_OUT = new Set(['cardSecurityCode', 'messageType', 'messageVersion'])
const TAKEN = AREQ_ELEMENTS.filter((name) => !LEFT_OUT.has(name))
const TOP = AuthenticateRequestSchema.properties as Members
const GROUP_MEMBERS = GROUPS.map((group) => AuthenticateRequestSchema.properties[group].properties as Members)
const ALL_MEMBERS = [TOP, ...GROUP_MEMBERS]

/** The request itself. */
export const TOP_PLACE: RequestPlace = { taken: takenFrom(TOP) }

/** The groups in it. */
export const GROUP_PLACES: readonly Required<RequestPlace>[] = GROUPS.map((group, index) => {
  return { group, taken: takenFrom(GROUP_MEMBERS[index] as Members) }
})

/** Elements that may come as a JSON number. */
export const WHOLE_NUMBERS: ReadonlySet<string> = new Set(ALL_MEMBERS.flatMap((members) => Object.entries(members)
  .filter(([, { anyOf }]) => anyOf?.some(({ type }) => type === 'integer'))
  .map(([name]) => name)))

/** An element that the schema judges somewhere is taken from there and from nowhere else, any other from anywhere. */
function takenFrom (place: Members): ReadonlySet<string> {
  return new Set(TAKEN.filter((name) => name in place || !ALL_MEMBERS.some((members) => name in members)))
}

/** @returns a member's value as an AReq has it: numbers are strings there. */
export function asElement (name: string, value: Json): Json {
  if (typeof value !== 'number') return value
  return name === 'sdkMaxTimeout' ? String(value).padStart(2, '0') : String(value)
}
