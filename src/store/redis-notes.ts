import type { Redis } from 'ioredis'
import { MockError } from '../errors.ts'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { NoteStore } from './note-store.ts'
import { fromRedis } from './redis-errors.ts'

export interface RedisNotesOptions {
  /** An open connection. Whoever opened it closes it. */
  redis: Redis
  /** Notes are under `<keyPrefix>_note:<key>`: a search for `<keyPrefix>:*` meets transactions only. */
  keyPrefix: string
}

/** Keeps notes in Redis as JSON, where several instances share them. One round trip per operation. */
export function createRedisNotes ({ redis, keyPrefix }: RedisNotesOptions): NoteStore {
  const nameOf = (key: string) => `${keyPrefix}_note:${key}`
  return {
    async put (key, value, ttlSeconds) {
      await fromRedis(redis.set(nameOf(key), JSON.stringify(value), 'PX', Math.ceil(ttlSeconds * 1000)))
    },
    async get (key) {
      const text = await fromRedis(redis.get(nameOf(key)))
      return text === null ? undefined : read(text)
    },
    async delete (key) {
      return await fromRedis(redis.del(nameOf(key))) === 1
    },
    async close () {}
  }
}

function read (text: string): JsonObject {
  const value = parseJson(text)
  if (isJsonObject(value)) return value
  throw new MockError('store_serialization', 'The stored note cannot be read')
}
