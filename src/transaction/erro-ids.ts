import type { ErroIds } from '../protocol/refusal.ts'
import type { Transaction } from './transaction.ts'

/** @returns the version and every id of a transaction, in the letters of its messages, for an `Erro` about one of these. */
export function erroIdsOf ({ dsTransID, acsTransID, sdkTransID, aReq: { messageVersion, threeDSServerTransID } }: Transaction): ErroIds {
  return { messageVersion, threeDSServerTransID, dsTransID, acsTransID, ...(sdkTransID === undefined ? {} : { sdkTransID }) }
}
