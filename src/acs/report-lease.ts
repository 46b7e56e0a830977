import type { Clock } from '../clock.ts'
import { leaseFrom } from '../store/lease.ts'
import { transactionNotFound } from '../store/not-found.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { stateOf } from './challenge/challenge-of.ts'

/** @returns whether somebody elsewhere has to be called for a result, so that it is on its way for a while. */
export function isFar ({ parties, preferences }: Pick<Transaction, 'parties' | 'preferences'>): boolean {
  return parties !== undefined || (preferences.resultsResponseNotificationUrl ?? '') !== ''
}

/** @returns whether there is a result that nobody is known to have sent. What was tried in vain has a job of its own. */
export function isUnreported (transaction: Transaction): boolean {
  return stateOf(transaction) === 'reporting' && transaction.challenge?.reports === undefined
}

/** @returns what is kept with a result by whoever goes on to report it: nothing where that is done at once. */
export function leaseOf (transaction: Transaction, now: number): { reportLease?: number } {
  return isFar(transaction) ? { reportLease: leaseFrom(now) } : {}
}

/** Whose result is to be reported, and whether by us. */
export interface Claimed {
  transaction: Transaction
  isOurs: boolean
}

/**
 * Takes over a result that nobody reports; of several who find one, one does.
 * @param givenUp the lease that nothing came of for long, whatever the clock says
 * @throws MockError of the store, `transaction_not_found` also when another authentication has taken the id since
 */
export async function claimReport (found: Transaction, { store, clock }: { store: StateStore, clock: Clock }, givenUp?: number): Promise<Claimed> {
  let isOurs = false
  const transaction = await store.update(found.threeDSServerTransID, (current) => {
    if (current.acsTransID !== found.acsTransID) throw transactionNotFound()
    const now = clock.now()
    const lease = current.challenge?.reportLease ?? now
    isOurs = isUnreported(current) && (lease <= now || lease === givenUp)
    return isOurs ? leased(current, now) : current
  })
  return { transaction, isOurs }
}

/** Says that we are still at it. */
export async function renewReport ({ threeDSServerTransID, acsTransID }: Transaction, { store, clock }: { store: StateStore, clock: Clock }): Promise<void> {
  await store.update(threeDSServerTransID, (current) => current.acsTransID === acsTransID && isUnreported(current) ? leased(current, clock.now()) : current)
}

function leased (transaction: Transaction, now: number): Transaction {
  const { challenge } = transaction
  return challenge === undefined || !isFar(transaction) ? transaction : { ...transaction, challenge: { ...challenge, ...leaseOf(transaction, now) } }
}
