import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Config } from '../src/config.ts'
import { ConfigError } from '../src/config/config-error.ts'
import type { CardRange } from '../src/directory-server/card-ranges/card-range.ts'
import { createCardRangeHistory, type CardRangeHistory } from '../src/directory-server/card-ranges/card-range-history.ts'
import { DEFAULT_CARD_RANGES } from '../src/directory-server/card-ranges/default-card-ranges.ts'
import { readCardRanges } from '../src/directory-server/card-ranges/read-card-ranges.ts'

/** Every fault of a file is not shown: a wrong file has thousands. */
const SHOWN_FAULTS = 20

/**
 * The card ranges of the last file of `CARD_RANGES`, with those of the files before it as what they were earlier; or the built-in
 * ones.
 * @throws ConfigError with the faults of a file
 */
export async function openCardRanges ({ cardRanges: paths }: Config): Promise<CardRangeHistory> {
  if (paths === undefined) return createCardRangeHistory(DEFAULT_CARD_RANGES)
  const [first, ...later] = paths.split(',').map((path) => path.trim())
  const history = createCardRangeHistory(await rangesIn(first as string))
  for (const path of later) history.revise(await rangesIn(path))
  return history
}

async function rangesIn (path: string): Promise<readonly CardRange[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => { throw faulty(`cannot be read: ${error.code}`) })
  const read = await readCardRanges(text, basename(path))
  if ('ranges' in read) return read.ranges
  throw new ConfigError(read.faults.slice(0, SHOWN_FAULTS).map(({ element, message }) => fault(`${element} ${message}`.trimStart())))
}

function faulty (allowed: string): ConfigError {
  return new ConfigError([fault(allowed)])
}

function fault (allowed: string): { variable: string, value: string, allowed: string } {
  return { variable: 'CARD_RANGES', value: 'the file', allowed }
}

/** Which range a card is in, where there is a file of ranges. */
export function findIn ({ cardRanges }: Config, history: CardRangeHistory): ((acctNumber: string) => CardRange | undefined) | undefined {
  return cardRanges === undefined ? undefined : (acctNumber) => history.current().table.find(acctNumber)
}

/** Without a file of ranges every card takes part, in every version, whatever its scheme. */
const { scheme: _anyScheme, ...EVERY_CARD } = DEFAULT_CARD_RANGES[0] as CardRange
export const everyCard = (): CardRange | undefined => EVERY_CARD
