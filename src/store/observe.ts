import { MockError } from '../errors.ts'
import type { StoreEvents, StoreOperation } from './state-store.ts'

/**
 * Does the work of one store operation and tells how long it took and how it failed.
 * The duration is measured, not decided upon, so it is the machine's and not the injected clock's.
 */
export async function observe<Result> (
  events: StoreEvents | undefined,
  operation: StoreOperation,
  work: () => Result | Promise<Result>
): Promise<Result> {
  if (events?.onOperation === undefined) return await work()
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  try {
    const result = await work()
    events.onOperation(operation, seconds())
    return result
  } catch (error) {
    events.onOperation(operation, seconds(), error instanceof MockError ? error.code : 'other')
    throw error
  }
}
