import type { AReq } from './messages.ts'

/** Where a 3DS Requestor of 2.2.0 names no time: five minutes. */
const DEFAULT_MINUTES = '00005'

/** @returns the minutes that a decoupled authentication may take: `threeDSRequestorDecMaxTime` (emv3ds-protocol §5.7). */
export function decoupledMinutesOf (aReq: AReq): number {
  const given = aReq['threeDSRequestorDecMaxTime']
  return Number(typeof given === 'string' && /^\d{5}$/.test(given) ? given : DEFAULT_MINUTES)
}
