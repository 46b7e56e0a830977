import type { Judge } from './judge.ts'
import type { JsonObject } from './messages.ts'
import type { ReadMessage } from './read-message.ts'
import type { Refused } from './refusal.ts'

/** The elements of an `Erro`: emv3ds-protocol §12.1. */
const ELEMENTS = [
  'messageType', 'messageVersion', 'errorCode', 'errorComponent', 'errorDescription', 'errorDetail', 'errorMessageType',
  'threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID'
] as const
const LONGEST_TEXT = 2048

/** What is kept of an `Erro` that came in, whatever it says: its own elements, as far as they are texts, none longer than an `Erro` has any. */
export function keptErro (message: JsonObject): JsonObject {
  const texts = ELEMENTS.flatMap((name) => {
    const value = message[name]
    return typeof value === 'string' ? [[name, value.slice(0, LONGEST_TEXT)] as const] : []
  })
  return Object.fromEntries(texts)
}

/** What the catalogue has against an `Erro`; nobody is told, as an `Erro` is never answered (§12.1). */
export function faultOfErro (read: ReadMessage, judge: Judge): Refused | undefined {
  return judge(read, { messageTypes: ['Erro'] }).refused
}
