import type { Fault, ProtocolError } from '../../errors.ts'
import type { JsonObject, RReq } from '../../protocol/messages.ts'
import { rreqRefusal } from '../../protocol/refusal.ts'
import { canonicalUuid } from '../../protocol/uuid.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/versions.ts'
import type { SentResult } from '../../three-ds-server/judge-results.ts'
import { emvPathOf } from '../element-names.ts'
import { isJsonObject } from '../spelling.ts'

const IDS = ['threeDSServerTransID', 'acsTransID', 'dsTransID', 'sdkTransID'] as const

/**
 * A body in EMV spelling as a result, nothing judged yet.
 * @param faults what its spelling has against it
 * @param duplicates keys that stand twice in one of its objects
 */
export function sentResult (body: unknown, faults: readonly Fault[], duplicates: readonly string[]): SentResult {
  const sent = isJsonObject(body) ? body : {}
  const rReq = { ...sent, ...canonicalIds(sent, ['threeDSServerTransID', 'acsTransID', 'dsTransID']) }
  const message = { ...rReq, ...canonicalIds(sent, ['sdkTransID']) }
  return {
    // Judged before anything of it is used.
    rReq: rReq as RReq,
    read: { message, raw: '', duplicates: duplicates.map(emvPathOf) },
    wrong: faults.map(nameOf)
  }
}

/** Clients write ids in many ways; what is no id is left to the judge. */
function canonicalIds (body: JsonObject, names: readonly (typeof IDS)[number][]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => {
    const id = canonicalUuid(body[name])
    return id === undefined ? [] : [[name, id] as const]
  }))
}

/**
 * An RReq out of a body in EMV spelling, as the original judges it.
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

/** As an Erro has it: an item of an array has none of its own, and what stands at no element of EMV is told in words. */
function nameOf ({ element, message }: Fault): string {
  return element === '' ? `The RReq ${message}` : element.replace(/\.[0-9]+$/, '')
}

function namesOf (faults: readonly Fault[]): string {
  return [...new Set(faults.map(nameOf))].join(',')
}

function refusal (errorCode: string, errorDetail: string, rReq: JsonObject, faults: readonly Fault[]): ProtocolError {
  const known = Object.fromEntries([
    ['messageVersion', SUPPORTED_VERSIONS.find((version) => version === rReq['messageVersion'])],
    ...IDS.map((id) => [id, canonicalUuid(rReq[id])])
  ].filter(([, value]) => value !== undefined))
  const what = faults.map(({ element, message }) => `${element} ${message}`.trim()).join('; ')
  return rreqRefusal({ errorCode, errorDetail }, `The RReq cannot be used: ${what}`, known)
}
