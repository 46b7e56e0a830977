import { DelayedError, Job as Ring, Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Log } from '../log.ts'
import { redisReason } from '../store/redis-errors.ts'
import { MOST_AT_ONCE } from './run-job.ts'

/** What a bell takes. */
export interface BellOptions {
  /** An open connection that gives up soon. */
  redis: Redis
  /** Of all keys. */
  prefix: string
  log: Log
}

/** @returns milliseconds after which that ring is needed again, `undefined` when it is not. */
export type OnRing = (ring: string, second: number | undefined) => Promise<number | undefined>

/** Name and arguments of a script that the connection knows. */
export type Command = readonly [name: string, args: (string | number)[]]

/** Tells one of all instances when a time has come, and another one when that died of it: all that BullMQ is used for. */
export interface Bell {
  /**
   * Rings after a while, and runs a script in the same transaction.
   * @param ring without colons
   * @param second for which it is shared
   * @returns what the script answered
   */
  add (ring: string, delayMs: number, command: Command, second?: number): Promise<unknown>
  /** @returns the key that exists as long as the ring is to come; without a ring, what all of them begin with. */
  keyOf (ring: string): string
  /** Takes a ring back, if it has not begun and if Redis can be reached: one for which nobody waits does no harm. */
  remove (ring: string): Promise<void>
  /** Lets rings that are to come later ring now. */
  hurry (rings: readonly string[]): Promise<void>
  /** @param connection a patient one: it waits for a Redis that is away. Another like it is opened, and both closed at the end. */
  start (connection: Redis, onRing: OnRing): void
  /** Begins no more ring. */
  pause (): Promise<void>
  /** Waits for what `onRing` still has to do, but not for long where Redis does not answer. */
  close (): Promise<void>
}

/** A ring of a process that died is heard elsewhere when its lock has expired and two looks have missed it: after 5 s at most. */
const LOCK_MS = 3000
const LOOK_FOR_THE_DEAD_MS = 1000
/** A ring that failed, which Redis alone can cause, comes again after that. */
const AGAIN_MS = 1000
/** The longest that a silent Redis delays the end. */
const LAST_WORDS_MS = 2000

interface About { second?: number }

const RING_OPTIONS = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'fixed', delay: AGAIN_MS },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0
}

const WORKER_OPTIONS = {
  autorun: false,
  concurrency: MOST_AT_ONCE,
  lockDuration: LOCK_MS,
  stalledInterval: LOOK_FOR_THE_DEAD_MS,
  maxStalledCount: Number.MAX_SAFE_INTEGER,
  runRetryDelay: AGAIN_MS
}

export function createBell ({ redis, prefix, log }: BellOptions): Bell {
  // BullMQ's stream of events is of no use here. The workers check the version, which lets them wait for less than a second.
  const queue = new Queue<About>('rings', { connection: redis, prefix, skipVersionCheck: true, streams: { events: { maxLen: 1 } } })
  // Each command that suffers tells.
  queue.on('error', () => {})
  let close = () => queue.close()
  let pause = async () => {}
  return {
    async add (ring, delayMs, [name, args], second) {
      const multi = (await queue.getBackend().client).multi()
      await new Ring(queue, 'ring', second === undefined ? {} : { second }, { ...RING_OPTIONS, delay: delayMs }, ring).addJob(multi)
      multi.runCommand(name, args)
      const replies = await multi.exec() as [Error | null, unknown][]
      for (const [error] of replies) if (error !== null) throw error
      return replies[1]?.[1]
    },
    keyOf: (ring) => queue.toKey(ring),
    async remove (ring) { await queue.remove(ring).catch(() => {}) },
    async hurry (rings) { await Promise.allSettled(rings.map((ring) => queue.getBackend().promote(ring))) },
    start (connection, onRing) {
      const report = reporter(log)
      const connections = withDuplicates(connection)
      const worker = new Worker<About>('rings', (ring, token) => answer(ring, token, onRing, report), { connection, prefix, ...WORKER_OPTIONS })
      worker.on('error', report)
      worker.run().catch(report)
      pause = () => worker.pause(true)
      close = () => closeWorker(worker, connections).then(() => queue.close())
    },
    pause: () => pause(),
    close: () => close()
  }
}

async function answer (ring: Ring<About>, token: string | undefined, onRing: OnRing, report: (error: unknown) => void): Promise<void> {
  const againMs = await onRing(ring.id as string, ring.data.second).catch((error: unknown) => {
    report(error)
    throw error
  })
  if (againMs === undefined) return
  // BullMQ goes by the machine's clock, whatever the injected one says.
  await ring.moveToDelayed(Date.now() + againMs, token)
  throw new DelayedError()
}

/** An outage fails again and again for the same reason. */
function reporter (log: Log): (error: unknown) => void {
  let last = ''
  return (error) => {
    const reason = redisReason(error)
    if (reason !== last) log.warn({ reason }, 'job queue is in trouble')
    last = reason
  }
}

/** @returns a connection, and as they are opened, those that BullMQ opens like it: it tells of none before that is ready. */
function withDuplicates (connection: Redis): [Redis, ...Redis[]] {
  const connections: [Redis, ...Redis[]] = [connection]
  const duplicate = connection.duplicate.bind(connection)
  connection.duplicate = (options) => {
    const copy = duplicate(options)
    connections.push(copy)
    return copy
  }
  return connections
}

async function closeWorker (worker: Worker, connections: [Redis, ...Redis[]]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise((resolve) => { timer = setTimeout(resolve, LAST_WORDS_MS) })
  await Promise.race([worker.close(connections[0].status !== 'ready'), silence])
  clearTimeout(timer)
  // It renews locks for as long as BullMQ waits for Redis, which may be for ever.
  await worker['lockManager'].close()
  // BullMQ leaves the one open, and may still be waiting for the other; what was never answered never will be.
  for (const connection of connections) disconnect(connection as unknown as Closeable)
}

interface Closeable { status: string, disconnect (): void, flushQueue (error: Error): void }

/**
 * Ends a connection that has not ended (ending it twice would start a timer that nothing stops), and tells whoever waits for
 * an answer: where there is no socket, ioredis would let them wait for ever, and BullMQ's watchdog for 11 s.
 */
function disconnect (connection: Closeable): void {
  if (connection.status !== 'end') connection.disconnect()
  connection.flushQueue(new Error('Connection is closed.'))
}
