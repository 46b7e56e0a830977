import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Delivery, Transaction } from '../transaction/transaction.ts'
import type { PostJson } from './post-json.ts'

/** How a finished challenge's result gets to whoever asked for it. */
export interface ResultDelivery {
  /**
   * Sends the result and keeps what became of it; never rejects.
   * @returns the transaction with its `delivery`, or the very same where no address was given
   */
  deliver (transaction: Transaction): Promise<Transaction>
}

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
 */
export function createResultDelivery ({ store, clock, log, postJson, resultBody }: DeliverParts): ResultDelivery {
  return {
    async deliver (transaction) {
      const address = transaction.preferences.resultsResponseNotificationUrl
      if (address === undefined || address === '') return transaction
      return send(transaction, address)
    }
  }

  async function send (transaction: Transaction, address: string): Promise<Transaction> {
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
