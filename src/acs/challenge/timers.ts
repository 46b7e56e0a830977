import type { ChallengeState } from '../../transaction/challenge.ts'

/** How long each state may last, milliseconds: emv3ds-protocol §11. */
export interface TimerLengths {
  firstCReq: number
  /** To the next CReq (app), or to the answer on the page (browser). */
  idle: number
  spc: number
}

/**
 * When a state's time is over.
 * @param decoupledMinutes `threeDSRequestorDecMaxTime`
 * @returns milliseconds since the Unix epoch; nothing for a state that may last
 */
export function deadlineOf (state: ChallengeState, now: number, lengths: TimerLengths, decoupledMinutes = 0): number | undefined {
  const length = lengthOf(state, lengths, decoupledMinutes)
  // Without an end in sight there is no timer.
  return length === undefined || !Number.isFinite(length) ? undefined : now + length
}

function lengthOf (state: ChallengeState, { firstCReq, idle, spc }: TimerLengths, decoupledMinutes: number): number | undefined {
  switch (state) {
    case 'awaiting-creq': return firstCReq
    case 'asking': case 'out-of-band': case 'informing': return idle
    case 'decoupled': return decoupledMinutes * 60_000
    case 'spc': return spc
    default: return undefined
  }
}
