import type { ConfigFault } from './config-error.ts'

/** Settings by the names of their environment variables; a number or a boolean counts as the text that says it. */
export type MockSettings = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * @param given settings by name; callers without types may pass anything as a value
 * @returns the same as an environment has them, and a fault for each value that no text stands for; it is not repeated
 */
export function toVariables (given: MockSettings): { variables: Record<string, string | undefined>, faults: ConfigFault[] } {
  const variables: Record<string, string | undefined> = {}
  const faults: ConfigFault[] = []
  for (const [variable, value] of Object.entries(given)) {
    if (isSayable(value)) variables[variable] = value === undefined ? undefined : String(value)
    else faults.push({ variable, value: '***', allowed: 'must be a string, a finite number or a boolean' })
  }
  return { variables, faults }
}

function isSayable (value: unknown): boolean {
  return value === undefined || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
