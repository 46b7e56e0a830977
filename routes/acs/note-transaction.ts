import type { FastifyRequest } from 'fastify'
import type { ErroContent } from '../../src/errors.ts'

/** Notes the ids of the transaction that a request turned out to be about, for its line in the log. */
export function noteTransaction (request: FastifyRequest, ids: Pick<ErroContent, 'threeDSServerTransID' | 'acsTransID'>): void {
  const { threeDSServerTransID, acsTransID } = ids
  if (threeDSServerTransID !== undefined) request.transactionIds.threeDSServerTransID = threeDSServerTransID
  if (acsTransID !== undefined) request.transactionIds.acsTransID = acsTransID
}
