import { ChallengeCryptoError } from '../crypto/challenge-crypto-error.ts'
import { type ChallengeJweHeader, type ContentEncryption, decryptFromSdk, encryptForSdk, readKid, readProtectedHeader } from '../crypto/challenge-jwe.ts'
import { deriveSessionKey } from '../crypto/session-key.ts'
import { MockError, ProtocolError } from '../errors.ts'
import type { IdSource } from '../ids.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { readSoundMessage } from '../protocol/read-sound-message.ts'
import { creqRefusal } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type Advanced, requireChallenge } from './advance-challenge.ts'
import { appScreen } from './app-view.ts'
import { type AppExchange, type FallbackCRes, finalAppCRes, type ScreenCRes } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'
import { COUNTED_OUT, LAST_COUNT, requireFreshCount, requireNextCount } from './app-count.ts'
import { type Challenge, type ChallengeRules, type Step, step } from './challenge/machine.ts'
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
  /** Whether a CReq that comes after the end is refused rather than answered once more. */
  isStrict: boolean
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

/** A message that cannot be opened, but says whose it is: the Erro names every id, and the challenge is over (§12.1, §12.3). */
async function withKnownIds (error: ChallengeCryptoError, acsTransID: string | undefined, parts: AppChallengeParts): Promise<ProtocolError> {
  if (acsTransID === undefined) return error
  const transaction = await parts.store.findByAcsTransId(acsTransID).catch(nothingFound)
  const { errorCode, errorDetail } = error.erro
  if (transaction === undefined) return creqRefusal(error.erro, error.message, { acsTransID })
  const told = challengeError(errorCode, errorDetail, error.message, transaction)
  await endWithRefusal(transaction, true, told, parts)
  return told
}

function nothingFound (error: unknown): undefined {
  if (!(error instanceof MockError) || error.code !== 'transaction_not_found') throw error
}

async function answerOpened (
  jwe: string, { enc, kid }: Omit<Channel, 'key'>, transaction: Transaction, parts: AppChallengeParts, baseURL: string
): Promise<AppAnswer> {
  const channel = { enc, kid, key: sessionKey(transaction, enc, parts) }
  const read = openMessage(jwe, channel, transaction)
  if (read.message['messageType'] === 'Erro') return { transaction: await endWithErro(transaction, read, parts) ?? transaction }
  requireInTime(transaction, parts.isStrict)
  requireEncryption(enc, transaction)
  const creq = judgeAppCReq(read, transaction, parts.judge)
  const advanced = await advanceChallenge(parts, transaction, (challenge, current) => countedStep(challenge, creq, current, parts.rules))
  const cres = cresFor(advanced, creq, parts, baseURL)
  return { transaction: advanced.transaction, jwe: seal(cres, channel, creq.exchange, parts.ids) }
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

function openMessage (jwe: string, { key }: Channel, transaction: Transaction): ReadMessage {
  const read = readSoundMessage(withIds(transaction, () => decryptFromSdk({ jwe, key })))
  if (read !== undefined) return read
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

function countedStep (challenge: Challenge, creq: AppCReq, transaction: Transaction, rules: ChallengeRules): Step {
  const { progress } = challenge
  const { exchange, threeDSRequestorAppURL } = creq
  requireNextCount(progress, exchange.counter, transaction)
  const counted = { ...progress, sdkCounter: progress.sdkCounter + 1, ...(threeDSRequestorAppURL === undefined ? {} : { threeDSRequestorAppURL }) }
  const taken = stepOf({ ...challenge, progress: counted }, creq, transaction, rules)
  const ending = taken.ending ?? (progress.sdkCounter === LAST_COUNT ? COUNTED_OUT : undefined)
  return ending === undefined ? taken : { ...taken, ending, progress: { ...taken.progress, finalCount: progress.sdkCounter } }
}

/** What the screen does not offer is an element that has no business there. */
function stepOf (challenge: Challenge, { event, element }: AppCReq, transaction: Transaction, rules: ChallengeRules): Step {
  try {
    return step(challenge, event, rules)
  } catch (illegal) {
    throw challengeError('203', element, (illegal as Error).message, transaction)
  }
}

function cresFor ({ transaction, step }: Advanced, creq: AppCReq, { rules, screenCRes, fallbackCRes }: AppChallengeParts, baseURL: string): JsonObject {
  const { exchange } = creq
  if (step !== undefined && step.ending === undefined) return screenCRes(exchange, appScreen(transaction, step, creq, { rules, baseURL }))
  if (step === undefined) requireFreshCount(transaction, exchange.counter)
  requireReported(transaction)
  return finalAppCRes(exchange, transaction, fallbackCRes)
}

function seal (cres: JsonObject, { enc, key, kid }: Channel, { counter }: AppExchange, ids: Pick<IdSource, 'bytes'>): string {
  return encryptForSdk({ payload: JSON.stringify(cres), key, enc, kid, acsCounter: Number(counter), ids })
}
