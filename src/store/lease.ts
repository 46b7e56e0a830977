import { setTimeout as pause } from 'node:timers/promises'
import { MockError } from '../errors.ts'

/** How long nobody else does what somebody has begun, unless he says again that he is at it: a process that is dead does not. */
const LEASE_MS = 3000
const RENEW_MS = 1000
const LOOK_MS = 25

/**
 * @param now milliseconds since the Unix epoch
 * @returns until when a lease counts that is taken or renewed now
 */
export function leaseFrom (now: number): number {
  return now + LEASE_MS
}

/**
 * Does what a lease is held for, and renews that meanwhile. That alone keeps no process alive.
 * @param renew writes the lease anew; where it rejects the store is away, and nobody else sees the old one either
 * @returns what `work` does, and rejects as it does
 */
export async function whileHeld<Result> (renew: () => Promise<unknown>, work: () => Promise<Result>): Promise<Result> {
  const renewing = setInterval(() => { renew().catch(() => {}) }, RENEW_MS).unref()
  try {
    return await work()
  } finally {
    clearInterval(renewing)
  }
}

/**
 * Waits until the store is to be looked into again, for what another process does. That alone keeps no process alive.
 * @throws MockError `server_closing` when this one ends
 */
export async function lookAgain (closing: AbortSignal): Promise<void> {
  await pause(LOOK_MS, undefined, { ref: false, signal: closing }).catch((cause: unknown) => {
    throw new MockError('server_closing', 'The server is closing', { cause })
  })
}
