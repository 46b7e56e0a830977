import { readFileSync } from 'node:fs'
import type { Element } from './element.ts'

let elements: readonly Element[] | undefined

/**
 * The catalogue: every element of EMV 3-D Secure in the versions 2.1.0, 2.2.0 and 2.3.1. Read when first asked for, because
 * a server that judges no message should not wait for it.
 */
export function catalogue (): readonly Element[] {
  elements ??= JSON.parse(readFileSync(new URL('elements.json', import.meta.url), 'utf8')) as Element[]
  return elements
}
