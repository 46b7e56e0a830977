import { collectDefaultMetrics, Registry, type Histogram } from 'prom-client'
import type { StateStore } from '../store/state-store.ts'
import type { KeptMeters } from './meters.ts'
import { durationBounds, type Count, type Durations, type Family } from './series.ts'

interface Sample { metricName?: string, labels: Record<string, string>, value: number }
type Samples = () => Sample[] | Promise<Sample[]>

// The process's own figures belong to the process, not to one of the instances in it; observers must not pile up.
let processFigures: Registry | undefined

function readProcessFigures (): Promise<string> {
  if (processFigures === undefined) {
    processFigures = new Registry()
    collectDefaultMetrics({ register: processFigures })
  }
  return processFigures.metrics()
}

/**
 * Makes the Prometheus text of what was counted; names of compatibility §1.9 and our own.
 * @param store asked at each call for its size and its connection
 * @returns a function that writes the text as it is now
 */
export function createExposition (meters: KeptMeters, store: StateStore): () => Promise<string> {
  const registry = new Registry()
  const add = (name: string, help: string, type: 'counter' | 'gauge' | 'histogram', samples: Samples) => {
    registry.registerMetric(asMetric(name, help, type, samples))
  }
  add('api_http_requests_total', 'HTTP requests answered', 'counter', () => requestCounts(meters.requests))
  add('api_http_requests_duration_seconds', 'Time to answer an HTTP request', 'histogram',
    () => durationSamples('api_http_requests_duration_seconds', meters.requests))
  add('threeds_transactions_total', 'Authentication requests answered', 'counter', () => countSamples(meters.transactions))
  add('threeds_challenge_results_total', 'Challenges ended', 'counter', () => countSamples(meters.challengeResults))
  add('threeds_store_operation_duration_seconds', 'Time of a store operation', 'histogram',
    () => durationSamples('threeds_store_operation_duration_seconds', meters.storeOperations))
  add('threeds_store_errors_total', 'Store operations that failed', 'counter', () => countSamples(meters.storeErrors))
  add('threeds_store_evictions_total', 'Transactions dropped because the store was full', 'counter', () => [bare(meters.evictions.value)])
  add('threeds_store_expiries_total', 'Transactions whose time was over', 'counter', () => [bare(meters.expiries.value)])
  add('threeds_transactions_kept', 'Transactions kept, where the store can tell', 'gauge', () => keptTransactions(store))
  if (store.kind === 'redis') {
    add('threeds_redis_connected', 'Whether Redis answers', 'gauge', async () => [bare((await store.check()).connected ? 1 : 0)])
  }
  return async () => `${await registry.metrics()}\n${await readProcessFigures()}`
}

// prom-client asks a metric for nothing but its name and `get`; what we counted ourselves needs no second counter.
function asMetric (name: string, help: string, type: string, samples: Samples): Histogram {
  const metric = { name, async get () { return { name, help, type, aggregator: 'sum', values: await samples() } } }
  return metric as unknown as Histogram
}

const bare = (value: number): Sample => ({ labels: {}, value })

async function keptTransactions (store: StateStore): Promise<Sample[]> {
  const size = await store.size().catch(() => undefined)
  return size === undefined ? [] : [bare(size)]
}

function named (family: Family<unknown>, labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(family.labelNames.map((name, index) => [name, labels[index] as string]))
}

function countSamples (family: Family<Count>): Sample[] {
  return family.entries().map(({ labels, value }) => ({ labels: named(family, labels), value: value.value }))
}

function requestCounts (family: Family<Durations>): Sample[] {
  return family.entries().map(({ labels, value }) => ({ labels: named(family, labels), value: value.count }))
}

function durationSamples (name: string, family: Family<Durations>): Sample[] {
  return family.entries().flatMap(({ labels, value }) => {
    const own = named(family, labels)
    let upTo = 0
    const buckets = value.buckets.map((count, index) => {
      upTo += count
      return { metricName: `${name}_bucket`, labels: { le: String(durationBounds[index] ?? '+Inf'), ...own }, value: upTo }
    })
    return [...buckets, { metricName: `${name}_sum`, labels: own, value: value.sum }, { metricName: `${name}_count`, labels: own, value: value.count }]
  })
}
