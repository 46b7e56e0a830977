import { differentIds } from '../protocol/different-ids.ts'
import type { Judge } from '../protocol/judge.ts'
import type { RReq } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import { isSupportedVersion, NEWEST_VERSION } from '../protocol/versions.ts'
import { earlierOf } from '../transaction/earlier.ts'
import type { Transaction } from '../transaction/transaction.ts'

const VERSION = /^\d{1,2}(?:\.\d{1,2}){2}$/

/** What is wrong with an RRes: by the catalogue and its transaction, then its ids (emv3ds-protocol §1, §12.3). */
export function judgeRRes (read: ReadMessage, rReq: RReq, transaction: Transaction, judge: Judge): Refused | undefined {
  const { refused } = judge(read, { messageTypes: ['RRes'], version: rReq.messageVersion, earlier: earlierOf(transaction) })
  return refused ?? differentIds(read.message, rReq, ['threeDSServerTransID', 'acsTransID', 'dsTransID'])
}

/**
 * What is wrong with an `Erro`, by the catalogue. It may be in a version that only its sender speaks, as that is what it may be about
 * (emv3ds-protocol §4): then it is judged as one of ours.
 */
export function judgeErro (read: ReadMessage, judge: Judge): Refused | undefined {
  const { messageVersion } = read.message
  const isTheirs = typeof messageVersion === 'string' && VERSION.test(messageVersion) && !isSupportedVersion(messageVersion)
  const known = isTheirs ? { ...read, message: { ...read.message, messageVersion: NEWEST_VERSION } } : read
  return judge(known, { messageTypes: ['Erro'] }).refused
}
