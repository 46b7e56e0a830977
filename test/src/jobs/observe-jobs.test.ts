import t from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { createMemoryJobs } from '../../../src/jobs/memory-jobs.ts'
import { observeJobs } from '../../../src/jobs/observe-jobs.ts'
import { createReadLog, newJob, START, testJobQueue } from '../../contracts/job-queue.ts'

t.test('a queue that tells of its runs keeps to the job contract', async (t) => {
  await testJobQueue(t, async (_t, { clock, log }) => observeJobs(createMemoryJobs({ clock, log }), clock, () => {}))
})

t.test('each run is told: its kind, what it came to, and how late it began; never sooner than its time', async (t) => {
  const clock = createManualClock(START)
  const runs: unknown[] = []
  const queue = observeJobs(createMemoryJobs({ clock, log: createReadLog() }), clock, (...run) => { runs.push(run) })
  t.teardown(() => queue.close())
  queue.handle('note', async ({ attempt }) => {
    if (attempt === 1) throw new Error('not now')
    return attempt === 2 ? { retryAt: clock.now() + 500 } : undefined
  })
  await queue.schedule(newJob({ dueAt: START + 1000 }))
  clock.advance(1250)
  await queue.runDue()
  clock.advance(1000)
  await queue.runDue()
  clock.advance(500)
  await queue.runDue()
  t.strictSame(runs, [['note', 'failed', 0.25], ['note', 'again', 0], ['note', 'done', 0]])
})
