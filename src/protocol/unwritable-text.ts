import type { Json } from './messages.ts'

/** NUL, and halves of a character outside the basic plane: with neither a text can be kept, shown or sent as UTF-8 by everybody. */
const UNWRITABLE = /\0|\p{Surrogate}/u

/**
 * Whether a value has a text with such characters in it. In JSON they can only be written as `\uXXXX`, so a look at the message tells
 * that most have none.
 */
export function hasUnwritableText (value: Json): boolean {
  // A list of its own: what is nested without end would take more stack than there is.
  const open = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string' && UNWRITABLE.test(next)) return true
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) open.push(inner)
  }
  return false
}
