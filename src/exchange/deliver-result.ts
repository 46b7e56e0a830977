import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Delivery, Transaction } from '../transaction/transaction.ts'
import type { PostJson } from './post-json.ts'

/** Sends a finished challenge's result to whoever asked for it, and keeps what became of it; never rejects. */
export type DeliverResult = (transaction: Transaction) => Promise<Transaction>

/** What delivering takes. */
export interface DeliverParts {
  store: StateStore
  clock: Clock
  log: Log
  postJson: PostJson
  /** Body for a transaction, in the spelling its requestor reads. */
  resultBody (transaction: Transaction): JsonObject
}

/**
 * Posts to `resultsResponseNotificationUrl`, awaited, once. The result is stored already: a failure here is recorded with
 * the transaction and changes nothing else.
 * @param parts where results are kept, how they are sent and what they look like
 * @returns the function that sends: it takes the transaction with its result and resolves to the same with its `delivery`, or
 * to the very same where no address was given; it never rejects
 */
export function createDeliverResult ({ store, clock, log, postJson, resultBody }: DeliverParts): DeliverResult {
  return async (transaction) => {
    const address = transaction.preferences.resultsResponseNotificationUrl
    if (address === undefined || address === '') return transaction
    const posted = await postJson(address, resultBody(transaction))
    const delivery: Delivery = { ...posted, at: clock.now() }
    const { threeDSServerTransID, acsTransID } = transaction
    log.info({ threeDSServerTransID, ...posted }, `result ${posted.outcome === 'delivered' ? '' : 'not '}delivered to resultsResponseNotificationUrl`)
    try {
      await store.update(threeDSServerTransID, (current) => {
        // Another authentication may have taken the id meanwhile.
        return current.acsTransID === acsTransID ? { ...current, delivery } : current
      })
    } catch (error) {
      log.warn({ threeDSServerTransID, err: error }, 'what became of the delivery could not be kept')
    }
    return { ...transaction, delivery }
  }
}
