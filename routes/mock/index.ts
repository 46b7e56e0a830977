import type { FastifyInstance } from 'fastify'
import { operationsRoute } from './operations.ts'

/** What a test tells the mock to do: no party of EMV 3-D Secure has it. */
export async function mockRoutes (app: FastifyInstance): Promise<void> {
  await app.register(operationsRoute)
}
