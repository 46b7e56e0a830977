import type { Json } from '../messages.ts'

const BRACKETS = 2
const COLON = 1

/**
 * Whether a value written as JSON without white space is at most so many characters. Stops when it is more, and needs no
 * stack: what is nested a hundred thousand times deep is only too long.
 */
export function fitsAsJson (value: Json, longest: number): boolean {
  const open: Json[] = [value]
  let left = longest
  while (open.length > 0 && left >= 0) {
    const next = open.pop() as Json
    if (typeof next === 'string') left -= writtenLength(next, left)
    else if (typeof next !== 'object' || next === null) left -= String(next).length
    else if (Array.isArray(next)) {
      left -= BRACKETS + Math.max(0, next.length - 1)
      if (left >= 0) for (const item of next) open.push(item)
    } else {
      let members = 0
      for (const name in next) {
        left -= writtenLength(name, left) + COLON + Math.min(1, members++)
        if (left < 0) return false
        open.push(next[name] as Json)
      }
      left -= BRACKETS
    }
  }
  return left >= 0
}

/** A text in quotes, with its escapes; one that cannot fit is not written. */
const writtenLength = (text: string, left: number) => text.length > left ? text.length : JSON.stringify(text).length
