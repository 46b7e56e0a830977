import { atLeast, type MessageVersion } from '../../protocol/versions.ts'
import { type AcsVersion, type CardRangeProfile, HERE } from './card-range.ts'

/**
 * How card ranges look to a 3DS Server that asks in one version (emv3ds-protocol §14: a DS keeps one view per version).
 * Both functions give members of a JSON object as text, without the braces.
 */
export interface CardRangeView {
  limits (start: string, end: string): string
  /** @returns `undefined` when the range has no version in this view, and is left out. @param profile `CardRangeProfile` as JSON */
  rest (profile: string): string | undefined
}

/** The view of the newest version, which leaves no range out. */
export interface WholeView extends CardRangeView {
  rest (profile: string): string
}

/** Profiles whose text is remembered at a time: most tables have a few, and one with a profile per range must not fill memory. */
const REMEMBERED = 1000

/** @param threeDSMethodURL of this mock's own ACS, for the ranges that have it */
export function cardRangeView (version: MessageVersion, threeDSMethodURL?: string): CardRangeView {
  return atLeast(version, '2.3.1') ? listView(threeDSMethodURL) : spanView(version, threeDSMethodURL)
}

/** 2.3.1: a list of versions, each with its abilities and its 3DS Method. @param own URL of this mock's own 3DS Method */
export function listView (own: string | undefined): WholeView {
  return {
    limits: (start, end) => `"ranges":[{"start":"${start}","end":"${end}"}]`,
    rest: remembering((profile) => {
      const { acsProtocolVersions, dsProtocolVersions, issuerCountryCode } = JSON.parse(profile) as CardRangeProfile
      return membersOf({
        acsProtocolVersions: acsProtocolVersions.map((offered) => ({ ...offered, threeDSMethodURL: urlOf(offered.threeDSMethodURL, own) })),
        dsProtocolVersions,
        issuerCountryCode
      })
    })
  }
}

/**
 * 2.1.0 and 2.2.0: the first and the last version. Only the versions up to that of the message count, which are so few that
 * a span never promises one that is not there. Abilities and 3DS Method are those of the last.
 */
function spanView (version: MessageVersion, own: string | undefined): CardRangeView {
  return {
    limits: (start, end) => `"startRange":"${start}","endRange":"${end}"`,
    rest: remembering((profile) => {
      const { acsProtocolVersions, dsProtocolVersions } = JSON.parse(profile) as CardRangeProfile
      const acs = acsProtocolVersions.filter((offered) => atLeast(version, offered.version))
      const ds = dsProtocolVersions && versionsUpTo(version, dsProtocolVersions)
      const last = acs.at(-1)
      if (last === undefined || ds?.length === 0) return undefined
      return membersOf({
        acsStartProtocolVersion: acs[0]?.version,
        acsEndProtocolVersion: last.version,
        dsStartProtocolVersion: ds?.[0],
        dsEndProtocolVersion: ds?.at(-1),
        threeDSMethodURL: urlOf(last.threeDSMethodURL, own),
        acsInfoInd: atLeast(version, '2.2.0') ? last.acsInfoInd : undefined
      })
    })
  }
}

/** @returns the versions that exist in a view. */
export function versionsUpTo (version: MessageVersion, versions: readonly MessageVersion[]): MessageVersion[] {
  return versions.filter((offered) => atLeast(version, offered))
}

function urlOf (url: AcsVersion['threeDSMethodURL'], own: string | undefined): string | undefined {
  return url === HERE ? own : url
}

function membersOf (members: object): string {
  return JSON.stringify(members).slice(1, -1)
}

function remembering<Text extends string | undefined> (make: (profile: string) => Text): (profile: string) => Text {
  const known = new Map<string, Text>()
  return (profile) => {
    if (known.has(profile)) return known.get(profile) as Text
    if (known.size === REMEMBERED) known.clear()
    const text = make(profile)
    known.set(profile, text)
    return text
  }
}
