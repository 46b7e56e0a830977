import type { Fault } from '../../errors.ts'
import { type Checker, createChecker } from '../../protocol/checker.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../protocol/web-address.ts'
import { type AcsVersion, type CardRange, CardRangeSchema, HERE } from './card-range.ts'

/** The longest `threeDSMethodURL` of 2.1.0 and 2.2.0. */
const LONGEST_EARLIER_URL = 256

const REPEATED = 'must not be listed twice'

const checkShape: Checker = createChecker(CardRangeSchema)

/**
 * Everything wrong with a list of card ranges: shape and values of each, limits, and ranges that overlap (error 205).
 * @param value anything, as JSON has it
 * @returns faults with the path of the element, `3.acsProtocolVersions.0.version` with the first range as 0; `[]` when
 *   the value is a `CardRange[]` in which each card is at most once
 */
export function checkCardRanges (value: unknown): Fault[] {
  if (!Array.isArray(value)) return [{ element: '', message: 'must be a list of card ranges' }]
  const faults: Fault[] = []
  const sound: Array<{ range: CardRange, index: number }> = []
  for (const [index, item] of value.entries()) {
    const own = itemFaults(item)
    if (own.length === 0) sound.push({ range: item as CardRange, index })
    for (const fault of own) faults.push({ ...fault, element: [index, fault.element].filter((part) => part !== '').join('.') })
  }
  return [...faults, ...overlaps(sound)]
}

/** By number of digits, then by limits: the order in which card ranges are kept and sent. */
export function byLimits (one: CardRange, other: CardRange): number {
  return one.start.length - other.start.length || Number(one.start > other.start) - Number(one.start < other.start)
}

function itemFaults (item: unknown): Fault[] {
  const shape = checkShape(item)
  if (shape.length > 0) return shape.flatMap(inOurWords)
  const { start, end, acsProtocolVersions, dsProtocolVersions } = item as CardRange
  const faults = acsProtocolVersions.flatMap((offered, index) => versionFaults(offered, acsProtocolVersions.slice(0, index))
    .map(([name, message]) => ({ element: `acsProtocolVersions.${index}.${name}`, message })))
  if (start.length !== end.length) faults.push({ element: 'end', message: 'must have as many digits as start' })
  else if (start > end) faults.push({ element: 'end', message: 'must not be before start' })
  if (hasRepeats(dsProtocolVersions ?? [])) faults.push({ element: 'dsProtocolVersions', message: REPEATED })
  return faults
}

// Not in the schema: what a file repeats with YAML's aliases can be endless, and only after the schema are all items short texts.
function hasRepeats (items: readonly string[]): boolean {
  return new Set(items).size < items.length
}

/** Of a member that is not in the schema the validator speaks twice, and both times of schemas. */
function inOurWords (fault: Fault): Fault[] {
  if (fault.message === 'must not have additional properties') return []
  return fault.message === 'schema is false' ? [{ ...fault, message: 'is no member of a card range' }] : [fault]
}

function versionFaults ({ version, acsInfoInd, threeDSMethodURL }: AcsVersion, before: readonly AcsVersion[]): Array<[name: string, message: string]> {
  const faults: Array<[string, string]> = []
  const isNewest = version === '2.3.1'
  if (before.some((earlier) => earlier.version === version)) faults.push(['version', REPEATED])
  if (hasRepeats(acsInfoInd)) faults.push(['acsInfoInd', REPEATED])
  if (!isNewest && acsInfoInd.some((code) => code > '04' && code < '80')) faults.push(['acsInfoInd', 'must be 01 to 04 or 80 to 99 before 2.3.1'])
  if (threeDSMethodURL === undefined || threeDSMethodURL === HERE) return faults
  if (!isWebAddress(threeDSMethodURL)) faults.push(['threeDSMethodURL', `${NO_WEB_ADDRESS}, or ${HERE}`])
  else if (!isNewest && threeDSMethodURL.length > LONGEST_EARLIER_URL) faults.push(['threeDSMethodURL', 'must have at most 256 characters before 2.3.1'])
  return faults
}

function overlaps (sound: Array<{ range: CardRange, index: number }>): Fault[] {
  const faults: Fault[] = []
  let furthest: { range: CardRange, index: number } | undefined
  for (const next of sound.toSorted((one, other) => byLimits(one.range, other.range))) {
    const { start, end } = next.range
    const isSameLength = furthest?.range.end.length === end.length
    if (furthest !== undefined && isSameLength && start <= furthest.range.end) {
      faults.push({ element: `${next.index}.start`, message: `must not be in range ${furthest.index}: ranges overlap` })
    }
    if (furthest === undefined || !isSameLength || end > furthest.range.end) furthest = next
  }
  return faults
}
