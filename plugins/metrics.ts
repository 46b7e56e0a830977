import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type {} from './jobs.ts'
import type {} from './state-store.ts'
import { ProtocolError } from '../src/errors.ts'
import { createMeters, silentMeters, type Meters } from '../src/metrics/meters.ts'
import { once } from '../src/once.ts'

export interface MetricsOptions { enabled: boolean }

declare module 'fastify' {
  interface FastifyInstance {
    meters: Meters
    /** Writes the Prometheus text; `null` when nothing is counted. Needs `stateStore` and `jobs`. */
    readMetrics: (() => Promise<string>) | null
  }
}

/**
 * Counts. Register it before the store, which is to be given `app.meters.storeEvents`.
 * prom-client, 12 to 30 ms of start-up, is loaded by the first scrape: numbers are kept in plain objects.
 */
export const metrics = fp(async function metrics (app: FastifyInstance, { enabled }: MetricsOptions) {
  if (!enabled) {
    app.decorate('meters', silentMeters)
    app.decorate('readMetrics', null)
    return
  }
  const meters = createMeters()
  const exposition = once(async () => (await import('../src/metrics/exposition.ts')).createExposition(meters, app.stateStore, () => app.jobs.waiting()))
  app.decorate('meters', meters)
  app.decorate('readMetrics', async function readMetrics () {
    return (await exposition())()
  })
  app.addHook('onError', function countRefusal (_request, _reply, error, done) {
    if (error instanceof ProtocolError) meters.erroRaised(error.erro.errorComponent, error.erro.errorCode)
    done()
  })
  app.addHook('onResponse', function countRequest (request, reply, done) {
    meters.requestAnswered(request.routeOptions.url ?? 'unmatched', request.method, reply.statusCode, reply.elapsedTime / 1000)
    done()
  })
}, { name: 'metrics', fastify: '5.x' })
