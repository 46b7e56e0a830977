import type { OpeningCReq } from '../acs/browser-challenge.ts'
import { decodeBrowserBase64 } from '../crypto/base64url.ts'
import { MockError, type ProtocolError } from '../errors.ts'
import { isJsonObject, parseJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { otherMessage } from '../protocol/other-message.ts'
import { creqRefusal } from '../protocol/refusal.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { isSupportedVersion } from '../protocol/versions.ts'
import { toEmvSpelling } from './spelling.ts'

/** Longest `creq` looked at, in characters: extensions may take 81920 before encoding (§3.8). */
export const MAX_CREQ_LENGTH = 131_072

/** A CReq in EMV spelling, not judged. */
export interface ReadCReq {
  body: JsonObject
  /** Names of what is wrong whatever the format: two values in two spellings, an optional element without any. */
  wrong: readonly string[]
}

/**
 * Reads the form field `creq` as JSON, in whichever way real clients send it: raw, base64 or base64url, padded or not.
 * Names may be in EMV's spelling or the original server's.
 * @throws MockError `invalid_challenge_request` when it is no JSON object
 */
export function parseCreq (creq: unknown): ReadCReq {
  const text = typeof creq === 'string' && creq.length <= MAX_CREQ_LENGTH ? creq.trim() : ''
  const json = text.startsWith('{') ? text : decodeBrowserBase64(text)?.toString('utf8') ?? ''
  const value = parseJson(json)
  if (!isJsonObject(value)) throw unreadable()
  const { body, faults } = toEmvSpelling(value)
  const ambiguous = faults.map(({ element }) => element).filter((name) => name === OPTIONAL || Object.hasOwn(FORMATS, name))
  // Looked at as it came: null is left out by the respelling.
  return { body, wrong: isEmpty(value[OPTIONAL]) ? [...ambiguous, OPTIONAL] : ambiguous }
}

function unreadable (cause?: unknown): MockError {
  return new MockError('invalid_challenge_request', 'Invalid JSON in challenge request', { cause })
}

/**
 * @param error what `parseCreq` or `judgeCreq` threw
 * @returns the original server's one error for every creq that cannot be used; an error that is not the caller's stays as it is
 */
export function asUnreadable (error: unknown): unknown {
  return error instanceof MockError ? unreadable(error) : error
}

/** The one optional element of a browser's CReq; everybody spells it alike. */
const OPTIONAL = 'messageExtension'

/** Optional elements without a value are wrong, required ones missing: emv3ds-protocol §3. */
function isEmpty (value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

const FORMATS: Readonly<Record<string, (value: unknown) => boolean>> = {
  messageVersion: isSupportedVersion,
  threeDSServerTransID: (value) => canonicalUuid(value) !== undefined,
  acsTransID: (value) => canonicalUuid(value) !== undefined,
  challengeWindowSize: (value) => typeof value === 'string' && /^0[1-5]$/.test(value)
}

/**
 * Judges a CReq: every element that is missing or wrong is named.
 * @throws ProtocolError A/101 for another message, A/102 for a version that nobody here speaks, A/203 for wrong elements (named
 * before 201, emv3ds-protocol §3), A/201 for missing ones
 */
export function judgeCreq ({ body, wrong: ambiguous }: ReadCReq): OpeningCReq {
  const other = ambiguous.length === 0 ? otherMessage(body, 'CReq') : undefined
  if (other !== undefined) throw faulty(other.errorCode, [other.errorDetail], body)
  const names = Object.keys(FORMATS)
  const missing = names.filter((name) => body[name] === undefined || body[name] === '')
  const malformed = names.filter((name) => !missing.includes(name) && !(FORMATS[name] as (value: unknown) => boolean)(body[name]))
  const wrong = [...new Set([...ambiguous, ...malformed])]
  if (wrong.length > 0) throw faulty('203', wrong, body)
  if (missing.length > 0) throw faulty('201', missing, body)
  return {
    messageVersion: body['messageVersion'] as string,
    threeDSServerTransID: canonicalUuid(body['threeDSServerTransID']) as string,
    acsTransID: canonicalUuid(body['acsTransID']) as string,
    challengeWindowSize: body['challengeWindowSize'] as string
  }
}

function faulty (errorCode: string, elements: string[], creq: JsonObject): ProtocolError {
  // An id that was given with two values is neither of them.
  const idOf = (name: string) => elements.includes(name) ? undefined : canonicalUuid(creq[name])
  const [threeDSServerTransID, acsTransID] = [idOf('threeDSServerTransID'), idOf('acsTransID')]
  return creqRefusal({ errorCode, errorDetail: elements.join(',') }, 'The challenge request cannot be used', {
    ...(threeDSServerTransID === undefined ? {} : { threeDSServerTransID }),
    ...(acsTransID === undefined ? {} : { acsTransID })
  })
}
