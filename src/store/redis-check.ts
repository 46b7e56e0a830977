import type { Redis } from 'ioredis'
import { randomIds } from '../ids.ts'
import type { StoreHealth } from './state-store.ts'

const TRIAL_SECONDS = 60

/**
 * Really tries ping, set, get and delete. They are sent together and answered in that order, so a Redis that does not
 * answer costs one command timeout instead of four.
 * @param trialPrefix the trial key is this and something that no other call uses
 * @param url where that is, without credentials
 */
export async function checkRedis (redis: Redis, trialPrefix: string, url: string): Promise<StoreHealth> {
  const key = trialPrefix + randomIds.uuid()
  const start = performance.now()
  let latencyMs = 0
  async function succeeds (reply: Promise<unknown>, expected: unknown): Promise<boolean> {
    const isExpected = await reply.then((value) => value === expected, () => false)
    latencyMs = performance.now() - start
    return isExpected
  }
  const [ping, set, get, deleted] = await Promise.all([
    succeeds(redis.ping(), 'PONG'),
    succeeds(redis.set(key, key, 'EX', TRIAL_SECONDS), 'OK'),
    succeeds(redis.get(key), key),
    succeeds(redis.del(key), 1)
  ])
  return { kind: 'redis', connected: ping, url, latencyMs, operations: { ping, set, get, delete: deleted } }
}
