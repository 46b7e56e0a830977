/** Furthest that a moment in a message may be from now: emv3ds-protocol §3.12. */
const MAX_SKEW_MS = 30 * 60_000
const MOMENT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/

/** @param text YYYYMMDDHHMMSS, UTC @returns Unix time in ms, NaN when there is no such moment. */
export function readMoment (text: string): number {
  const time = new Date(text.replace(MOMENT, '$1-$2-$3T$4:$5:$6.000Z'))
  // Date takes 31 April for 1 May; another spelling shows it.
  return Number.isFinite(time.getTime()) && time.toISOString().replace(/[-T:]|\.000Z/g, '') === text ? time.getTime() : NaN
}

/**
 * @param text YYYYMMDDHHMMSS, UTC
 * @param now Unix time in ms
 * @returns whether the moment is more than 30 minutes off; what is no moment is not
 */
export function isFarOff (text: string, now: number): boolean {
  return Math.abs(now - readMoment(text)) > MAX_SKEW_MS
}
