import type { JsonObject, MessageType } from '../messages.ts'
import { type Circumstances, type Holds, holds } from './conditions.ts'
import type { Element, Inclusion } from './element.ts'
import { catalogue } from './elements.ts'
import type { Found } from './found.ts'
import { Kept } from './kept.ts'
import { type Due, dueWhen, type Member, memberRules } from './member-rules.ts'
import { shapeIn, type ValueRule, valueRule } from './value-rules.ts'

/** What message it is. A channel or category that is not known is `undefined`, and required is then what all of them require. */
export interface MessageKind {
  messageType: MessageType
  version: string
  deviceChannel: string | undefined
  messageCategory: string | undefined
  leg: string | undefined
  final: boolean
}

/** Adds all that is wrong with the elements of a message. */
export type MessageRule = (circumstances: Circumstances, found: Found) => void

const rules = new Kept<MessageRule>()

/** The rule of that kind of message: made at its first use, a few milliseconds, and kept. */
export function messageRule (kind: MessageKind): MessageRule {
  const { messageType, version, deviceChannel, messageCategory, leg, final } = kind
  return rules.at(messageType).at(version).at(deviceChannel).at(messageCategory).at(leg).at(final).value(() => makeRule(kind))
}

function makeRule (kind: MessageKind): MessageRule {
  const elements = catalogue().filter(({ messages }) => messages.includes(kind.messageType))
  const ways = waysOf(kind, elements)
  const listed = elements.flatMap((element) => listedIn(element, kind, ways) ?? [])
  const known = new Set(listed.map(({ element }) => element.name))
  const judgeMembers = memberRules(listed.map((one) => memberOf(one, kind, known)))
  const judgeUsage = listed.flatMap(({ element }) => usageRule(element, kind, known))
  return (circumstances, found) => {
    judgeMembers(circumstances, found)
    for (const judge of judgeUsage) judge(circumstances.message, circumstances, found)
  }
}

/** A channel and a category in which a message can be sent; '' where the message has none. */
interface Way { deviceChannel: string, messageCategory: string }

/** Every way in which it can be sent, as far as is known. The element `messageType`, which each message has, tells all of them. */
function waysOf ({ messageType, deviceChannel, messageCategory }: MessageKind, elements: readonly Element[]): Way[] {
  const rows = elements.flatMap(({ name, inclusion }) => name === 'messageType' ? inclusion[messageType] as Inclusion[] : [])
  const among = (known: string | undefined, all: string[]) => known !== undefined && all.includes(known) ? [known] : all.length === 0 ? [''] : all
  const channels = among(deviceChannel, rows.flatMap((row) => row.deviceChannels))
  const categories = among(messageCategory, rows.flatMap((row) => row.messageCategory))
  return channels.flatMap((channel) => categories.map((category) => ({ deviceChannel: channel, messageCategory: category })))
}

/** An element that a message has, and what is said of it in every way in which the message can be sent. */
interface Listed { element: Element, rows: readonly (Inclusion | undefined)[] }

/** Nothing where the element is only additional (§3.7). */
function listedIn (element: Element, kind: MessageKind, ways: readonly Way[]): Listed | undefined {
  const rows = ways.map((way) => element.inclusion[kind.messageType]?.find((row) => isFor(row, kind, way)))
  return rows.some((row) => row !== undefined) ? { element, rows } : undefined
}

function memberOf ({ element, rows }: Listed, kind: MessageKind, known: ReadonlySet<string>): Member {
  const due = rows.includes(undefined) ? undefined : allOf((rows as readonly Inclusion[]).map((row) => dueWhen(row, known)))
  return { name: element.name, element: element.name, judge: ruleOf(element, kind), due }
}

const has = (all: readonly string[], one: string) => all.length === 0 || all.includes(one)

function isFor (row: Inclusion, { version, leg, final }: MessageKind, { deviceChannel, messageCategory }: Way): boolean {
  return has(row.versions, version) && has(row.deviceChannels, deviceChannel) && has(row.messageCategory, messageCategory) &&
    (row.leg === undefined || leg === undefined || row.leg === leg) &&
    (row.crES === undefined || (row.crES === 'final only') === final)
}

/** Where the way is not known, only what is due in all of them is due. */
function allOf (dues: readonly (Due | undefined)[]): Due | undefined {
  const [first, ...others] = dues
  if (others.length === 0) return first
  if (dues.some((due) => due?.weight !== 'hard')) return undefined
  const all = dues as readonly Due[]
  return { holds: (circumstances) => all.every((due) => due.holds(circumstances) === true), weight: 'hard' }
}

const valueRules = new Kept<ValueRule>()

/** Channels, categories and legs share the rules of values. */
function ruleOf (element: Element, { version, messageType }: MessageKind): ValueRule {
  return valueRules.at(version).at(messageType).at(element.name).value(() => (
    valueRule(shapeIn(version, element), element.name, { version, messageType })
  ))
}

type UsageRule = (message: JsonObject, circumstances: Circumstances, found: Found) => void

/** Codes that a message may hold only after what an earlier one said (§6): refused where it surely said otherwise. */
function usageRule ({ name, values = [] }: Element, { messageType }: MessageKind, known: ReadonlySet<string>): UsageRule[] {
  const limits = new Map<unknown, { holds: Holds, weight: 'hard' | 'soft' }>()
  for (const { code, allowedIn } of values) {
    const usage = allowedIn?.[messageType]
    if (usage?.when !== undefined) limits.set(code, { holds: holds(usage.when, known), weight: usage.enforce ?? 'hard' })
  }
  if (limits.size === 0) return []
  return [(message, circumstances, found) => {
    const limit = limits.get(message[name])
    if (limit?.holds(circumstances) === false) found.add('203', name, limit.weight)
  }]
}
