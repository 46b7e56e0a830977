import { createHash } from 'node:crypto'
import type { MessageVersion } from '../../protocol/versions.ts'
import type { CardRange } from './card-range.ts'
import { type CardRangeTable, createCardRangeTable } from './card-range-table.ts'

/** A list of card ranges, and the name that its content has. */
export interface CardRangeRevision {
  /** 17 hexadecimal digits. The same content has the same serial in every instance and after every restart. */
  readonly serial: string
  readonly table: CardRangeTable
}

/** The card ranges now, and before. */
export interface CardRangeHistory {
  current (): CardRangeRevision
  /**
   * @param serialNum as a 3DS Server sent it
   * @returns the revision that a view in this version was taken of; `undefined` when it is unknown, or the serial is of another
   *   version's view
   */
  find (serialNum: string, version: MessageVersion): CardRangeRevision | undefined
  /**
   * Replaces all ranges. The same ranges again are no new revision.
   * @param ranges in which `checkCardRanges()` finds nothing wrong
   * @returns the new serial
   */
  revise (ranges: readonly CardRange[]): string
}

/** @param initial the earliest ranges, in which `checkCardRanges()` finds nothing wrong */
export function createCardRangeHistory (initial: readonly CardRange[]): CardRangeHistory {
  let latest = revisionOf(initial)
  const revisions = new Map([[latest.serial, latest]])
  return {
    current: () => latest,
    find: (serialNum, version) => [...revisions.values()].find((revision) => serialNumOf(revision, version) === serialNum),
    revise (ranges) {
      latest = revisionOf(ranges)
      revisions.set(latest.serial, latest)
      return latest.serial
    }
  }
}

/**
 * The `serialNum` of a revision in the view of one version, 20 letters and digits: each view is its own list, and the serial
 * of one says nothing about what was sent in another.
 */
export function serialNumOf ({ serial }: CardRangeRevision, version: MessageVersion): string {
  return version.replaceAll('.', '') + serial
}

function revisionOf (ranges: readonly CardRange[]): CardRangeRevision {
  const table = createCardRangeTable(ranges)
  const digest = createHash('sha256')
  for (const column of [table.lengths, table.starts, table.ends, table.profileOf]) digest.update(column)
  digest.update(table.profiles.join('\n'))
  return { serial: digest.digest('hex').slice(0, 17), table }
}
