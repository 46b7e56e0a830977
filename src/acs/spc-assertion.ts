import { createHash } from 'node:crypto'
import { decodeBase64url, decodeBrowserBase64 } from '../crypto/base64url.ts'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import type { AReq, ARes, Json, JsonObject } from '../protocol/messages.ts'
import { isOfSpc } from '../protocol/second-areq.ts'
import { spcTotal } from './spc.ts'

/**
 * What the second AReq of a Secure Payment Confirmation brings as proof: emv3ds-protocol §5.9.
 * @returns `threeDSReqAuthData` as it came; nothing where it says that the confirmation did not come about, or has none
 */
export function assertionIn (aReq: AReq): Json | undefined {
  if (aReq['spcIncompInd'] !== undefined) return undefined
  const info = aReq['threeDSRequestorAuthenticationInfo'] as Json | undefined
  const infos = Array.isArray(info) ? info : [info]
  return infos.find(isOfSpc)?.['threeDSReqAuthData']
}

/**
 * Whether an assertion is the browser's answer to what the first ARes asked for: for our challenge, by our credential, about
 * this payment, with the cardholder there and verified (W3C Secure Payment Confirmation, WebAuthn §7.2). The signature is not
 * verified: the mock has handed out no key to verify it by.
 * @param data the credential as `PublicKeyCredential.toJSON()` gives it: an object, its JSON, or that in Base64url
 * @param aReq the second one, whose payment it has to be
 * @param aRes the first one, with S
 */
export function isConfirmed (data: Json, aReq: AReq, { webAuthnCredList, spcTransData }: ARes): boolean {
  const { id, type, response } = objectIn(data) ?? {}
  const { rpID, credentialIds } = asObject((webAuthnCredList as JsonObject[])[0])
  if (type !== 'public-key' || id !== credentialIds || !isJsonObject(response)) return false
  const { clientDataJSON, authenticatorData, signature } = response
  return isAbout(clientDataJSON, aReq, spcTransData as JsonObject, rpID as string) && isVerified(authenticatorData, rpID as string) && bytesOf(signature).length > 0
}

/** What the browser says that it has shown. */
function isAbout (clientDataJSON: Json | undefined, aReq: AReq, asked: JsonObject, rpID: string): boolean {
  const { type, challenge, payment } = asObject(parseJson(bytesOf(clientDataJSON).toString('utf8')))
  const { total, rpId, payeeOrigin, payeeName } = asObject(payment)
  const { currency, value } = asObject(total)
  const wanted = spcTotal(aReq)
  return type === 'payment.get' && challenge === asked['challenge'] && rpId === rpID &&
    payeeOrigin === asked['payeeOrigin'] && payeeName === asked['payeeName'] &&
    currency === wanted.currency && value === wanted.value && value === asked['value']
}

const RP_ID_HASH_BYTES = 32
/** A hash, flags and a counter. */
const LEAST_AUTHENTICATOR_BYTES = 37
/** The cardholder was there, and was verified. */
const FLAGS = 0x05

function isVerified (authenticatorData: Json | undefined, rpID: string): boolean {
  const bytes = bytesOf(authenticatorData)
  if (bytes.length < LEAST_AUTHENTICATOR_BYTES) return false
  const isOurs = createHash('sha256').update(rpID).digest().equals(bytes.subarray(0, RP_ID_HASH_BYTES))
  return isOurs && (bytes.readUInt8(RP_ID_HASH_BYTES) & FLAGS) === FLAGS
}

function objectIn (data: Json): JsonObject | undefined {
  if (isJsonObject(data)) return data
  if (typeof data !== 'string') return undefined
  const parsed = parseJson(data.trimStart().startsWith('{') ? data : decodeBrowserBase64(data)?.toString('utf8') ?? '')
  return isJsonObject(parsed) ? parsed : undefined
}

function asObject (value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** None where it is no base64url. */
function bytesOf (text: Json | undefined): Buffer {
  return (typeof text === 'string' ? decodeBase64url(text) : undefined) ?? Buffer.alloc(0)
}
