import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import type { JobQueue } from '../src/jobs/job-queue.ts'
import { createMemoryJobs } from '../src/jobs/memory-jobs.ts'
import { observeJobs, type OnJobRun } from '../src/jobs/observe-jobs.ts'

/** What the queue takes. */
export interface JobsOptions {
  config: Pick<Config, 'useRedis' | 'redis'>
  clock: Clock
  onRun: OnJobRun
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What is to be done later: deliveries and timers. */
    jobs: JobQueue
    /** Those of this process alone: for what the others cannot be told while Redis is away. */
    ownJobs: JobQueue
  }
}

/** Opens the queue where transactions are kept. It begins to run when everything else is ready. */
export const jobs = fp(async function jobs (app: FastifyInstance, { config, clock, onRun }: JobsOptions) {
  const own = createMemoryJobs({ clock, log: app.log })
  const queue = config.useRedis ? await openRedisJobs(app, config, clock) : own
  app.decorate('jobs', observeJobs(queue, clock, onRun))
  app.decorate('ownJobs', observeJobs(own, clock, onRun))
  app.addHook('onReady', async function startJobs () { await Promise.all([own.start(), queue.start()]) })
  // Before the connection to Redis is closed: hooks of this kind run last in, first out.
  app.addHook('onClose', async function stopJobs () { await Promise.all([own.close(), queue.close()]) })
}, { name: 'jobs', fastify: '5.x', dependencies: ['state-store'] })

// Loaded here only: a server that keeps to memory starts without reading any of it.
async function openRedisJobs (app: FastifyInstance, { redis }: JobsOptions['config'], clock: Clock): Promise<JobQueue> {
  const { createRedisJobs } = await import('../src/jobs/redis-jobs.ts')
  return createRedisJobs({ redis: app.redis, keyPrefix: redis.keyPrefix, clock, log: app.log })
}
