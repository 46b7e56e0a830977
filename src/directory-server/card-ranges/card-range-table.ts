import type { AcsVersion, CardRange, CardRangeProfile } from './card-range.ts'
import { byLimits } from './check-card-ranges.ts'

/**
 * Card ranges in columns, ordered by number of digits and then by number. A range takes 21 bytes, and what many ranges share is kept
 * once, as text: 100 000 ranges and more fit into little memory.
 */
export interface CardRangeTable {
  readonly size: number
  /** Number of digits, first and last card of each range. */
  readonly lengths: Uint8Array
  readonly starts: BigUint64Array
  readonly ends: BigUint64Array
  /** Which of `profiles` each range has. */
  readonly profileOf: Uint32Array
  /** `CardRangeProfile` as JSON; equal ones are one. */
  readonly profiles: readonly string[]
  /** @returns the range that a card is in. @param acctNumber any text; what is no card number is in no range */
  find (acctNumber: string): CardRange | undefined
}

type Columns = Omit<CardRangeTable, 'find'>

/** @param ranges in which `checkCardRanges()` finds nothing wrong, in any order */
export function createCardRangeTable (ranges: readonly CardRange[]): CardRangeTable {
  const size = ranges.length
  const columns = {
    size,
    lengths: new Uint8Array(size),
    starts: new BigUint64Array(size),
    ends: new BigUint64Array(size),
    profileOf: new Uint32Array(size)
  }
  const profiles = new Map<string, number>()
  for (const [row, range] of ranges.toSorted(byLimits).entries()) {
    const profile = profileText(range)
    if (!profiles.has(profile)) profiles.set(profile, profiles.size)
    columns.lengths[row] = range.start.length
    columns.starts[row] = BigInt(range.start)
    columns.ends[row] = BigInt(range.end)
    columns.profileOf[row] = profiles.get(profile) as number
  }
  return withLookup({ ...columns, profiles: [...profiles.keys()] })
}

/** @returns what is said about the range in a row, as JSON. */
export function profileAt (table: CardRangeTable, row: number): string {
  return table.profiles[table.profileOf[row] as number] as string
}

/** @returns first and last card of the range in a row. */
export function limitsAt ({ lengths, starts, ends }: Columns, row: number): { start: string, end: string } {
  const length = lengths[row] as number
  return { start: String(starts[row]).padStart(length, '0'), end: String(ends[row]).padStart(length, '0') }
}

function withLookup (columns: Columns): CardRangeTable {
  const table: CardRangeTable = {
    ...columns,
    find (acctNumber) {
      const row = rowOf(columns, acctNumber)
      return row === undefined ? undefined : { ...limitsAt(columns, row), ...JSON.parse(profileAt(table, row)) as CardRangeProfile }
    },
  }
  return table
}

function rowOf ({ size, lengths, starts, ends }: Columns, acctNumber: string): number | undefined {
  if (!/^[0-9]{13,19}$/.test(acctNumber)) return undefined
  const { length } = acctNumber
  const card = BigInt(acctNumber)
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = (lengths[middle] as number) - length
    if (order < 0 || (order === 0 && (ends[middle] as bigint) < card)) low = middle + 1
    else high = middle
  }
  return lengths[low] === length && (starts[low] as bigint) <= card ? low : undefined
}

/** Members and versions always in the same order, so that the same content is the same text. */
function profileText ({ acsProtocolVersions, dsProtocolVersions, issuerCountryCode, scheme }: CardRange): string {
  return JSON.stringify({
    acsProtocolVersions: acsProtocolVersions.map(inOrder).toSorted((one, other) => one.version < other.version ? -1 : 1),
    dsProtocolVersions: dsProtocolVersions?.toSorted(),
    issuerCountryCode,
    scheme
  })
}

function inOrder ({ version, acsInfoInd, threeDSMethodURL, supportedMsgExt }: AcsVersion) {
  return { version, acsInfoInd, threeDSMethodURL, supportedMsgExt: supportedMsgExt?.map(({ id, version }) => ({ id, version })) }
}
