import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { NoteStore } from './note-store.ts'

/** How much is kept in memory. */
export interface MemoryNotesOptions {
  /** Most notes kept; beyond that the one goes that was not asked for the longest. */
  maxNotes: number
  /** Most bytes kept, by estimate. A note larger than that is not kept. */
  maxBytes: number
  /** Decides what has expired. */
  clock: Clock
}

/** What a note costs beside its texts: entry, index and list. */
const OVERHEAD_BYTES = 300

/** Keeps notes in this process, as the text that Redis would hold: whoever reads one gets a copy of their own. */
export function createMemoryNotes ({ maxNotes, maxBytes, clock }: MemoryNotesOptions): NoteStore {
  const cache = new LRUCache<string, string>({
    // No `max`: the cache would set room for as many aside at once, which costs a start 10 ms. `put` counts.
    maxSize: maxBytes,
    // No reading of the clock is kept for later, so a clock that jumps is believed at once.
    ttlResolution: 0,
    // A start of 0 means "no time to live" to the cache, and a clock may well begin there.
    perf: { now: () => clock.now() + 1 }
  })
  return {
    async put (key, value, ttlSeconds) {
      const text = JSON.stringify(value)
      const size = OVERHEAD_BYTES + 2 * (key.length + text.length)
      // For what is too large for the cache nobody has to go.
      if (size <= maxBytes && cache.size >= maxNotes && cache.peek(key, { allowStale: true }) === undefined) cache.pop()
      cache.set(key, text, { ttl: ttlSeconds * 1000, size })
    },
    async get (key) {
      const text = cache.get(key)
      return text === undefined ? undefined : JSON.parse(text)
    },
    async delete (key) {
      // What has expired may still be there, until somebody asks for it.
      return cache.has(key) && cache.delete(key)
    },
    async close () { cache.clear() }
  }
}
