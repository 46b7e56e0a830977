import { type ErroContent, ProtocolError } from '../errors.ts'
import { erroAbout } from '../protocol/erro-about.ts'
import type { JsonObject } from '../protocol/messages.ts'
import type { Refused } from '../protocol/refusal.ts'

/**
 * The DS refuses a message.
 * @param message as it came
 * @param ids version and ids that are known, whatever the message says
 */
export function dsRefusal (message: Readonly<Record<string, unknown>>, refused: Refused, ids: Partial<ErroContent> = {}): ProtocolError {
  const { errorCode, errorDetail } = refused
  const said = erroAbout(message, refused, 'D')
  return new ProtocolError(`The ${said.errorMessageType ?? 'message'} was refused: ${errorCode} ${errorDetail}`, { ...said, ...unlessSaid(ids, said) })
}

/** What is known counts; where the message says the same, in its own letters. */
function unlessSaid (ids: Partial<ErroContent>, said: ErroContent): Partial<ErroContent> {
  const names = Object.keys(ids) as (keyof ErroContent)[]
  return Object.fromEntries(names.filter((name) => said[name]?.toLowerCase() !== ids[name]?.toLowerCase()).map((name) => [name, ids[name]]))
}

/** The ACS answered with an `Erro`: the 3DS Server gets it unaltered (emv3ds-protocol §12.3). */
export class PassedOnErro extends ProtocolError {
  /** As it came; nothing of it is judged. */
  readonly original: JsonObject

  constructor (original: JsonObject) {
    super('The ACS answered with an Erro', contentOf(original))
    this.original = original
  }
}

/** What of it can be told where an answer has members of its own. */
function contentOf (erro: JsonObject): ErroContent {
  const texts = Object.fromEntries(Object.entries(erro).filter(([, value]) => typeof value === 'string'))
  return { errorCode: '404', errorComponent: 'A', errorDetail: '', ...texts }
}
