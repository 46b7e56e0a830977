import type { JsonObject } from '../protocol/messages.ts'

/** From this length on a chunk is handed over. One entry of `cardRangeData` is the most that can come on top. */
const CHUNK_LENGTH = 16_384

/**
 * A PRes as JSON, in chunks that are made as they are asked for: the list may be longer than memory.
 * @param head all elements but `cardRangeData`
 * @param entries of `cardRangeData`, each a JSON object as text; without one there is no `cardRangeData`
 */
export function * preparationResponse (head: JsonObject, entries: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const piece of pieces(head, entries)) {
    chunk += piece
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

function * pieces (head: JsonObject, entries: Iterable<string>): Generator<string> {
  yield JSON.stringify(head).slice(0, -1)
  let hasEntries = false
  for (const entry of entries) {
    yield (hasEntries ? ',' : ',"cardRangeData":[') + entry
    hasEntries = true
  }
  yield hasEntries ? ']}' : '}'
}
