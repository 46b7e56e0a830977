import type { JsonObject } from '../protocol/messages.ts'
import type { Transaction } from './transaction.ts'

/** The messages that came before, as far as they are known: what the conditions of a later one look at. */
export function earlierOf ({ aReq, aRes }: Pick<Transaction, 'aReq' | 'aRes'>): { areq: JsonObject, ares?: JsonObject } {
  return { areq: aReq as JsonObject, ...(aRes === undefined ? {} : { ares: aRes as JsonObject }) }
}
