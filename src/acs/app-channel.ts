import { ChallengeCryptoError } from '../crypto/challenge-crypto-error.ts'
import { type ContentEncryption, decryptFromSdk, encryptForSdk } from '../crypto/challenge-jwe.ts'
import { deriveSessionKey } from '../crypto/session-key.ts'
import type { IdSource } from '../ids.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { readSoundMessage } from '../protocol/read-sound-message.ts'
import type { Transaction } from '../transaction/transaction.ts'
import type { AppExchange } from './build-cres.ts'
import { challengeError } from './challenge-error.ts'

/** What a CReq and its CRes are encrypted with. */
export interface Channel {
  enc: ContentEncryption
  key: Buffer
  /** acsTransID as the SDK wrote it. */
  kid: string
}

/** `sdkReferenceNumber` where the request has none, by what the SDK encrypts with. */
export type SdkReferences = Readonly<Record<ContentEncryption, string>>

/** @throws ProtocolError A/302 for keys that there are not, or that cannot be used */
export function sessionKey (transaction: Transaction, enc: ContentEncryption, defaultSdkReference: SdkReferences): Buffer {
  const { ephemeralKeys, aReq, challenge } = transaction
  if (challenge?.sessionKey !== undefined) return Buffer.from(challenge.sessionKey, 'base64url')
  if (ephemeralKeys === undefined || aReq.sdkEphemPubKey === undefined) {
    throw challengeError('302', 'sdkEphemPubKey', 'Missing ephemeral keys for ECDH', transaction)
  }
  return withIds(transaction, () => deriveSessionKey({
    privateKey: ephemeralKeys.privateKey,
    peerPublicKey: aReq.sdkEphemPubKey as NonNullable<typeof aReq.sdkEphemPubKey>,
    partyVInfo: aReq.sdkReferenceNumber ?? defaultSdkReference[enc]
  }))
}

/** @throws ProtocolError A/302 for what the key does not open; A/101 for what is no JSON object */
export function openMessage (jwe: string, { key }: Channel, transaction: Transaction): ReadMessage {
  const read = readSoundMessage(withIds(transaction, () => decryptFromSdk({ jwe, key })))
  if (read !== undefined) return read
  // What it says may be anything: it is not repeated.
  throw challengeError('101', 'not a JSON object', 'The challenge request is no JSON object', transaction)
}

/** An `Erro` names every id that is known (emv3ds-protocol §12.1). */
export function withIds<Result> (transaction: Transaction, crypto: () => Result): Result {
  try {
    return crypto()
  } catch (error) {
    if (!(error instanceof ChallengeCryptoError)) throw error
    throw challengeError(error.erro.errorCode, error.erro.errorDetail, error.message, transaction)
  }
}

/** Encrypts a CRes with what its CReq was encrypted with. @returns a compact JWE */
export function seal (cres: JsonObject, { enc, key, kid }: Channel, { counter }: AppExchange, ids: Pick<IdSource, 'bytes'>): string {
  return encryptForSdk({ payload: JSON.stringify(cres), key, enc, kid, acsCounter: Number(counter), ids })
}
