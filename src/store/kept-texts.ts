import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { StoreEvents } from './state-store.ts'

/** How much is kept in memory, and for how long. */
export interface KeptTextsOptions {
  /** Full time to live, seconds. */
  ttlSeconds: number
  /** Most transactions kept. */
  maxTransactions: number
  /** Most bytes kept: texts, and an estimate of what holds them together. A text larger than that is evicted at once. */
  maxBytes: number
  /** Decides what has expired. */
  clock: Clock
  events?: StoreEvents | undefined
}

/** Texts by transaction id, and the ids by `acsTransID`, with one life. All ids in lower case. */
export interface KeptTexts {
  /** @returns the text, which has its full time to live again; `undefined` when there is none. */
  read (id: string): string | undefined
  /** Keeps a text and takes the index `acsTransID` for it. */
  write (id: string, acsTransID: string, text: string): void
  /** @returns whether there was one. */
  remove (id: string): boolean
  /** @returns the id of the last transaction written with that `acsTransID`. */
  idOf (acsTransID: string): string | undefined
  forgetExpired (): void
  size (): number
  clear (): void
}

interface Entry {
  text: string
  acsTransID: string
}

// Ids, entry, index and list: what one transaction costs beside its characters, measured over 100 000.
const OVERHEAD_BYTES = 300

/** Keeps texts, oldest access out first. */
export function createKeptTexts (options: KeptTextsOptions): KeptTexts {
  const index = new Map<string, string>()
  const cache = createCache(options, release)

  // Another transaction with the same acsTransID may have taken the index since.
  function release ({ acsTransID }: Entry, id: string): void {
    if (index.get(acsTransID) === id) index.delete(acsTransID)
  }

  function write (id: string, acsTransID: string, text: string): void {
    const old = cache.peek(id)
    if (old !== undefined) release(old, id)
    const size = bytesOf(text)
    cache.set(id, { text, acsTransID }, { size })
    if (size <= options.maxBytes) index.set(acsTransID, id)
    else options.events?.onEvicted?.()
  }

  // Every access moves a transaction to the young end and gives it the same full time, so what has expired is the oldest.
  function forgetExpired (): void {
    for (const id of cache.rkeys()) {
      if (cache.getRemainingTTL(id) >= 0) return
      cache.get(id, { allowStale: false })
    }
  }

  return {
    read: (id) => cache.get(id, { allowStale: false })?.text,
    write,
    remove: (id) => cache.delete(id),
    idOf: (acsTransID) => index.get(acsTransID),
    forgetExpired,
    size: () => cache.size,
    clear () { cache.clear() }
  }
}

function createCache (options: KeptTextsOptions, release: (entry: Entry, id: string) => void): LRUCache<string, Entry> {
  const { clock, events } = options
  return new LRUCache<string, Entry>({
    max: options.maxTransactions,
    maxSize: options.maxBytes,
    ttl: options.ttlSeconds * 1000,
    updateAgeOnGet: true,
    // No reading of the clock is kept for later, so a clock that jumps is believed at once.
    ttlResolution: 0,
    // A start of 0 means "no time to live" to the cache, and a clock may well begin there.
    perf: { now: () => clock.now() + 1 },
    // Only so that a walk over the keys meets the expired ones too; no reading returns them.
    allowStale: true,
    noDisposeOnSet: true,
    dispose (entry, id, reason) {
      release(entry, id)
      if (reason === 'evict') events?.onEvicted?.()
      if (reason === 'expire') events?.onExpired?.()
    }
  })
}

// One byte a character, unless one of them needs two: then all of them take two.
function bytesOf (text: string): number {
  const isOneByte = Buffer.byteLength(text) === text.length
  return text.length * (isOneByte ? 1 : 2) + OVERHEAD_BYTES
}
