import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { createDueHeap, type Due } from '../../../src/jobs/due-heap.ts'
import { createMemoryJobs } from '../../../src/jobs/memory-jobs.ts'
import { createReadLog, createSignal, newJob, recorder, START, testJobQueue } from '../../contracts/job-queue.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function heapUsed (): number {
  collect()
  return process.memoryUsage().heapUsed
}

t.test('the job contract, in memory', async (t) => {
  await testJobQueue(t, async (_t, parts) => createMemoryJobs(parts))
})

t.test('what ran, was replaced or cancelled leaves nothing behind', async (t) => {
  const queue = createMemoryJobs({ clock: createManualClock(START), log: createReadLog() })
  queue.handle('note', async () => undefined)
  const data = { text: 'x'.repeat(1000) }
  async function round (): Promise<number> {
    for (let i = 0; i < 10_000; i++) await queue.schedule(newJob({ id: `job ${i}`, data }))
    const ran = await queue.runDue()
    for (let i = 0; i < 10_000; i++) await queue.schedule(newJob({ dueAt: START + i + 1, data }))
    for (let i = 0; i < 1000; i++) {
      await queue.schedule(newJob({ id: `job ${i}`, dueAt: START + 1, data }))
      await queue.cancel(`job ${i}`)
    }
    return ran
  }
  t.equal(await round(), 10_000)
  const before = heapUsed()
  t.equal(await round(), 10_000)
  t.ok(heapUsed() - before < 1_000_000, 'ten thousand jobs hold ten million characters')
})

t.test('what is not done is forgotten when the queue is closed, and nothing is kept afterwards', async (t) => {
  const queue = createMemoryJobs({ clock: createManualClock(START), log: createReadLog() })
  const ran = recorder(queue)
  await queue.schedule(newJob())
  await queue.close()
  t.equal(await queue.cancel('job'), false)
  await queue.schedule(newJob())
  t.equal(await queue.cancel('job'), false)
  t.equal(await queue.runDue(), 0)
  t.strictSame(ran, [])
})

t.test('two who wait for what is due both hear of the end', async (t) => {
  const queue = createMemoryJobs({ clock: createManualClock(START), log: createReadLog() })
  t.teardown(() => queue.close())
  const open = createSignal()
  queue.handle('note', async () => {
    await open.given
    return undefined
  })
  await queue.schedule(newJob())
  const both = [queue.runDue(), queue.runDue()]
  open.give()
  t.strictSame(await Promise.all(both), [1, 1])
})

t.test('a heap gives what is due in order, whatever was added and removed before', (t) => {
  const steps = fc.array(fc.oneof(fc.record({ add: fc.integer({ min: 0, max: 50 }) }), fc.record({ remove: fc.nat() })), { minLength: 20, maxLength: 80 })
  fc.assert(fc.property(steps, (steps) => {
    const heap = createDueHeap<Due>()
    const kept: Due[] = []
    for (const [order, step] of steps.entries()) {
      if ('add' in step) {
        const item = { dueAt: step.add, order, position: 0 }
        heap.add(item)
        kept.push(item)
      } else if (kept.length > 0) {
        const [item] = kept.splice(step.remove % kept.length, 1)
        heap.remove(item as Due)
      }
    }
    const taken: Due[] = []
    for (let first = heap.first(); first !== undefined; first = heap.first()) {
      heap.remove(first)
      taken.push(first)
    }
    kept.sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)
    return taken.length === kept.length && taken.every((item, i) => item === kept[i])
  }), { numRuns: 1000, seed: 1 })
  t.end()
})
