import { isUtf8 } from 'node:buffer'
import { webcrypto } from 'node:crypto'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import type { PublicJwk } from '../protocol/messages.ts'
import { atLeast, type MessageVersion } from '../protocol/versions.ts'
import { decodeBase64url } from './base64url.ts'
import { openContent, type ContentEncryption } from './content-encryption.ts'
import { DsCryptoError } from './ds-crypto-error.ts'
import type { DsEcKey, DsKeyAlg, DsKeys, DsRsaKey } from './ds-keys.ts'
import { deriveSessionKey } from './session-key.ts'

/** Longest `sdkEncData`, in characters; it also keeps the Base64url `deviceInfo` made of it below its own 64000. */
const MAX_LENGTH = 64_000

/**
 * Decrypts the device data of an AReq (emv3ds-protocol §13.1). Parameters that §13.1 does not name (`apu`, `apv`, `typ` …) are
 * not looked at; of a parameter sent twice the last counts, RFC 7516 §4.
 * @param sdkEncData compact JWE
 * @param options directoryServerId: the RID of the card's scheme, `A000000003`, which goes into the ECDH derivation;
 * messageVersion: of the AReq; isSplitSdk: whether it is of a split SDK, which has to encrypt with A128GCM (§13.4)
 * @returns JSON text of an object, byte for byte what the SDK encrypted; Base64url of it is `deviceInfo`
 * @throws DsCryptoError 310 for a split SDK that uses CBC, 311 for a `kid` that none of our keys has (302 before 2.3.1, which brought 311), 302 for everything else
 */
export async function openDeviceData (sdkEncData: string, keys: DsKeys, { directoryServerId, messageVersion, isSplitSdk }: {
  directoryServerId: string
  messageVersion: MessageVersion
  isSplitSdk: boolean
}): Promise<string> {
  const parts = split(sdkEncData)
  const { alg, enc, kid, epk } = readHeader(parts[0])
  if (isSplitSdk && enc !== 'A128GCM') throw new DsCryptoError('310', 'sdkEncData of a split SDK is encrypted with A128GCM', enc)
  const [encryptedKey, iv, ciphertext, tag] = [decodePart(parts[1]), decodePart(parts[2]), decodePart(parts[3]), decodePart(parts[4])]
  const key = alg === 'ECDH-ES'
    ? agreeOnKey(await findKey(keys, kid, alg, messageVersion), { encryptedKey, epk, enc, directoryServerId })
    : await unwrapKey(await findKey(keys, kid, alg, messageVersion), encryptedKey)
  const plaintext = openContent(enc, { ciphertext, tag }, { key, iv, aad: parts[0] })
  if (plaintext === undefined) throw refusal('cannot be decrypted')
  const text = plaintext.toString('utf8')
  if (!isUtf8(plaintext) || !isJsonObject(parseJson(text))) throw refusal('holds no JSON object')
  return text
}

type Parts = readonly [header: string, encryptedKey: string, iv: string, ciphertext: string, tag: string]

function split (jwe: string): Parts {
  const parts = jwe.length > MAX_LENGTH ? [] : jwe.split('.', 6)
  if (parts.length !== 5) throw refusal('is no compact JWE')
  return parts as unknown as Parts
}

function decodePart (part: string): Buffer {
  const bytes = decodeBase64url(part)
  if (bytes === undefined) throw refusal('is no compact JWE')
  return bytes
}

interface Header {
  alg: DsKeyAlg
  enc: ContentEncryption
  kid: string | undefined
  epk: unknown
}

function readHeader (part: string): Header {
  const header = parseJson(decodePart(part).toString('utf8'))
  // `zip` would let a small message grow without bound; `crit` names rules that nobody here knows (RFC 7516 §4.1.13).
  if (!isJsonObject(header) || 'zip' in header || 'crit' in header) throw refusal('has an unusable header')
  const { alg, enc, kid, epk } = header
  if (alg !== 'RSA-OAEP-256' && alg !== 'ECDH-ES') throw refusal('has an unsupported alg')
  if (enc !== 'A128CBC-HS256' && enc !== 'A128GCM') throw refusal('has an unsupported enc')
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw refusal('has an unusable header')
  return { alg, enc, kid, epk }
}

async function findKey<Alg extends DsKeyAlg> (keys: DsKeys, kid: string | undefined, alg: Alg, messageVersion: MessageVersion) {
  const key = await keys.find(kid, alg)
  if (key !== undefined) return key
  if (await keys.find(kid, alg === 'ECDH-ES' ? 'RSA-OAEP-256' : 'ECDH-ES') !== undefined) throw refusal('has the kid of a key for another alg')
  if (atLeast(messageVersion, '2.3.1')) throw new DsCryptoError('311', 'sdkEncData has an unknown kid', kid)
  throw refusal('has an unknown kid')
}

/** Content key of RFC 7518 §4.3. */
async function unwrapKey ({ privateKey }: DsRsaKey, encryptedKey: Buffer): Promise<Uint8Array> {
  try {
    return new Uint8Array(await webcrypto.subtle.decrypt('RSA-OAEP', privateKey, encryptedKey))
  } catch {
    throw refusal('cannot be decrypted')
  }
}

/**
 * Content key by direct agreement: the 256 bits of §13.3 with the directory server's id as PartyVInfo. JOSE would ask the
 * derivation for 128 bits with A128GCM; §13.3 always asks for 256, and what comes from an SDK takes the left 128 of them (§13.4).
 */
function agreeOnKey ({ privateKey }: DsEcKey, { encryptedKey, epk, enc, directoryServerId }: {
  encryptedKey: Buffer
  epk: unknown
  enc: ContentEncryption
  directoryServerId: string
}): Uint8Array {
  if (encryptedKey.length > 0) throw refusal('has an encrypted key with ECDH-ES')
  const key = deriveKey(privateKey, epk, directoryServerId)
  return enc === 'A128GCM' ? key.subarray(0, 16) : key
}

function deriveKey (privateKey: string, epk: unknown, partyVInfo: string): Buffer {
  try {
    return deriveSessionKey({ privateKey, peerPublicKey: epk as PublicJwk, partyVInfo })
  } catch {
    // That error speaks of a CReq, and of the ACS.
    throw refusal('has an unusable epk')
  }
}

function refusal (what: string): DsCryptoError {
  return new DsCryptoError('302', `sdkEncData ${what}`)
}
