import type { MessageType } from '../messages.ts'
import type { Shape } from './element.ts'

/** What is wrong with a code: not listed, or of a range that EMVCo keeps for later. */
export type CodeFault = 'unlisted' | 'reserved'

/** The codes that an element has in one version of a message. */
export interface Codes {
  listed: ReadonlySet<unknown>
  /**
   * What lies in a range for the use of a DS is the DS's to judge and passes here (emv3ds-protocol §3.4).
   * @param value that is not listed
   */
  faultOf (value: unknown): CodeFault | undefined
}

/** @param ranges numbers: `04-79` or `06-10,16-79` or `02` */
function inRanges (ranges: string): (code: string) => boolean {
  const parts = ranges.split(',').map((part) => part.split('-') as [from: string, to?: string])
  return (code) => parts.some(([from, to = from]) => code.length === from.length && code >= from && code <= to)
}

const NUMBER = /^\d+$/
const holdsIn = (version: string) => ({ versions }: { versions?: readonly string[] }) => versions === undefined || versions.includes(version)

/**
 * The codes that an element has in a version; nothing where it has none.
 * @param messageType some codes stand in some messages only
 */
export function codesOf ({ values, reserved = [] }: Shape, version: string, messageType: MessageType): Codes | undefined {
  if (values === undefined) return undefined
  const listed = values.filter(holdsIn(version)).filter(({ allowedIn }) => {
    const usage = allowedIn === undefined ? {} : allowedIn[messageType]
    return usage !== undefined && holdsIn(version)(usage)
  })
  const ranges = reserved.filter(holdsIn(version)).map(({ range, meaning }) => ({ holds: inRanges(range), forDs: meaning.includes('DS use') }))
  return {
    listed: new Set(listed.map(({ code }) => code)),
    faultOf: (value) => {
      const range = typeof value === 'string' && NUMBER.test(value) ? ranges.find(({ holds }) => holds(value)) : undefined
      if (range === undefined) return 'unlisted'
      return range.forDs ? undefined : 'reserved'
    }
  }
}
