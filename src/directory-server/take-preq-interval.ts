import type { Clock } from '../clock.ts'

/** How often a 3DS Server may ask for card ranges: emv3ds-protocol §11, §14 (error 103). */
export interface PReqInterval {
  /**
   * @param asker who asks, and for which view
   * @returns 0 when an answer is due, which then counts as given; otherwise whole seconds until it is
   */
  secondsLeft (asker: string): number
}

/** Askers that are remembered at most; beyond that the one that was answered longest ago may ask again. */
const MOST_ASKERS = 10_000

/** @param seconds between two answers to the same asker; 0 for no limit */
export function createPReqInterval (clock: Clock, seconds: number): PReqInterval {
  // Answered at, milliseconds on the clock; earliest first.
  const answered = new Map<string, number>()
  return {
    secondsLeft (asker) {
      if (seconds === 0) return 0
      const now = clock.now()
      for (const [known, at] of answered) {
        if (now - at < seconds * 1000 && answered.size < MOST_ASKERS) break
        answered.delete(known)
      }
      const before = answered.get(asker)
      if (before !== undefined) return Math.ceil((before + seconds * 1000 - now) / 1000)
      answered.set(asker, now)
      return 0
    }
  }
}
