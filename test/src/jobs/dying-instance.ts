// An instance that takes a job and is killed at it: `fork(…, [url, keyPrefix])`. It tells when it waits, and what it took.
import { systemClock } from '../../../src/clock.ts'
import { createRedisJobs } from '../../../src/jobs/redis-jobs.ts'
import { openRedis } from '../../../src/store/redis-connection.ts'
import { createReadLog } from '../../contracts/job-queue.ts'

const [url, keyPrefix] = process.argv.slice(2) as [string, string]
const redis = await openRedis({ url, connectTimeoutMs: 30_000, commandTimeoutMs: 30_000 })
const queue = await createRedisJobs({ redis, keyPrefix, clock: systemClock, log: createReadLog() })
queue.handle('note', async ({ id }) => {
  process.send?.(id)
  return new Promise(() => {})
})
await queue.start()
process.send?.('waiting')
