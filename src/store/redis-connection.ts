import { Redis, type RedisOptions } from 'ioredis'
import { maskUrl } from '../masking.ts'
import { MockError } from '../errors.ts'
import { redisReason } from './redis-errors.ts'

/** Where Redis is and how long to wait for it. */
export interface RedisSettings {
  /** `redis://` or `rediss://`, credentials included. */
  url: string
  /** Longest wait for a connection, milliseconds. */
  connectTimeoutMs: number
  /** Longest wait for an answer, milliseconds. */
  commandTimeoutMs: number
}

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2000
const SILENCE_MARGIN_MS = 100

function connectionOptions ({ connectTimeoutMs, commandTimeoutMs }: RedisSettings) {
  return {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // Silent for so long with commands waiting, a connection is given up, so what waits for a frozen Redis cannot pile up.
    // Later than its commands, which say themselves that no answer came.
    socketTimeout: commandTimeoutMs + SILENCE_MARGIN_MS,
    disconnectTimeout: commandTimeoutMs,
    // A Redis that is reading its files is asked again as often as one that is away.
    maxLoadingRetryTime: LONGEST_RETRY_MS,
    // While there is no connection a command fails at once. One whose answer was lost is not sent again: it may have been done.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts: number) => Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS)
  } satisfies RedisOptions
}

/**
 * Opens a connection and asks for a first answer. Later it opens itself again, for ever, whenever it is lost.
 * @throws MockError `store_connection` when there is no answer within both timeouts together
 */
export async function openRedis (settings: RedisSettings): Promise<Redis> {
  let redis: Redis | undefined
  try {
    redis = new Redis(settings.url, connectionOptions(settings))
    // Each command that suffers from it tells; without a listener every failed attempt to reconnect would be printed.
    redis.on('error', () => {})
    await firstAnswer(redis, settings.connectTimeoutMs + settings.commandTimeoutMs)
    return redis
  } catch (error) {
    redis?.disconnect()
    throw new MockError('store_connection', `Redis at ${maskUrl(settings.url)} cannot be reached: ${redisReason(error)}`)
  }
}

function firstAnswer (redis: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    // The failed attempt itself says only that the connection is closed; why, this event knows.
    redis.once('error', reject)
    redis.connect().then(() => redis.ping()).then(() => resolve(), reject).finally(() => {
      clearTimeout(timer)
      redis.off('error', reject)
    })
  })
}

/**
 * Closes a connection for good, whatever state it is in.
 * @returns when Redis has said goodbye, or at once when it is away, or after the command timeout when it is silent
 */
export async function closeRedis (redis: Redis): Promise<void> {
  try {
    await redis.quit()
  } catch {
    redis.disconnect()
  }
}
