import type { Fault } from '../../errors.ts'
import type { RReq } from '../../protocol/messages.ts'
import { UNWRITTEN, type Writing } from '../../protocol/read-message.ts'
import { rreqRefusal } from '../../protocol/refusal.ts'
import { canonicalIds } from '../../protocol/uuid.ts'
import type { SentResult } from '../../three-ds-server/judge-results.ts'
import { emvPathOf } from '../element-names.ts'
import { isJsonObject } from '../spelling.ts'

/**
 * A body in EMV spelling as a result, nothing judged yet.
 * @param faults what its spelling has against it
 * @param writing what its text tells
 */
export function sentResult (body: unknown, faults: readonly Fault[], writing: Writing): SentResult {
  const sent = isJsonObject(body) ? body : {}
  // Clients write ids in many ways; what is no id is left to the judge.
  const rReq = { ...sent, ...canonicalIds(sent, ['threeDSServerTransID', 'acsTransID', 'dsTransID']) }
  const message = { ...rReq, ...canonicalIds(sent, ['sdkTransID']) }
  return {
    // Judged before anything of it is used.
    rReq: rReq as RReq,
    read: { ...writing, message, duplicates: writing.duplicates.map(emvPathOf) },
    wrong: faults.map(nameOf)
  }
}

/**
 * An RReq out of a body in EMV spelling, as the original judges it: by its schema.
 * @param faults what its schema and its spelling have against it
 * @throws ProtocolError S/203 naming all of them
 */
export function readResultsRequest (body: unknown, faults: readonly Fault[]): SentResult {
  if (faults.length === 0) return sentResult(body, [], UNWRITTEN)
  const what = faults.map(({ element, message }) => `${element} ${message}`.trim()).join('; ')
  throw rreqRefusal({ errorCode: '203', errorDetail: faults.map(nameOf).join(',') }, `The RReq cannot be used: ${what}`)
}

/** As an Erro has it: an item of an array has none of its own, and what stands at no element of EMV is told in words. */
function nameOf ({ element, message }: Fault): string {
  return element === '' ? `The RReq ${message}` : element.replace(/\.[0-9]+$/, '')
}
