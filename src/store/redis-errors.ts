import { ReplyError } from 'ioredis'
import { MockError } from '../errors.ts'

/**
 * Why Redis did not do it, in words that may be logged.
 * @param error what ioredis or the socket threw; its own properties may hold the command's arguments and are left behind
 */
export function redisReason (error: unknown): string {
  const { message, code } = error as { message?: unknown, code?: unknown }
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error)
  // Redis repeats the arguments of a command that it does not know, and those may be a password or a card number. Since 7.2
  // it also tells whose permissions are missing, and names of users are masked wherever the URL is shown.
  const [known] = text.split(', with args') as [string]
  return known.replace(/\bUser .* has no permissions/, 'the user has no permissions')
}

/** @returns the error of the closed set that stands for what ioredis threw. */
function toStoreError (error: unknown): MockError {
  const reason = redisReason(error)
  const cause = new Error(reason)
  if (reason === 'Command timed out') {
    return new MockError('store_timeout', 'The transaction store did not answer in time', { cause })
  }
  if (reason.includes('WRONGTYPE')) {
    return new MockError('store_serialization', 'The stored transaction cannot be read', { cause })
  }
  // It answers, and refuses: a read-only replica, no memory left, no permission, still loading. That may pass like an outage.
  const isRefused = error instanceof ReplyError
  return new MockError('store_connection', `The transaction store ${isRefused ? 'refuses the operation' : 'cannot be reached'}`, { cause })
}

/** @returns what Redis answers. @throws MockError in place of what ioredis throws */
export async function fromRedis<Reply> (reply: Promise<Reply>): Promise<Reply> {
  try {
    return await reply
  } catch (error) {
    throw toStoreError(error)
  }
}
