import { Type } from 'typebox'
import { MESSAGES } from '../plugins/messages-member.ts'
import type { MessageType } from '../src/protocol/messages.ts'

/**
 * Stands for messages of EMV 3-D Secure in the documentation of a route. `/openapi.json` has their schemas, of every version,
 * from the catalogue; nobody waits for these at start.
 */
export function messages (types: readonly MessageType[]) {
  return Type.Unsafe<unknown>({ [MESSAGES]: types })
}
