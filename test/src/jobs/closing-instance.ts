// An instance that closes while one of its connections has not come about yet: `fork(…, [url])`. Afterwards nothing holds its process.
import type { Redis } from 'ioredis'
import { createManualClock } from '../../../src/clock.ts'
import { createRedisJobs } from '../../../src/jobs/redis-jobs.ts'
import { closeRedis, openRedis } from '../../../src/store/redis-connection.ts'
import { createReadLog } from '../../contracts/job-queue.ts'

const [url] = process.argv.slice(2) as [string]
/** Where nobody is. */
const NOWHERE = { port: 1 }
const waiting: Promise<unknown>[] = []

/** Of the two connections that wait for jobs the first one is ready, and the second one finds nobody. */
function watched (from: Redis, more: object): Redis {
  const duplicate = from.duplicate.bind(from)
  from.duplicate = (options) => {
    const copy = watched(duplicate({ ...options, ...more }), NOWHERE)
    waiting.push(new Promise((resolve) => copy.once(more === NOWHERE ? 'reconnecting' : 'ready', () => resolve(undefined))))
    return copy
  }
  return from
}

const redis = await openRedis({ url, connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 })
const queue = await createRedisJobs({ redis: watched(redis, {}), keyPrefix: 'mock', clock: createManualClock(0), log: createReadLog() })
await queue.start()
await Promise.all(waiting)
await queue.close()
await closeRedis(redis)
process.send?.(waiting.length)
process.disconnect()
