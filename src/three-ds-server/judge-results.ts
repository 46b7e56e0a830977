import { isMissing } from '../protocol/catalogue/conditions.ts'
import type { Judge } from '../protocol/judge.ts'
import type { RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import { contradictionsIn } from '../protocol/rreq-contradictions.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'

/** An RReq in EMV spelling. */
export interface SentResult {
  /** As it is kept, ids of the transaction in their canonical form. */
  rReq: RReq
  /** As it is judged. */
  read: ReadMessage
  /** Names of what is wrong before anything is judged: an element in two spellings with two values. */
  wrong: readonly string[]
}

/** How a result is held against its transaction. */
export interface ResultRules {
  /** What is wrong with it; pure. @param transaction absent where there is none of that id */
  judge (sent: SentResult, transaction?: Transaction): Refused | undefined
  /** Whether an id that the transaction does not have is refused. */
  needsKnownIds: boolean
  /** What becomes of a result without a challenge; acknowledged, and not kept, it is only where it has the status of the ARes. */
  withoutChallenge: 'taken' | 'acknowledged' | 'refused'
  /** Whether the very same result again is refused in 2.3.1 (312), rather than answered again. */
  refusesRepeats: boolean
}

/**
 * EMV's: the catalogue and the transaction judge (emv3ds-protocol §3), ids of the transaction only (§1), and no result but of a
 * challenge (§5.2).
 * @param isStrict also about what the original's load test does: a result without a challenge
 */
export function emvResultRules (judge: Judge, isStrict: boolean): ResultRules {
  return {
    judge: (sent, transaction) => judge(sent.read, { messageTypes: ['RReq'], leg: 'DS->3DSServer', ...knownOf(sent, transaction) }).refused ?? withoutStatus(sent),
    needsKnownIds: true,
    withoutChallenge: isStrict ? 'refused' : 'acknowledged',
    refusesRepeats: isStrict
  }
}

/** Of a result that the DS of this process has judged by the same transaction. */
export function judgedByDs (rules: ResultRules, refusesRepeats: boolean): ResultRules {
  return { ...rules, judge: withoutStatus, refusesRepeats }
}

/** Of a non-payment the payment system decides about the status (§6); one without any is no result here. */
function withoutStatus ({ rReq }: SentResult): Refused | undefined {
  return isMissing(rReq.transStatus) ? { errorCode: '201', errorDetail: 'transStatus' } : undefined
}

/** One version in all messages of a transaction: emv3ds-protocol §4. A record of another server does not tell its own. */
function knownOf ({ read, wrong }: SentResult, transaction: Transaction | undefined): Omit<Parameters<Judge>[1], 'messageTypes' | 'leg'> {
  if (transaction === undefined) return { wrong }
  const { aReq, aRes } = transaction
  return {
    wrong: [...wrong, ...contradictionsIn(read.message, aReq)],
    ...(aRes === undefined ? {} : { version: aRes.messageVersion }),
    earlier: earlierOf(transaction)
  }
}
