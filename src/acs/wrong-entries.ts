import { createHash } from 'node:crypto'
import type { ChallengeProgress } from '../transaction/transaction.ts'

/*
 * A page that is loaded again, or whose form is sent twice, repeats a wrong code: that is no further attempt. Any other code
 * is one, whatever page it comes from. So that the two can be told apart, what was wrong is kept: as a hash, as an entry may
 * be of any length and may be somebody's real code with a slip in it.
 */

/** A wrong entry. */
export interface WrongEntry {
  value: string
  /** How many answers had been given when the question was put that it answers. */
  attempt: number
}

/** @returns whether this very entry was counted before. */
export function isRepeated (entry: WrongEntry, { wrongEntries = [] }: ChallengeProgress): boolean {
  return wrongEntries.includes(hashOf(entry))
}

/** @returns `progress` with the entry kept in it. */
export function keepWrongEntry (entry: WrongEntry, progress: ChallengeProgress): ChallengeProgress {
  return { ...progress, wrongEntries: [...progress.wrongEntries ?? [], hashOf(entry)] }
}

function hashOf ({ value, attempt }: WrongEntry): string {
  return createHash('sha256').update(`${attempt} ${value}`).digest('base64url').slice(0, 22)
}
