import type { JsonObject } from '../protocol/messages.ts'
import { type OutboundPost, reasonOf, RefusedAddress } from './outbound-request.ts'

/** What became of one attempt to post. */
export type Posted =
  | { outcome: 'delivered', status: number }
  | { outcome: 'failed', status?: number, reason: string }
  /** The address is not one the mock may call. */
  | { outcome: 'refused', reason: string }

/** Posts a JSON body; never rejects. */
export type PostJson = (address: string, body: JsonObject) => Promise<Posted>

/**
 * Posts where only the status of the answer is of interest: its body is not read, and all is over after `timeoutMs`.
 */
export function createPostJson ({ post, timeoutMs }: { post: OutboundPost, timeoutMs: number }): PostJson {
  return async (address, body) => {
    try {
      const { statusCode: status } = (await post(address, body, { signal: AbortSignal.timeout(timeoutMs) })).destroy() as unknown as { statusCode: number }
      return status >= 200 && status < 300 ? { outcome: 'delivered', status } : { outcome: 'failed', status, reason: 'answered with an error' }
    } catch (error) {
      if (error instanceof RefusedAddress) return { outcome: 'refused', reason: error.reason }
      return { outcome: 'failed', reason: reasonOf(error as NodeJS.ErrnoException) }
    }
  }
}
