import type { Fault, ProtocolError } from '../../errors.ts'
import type { JsonObject, RReq } from '../../protocol/messages.ts'
import { rreqRefusal } from '../../protocol/refusal.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/versions.ts'
import { isJsonObject } from '../spelling.ts'

const IDS = ['threeDSServerTransID', 'acsTransID', 'dsTransID', 'sdkTransID'] as const

/**
 * An RReq out of a body in EMV spelling.
 * @param faults what its schema and its spelling have against it
 * @throws ProtocolError S/101 when it is no RReq, S/102 when its version is none that is supported, S/203
 * naming wrong elements, S/201 naming missing ones (emv3ds-protocol §3)
 */
export function readResultsRequest (body: unknown, faults: readonly Fault[]): RReq {
  const rReq = isJsonObject(body) ? body : {}
  if (rReq['messageType'] !== 'RReq') {
    throw refusal('101', 'messageType', rReq, faults)
  }
  const missing = faults.filter((fault) => fault.missing === true)
  const wrong = faults.filter((fault) => !missing.includes(fault))
  if (wrong.some(({ element }) => element === 'messageVersion')) {
    throw refusal('102', SUPPORTED_VERSIONS.join(','), rReq, faults)
  }
  if (wrong.length > 0) throw refusal('203', namesOf(wrong), rReq, faults)
  if (missing.length > 0) throw refusal('201', namesOf(missing), rReq, faults)
  // One way of writing an id, so that a repeat is the same result however its ids are written.
  return {
    ...rReq as RReq,
    threeDSServerTransID: canonicalUuid(rReq['threeDSServerTransID']) as string,
    acsTransID: canonicalUuid(rReq['acsTransID']) as string,
    dsTransID: canonicalUuid(rReq['dsTransID']) as string
  }
}

/** Names as an Erro has them: an item of an array has none of its own, and what stands at no element of EMV is told in words. */
function namesOf (faults: readonly Fault[]): string {
  return [...new Set(faults.map(({ element, message }) => element === '' ? `The RReq ${message}` : element.replace(/\.[0-9]+$/, '')))].join(',')
}

function refusal (errorCode: string, errorDetail: string, rReq: JsonObject, faults: readonly Fault[]): ProtocolError {
  const known = Object.fromEntries([
    ['messageVersion', SUPPORTED_VERSIONS.find((version) => version === rReq['messageVersion'])],
    ...IDS.map((id) => [id, canonicalUuid(rReq[id])])
  ].filter(([, value]) => value !== undefined))
  const what = faults.map(({ element, message }) => `${element} ${message}`.trim()).join('; ')
  return rreqRefusal({ errorCode, errorDetail }, `The RReq cannot be used: ${what}`, known)
}
