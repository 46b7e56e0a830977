import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Settings } from 'typebox/system'
import type { Fault } from '../errors.ts'
import { missingFault } from './missing-fault.ts'

/** Judges a value by a schema: `[]` when nothing is wrong. Never changes the value. */
export type Checker = (value: unknown) => Fault[]

// The library stops at eight; a caller wants to hear of everything, and no schema has more elements than this.
Settings.Set({ maxErrors: 256 })

interface SchemaError { keyword: string, instancePath: string, params: object, message: string }

/**
 * A checker that answers yes or no first and lists every fault only on no. The schema is compiled at its first use, so
 * that starting stays fast.
 * @param schema any TypeBox schema; a `description` of the element at fault is not repeated, nor is its value
 */
export function createChecker (schema: TSchema): Checker {
  let validator: Validator | undefined
  return (value) => {
    validator ??= Compile(schema)
    return validator.Check(value) ? [] : toFaults(validator.Errors(value))
  }
}

function toFaults (errors: readonly SchemaError[]): Fault[] {
  const byElement = new Map<string, Fault>()
  for (const error of errors) {
    const path = error.instancePath.slice(1).replaceAll('/', '.')
    if (error.keyword === 'required') {
      for (const name of (error.params as { requiredProperties: string[] }).requiredProperties) {
        const element = path === '' ? name : `${path}.${name}`
        byElement.set(element, missingFault(element))
      }
    } else {
      // The last word on an element is the most general one: of a union, that no branch fits.
      const message = error.keyword === 'anyOf' ? 'has none of the allowed forms' : error.message
      byElement.set(path, { element: path, message })
    }
  }
  return [...byElement.values()]
}
