import type { ReadCReq } from '../acs/judge-browser-creq.ts'
import { decodeBrowserBase64 } from '../crypto/base64url.ts'
import { type Fault, MockError, ProtocolError } from '../errors.ts'
import { elementsOf } from '../protocol/catalogue/known-elements.ts'
import { readMessage } from '../protocol/read-message.ts'
import { canonicalUuid } from '../protocol/uuid.ts'
import { emvPathOf } from './element-names.ts'
import { toEmvSpelling } from './spelling.ts'

/** Longest `creq` looked at, in characters: extensions may take 81920 before encoding (§3.8). */
export const MAX_CREQ_LENGTH = 131_072

/**
 * Reads the form field `creq` as JSON, in whichever way real clients send it: raw, base64 or base64url, padded or not.
 * Names may be in EMV's spelling or the original server's, ids in any form of a UUID: those in EMV's keep their letters.
 * @throws MockError `invalid_challenge_request` when it is no JSON object
 */
export function parseCreq (creq: unknown): ReadCReq {
  const text = typeof creq === 'string' && creq.length <= MAX_CREQ_LENGTH ? creq.trim() : ''
  const json = text.startsWith('{') ? text : decodeBrowserBase64(text)?.toString('utf8') ?? ''
  const read = readMessage(json)
  if (read === undefined) throw unreadable()
  const { body, faults } = toEmvSpelling(read.message)
  let message = body
  const respelt: string[] = []
  for (const name of IDS) {
    const id = canonicalUuid(body[name])
    if (id === undefined || id === String(body[name]).toLowerCase()) continue
    message = { ...message, [name]: id }
    respelt.push(name)
  }
  // The respelling leaves null out, and an optional element that is there but empty is a finding (emv3ds-protocol §3.3).
  if (read.message[OPTIONAL] === null) message = { ...message, [OPTIONAL]: null }
  return { read: { ...read, message, duplicates: read.duplicates.map(emvPathOf) }, wrong: wrongOf(faults), respelt }
}

/** Unknown elements never fail a message (§3.6). */
function wrongOf (faults: readonly Fault[]): readonly string[] {
  if (faults.length === 0) return NONE
  const known = elementsOf('CReq', '02')
  return faults.map(({ element }) => element).filter((name) => known.has(name))
}

const NONE: readonly string[] = []
const IDS = ['threeDSServerTransID', 'acsTransID'] as const

/** The one optional element of a browser's CReq; everybody spells it alike. */
const OPTIONAL = 'messageExtension'

function unreadable (cause?: unknown): MockError {
  return new MockError('invalid_challenge_request', 'Invalid JSON in challenge request', { cause })
}

/**
 * @param error what is wrong with a creq
 * @returns the original server's one error for every creq that cannot be used; any other error stays as it is
 */
export function asUnreadable (error: unknown): unknown {
  return error instanceof ProtocolError ? unreadable(error) : error
}
