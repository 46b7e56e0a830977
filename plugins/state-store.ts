import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import type { IdSource } from '../src/ids.ts'
import { maskUrl } from '../src/masking.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import type { StateStore, StoreEvents } from '../src/store/state-store.ts'

export interface StateStorePluginOptions {
  config: Pick<Config, 'useRedis' | 'redis' | 'transactionTtlSeconds' | 'memoryMaxTransactions' | 'memoryMaxBytes'>
  clock: Clock
  ids: IdSource
  events?: StoreEvents
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Where transactions live. */
    stateStore: StateStore
  }
}

/** Opens the store that the configuration asks for, and no other: `app.stateStore`. */
async function stateStorePlugin (app: FastifyInstance, options: StateStorePluginOptions): Promise<void> {
  const store = options.config.useRedis ? await openRedisStore(app, options) : openMemoryStore(app, options)
  app.decorate('stateStore', store)
  app.addHook('onClose', () => store.close())
}

function openMemoryStore (app: FastifyInstance, { config, clock, events }: StateStorePluginOptions): StateStore {
  app.log.info('Initializing in-memory state store')
  return createMemoryStore({
    ttlSeconds: config.transactionTtlSeconds,
    maxTransactions: config.memoryMaxTransactions,
    maxBytes: config.memoryMaxBytes,
    clock,
    events
  })
}

// Loaded here only: a server that keeps to memory starts without reading any of it.
async function openRedisStore (app: FastifyInstance, { config, ids, events }: StateStorePluginOptions): Promise<StateStore> {
  const maskedUrl = maskUrl(config.redis.url)
  app.log.info(`Initializing Redis state store at ${maskedUrl}`)
  const [{ default: redisPlugin }, { createRedisStore }, { decodeTransaction, encodeTransaction }] = await Promise.all([
    import('./redis.ts'),
    import('../src/store/redis-store.ts'),
    import('../src/dialects/stored-transaction.ts')
  ])
  await app.register(redisPlugin, { settings: config.redis })
  return createRedisStore({
    redis: app.redis,
    keyPrefix: config.redis.keyPrefix,
    ttlSeconds: config.transactionTtlSeconds,
    maskedUrl,
    codec: { encode: encodeTransaction, decode: decodeTransaction },
    ids,
    events
  })
}

export default fp(stateStorePlugin, { name: 'state-store', fastify: '5.x' })
