import type { JsonObject } from '../protocol/messages.ts'

/**
 * Keeps what belongs to no transaction, or to none yet, by a key and for a time. Reading does not prolong it.
 *
 * Rejects with `MockError` of these codes and no others: `store_serialization` (what is kept cannot be read),
 * `store_connection` (away, or refuses to do it), `store_timeout`. Keys are taken letter for letter, case included.
 */
export interface NoteStore {
  /**
   * Keeps a copy of a note; one of the same key is replaced, and its time with it.
   * @param value what JSON can say; a member that is `undefined` is left out, as there
   * @param ttlSeconds how long, more than 0; fractions count
   */
  put (key: string, value: JsonObject, ttlSeconds: number): Promise<void>
  /** @returns a copy of the note; `undefined` when there is none, or no longer. */
  get (key: string): Promise<JsonObject | undefined>
  /** @returns whether there was one. */
  delete (key: string): Promise<boolean>
  /** Forgets what this process keeps. A connection is closed by whoever opened it. */
  close (): Promise<void>
}
