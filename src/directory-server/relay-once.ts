import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { JsonObject, RReq } from '../protocol/messages.ts'
import { leaseFrom, lookAgain, whileHeld } from '../store/lease.ts'
import type { StateStore } from '../store/state-store.ts'
import type { Relayed, Transaction } from '../transaction/transaction.ts'

/** What relaying a result once takes. */
export interface RelayParts {
  store: StateStore
  clock: Clock
  log: Log
  /** How long whoever relays in another process can take, milliseconds: after that he is given up. */
  waitMs: number
  /** Ends all waiting for other processes. */
  closing: AbortSignal
}

/** A result that was relayed, with the answer to it. */
export type Answered = Relayed & { answer: JsonObject }

/**
 * Hands a result on once, whichever instances get it how often: the first to note it in the store does, and everybody else waits
 * for what comes of it. If nothing does, the next one is the first.
 * @param relay hands it on, in a time of its own; what it throws is passed on, and nothing is kept then
 * @returns the answer; or what was relayed before, by whomever
 * @throws MockError `server_closing` to who waits for another process when this one ends
 */
export type RelayOnce = (rReq: RReq, transaction: Transaction, relay: () => Promise<JsonObject>) => Promise<{ answer: JsonObject } | { before: Answered }>

/** Relays results. Who waits for one of this process waits for it itself, for one of another he looks into the store. */
export function createRelayOnce (parts: RelayParts): RelayOnce {
  const underWay = new Map<string, Promise<unknown>>()
  return async (rReq, transaction, relay) => {
    const { acsTransID } = transaction
    let giveUpAt = performance.now() + parts.waitMs
    let givenUp: number | undefined
    for (;;) {
      const claimed = await claim(rReq, transaction, { givenUp, isHere: underWay.has(acsTransID) }, parts)
      if (typeof claimed === 'number') {
        const relaying = relayed({ rReq, attempt: claimed }, transaction, relay, parts)
        underWay.set(acsTransID, relaying)
        return { answer: await relaying.finally(() => { underWay.delete(acsTransID) }) }
      }
      if (claimed.answer !== undefined) return { before: claimed as Answered }
      const here = underWay.get(acsTransID)
      if (here !== undefined) await here.catch(() => {})
      else if (performance.now() < giveUpAt) await lookAgain(parts.closing)
      else [giveUpAt, givenUp] = [performance.now() + parts.waitMs, claimed.attempt]
    }
  }
}

/**
 * @param known the attempt that nothing came of, and whether this process relays just now
 * @returns the number of the attempt that is ours; or what somebody else has noted
 */
async function claim (rReq: RReq, { threeDSServerTransID, acsTransID }: Transaction, known: { givenUp: number | undefined, isHere: boolean }, { store, clock }: RelayParts): Promise<number | Relayed> {
  let ours = 0
  const { relayed: noted } = await store.update(threeDSServerTransID, (current) => {
    const before = current.relayed
    const now = clock.now()
    const isTheirs = before !== undefined && (before.answer !== undefined || (before.attempt !== known.givenUp && (known.isHere || (before.lease ?? Infinity) > now)))
    // Another authentication may have taken the id meanwhile: its results are not these.
    const isGone = current.acsTransID !== acsTransID
    ours = isTheirs && !isGone ? 0 : (before?.attempt ?? 0) + 1
    return ours === 0 || isGone ? current : { ...current, relayed: { rReq, attempt: ours, lease: leaseFrom(now) } }
  })
  return ours === 0 ? noted as Relayed : ours
}

async function relayed (claimed: Relayed, transaction: Transaction, relay: () => Promise<JsonObject>, parts: RelayParts): Promise<JsonObject> {
  try {
    const answer = await whileHeld(() => renew(transaction, claimed, parts), relay)
    await settle(transaction, claimed, { rReq: claimed.rReq, answer }, parts)
    return answer
  } catch (error) {
    await settle(transaction, claimed, undefined, parts)
    throw error
  }
}

async function renew ({ threeDSServerTransID, acsTransID }: Transaction, claimed: Relayed, { store, clock }: RelayParts): Promise<void> {
  await store.update(threeDSServerTransID, (current) => {
    const isOurs = current.acsTransID === acsTransID && current.relayed?.attempt === claimed.attempt
    return isOurs ? { ...current, relayed: { ...claimed, lease: leaseFrom(clock.now()) } } : current
  })
}

async function settle ({ threeDSServerTransID, acsTransID }: Transaction, { attempt }: Relayed, outcome: Relayed | undefined, { store, log }: RelayParts): Promise<void> {
  try {
    await store.update(threeDSServerTransID, (current) => {
      if (current.acsTransID !== acsTransID || current.relayed?.attempt !== attempt) return current
      const { relayed, ...rest } = current
      return outcome === undefined ? rest : { ...rest, relayed: outcome }
    })
  } catch (err) {
    log.warn({ err, threeDSServerTransID }, 'the answer to a results request could not be kept')
  }
}
