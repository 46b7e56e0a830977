import fastifyRedis from '@fastify/redis'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Redis } from 'ioredis'
import { maskUrl } from '../src/masking.ts'
import { closeRedis, openRedis, type RedisSettings } from '../src/store/redis-connection.ts'
import { redisReason } from '../src/store/redis-errors.ts'

export interface RedisPluginOptions {
  settings: RedisSettings
}

export type RedisState = 'ready' | 'reconnecting' | 'ended'

declare module 'fastify' {
  interface FastifyInstance {
    /** How the connection to Redis is. Only there when the server keeps its state in Redis, as `redis` is. */
    redisState?: () => RedisState
  }
}

/**
 * Opens the connection to Redis: `app.redis` and `app.redisState()`. Registration fails with `store_connection` when Redis
 * cannot be reached: a mock that silently kept to memory instead would answer one instance's clients as if the others did not exist.
 */
async function redisPlugin (app: FastifyInstance, { settings }: RedisPluginOptions): Promise<void> {
  const redis = await openRedis(settings)
  let isClosing = false
  app.addHook('onClose', async () => {
    isClosing = true
    await closeRedis(redis)
  })
  logChanges(redis, app.log, maskUrl(settings.url))
  await app.register(fastifyRedis, { client: redis })
  app.decorate('redisState', () => {
    if (isClosing) return 'ended'
    return redis.status === 'ready' ? 'ready' : 'reconnecting'
  })
}

// Each attempt to reconnect is announced; only the loss and the return are news.
function logChanges (redis: Redis, log: FastifyBaseLogger, url: string): void {
  let isLost = false
  redis.on('error', (error) => log.debug({ url, reason: redisReason(error) }, 'Redis connection failed'))
  redis.on('reconnecting', () => {
    if (!isLost) log.warn({ url }, 'Redis connection lost')
    isLost = true
  })
  redis.on('ready', () => {
    isLost = false
    log.info({ url }, 'Redis connection is back')
  })
}

export default fp(redisPlugin, { name: 'redis', fastify: '5.x' })
