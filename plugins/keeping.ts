import type { FastifyInstance } from 'fastify'
import { lookInterval, setTimer } from '../src/acs/challenge-timer.ts'
import type { Config } from '../src/config.ts'
import { setWait } from '../src/three-ds-server/decoupled-wait.ts'
import type { Transaction } from '../src/transaction/transaction.ts'

/** Keeps a transaction and sets the timer of its challenge. A transaction of the same id is replaced and that is logged. */
export type Keep = (transaction: Transaction) => Promise<void>

/** Both at once: a timer whose transaction was not kept finds nothing to end. */
export function keeping ({ stateStore, jobs, log }: FastifyInstance, config: Config): Keep {
  return async (transaction) => {
    const lookMs = lookInterval(config)
    const [isReplaced] = await Promise.all([stateStore.insert(transaction), setTimer(transaction, jobs, lookMs), setWait(transaction, jobs, lookMs)])
    if (isReplaced) log.warn({ threeDSServerTransID: transaction.threeDSServerTransID }, 'authenticate repeated an id: the transaction was replaced')
  }
}
