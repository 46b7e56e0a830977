import { ChallengeCryptoError } from '../crypto/challenge-crypto-error.ts'
import { type ContentEncryption, decryptFromSdk, encryptForSdk, readProtectedHeader } from '../crypto/challenge-jwe.ts'
import { deriveSessionKey } from '../crypto/session-key.ts'
import { MockError } from '../errors.ts'
import type { IdSource } from '../ids.ts'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { creqRefusal } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { ChallengeProgress, Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts, requireChallenge } from './advance-challenge.ts'
import { type AppExchange, finalAppCRes, textAppCRes } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import { COUNTED_OUT, LAST_COUNT, requireFreshCount, requireNextCount } from './app-count.ts'
import { type ChallengeRules, type Step, step } from './challenge-machine.ts'
import { type AppCReq, judgeAppCReq } from './judge-app-creq.ts'
import { endWithErro } from './take-app-erro.ts'

/** What an app challenge takes. */
export interface AppChallengeParts extends ChallengeParts {
  rules: ChallengeRules
  ids: Pick<IdSource, 'bytes'>
  /** The text screen: element set of EMV, or of the original server. */
  textCRes: typeof textAppCRes
  /** `sdkReferenceNumber` where the request has none, by what the SDK encrypts with. */
  defaultSdkReference: Readonly<Record<ContentEncryption, string>>
}

/** The answer, and whose transaction it was. */
export interface AppAnswer {
  transaction: Transaction
  /** Compact JWE of the CRes; absent after an `Erro`, which never gets an answer. */
  jwe?: string
}

interface Channel {
  enc: ContentEncryption
  key: Buffer
  /** acsTransID as the SDK wrote it. */
  kid: string
}

/**
 * Answers one encrypted message of an app SDK, a CReq or an `Erro`: emv3ds-protocol §5.4, §13.
 * @param jwe compact, nothing around it
 * @throws ProtocolError to be sent to the SDK as `Erro`; MockError of the store
 */
export async function answerAppCReq (jwe: string, parts: AppChallengeParts): Promise<AppAnswer> {
  const { enc, kid } = readProtectedHeader(jwe)
  const acsTransID = canonicalUuid(kid)
  if (acsTransID === undefined) throw new ChallengeCryptoError('kid-format', 'Invalid kid format')
  const transaction = await known(acsTransID, () => parts.store.findByAcsTransId(acsTransID))
  requireChallenge(transaction)
  const channel = { enc, kid, key: sessionKey(transaction, enc, parts) }
  const message = openMessage(jwe, channel, transaction)
  if (message['messageType'] === 'Erro') return { transaction: await endWithErro(transaction, message, parts) ?? transaction }
  const creq = judgeAppCReq(message, transaction)
  const { exchange } = creq
  const advanced = await known(acsTransID, () => advanceChallenge(parts, transaction,
    (progress, current) => countedStep(progress, creq, current, parts.rules)))
  if (advanced.step === undefined) requireFreshCount(advanced.transaction, exchange.counter)
  const cres = cresFor(advanced, exchange, parts)
  return { transaction: advanced.transaction, jwe: seal(cres, channel, exchange, parts.ids) }
}

/** That a transaction is not there is told in EMV's words; the store's own error is the cause. */
async function known<Result> (acsTransID: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use()
  } catch (cause) {
    if (!(cause instanceof MockError) || cause.code !== 'transaction_not_found') throw cause
    throw creqRefusal({ errorCode: '301', errorDetail: 'acsTransID' }, cause.message, { acsTransID }, { cause })
  }
}

function sessionKey (transaction: Transaction, enc: ContentEncryption, { defaultSdkReference }: AppChallengeParts): Buffer {
  const { ephemeralKeys, aReq } = transaction
  if (ephemeralKeys === undefined || aReq.sdkEphemPubKey === undefined) {
    throw challengeError('302', 'sdkEphemPubKey', 'Missing ephemeral keys for ECDH', transaction)
  }
  return withIds(transaction, () => deriveSessionKey({
    privateKey: ephemeralKeys.privateKey,
    peerPublicKey: aReq.sdkEphemPubKey as NonNullable<typeof aReq.sdkEphemPubKey>,
    partyVInfo: aReq.sdkReferenceNumber ?? defaultSdkReference[enc]
  }))
}

function openMessage (jwe: string, { key }: Channel, transaction: Transaction): JsonObject {
  const message = parseJson(withIds(transaction, () => decryptFromSdk({ jwe, key })))
  if (isJsonObject(message)) return message
  // What it says may be anything: it is not repeated.
  throw challengeError('101', 'not a JSON object', 'The challenge request is no JSON object', transaction)
}

/** An `Erro` names every id that is known (emv3ds-protocol §12.1). */
function withIds<Result> (transaction: Transaction, crypto: () => Result): Result {
  try {
    return crypto()
  } catch (error) {
    if (!(error instanceof ChallengeCryptoError)) throw error
    throw challengeError(error.erro.errorCode, error.erro.errorDetail, error.message, transaction)
  }
}

function countedStep (progress: ChallengeProgress, { exchange, event }: AppCReq, transaction: Transaction, rules: ChallengeRules): Step {
  requireNextCount(progress, exchange.counter, transaction)
  const counted = { ...progress, sdkCounter: progress.sdkCounter + 1 }
  const taken = event === undefined ? { progress: counted } : step(counted, event, rules)
  const ending = taken.ending ?? (progress.sdkCounter === LAST_COUNT ? COUNTED_OUT : undefined)
  return ending === undefined ? taken : { ...taken, ending, progress: { ...taken.progress, finalCount: progress.sdkCounter } }
}

function cresFor (
  { transaction, step }: { transaction: Transaction, step?: Step }, exchange: AppExchange, { rules, textCRes }: AppChallengeParts
): JsonObject {
  if (step === undefined || step.ending !== undefined) return finalAppCRes(exchange, transaction)
  return textCRes(exchange, step.notice, rules.otpMaxAttempts - step.progress.interactionCounter)
}

function seal (cres: JsonObject, { enc, key, kid }: Channel, { counter }: AppExchange, ids: Pick<IdSource, 'bytes'>): string {
  return encryptForSdk({ payload: JSON.stringify(cres), key, enc, kid, acsCounter: Number(counter), ids })
}
