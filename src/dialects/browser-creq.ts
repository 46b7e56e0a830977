import { decodeBrowserBase64 } from '../crypto/base64url.ts'
import { MockError, ProtocolError } from '../errors.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { isJsonObject, toEmvSpelling } from './spelling.ts'

/** The CReq of a browser challenge: emv3ds-protocol §5.3. */
export interface BrowserCReq {
  messageVersion: string
  /** Lower case. */
  threeDSServerTransID: string
  /** Lower case. */
  acsTransID: string
  challengeWindowSize: string
}

/** Longest `creq` looked at, in characters: extensions may take 81920 before encoding (§3.8). */
export const MAX_CREQ_LENGTH = 131_072

/**
 * Reads the form field `creq` as JSON, in whichever way real clients send it: raw, base64 or base64url, padded or not.
 * Names may be in EMV's spelling or the original server's.
 * @returns an object in EMV spelling, not judged
 * @throws MockError `invalid_challenge_request`
 */
export function parseCreq (creq: unknown): JsonObject {
  const text = typeof creq === 'string' && creq.length <= MAX_CREQ_LENGTH ? creq.trim() : ''
  const json = text.startsWith('{') ? text : decodeBrowserBase64(text)?.toString('utf8') ?? ''
  const value = parseJson(json)
  if (!isJsonObject(value)) throw new MockError('invalid_challenge_request', 'Invalid JSON in challenge request')
  return toEmvSpelling(value).body
}

function parseJson (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const FORMATS: Readonly<Record<string, (value: unknown) => boolean>> = {
  messageType: (value) => value === 'CReq',
  messageVersion: (value) => typeof value === 'string' && /^[0-9]\.[0-9]\.[0-9]{1,2}$/.test(value),
  threeDSServerTransID: (value) => canonicalUuid(value) !== undefined,
  acsTransID: (value) => canonicalUuid(value) !== undefined,
  challengeWindowSize: (value) => typeof value === 'string' && /^0[1-5]$/.test(value)
}

/**
 * Judges a CReq: every element that is missing or wrong is named.
 * @throws ProtocolError A/203 for wrong ones (named before 201, emv3ds-protocol §3), A/201 for missing ones
 */
export function judgeCreq (creq: JsonObject): BrowserCReq {
  const names = Object.keys(FORMATS)
  const missing = names.filter((name) => creq[name] === undefined || creq[name] === '')
  const wrong = names.filter((name) => !missing.includes(name) && !(FORMATS[name] as (value: unknown) => boolean)(creq[name]))
  if (wrong.length > 0) throw faulty('203', wrong, creq)
  if (missing.length > 0) throw faulty('201', missing, creq)
  return {
    messageVersion: creq['messageVersion'] as string,
    threeDSServerTransID: canonicalUuid(creq['threeDSServerTransID']) as string,
    acsTransID: canonicalUuid(creq['acsTransID']) as string,
    challengeWindowSize: creq['challengeWindowSize'] as string
  }
}

function faulty (errorCode: '201' | '203', elements: string[], creq: JsonObject): ProtocolError {
  const [threeDSServerTransID, acsTransID] = [canonicalUuid(creq['threeDSServerTransID']), canonicalUuid(creq['acsTransID'])]
  return new ProtocolError('The challenge request cannot be used', {
    errorCode,
    errorComponent: 'A',
    errorDetail: elements.join(','),
    errorMessageType: 'CReq',
    ...(threeDSServerTransID === undefined ? {} : { threeDSServerTransID }),
    ...(acsTransID === undefined ? {} : { acsTransID })
  })
}
