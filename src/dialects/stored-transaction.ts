import { MockError } from '../errors.ts'
import type { AReq, ARes, Json, JsonObject, RReq } from '../protocol/messages.ts'
import type { Scheme } from '../protocol/schemes.ts'
import type { ChallengePlan, ChallengeProgress, Delivery, EphemeralKeys, Parties, Relayed, Spelling, Transaction } from '../transaction/transaction.ts'
import { isJsonObject, spellMessage, toEmvSpelling } from './spelling.ts'
import { removeFillers, toStoredRequest } from './stored-request.ts'
import { toAuthenticateCall } from './three-ds-server-api/authenticate-request.ts'
import type { AuthenticateRequest } from './three-ds-server-api/request-schemas.ts'

/**
 * The stored record: the original server's members, which it can read, and one of ours, which it ignores.
 * `acs_trans_id` stands first: the index is kept alive by the first one in the text.
 */
interface StoredTransaction {
  acs_trans_id: string
  ds_trans_id: string
  sdk_trans_id: string | null
  authenticate_request: JsonObject
  results_request: JsonObject | null
  ephemeral_keys: { private_key: string, public_key: Json } | null
  redirect_url: string | null
  sdk_ephemeral_public_key: string | null
  emv?: OwnMembers
}

/** What the original has no place for. */
interface OwnMembers {
  messageVersion: string
  spelling: Spelling
  createdAt: number
  elements: JsonObject
  fillers: string[]
  resultFillers?: string[]
  /** Elements of the RReq that the original has in another type. */
  resultElements?: JsonObject
  aRes?: ARes
  plan?: ChallengePlan
  challenge?: ChallengeProgress
  delivery?: Delivery
  parties?: Parties
  relayed?: Relayed
  scheme?: Scheme
  /** What a newer version added: kept. */
  [newer: string]: unknown
}

/** What the original needs in a results request, and what stands there when the ACS has nothing to say. */
const RESULT_FILLERS: Readonly<Record<string, () => Json>> = {
  messageCategory: () => '01',
  eci: () => '',
  acsRenderingType: () => ({ acsUiTemplate: '01', acsInterface: '01' }),
  authenticationMethod: () => '',
  authenticationType: () => '',
  interactionCounter: () => '',
  authenticationValue: () => ''
}

/** Members of a transaction that are kept as they are. */
const CARRIED = ['aRes', 'plan', 'challenge', 'delivery', 'parties', 'relayed', 'scheme'] as const

/** @returns the record as JSON text, readable with redis-cli and by the original server. */
export function encodeTransaction (transaction: Transaction): string {
  const { aReq, rReq, ephemeralKeys, extra } = transaction
  const { request, elements, fillers } = toStoredRequest(aReq, transaction.preferences)
  const result = toStoredResult(rReq)
  const own: OwnMembers = {
    messageVersion: aReq.messageVersion, spelling: transaction.spelling, createdAt: transaction.createdAt, elements, fillers
  }
  if (result !== null) {
    own.resultFillers = result.fillers
    own.resultElements = result.elements
  }
  for (const name of CARRIED) if (transaction[name] !== undefined) (own as Record<string, unknown>)[name] = transaction[name]
  const stored: StoredTransaction = {
    acs_trans_id: transaction.acsTransID,
    ds_trans_id: transaction.dsTransID,
    sdk_trans_id: transaction.sdkTransID ?? null,
    authenticate_request: request,
    results_request: result === null ? null : result.request,
    ephemeral_keys: ephemeralKeys === undefined
      ? null
      : { private_key: ephemeralKeys.privateKey, public_key: ephemeralKeys.publicKey as unknown as Json },
    redirect_url: aReq.notificationURL ?? null,
    sdk_ephemeral_public_key: aReq.sdkEphemPubKey === undefined ? null : JSON.stringify(aReq.sdkEphemPubKey),
    emv: own
  }
  if (extra === undefined) return JSON.stringify(stored)
  const { emv: newer, ...members } = extra
  return JSON.stringify({ ...stored, ...members, emv: { ...own, ...newer as JsonObject | undefined } })
}

interface StoredResult { request: JsonObject, fillers: string[], elements: JsonObject }

function toStoredResult (rReq: RReq | undefined): StoredResult | null {
  if (rReq === undefined) return null
  const request = spellMessage(rReq as JsonObject, 'legacy')
  const fillers: string[] = []
  const elements: JsonObject = {}
  for (const [name, filler] of Object.entries(RESULT_FILLERS)) {
    const value = request[name]
    if (value !== undefined && fitsResult(name, value)) continue
    if (value !== undefined) elements[name] = value
    request[name] = filler()
    fillers.push(name)
  }
  request['sdkTransId'] ??= null
  return { request, fillers, elements }
}

function fitsResult (name: string, value: Json): boolean {
  if (name !== 'acsRenderingType') return typeof value === 'string'
  return isJsonObject(value) && typeof value['acsUiTemplate'] === 'string' && typeof value['acsInterface'] === 'string'
}

/**
 * Reads a record of ours or of any generation of the original server.
 * @throws MockError `store_serialization` when it is no such record
 */
export function decodeTransaction (text: string): Transaction {
  try {
    return fromStored(JSON.parse(text))
  } catch (cause) {
    throw new MockError('store_serialization', 'The stored transaction cannot be read', { cause })
  }
}

function fromStored (stored: StoredTransaction): Transaction {
  const { authenticate_request: request, acs_trans_id: acsTransID, ds_trans_id: dsTransID, emv: own } = stored
  if (!isJsonObject(request) || typeof acsTransID !== 'string' || typeof dsTransID !== 'string') {
    throw new TypeError('a member is missing')
  }
  removeFillers(request, own?.fillers ?? [])
  const call = toAuthenticateCall(toEmvSpelling(request).body as unknown as AuthenticateRequest)
  // Of the key; the AReq may write it in other letters.
  const { threeDSServerTransID } = call.aReq
  if (threeDSServerTransID === undefined) throw new TypeError('the transaction id is no UUID')
  const sdkTransID = stored.sdk_trans_id ?? call.aReq.sdkTransID
  return {
    threeDSServerTransID,
    acsTransID,
    dsTransID,
    aReq: wholeAReq(call.aReq, stored),
    preferences: call.preferences,
    spelling: own?.spelling ?? 'legacy',
    createdAt: own?.createdAt ?? 0,
    ...(sdkTransID === undefined ? {} : { sdkTransID }),
    ...ownProgress(own),
    ...keysOf(stored),
    ...resultOf(stored),
    ...extraOf(stored)
  }
}

function wholeAReq (aReq: AReq, { emv: own, sdk_ephemeral_public_key: key }: StoredTransaction): AReq {
  if (own !== undefined) {
    Object.assign(aReq, own.elements)
    aReq.messageVersion = own.messageVersion as AReq['messageVersion']
  } else {
    // The original speaks 2.2.0 whatever is preferred.
    aReq.messageVersion = '2.2.0'
  }
  if (aReq.sdkEphemPubKey === undefined && typeof key === 'string') aReq.sdkEphemPubKey = JSON.parse(key)
  return aReq
}

function ownProgress (own: OwnMembers | undefined): Pick<Transaction, typeof CARRIED[number]> {
  if (own === undefined) return {}
  return Object.fromEntries(CARRIED.filter((name) => own[name] !== undefined).map((name) => [name, own[name]]))
}

function keysOf ({ ephemeral_keys: keys }: StoredTransaction): { ephemeralKeys?: EphemeralKeys } {
  if (keys === null || keys === undefined) return {}
  return { ephemeralKeys: { privateKey: keys.private_key, publicKey: keys.public_key as unknown as EphemeralKeys['publicKey'] } }
}

function resultOf ({ results_request: result, emv: own }: StoredTransaction): { rReq?: RReq } {
  if (result === null || result === undefined) return {}
  if (!isJsonObject(result)) throw new TypeError('the result is no object')
  const rReq = toEmvSpelling(result).body
  for (const name of own?.resultFillers ?? []) delete rReq[name]
  return { rReq: { ...rReq, ...own?.resultElements } as RReq }
}

const KNOWN: ReadonlySet<string> = new Set([
  'acs_trans_id', 'ds_trans_id', 'sdk_trans_id', 'authenticate_request', 'results_request', 'ephemeral_keys',
  'redirect_url', 'sdk_ephemeral_public_key', 'emv'
])
const KNOWN_OWN: ReadonlySet<string> = new Set([
  'messageVersion', 'spelling', 'createdAt', 'elements', 'fillers', 'resultFillers', 'resultElements', ...CARRIED
])

function extraOf (stored: StoredTransaction): { extra?: JsonObject } {
  const members = membersBeyond(KNOWN, stored as unknown as JsonObject)
  const own = membersBeyond(KNOWN_OWN, (stored.emv ?? {}) as JsonObject)
  if (own !== undefined) return { extra: { ...members, emv: own } }
  return members === undefined ? {} : { extra: members }
}

function membersBeyond (known: ReadonlySet<string>, source: JsonObject): JsonObject | undefined {
  const unknown = Object.entries(source).filter(([name]) => !known.has(name))
  return unknown.length === 0 ? undefined : Object.fromEntries(unknown)
}
