import { collectDefaultMetrics, Registry, type Histogram } from 'prom-client'
import type { StateStore } from '../store/state-store.ts'
import { METRICS, type MetricDescription } from './catalogue.ts'
import type { KeptMeters } from './meters.ts'
import { durationBounds, type Count, type Durations, type Family } from './series.ts'

interface Sample { metricName?: string, labels: Record<string, string>, value: number }
type Samples = () => Sample[] | Promise<Sample[]>

/** Asks the queue how many jobs have not begun; may reject. */
export type WaitingJobs = () => Promise<{ later: number, due: number }>

/** What is a count and nothing else. */
const COUNTS = ['transactions', 'challengeResults', 'received', 'errosRaised', 'errosReceived', 'reports', 'deliveries', 'methodSteps', 'jobRuns', 'storeErrors'] as const

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
 * @param waitingJobs asked at each call
 * @returns a function that writes the text as it is now
 */
export function createExposition ({ counted }: KeptMeters, store: StateStore, waitingJobs: WaitingJobs): () => Promise<string> {
  const registry = new Registry()
  const add = (metric: MetricDescription, samples: Samples) => { registry.registerMetric(asMetric(metric, samples)) }
  const addDurations = (metric: MetricDescription, family: Family<Durations>) => { add(metric, () => durationSamples(metric.name, family)) }
  add(METRICS.requests, () => durationCounts(counted.requests))
  addDurations(METRICS.requestDurations, counted.requests)
  for (const name of COUNTS) add(METRICS[name], () => countSamples(counted[name]))
  add(METRICS.sent, () => durationCounts(counted.sent))
  addDurations(METRICS.sentDurations, counted.sent)
  addDurations(METRICS.jobLateness, counted.jobLateness)
  add(METRICS.jobsWaiting, () => waitingSamples(waitingJobs))
  addDurations(METRICS.storeOperations, counted.storeOperations)
  add(METRICS.evictions, () => [bare(counted.evictions.value)])
  add(METRICS.expiries, () => [bare(counted.expiries.value)])
  add(METRICS.kept, () => keptTransactions(store))
  if (store.kind === 'redis') add(METRICS.redis, async () => [bare((await store.check()).connected ? 1 : 0)])
  return async () => `${await registry.metrics()}\n${await readProcessFigures()}`
}

// prom-client asks a metric for nothing but its name and `get`; what we counted ourselves needs no second counter.
function asMetric ({ name, help, type }: MetricDescription, samples: Samples): Histogram {
  const metric = { name, async get () { return { name, help, type, aggregator: 'sum', values: await samples() } } }
  return metric as unknown as Histogram
}

const bare = (value: number): Sample => ({ labels: {}, value })

async function keptTransactions (store: StateStore): Promise<Sample[]> {
  const size = await store.size().catch(() => undefined)
  return size === undefined ? [] : [bare(size)]
}

async function waitingSamples (waitingJobs: WaitingJobs): Promise<Sample[]> {
  const waiting = await waitingJobs().catch(() => undefined)
  return waiting === undefined ? [] : Object.entries(waiting).map(([when, value]) => ({ labels: { when }, value }))
}

function named (family: Family<unknown>, labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(family.labelNames.map((name, index) => [name, labels[index] as string]))
}

function countSamples (family: Family<Count>): Sample[] {
  return family.entries().map(({ labels, value }) => ({ labels: named(family, labels), value: value.value }))
}

function durationCounts (family: Family<Durations>): Sample[] {
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
