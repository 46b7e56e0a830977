import { isUtf8 } from 'node:buffer'
import type { OutgoingHttpHeaders } from 'node:http'
import type { JsonObject } from '../protocol/messages.ts'
import { NOT_CONNECTED, type OutboundPost, reasonOf, RefusedAddress, type Response, TIMED_OUT } from './outbound-request.ts'

/** What another party answered a message with, or why it did not. Reasons are in words without addresses. */
export type Sent =
  /** With a `fault`, why the text cannot be read, the text is empty. */
  | { outcome: 'answered', status: number, text: string, fault?: string }
  | { outcome: 'timed-out' }
  | { outcome: 'unreachable', reason: string }
  /** The address is not one the mock may call. */
  | { outcome: 'refused', reason: string }

/** Posts a message to another party and reads the answer; never rejects. @param timeoutMs for all of it, the connection included */
export type SendMessage = (address: string, message: JsonObject, options: { timeoutMs: number, headers?: OutgoingHttpHeaders }) => Promise<Sent>

/** No message but a PRes is as long as this, in bytes. */
const LONGEST_ANSWER = 1_048_576

/** Sends messages over HTTP: emv3ds-protocol §2. */
export function createSendMessage (post: OutboundPost): SendMessage {
  return async (address, message, { timeoutMs, headers }) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await post(address, message, { signal, ...(headers === undefined ? {} : { headers }) })
      return { outcome: 'answered', status: response.statusCode, ...await textOf(response) }
    } catch (error) {
      if (error instanceof RefusedAddress) return { outcome: 'refused', reason: error.reason }
      const reason = reasonOf(error as NodeJS.ErrnoException)
      const isTooSlow = reason === TIMED_OUT || (signal.aborted && reason !== NOT_CONNECTED)
      return isTooSlow ? { outcome: 'timed-out' } : { outcome: 'unreachable', reason }
    }
  }
}

async function textOf (response: Response): Promise<{ text: string, fault?: string }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    // Leaving the loop hangs up.
    if (length > LONGEST_ANSWER) return { text: '', fault: 'longer than 1 MiB' }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  // A byte order mark stays: with one it is no JSON (RFC 8259 §8.1).
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { text: '', fault: 'not in UTF-8' }
}
