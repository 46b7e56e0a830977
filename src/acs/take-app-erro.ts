import { soundErro } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { orNothing } from '../store/not-found.ts'
import { hasChallenge } from '../transaction/has-challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts } from './advance-challenge.ts'
import { type ChallengeRules, step } from './challenge/machine.ts'

/** What taking an `Erro` of an SDK takes. */
export type AppErroParts = ChallengeParts & { rules: ChallengeRules, judge: Judge }

const IDS = ['threeDSServerTransID', 'acsTransID', 'dsTransID', 'sdkTransID'] as const

/** Anybody can send an `Erro`: one that names another transaction as well belongs to neither. */
function namesOnly (transaction: Transaction, erro: JsonObject): boolean {
  return IDS.every((id) => erro[id] === undefined || canonicalUuid(erro[id]) === canonicalUuid(transaction[id]))
}

/**
 * Takes an `Erro` that an SDK sent instead of a CReq: the challenge is over, U. An `Erro` never gets an answer
 * (emv3ds-protocol §1), so one that belongs to no challenge in an app is ignored.
 * @returns the transaction it ended, if any
 * @throws MockError of the store
 */
export async function takeAppErro (read: ReadMessage, parts: AppErroParts): Promise<Transaction | undefined> {
  const acsTransID = canonicalUuid(read.message['acsTransID'])
  if (acsTransID === undefined) return undefined
  return orNothing(parts.store.findByAcsTransId(acsTransID).then((found) => endWithErro(found, read, parts)))
}

/**
 * Ends a transaction's challenge in an app by an `Erro` of its SDK. The RReq carries it (2.3.1), unless it is none by the catalogue:
 * a DS would refuse that.
 * @returns the transaction; nothing where there is no such challenge, or the `Erro` names another transaction
 * @throws MockError of the store
 */
export async function endWithErro (found: Transaction, read: ReadMessage, parts: AppErroParts): Promise<Transaction | undefined> {
  const { message } = read
  if (found.aReq.deviceChannel !== '01' || !hasChallenge(found) || !namesOnly(found, message)) return undefined
  const errorCode = typeof message['errorCode'] === 'string' ? message['errorCode'] : ''
  const { refused } = parts.judge(read, { messageTypes: ['Erro'] })
  const reported = refused === undefined ? { erro: soundErro(message) } : {}
  const advanced = await advanceChallenge(parts, found, (challenge) => step(challenge, { type: 'erro', errorCode, ...reported }, parts.rules))
  return advanced.transaction
}
