import type { Fault } from '../errors.ts'
import type { RReq } from '../protocol/messages.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** What an RReq has against its transaction, or one of its elements against another. */
export interface ResultFaults {
  /** Present, and cannot be: Erro 203. */
  wrong: Fault[]
  /** Absent, and has to be there: Erro 201. */
  missing: Fault[]
}

/** How a result is held against its transaction. */
export interface ResultRules {
  /** What contradicts, and what is missing. Pure. */
  judge (rReq: RReq, transaction: Transaction): ResultFaults
  /** Whether an id that the transaction does not have is refused. */
  needsKnownIds: boolean
  /** Whether only a challenge has a result: without one it must be that of the ARes, and is not kept. */
  needsChallenge: boolean
}

interface Rule extends Fault {
  broken (rReq: RReq, transaction: Transaction): boolean
}

const ofPayment = ({ aReq }: Transaction) => aReq.messageCategory === '01'
const failed = ({ transStatus }: RReq) => ['N', 'U', 'R'].includes(transStatus)
const timedOut = ({ transStatusReason }: RReq) => transStatusReason === '14'

/** Payment systems have results of their own, and say what goes with them: reasons 80 to 99 (emv3ds-protocol §7, §8). */
const ownReason = ({ transStatusReason }: RReq) => /^[89]/.test(transStatusReason ?? '')

const reservedIn210 = (element: string, values: RegExp): Rule => ({
  element,
  message: 'has a value that 2.1.0 reserves',
  broken: (rReq) => rReq.messageVersion === '2.1.0' && typeof rReq[element] === 'string' && values.test(rReq[element])
})

const WRONG: readonly Rule[] = [
  {
    // One version in all messages of a transaction: emv3ds-protocol §4. A record of another server does not tell its own.
    element: 'messageVersion',
    message: 'is not that of the transaction',
    broken: ({ messageVersion }, { aRes }) => aRes !== undefined && messageVersion !== aRes.messageVersion
  },
  {
    // §10: it repeats that of the AReq.
    element: 'messageCategory',
    message: 'is not that of the transaction',
    broken: ({ messageCategory }, { aReq }) => messageCategory !== undefined && messageCategory !== aReq.messageCategory
  },
  {
    // §6. Of a non-payment the payment system decides.
    element: 'authenticationValue',
    message: 'does not go with this transStatus',
    broken: (rReq, transaction) =>
      rReq.authenticationValue !== undefined && ofPayment(transaction) && failed(rReq) && !ownReason(rReq)
  },
  {
    // §9.1, §10: nobody authenticates himself in a challenge that was cancelled or timed out.
    element: 'challengeCancel',
    message: 'does not go with this transStatus',
    broken: ({ challengeCancel, transStatus }) => challengeCancel !== undefined && transStatus === 'Y'
  },
  {
    // §9.1.
    element: 'challengeCancel',
    message: 'must be 04 or 05 with transStatusReason 14',
    broken: (rReq) => timedOut(rReq) && rReq.challengeCancel !== undefined && !['04', '05'].includes(rReq.challengeCancel)
  },
  // §6, §7, §9.1.
  reservedIn210('authenticationType', /^04$/),
  reservedIn210('transStatusReason', /^2[2-6]$/),
  reservedIn210('challengeCancel', /^03$/)
]

const MISSING: readonly Rule[] = [
  {
    // §6.
    element: 'transStatusReason',
    message: 'is required with this transStatus',
    broken: (rReq, transaction) => rReq.transStatusReason === undefined && ofPayment(transaction) && failed(rReq)
  },
  {
    // §9.1.
    element: 'challengeCancel',
    message: 'is required with transStatusReason 14',
    broken: (rReq) => timedOut(rReq) && rReq.challengeCancel === undefined
  },
  {
    // Element table of 2.2.0; 2.1.0 knows neither.
    element: 'whiteListStatusSource',
    message: 'is required with whiteListStatus',
    broken: (rReq) => rReq.messageVersion !== '2.1.0' &&
      rReq['whiteListStatus'] !== undefined && rReq['whiteListStatusSource'] === undefined
  }
]

/**
 * Judges an RReq by the transaction whose result it is, everything at once. Pure. Which elements may be missing although
 * EMV wants them is told in docs/decisions/results-judged.md.
 * @param rReq each element for itself in order already
 */
export function judgeResults (rReq: RReq, transaction: Transaction): ResultFaults {
  const faultsOf = (rules: readonly Rule[]) => rules
    .filter((rule) => rule.broken(rReq, transaction))
    .map(({ element, message }) => ({ element, message }))
  return { wrong: faultsOf(WRONG), missing: faultsOf(MISSING) }
}

/** EMV's: `judgeResults`, ids of the transaction only (emv3ds-protocol §1), and no result but of a challenge (§5.2). */
export const emvResultRules: ResultRules = { judge: judgeResults, needsKnownIds: true, needsChallenge: true }
