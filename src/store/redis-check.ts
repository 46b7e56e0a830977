import type { Redis } from 'ioredis'
import type { StoreHealth } from './state-store.ts'

const TRIAL_SECONDS = 60

// Scripts, as all that the store does: a user who may not run them can do nothing here. A read renews the time to live.
const SET = "return redis.call('SET', KEYS[1], KEYS[1], 'EX', ARGV[1])"
const GET = "local value = redis.call('GET', KEYS[1]) redis.call('EXPIRE', KEYS[1], ARGV[1]) return value"
const DELETE = "return redis.call('DEL', KEYS[1])"

/**
 * Really tries ping, set, get and delete, the way the store does them. They are sent together and answered in that order, so
 * a Redis that does not answer costs one command timeout instead of four.
 * @param key one that no other call uses
 * @param url where that is, without credentials
 */
export async function checkRedis (redis: Redis, key: string, url: string): Promise<StoreHealth> {
  const start = performance.now()
  let latencyMs = 0
  async function tried (reply: Promise<unknown>): Promise<unknown> {
    const value = await reply.catch(() => undefined)
    latencyMs = performance.now() - start
    return value
  }
  const [ping, set, get, deleted] = await Promise.all([
    tried(redis.ping()),
    tried(redis.eval(SET, 1, key, TRIAL_SECONDS)),
    tried(redis.eval(GET, 1, key, TRIAL_SECONDS)),
    tried(redis.eval(DELETE, 1, key))
  ])
  const isSet = set === 'OK'
  // Where nothing could be set, finding nothing is right.
  const operations = { ping: ping === 'PONG', set: isSet, get: get === (isSet ? key : null), delete: deleted === (isSet ? 1 : 0) }
  return { kind: 'redis', connected: operations.ping, url, latencyMs, operations }
}
