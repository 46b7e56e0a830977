/** Where the time comes from. Everything that needs "now" takes a Clock, so tests decide what time it is. */
export interface Clock {
  /** @returns milliseconds since the Unix epoch. */
  now (): number
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** @param milliseconds how far to move forward. */
  advance (milliseconds: number): void
}

/**
 * A clock under the caller's control.
 * @param start first reading, milliseconds since the Unix epoch
 */
export function createManualClock (start: number): ManualClock {
  let current = start
  return {
    now: () => current,
    advance (milliseconds) { current += milliseconds }
  }
}
