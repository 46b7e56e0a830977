import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { type Fault, MockError } from '../src/errors.ts'
import { createChecker } from '../src/protocol/checker.ts'

/**
 * Judges requests by their TypeBox schemas, without changing them, and writes answers as they are: nothing is coerced,
 * stripped or filled in on the way in or out. Answer schemas are for the documentation.
 */
export const validation = fp(async function validation (app: FastifyInstance) {
  app.setValidatorCompiler(({ schema }) => {
    const check = createChecker(schema as TSchema)
    return (value) => {
      const faults = check(value)
      return faults.length === 0 ? true : { error: invalidRequest(faults) }
    }
  })
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
}, { name: 'validation', fastify: '5.x' })

/** An error that names every element at fault once. */
export function invalidRequest (faults: readonly Fault[]): MockError {
  const byElement = new Map<string, Fault>()
  for (const fault of faults) {
    if (!byElement.has(fault.element)) byElement.set(fault.element, fault)
  }
  const unique = [...byElement.values()]
  return new MockError('invalid_request', unique.map(({ element, message }) => `${element} ${message}`.trim()).join('; '), { faults: unique })
}

/** What a schema had against a request whose route asked to be told (`attachValidation`). */
export function faultsOf (error: Error | undefined): readonly Fault[] {
  if (error === undefined) return []
  if (error instanceof MockError) return error.faults
  throw error
}
