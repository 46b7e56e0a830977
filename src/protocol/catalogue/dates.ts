import type { Format } from './element.ts'

const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const twoDigits = (text: string, at: number) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48

/** The day is one of the Gregorian calendar. @param text begins with YYYYMMDD, digits */
function hasDay (text: string): boolean {
  const [year, month, day] = [twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 4), twoDigits(text, 6)]
  const longest = LONGEST_MONTHS[month - 1]
  if (longest === undefined || day < 1 || day > longest) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

/** @param text has HHMM after a day. No leap seconds. */
const hasTime = (text: string) => twoDigits(text, 8) < 24 && twoDigits(text, 10) < 60

/** Whether a text of digits, as many as the pattern has letters, is a date there is. */
export const dateChecks: Readonly<Record<NonNullable<Format['pattern']>, (text: string) => boolean>> = {
  YYYYMMDD: hasDay,
  YYMM: (text) => LONGEST_MONTHS[twoDigits(text, 2) - 1] !== undefined,
  YYYYMMDDHHMM: (text) => hasDay(text) && hasTime(text),
  YYYYMMDDHHMMSS: (text) => hasDay(text) && hasTime(text) && twoDigits(text, 12) < 60
}
