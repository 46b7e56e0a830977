/** Values kept apart by their labels. */
export interface Family<Value> {
  /** Names of the labels, in the order in which `at` takes their values. */
  readonly labelNames: readonly string[]
  /** @returns what is kept for these label values; made at the first call. */
  at (...labels: string[]): Value
  /** @returns everything kept, with the label values. */
  entries (): Array<{ labels: readonly string[], value: Value }>
}

/** A count that only grows. */
export interface Count { value: number }

/** Durations, sorted into buckets. */
export interface Durations {
  /** One count for each upper bound, and one more for what is longer; not cumulated. */
  buckets: number[]
  /** Seconds. */
  sum: number
  count: number
}

/** Upper bounds of the buckets, seconds: compatibility §1.9. */
export const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/**
 * @param labelNames names of the labels
 * @param create makes the value of a new set of labels
 */
export function createFamily<Value> (labelNames: readonly string[], create: () => Value): Family<Value> {
  const kept = new Map<string, { labels: readonly string[], value: Value }>()
  return {
    labelNames,
    at (...labels) {
      const key = labels.length === 1 ? labels[0] as string : labels.join(' ')
      let entry = kept.get(key)
      if (entry === undefined) {
        entry = { labels, value: create() }
        kept.set(key, entry)
      }
      return entry.value
    },
    entries: () => [...kept.values()]
  }
}

export const newCount = (): Count => ({ value: 0 })
export const newDurations = (): Durations => ({ buckets: new Array(durationBounds.length + 1).fill(0), sum: 0, count: 0 })

/** Adds one duration. */
export function observe (durations: Durations, seconds: number): void {
  let index = 0
  while (index < durationBounds.length && seconds > (durationBounds[index] as number)) index++
  durations.buckets[index] = (durations.buckets[index] as number) + 1
  durations.sum += seconds
  durations.count++
}
