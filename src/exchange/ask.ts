import type { JsonObject } from '../protocol/messages.ts'
import type { ReadMessage } from '../protocol/read-message.ts'
import { readSoundMessage } from '../protocol/read-sound-message.ts'
import type { Refused } from '../protocol/refusal.ts'
import { atLeast } from '../protocol/versions.ts'
import type { SendMessage, Sent } from './send-message.ts'

/** What another server said to a message, or why it said nothing. */
export type Asked =
  /** A message by its look; nothing of it is judged. */
  | { outcome: 'answered', read: ReadMessage }
  /** No message at all: 101, and what it was instead. */
  | { outcome: 'unreadable', refused: Refused, isEmpty: boolean }
  /** HTTP says that it failed: 403 for what may pass, 404 for what will not (emv3ds-protocol §12.2). */
  | { outcome: 'failed', refused: Refused }
  | Exclude<Sent, { outcome: 'answered' }>

/** One question to another server. */
export interface Question {
  send: SendMessage
  address: string
  message: JsonObject
  timeoutMs: number
  /** `X-Request-ID` of this leg; it came with 2.3.1 (emv3ds-protocol §2). */
  requestId: string
}

/** Sends a message and reads what comes back. */
export async function ask ({ send, address, message, timeoutMs, requestId }: Question): Promise<Asked> {
  const headers = atLeast(String(message['messageVersion']), '2.3.1') ? { 'x-request-id': requestId } : {}
  const sent = await send(address, message, { timeoutMs, headers })
  return sent.outcome === 'answered' ? read(sent) : sent
}

/** A message counts with any status; without one the status tells what happened (emv3ds-protocol §2). */
function read ({ status, text, fault }: Extract<Sent, { outcome: 'answered' }>): Asked {
  const message = fault === undefined ? readSoundMessage(text) : undefined
  if (typeof message?.message['messageType'] === 'string') return { outcome: 'answered', read: message }
  if (status < 200 || status > 299) return { outcome: 'failed', refused: { errorCode: mayPass(status) ? '403' : '404', errorDetail: `The answer was HTTP status ${status}` } }
  if (message !== undefined) return { outcome: 'answered', read: message }
  const isEmpty = fault === undefined && text.trim() === ''
  return { outcome: 'unreadable', refused: { errorCode: '101', errorDetail: `The answer is ${fault ?? (isEmpty ? 'empty' : 'no JSON object')}` }, isEmpty }
}

const MAY_PASS: readonly number[] = [408, 425, 429]

/** Whether trying again may help: a server at fault, or a limit (RFC 9110 §15). */
function mayPass (status: number): boolean {
  return status >= 500 || MAY_PASS.includes(status)
}
