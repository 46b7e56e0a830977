import type { JsonObject } from '../protocol/messages.ts'
import { atLeast, type MessageVersion } from '../protocol/versions.ts'
import { cardRangeChanges, NO_CARD_RANGES } from './card-ranges/card-range-changes.ts'
import { type CardRangeHistory, type CardRangeRevision, serialNumOf } from './card-ranges/card-range-history.ts'
import { cardRangeView, versionsUpTo } from './card-ranges/card-range-view.ts'
import { preparationResponse } from './preparation-response.ts'
import { dsRefusal } from './refuse.ts'
import type { PReqInterval } from './take-preq-interval.ts'

/** What the DS answers a PReq from. */
export interface PReqParts {
  history: CardRangeHistory
  /** Earliest first. */
  dsProtocolVersions: readonly MessageVersion[]
  interval: PReqInterval
  /** UUID of this answer. */
  dsTransID: string
  /** 3DS Method of this mock's own ACS, for the ranges that have it. */
  threeDSMethodURL?: string
  /** Where `cardRangeFile()` can be had; without it the ranges are always in the PRes. */
  cardRangeDataFileURL?: string
}

/**
 * The DS answers a PReq: emv3ds-protocol §14. The PRes has the shape of the version that was asked in.
 * @param message that the judge found nothing wrong with
 * @returns the PRes as JSON in chunks, made as they are asked for
 * @throws ProtocolError D/103, D/307
 */
export function takePReq (message: JsonObject, parts: PReqParts): Iterable<string> {
  const { dsTransID } = parts
  const version = message['messageVersion'] as MessageVersion
  // An empty element is a missing one (§3).
  const serialNum = typeof message['serialNum'] === 'string' ? message['serialNum'] : ''
  const known = serialNum === '' ? undefined : parts.history.find(serialNum, version)
  if (serialNum !== '' && known === undefined) throw dsRefusal(message, { errorCode: '307', errorDetail: serialNum }, { dsTransID })
  // After 307, so that a 3DS Server that has to start anew may do so at once.
  const wait = parts.interval.secondsLeft(`${version} ${message['threeDSServerRefNumber'] as string}`)
  if (wait > 0) throw dsRefusal(message, { errorCode: '103', errorDetail: `ask again in ${wait} seconds` }, { dsTransID })
  return answer(message, version, known, parts)
}

/** @param known what the 3DS Server has, if anything */
function answer (message: JsonObject, version: MessageVersion, known: CardRangeRevision | undefined, parts: PReqParts): Iterable<string> {
  const current = parts.history.current()
  const { dsTransID, cardRangeDataFileURL } = parts
  const threeDSServerTransID = message['threeDSServerTransID'] as string
  const ids = { messageType: 'PRes', messageVersion: version, threeDSServerTransID, dsTransID }
  const byFile = atLeast(version, '2.3.1') && known === undefined && message['cardRangeDataDownloadInd'] === 'Y'
  if (byFile && cardRangeDataFileURL !== undefined) {
    return preparationResponse({ ...ids, ...dsElements(version, parts), cardRangeDataFileURL }, [])
  }
  const head = { ...ids, serialNum: serialNumOf(current, version), ...dsElements(version, parts) }
  if (known === current) return preparationResponse(head, [])
  const view = cardRangeView(version, parts.threeDSMethodURL)
  return preparationResponse(head, cardRangeChanges(known?.table ?? NO_CARD_RANGES, current.table, view))
}

/** What a PRes says about the DS itself. Of versions that the 3DS Server did not ask in it says nothing, as of those of ranges. */
function dsElements (version: MessageVersion, { dsProtocolVersions }: PReqParts): JsonObject {
  const versions = versionsUpTo(version, dsProtocolVersions)
  if (!atLeast(version, '2.3.1')) {
    return { dsStartProtocolVersion: versions[0] as string, dsEndProtocolVersion: versions.at(-1) as string }
  }
  // 01: the first entry is applied first, so that deletions make room for what is added.
  return { readOrder: '01', dsProtocolVersions: versions }
}
