import { type ErrorCode, MockError } from '../errors.ts'
import type { StoreEvents, StoreOperation } from './state-store.ts'

/** What a store itself reports; everything else is thrown by whoever uses it, inside an update. */
const STORE_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'transaction_not_found', 'store_conflict', 'store_serialization', 'store_connection', 'store_timeout'
])

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
    events.onOperation(operation, seconds(), nameOf(error))
    throw error
  }
}

function nameOf (error: unknown): string | undefined {
  if (!(error instanceof MockError)) return 'other'
  return STORE_ERRORS.has(error.code) ? error.code : undefined
}
