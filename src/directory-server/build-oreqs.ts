import type { IdSource } from '../ids.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { DS_REFERENCE_NUMBER } from './identity.ts'

/** What a Directory Server tells others. Members are the elements of OReq; the catalogue judges their values. */
export interface Operation {
  opCategory: string
  opSeverity: string
  /** YYYYMMDD */
  opExpDate: string
  /** A text of more than 20000 characters goes into several messages: one for each item, 1 to 99. */
  opDescription: string | readonly string[]
  opPriorTransRef?: { transIdType: string, transId: string }
}

/** The sequence of OReq that tells an operation, in its order: emv3ds-protocol §15. The message came with 2.3.1 (§16). */
export function buildOReqs ({ opDescription, ...operation }: Operation, ids: Pick<IdSource, 'uuid'>): JsonObject[] {
  const descriptions = typeof opDescription === 'string' ? [opDescription] : opDescription
  const seqId = ids.uuid()
  return descriptions.map((description, index) => ({
    messageType: 'OReq',
    messageVersion: '2.3.1',
    dsTransID: ids.uuid(),
    dsReferenceNumber: DS_REFERENCE_NUMBER,
    ...operation,
    opDescription: description,
    opSeq: { seqId, seqNum: twoDigits(index + 1), seqTotal: twoDigits(descriptions.length) }
  }))
}

function twoDigits (number: number): string {
  return String(number).padStart(2, '0')
}
