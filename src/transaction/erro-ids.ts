import type { ErroIds } from '../protocol/refusal.ts'
import type { Transaction } from './transaction.ts'

/** @returns the version and every id of a transaction, for an `Erro` about one of its messages. */
export function erroIdsOf ({ threeDSServerTransID, dsTransID, acsTransID, sdkTransID, aReq: { messageVersion } }: Transaction): ErroIds {
  return { messageVersion, threeDSServerTransID, dsTransID, acsTransID, ...(sdkTransID === undefined ? {} : { sdkTransID }) }
}
