import { type ErroContent, ProtocolError } from '../errors.ts'
import type { JsonObject } from '../protocol/messages.ts'
import { type ErroIds, type Refused, refusalOf } from '../protocol/refusal.ts'

/** The DS refuses a message, as `refusalOf()`. */
export function dsRefusal (message: Readonly<Record<string, unknown>>, refused: Refused, ids: ErroIds = {}): ProtocolError {
  return refusalOf(message, refused, 'D', ids)
}

/** The ACS answered with an `Erro`: the 3DS Server gets it (emv3ds-protocol §12.3). */
export class PassedOnErro extends ProtocolError {
  /** Its elements as they came. */
  readonly original: JsonObject

  /** @param original that the judge found nothing wrong with */
  constructor (original: JsonObject) {
    super('The ACS answered with an Erro', original as unknown as ErroContent)
    this.original = original
  }
}
