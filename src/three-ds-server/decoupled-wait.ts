import type { Clock } from '../clock.ts'
import type { JobHandler, JobQueue } from '../jobs/job-queue.ts'
import type { Log } from '../log.ts'
import { decoupledMinutesOf } from '../protocol/decoupled-time.ts'
import { atLeast } from '../protocol/versions.ts'
import { findUnreplaced } from '../store/find-unreplaced.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** Kind of the jobs that keep a transaction until nobody waits for its result any more. */
export const WAIT_JOB = 'decoupled-wait'

const MINUTE_MS = 60_000
/** The ACS of 2.3.1 may take up to an hour more: emv3ds-protocol §11. */
const GRACE_MS = { before: 30_000, since231: 3_630_000 }

/** @returns when the 3DS Server counts a decoupled authentication as failed, milliseconds since the Unix epoch; nothing for others */
function givenUpAt ({ aRes, aReq, createdAt }: Transaction): number | undefined {
  if (aRes?.transStatus !== 'D') return undefined
  return createdAt + decoupledMinutesOf(aReq) * MINUTE_MS + (atLeast(aReq.messageVersion, '2.3.1') ? GRACE_MS.since231 : GRACE_MS.before)
}

/** @returns whether the result of a decoupled authentication did not come in time: from then on it has failed (emv3ds-protocol §5.7, §11). */
export function isGivenUp (transaction: Transaction, now: number): boolean {
  const at = givenUpAt(transaction)
  return transaction.rReq === undefined && at !== undefined && at <= now
}

/**
 * Sees to it that a decoupled authentication of an ACS elsewhere is kept until its result is due; our own ACS's timer keeps its
 * transactions.
 * @param lookMs how often it has to be looked at
 */
export async function setWait (transaction: Transaction, jobs: Pick<JobQueue, 'schedule'>, lookMs: number): Promise<void> {
  const { threeDSServerTransID, acsTransID, createdAt, parties } = transaction
  const at = givenUpAt(transaction)
  if (at === undefined || parties?.acs !== 'elsewhere') return
  await jobs.schedule({ id: `${WAIT_JOB}:${acsTransID}`, kind: WAIT_JOB, dueAt: Math.min(at, createdAt + lookMs), data: { threeDSServerTransID, acsTransID } })
}

/** What waiting takes. */
export interface WaitParts {
  store: Pick<StateStore, 'get'>
  clock: Clock
  log: Log
  lookMs: number
}

/** Looks until the result is there, at the 3DS Server of this process or relayed to another, or its time is over. */
export function createWaitHandler ({ store, clock, log, lookMs }: WaitParts): JobHandler {
  return async ({ data }) => {
    const found = await findUnreplaced(data, store)
    if (found === undefined || found.rReq !== undefined || found.relayed?.answer !== undefined) return undefined
    const [at, now] = [givenUpAt(found) as number, clock.now()]
    if (now < at) return { retryAt: Math.min(at, now + lookMs) }
    log.warn({ threeDSServerTransID: found.threeDSServerTransID }, 'no result of a decoupled authentication came in time: it has failed')
    return undefined
  }
}
