import { encodeBase64url } from '../crypto/base64url.ts'
import { ChallengeCryptoError } from '../crypto/challenge-crypto-error.ts'
import { type ChallengeJweHeader, readKid, readProtectedHeader, requireCountedIv } from '../crypto/challenge-jwe.ts'
import { ProtocolError } from '../errors.ts'
import type { IdSource } from '../ids.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { creqRefusal } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { isNotFound, orNothing } from '../store/not-found.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type Advanced, requireChallenge } from './advance-challenge.ts'
import { type Channel, openMessage, type SdkReferences, seal, sessionKey, withIds } from './app-channel.ts'
import { requireFreshCount } from './app-count.ts'
import { countedStep } from './app-step.ts'
import { appScreen } from './app-view.ts'
import { type FallbackCRes, finalAppCRes, type ScreenCRes } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import { type AppCReq, judgeAppCReq } from './judge-app-creq.ts'
import { requireInTime, requireReported } from './late-creq.ts'
import { endWithRefusal, type RefusalParts } from './refuse-creq.ts'
import { requireEncryption } from './split-sdk.ts'
import { endWithErro } from './take-app-erro.ts'

/** What an app challenge takes. */
export interface AppChallengeParts extends RefusalParts {
  ids: Pick<IdSource, 'bytes'>
  /** What SDKs are shown: the screens of EMV, or the one of the original server. */
  screenCRes: ScreenCRes
  fallbackCRes: FallbackCRes
  /**
   * The original server's ways with SDKs: an answer may come with the first CReq, with A128GCM the IV need not be the counter,
   * and a CReq after the end gets the result once more.
   */
  asOriginal: boolean
  defaultSdkReference: SdkReferences
}

/** The answer, and whose transaction it was. */
export interface AppAnswer {
  transaction: Transaction
  /** Compact JWE of the CRes; absent after an `Erro`, which never gets an answer. */
  jwe?: string
  /** The `Erro` that came in place of a CReq, as it came. */
  erro?: JsonObject
}

/**
 * Answers one encrypted message of an app SDK, a CReq or an `Erro`: emv3ds-protocol §5.4, §13. A CReq that cannot be used ends
 * the challenge, and is reported so (§12.3).
 * @param jwe compact, nothing around it
 * @param baseURL where this server is reached: absolute, without a slash at its end
 * @throws ProtocolError to be sent to the SDK as `Erro`; MockError of the store
 */
export async function answerAppCReq (jwe: string, parts: AppChallengeParts, baseURL: string): Promise<AppAnswer> {
  let header: ChallengeJweHeader
  try {
    header = readProtectedHeader(jwe)
  } catch (error) {
    throw await withKnownIds(error as ChallengeCryptoError, canonicalUuid(readKid(jwe)), parts)
  }
  const acsTransID = canonicalUuid(header.kid)
  if (acsTransID === undefined) throw new ChallengeCryptoError('kid-format', 'Invalid kid format')
  return known(acsTransID, async () => {
    const transaction = await parts.store.findByAcsTransId(acsTransID)
    requireChallenge(transaction)
    try {
      return await answerOpened(jwe, header, transaction, parts, baseURL)
    } catch (error) {
      if (error instanceof ProtocolError) await endWithRefusal(transaction, true, error, parts)
      throw error
    }
  })
}

/**
 * Refuses a CReq that is not encrypted, and with it the challenge that it names (emv3ds-protocol §12.3).
 * @param read any JSON object but an `Erro`
 * @returns A/101, for the SDK
 * @throws MockError of the store
 */
export async function refusePlainCReq ({ message }: ReadMessage, parts: AppChallengeParts): Promise<ProtocolError> {
  // For people these are the original's words.
  const refusal = creqRefusal({ errorCode: '101', errorDetail: 'The message is not encrypted' }, 'Received JSON error response instead of JWE')
  return withKnownIds(refusal, canonicalUuid(message['acsTransID']), parts)
}

/** A message that cannot be opened, but says whose it is: the Erro names every id, and the challenge is over (§12.1, §12.3). */
async function withKnownIds (error: ProtocolError, acsTransID: string | undefined, parts: AppChallengeParts): Promise<ProtocolError> {
  if (acsTransID === undefined) return error
  const transaction = await orNothing(parts.store.findByAcsTransId(acsTransID))
  const { errorCode, errorDetail } = error.erro
  if (transaction === undefined) return creqRefusal(error.erro, error.message, { acsTransID })
  const told = challengeError(errorCode, errorDetail, error.message, transaction)
  await endWithRefusal(transaction, true, told, parts)
  return told
}

async function answerOpened (
  jwe: string, { enc, kid }: Omit<Channel, 'key'>, transaction: Transaction, parts: AppChallengeParts, baseURL: string
): Promise<AppAnswer> {
  const channel = { enc, kid, key: sessionKey(transaction, enc, parts.defaultSdkReference) }
  const read = openMessage(jwe, channel, transaction)
  if (read.message['messageType'] === 'Erro') return { transaction: await endWithErro(transaction, read, parts) ?? transaction, erro: read.message }
  requireInTime(transaction, !parts.asOriginal)
  requireEncryption(enc, transaction)
  const creq = judgeAppCReq(read, transaction, parts)
  if (!parts.asOriginal) withIds(transaction, () => requireCountedIv(jwe, enc, creq.exchange.counter))
  const kept = parts.asOriginal ? {} : { enc, sessionKey: encodeBase64url(channel.key) }
  const advanced = await advanceChallenge(parts, transaction, (challenge, current) => countedStep(challenge, creq, current, { ...parts, kept }))
  const cres = cresFor(advanced, creq, parts, baseURL)
  return { transaction: advanced.transaction, jwe: seal(cres, channel, creq.exchange, parts.ids) }
}

/** That a transaction is not there is told in EMV's words; the store's own error is the cause. */
async function known<Result> (acsTransID: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use()
  } catch (cause) {
    if (!isNotFound(cause)) throw cause
    throw creqRefusal({ errorCode: '301', errorDetail: 'acsTransID' }, cause.message, { acsTransID }, { cause })
  }
}

function cresFor ({ transaction, step }: Advanced, creq: AppCReq, { rules, screenCRes, fallbackCRes, asOriginal }: AppChallengeParts, baseURL: string): JsonObject {
  const { exchange } = creq
  if (step !== undefined && step.ending === undefined) return screenCRes(exchange, appScreen(transaction, step, creq, { rules, baseURL }))
  if (step === undefined) {
    requireInTime(transaction, !asOriginal)
    requireFreshCount(transaction, exchange.counter)
  }
  requireReported(transaction)
  return finalAppCRes(exchange, transaction, fallbackCRes)
}
