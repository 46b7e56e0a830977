import type { MessageType } from '../src/protocol/messages.ts'
import { messageJsonSchema, versionsOf } from '../src/protocol/catalogue/json-schema.ts'
import { MESSAGES } from './messages-member.ts'

/** What is touched of a document. */
export interface OpenApiDocument { components: { schemas: Record<string, object> } }

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const anyOf = (names: readonly string[]) => names.length === 1 ? reference(names[0] as string) : { anyOf: names.map(reference) }

/**
 * Puts the schemas of messages, which the catalogue has by version, where a document names their types.
 * @param document is changed
 */
export function describeMessages<Document extends OpenApiDocument> (document: Document): Document {
  const types = new Set<MessageType>()
  replace(document, types)
  const { schemas } = document.components
  for (const type of types) {
    const versions = versionsOf(type)
    schemas[type] = anyOf(versions.map((version) => `${type}-${version}`))
    for (const version of versions) schemas[`${type}-${version}`] = messageJsonSchema(type, version)
  }
  return document
}

function replace (parent: object, types: Set<MessageType>): void {
  const members = parent as Record<string, unknown>
  for (const [name, value] of Object.entries(members)) {
    if (typeof value !== 'object' || value === null) continue
    if (!(MESSAGES in value)) { replace(value, types); continue }
    const { [MESSAGES]: named, ...others } = value as { [MESSAGES]: MessageType[] }
    for (const type of named) types.add(type)
    members[name] = { ...others, ...anyOf(named) }
  }
}
