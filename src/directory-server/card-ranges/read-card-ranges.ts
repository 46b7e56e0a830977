import type { Fault } from '../../errors.ts'
import type { CardRange } from './card-range.ts'
import { checkCardRanges } from './check-card-ranges.ts'

/** All card ranges of a file, or everything wrong with it; never some of the ranges. */
export type ReadCardRanges = { ranges: CardRange[], faults?: never } | { ranges?: never, faults: Fault[] }

/**
 * Reads the content of a file with a list of card ranges.
 * @param text YAML when the name ends in `.yaml` or `.yml`, otherwise JSON. In YAML every value is text, so that card numbers
 *   and codes need no quotes; anchors may stand for what many ranges share
 * @param fileName only its ending counts
 */
export async function readCardRanges (text: string, fileName: string): Promise<ReadCardRanges> {
  const parsed = /\.ya?ml$/i.test(fileName) ? await parseYaml(text) : parseJsonFile(text)
  if (parsed.faults !== undefined) return { faults: parsed.faults }
  const faults = checkCardRanges(parsed.value)
  return faults.length > 0 ? { faults } : { ranges: parsed.value as CardRange[] }
}

type Parsed = { value: unknown, faults?: never } | { faults: Fault[] }

function parseJsonFile (text: string): Parsed {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) }
  } catch {
    return { faults: [{ element: '', message: 'must be JSON' }] }
  }
}

async function parseYaml (text: string): Promise<Parsed> {
  // Loaded when needed: most mocks never read YAML.
  const { LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false, lineCounter: lines })
  if (document.errors.length > 0) {
    return { faults: document.errors.map(({ pos }) => ({ element: '', message: `must be YAML: line ${lines.linePos(pos[0]).line}` })) }
  }
  try {
    // An alias gives the anchored object itself, not a copy, and the shape of a range bounds the depth: no need to count them.
    return { value: document.toJS({ maxAliasCount: -1 }) }
  } catch {
    return { faults: [{ element: '', message: 'must be YAML without aliases that have no anchor before them' }] }
  }
}
