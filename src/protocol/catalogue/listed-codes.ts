import type { MessageType } from '../messages.ts'
import { codesOf } from './codes.ts'
import type { Element } from './element.ts'
import { catalogue } from './elements.ts'
import { Kept } from './kept.ts'
import { shapeIn } from './value-rules.ts'

const listed = new Kept<ReadonlySet<unknown>>()

/**
 * The codes that the catalogue lists for an element in one version of a message; none for an element without codes.
 * @param name of an element
 */
export function listedCodes (name: string, version: string, messageType: MessageType): ReadonlySet<unknown> {
  return listed.at(name).at(version).at(messageType).value(() => {
    const element = catalogue().find((element) => element.name === name) as Element
    return codesOf(shapeIn(version, element), version, messageType)?.listed ?? new Set()
  })
}
