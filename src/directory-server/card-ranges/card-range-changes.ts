import { type CardRangeTable, createCardRangeTable, limitsAt, profileAt } from './card-range-table.ts'
import type { CardRangeView } from './card-range-view.ts'

/** What a 3DS Server without card ranges has. */
export const NO_CARD_RANGES = createCardRangeTable([])

/**
 * The entries of `cardRangeData` that turn one list into another: emv3ds-protocol §14. Deletions come first, so that a range
 * with new limits never overlaps its old self (205); a range with the same limits and other data is modified.
 * @param view in which both are compared: what a version does not show does not change there
 * @returns JSON objects as text, made one by one as they are asked for
 */
export function * cardRangeChanges (from: CardRangeTable, to: CardRangeTable, view: CardRangeView): Generator<string> {
  for (const [rest, after, row] of differences(from, to, view)) {
    if (after === undefined) yield cardRangeEntry(view, from, row, 'D', rest)
  }
  for (const [rest, before, row] of differences(to, from, view)) {
    if (before !== rest) yield cardRangeEntry(view, to, row, before === undefined ? 'A' : 'M', rest)
  }
}

/** @returns one entry of `cardRangeData` as JSON. @param rest what the view says about the range */
export function cardRangeEntry (view: CardRangeView, table: CardRangeTable, row: number, actionInd: 'A' | 'M' | 'D', rest: string): string {
  const { start, end } = limitsAt(table, row)
  return `{${view.limits(start, end)},"actionInd":"${actionInd}",${rest}}`
}

type Difference = [rest: string, otherRest: string | undefined, row: number]

/** The rows of a table that the view shows and that another table does not have just so, with what the view says in both. */
function * differences (table: CardRangeTable, other: CardRangeTable, view: CardRangeView): Generator<Difference> {
  const rowOf = follow(other)
  for (let row = 0; row < table.size; row++) {
    const profile = profileAt(table, row)
    const otherRow = rowOf(table, row)
    const otherProfile = otherRow === undefined ? undefined : profileAt(other, otherRow)
    // Most rows are as they were: these cost no look into the profile.
    if (otherProfile === profile) continue
    const rest = view.rest(profile)
    if (rest !== undefined) yield [rest, otherProfile === undefined ? undefined : view.rest(otherProfile), row]
  }
}

/** Finds in a table the rows with the limits of another's rows, which are asked for from the first to the last. */
function follow (table: CardRangeTable): (other: CardRangeTable, row: number) => number | undefined {
  let next = 0
  return (other, row) => {
    while (next < table.size && order(table, next, other, row) < 0) next++
    return next < table.size && order(table, next, other, row) === 0 ? next : undefined
  }
}

function order (table: CardRangeTable, row: number, other: CardRangeTable, otherRow: number): number {
  return (table.lengths[row] as number) - (other.lengths[otherRow] as number) ||
    compare(table.starts[row] as bigint, other.starts[otherRow] as bigint) ||
    compare(table.ends[row] as bigint, other.ends[otherRow] as bigint)
}

function compare (one: bigint, other: bigint): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
