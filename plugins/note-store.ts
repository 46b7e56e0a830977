import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import { createMemoryNotes } from '../src/store/memory-notes.ts'
import type { NoteStore } from '../src/store/note-store.ts'

/** What the notes take. */
export interface NoteStoreOptions {
  config: Pick<Config, 'useRedis' | 'redis' | 'memoryMaxTransactions' | 'memoryMaxBytes'>
  clock: Clock
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Small things kept beside transactions. */
    noteStore: NoteStore
  }
}

/** Opens the notes where transactions are kept. */
export const noteStore = fp(async function noteStore (app: FastifyInstance, { config, clock }: NoteStoreOptions) {
  const notes = config.useRedis
    ? await openRedisNotes(app, config)
    : createMemoryNotes({ maxNotes: config.memoryMaxTransactions, maxBytes: config.memoryMaxBytes, clock })
  app.decorate('noteStore', notes)
  app.addHook('onClose', () => notes.close())
}, { name: 'note-store', fastify: '5.x', dependencies: ['state-store'] })

// Loaded here only, as Redis itself.
async function openRedisNotes (app: FastifyInstance, { redis }: NoteStoreOptions['config']): Promise<NoteStore> {
  const { createRedisNotes } = await import('../src/store/redis-notes.ts')
  return createRedisNotes({ redis: app.redis, keyPrefix: redis.keyPrefix })
}
