import { cardRangeEntry } from './card-range-changes.ts'
import type { CardRangeHistory, CardRangeRevision } from './card-range-history.ts'
import { type CardRangeTable, profileAt } from './card-range-table.ts'
import { listView, type WholeView } from './card-range-view.ts'

/** The file behind `cardRangeDataFileURL`, any part of which can be had: emv3ds-protocol §14, RFC 9110 §14. */
export interface CardRangeFile {
  /** Of the revision that it holds: files with the same serial and the same 3DS Method are the same to the byte. */
  readonly serial: string
  /** Bytes in all. */
  readonly size: number
  /** @returns the bytes from `from` up to but not including `to`, made piece by piece as they are asked for. */
  slice (from: number, to: number): Generator<Uint8Array>
}

/** Ranges that are made at a time, about 20 KB. */
const ROWS_IN_BLOCK = 64

/**
 * The file `{"cardRangeData":[…]}` of 2.3.1. Nothing of it is kept but where each block begins.
 * @param threeDSMethodURL of this mock's own ACS, for the ranges that have it
 */
export function cardRangeFile ({ serial, table }: CardRangeRevision, threeDSMethodURL?: string): CardRangeFile {
  const view = listView(threeDSMethodURL)
  const blocks = Math.max(1, Math.ceil(table.size / ROWS_IN_BLOCK))
  const offsets = new Float64Array(blocks + 1)
  for (let block = 0; block < blocks; block++) {
    offsets[block + 1] = (offsets[block] as number) + Buffer.byteLength(blockText(table, view, block, blocks))
  }
  return {
    serial,
    size: offsets[blocks] as number,
    * slice (from, to) {
      let block = offsets.findLastIndex((offset) => offset <= from)
      for (; block < blocks && (offsets[block] as number) < to; block++) {
        const offset = offsets[block] as number
        yield Buffer.from(blockText(table, view, block, blocks)).subarray(Math.max(0, from - offset), to - offset)
      }
    }
  }
}

/**
 * The file of the current ranges. A download asks for many parts, and to measure the file takes longer than to make one, so the
 * last file is remembered.
 */
export function createCardRangeFiles (history: CardRangeHistory): (threeDSMethodURL?: string) => CardRangeFile {
  let last: { file: CardRangeFile, threeDSMethodURL: string | undefined } | undefined
  return (threeDSMethodURL) => {
    const current = history.current()
    if (last?.file.serial !== current.serial || last.threeDSMethodURL !== threeDSMethodURL) {
      last = { file: cardRangeFile(current, threeDSMethodURL), threeDSMethodURL }
    }
    return last.file
  }
}

function blockText (table: CardRangeTable, view: WholeView, block: number, blocks: number): string {
  const entries: string[] = []
  const first = block * ROWS_IN_BLOCK
  for (let row = first; row < Math.min(first + ROWS_IN_BLOCK, table.size); row++) {
    entries.push(cardRangeEntry(view, table, row, 'A', view.rest(profileAt(table, row))))
  }
  return (block === 0 ? '{"cardRangeData":[' : ',') + entries.join(',') + (block === blocks - 1 ? ']}' : '')
}
