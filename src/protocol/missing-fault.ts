import type { Fault } from '../errors.ts'

/**
 * The fault of an element that is absent and has to be there.
 * @param element its path, parts joined by a dot
 * @param when on what condition it has to be there, in words
 */
export function missingFault (element: string, when?: string): Fault {
  return { element, message: when === undefined ? 'is required' : `is required ${when}`, missing: true }
}
