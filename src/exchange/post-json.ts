import type { JsonObject } from '../protocol/messages.ts'
import type { OutboundPolicy } from './outbound-policy.ts'

/** What became of one attempt to post. */
export type Posted =
  | { outcome: 'delivered', status: number }
  | { outcome: 'failed', status?: number, reason: string }
  /** The address is not one the mock may call. */
  | { outcome: 'refused', reason: string }

/** Posts a JSON body; never rejects. */
export type PostJson = (address: string, body: JsonObject) => Promise<Posted>

/**
 * Posts over HTTP: no redirect is followed, the answer's body is not read, and all is over after `timeoutMs`.
 * @param policy which hosts may be called
 */
export function createPostJson ({ policy, timeoutMs }: { policy: OutboundPolicy, timeoutMs: number }): PostJson {
  return async (address, body) => {
    if (!URL.canParse(address)) return { outcome: 'refused', reason: 'not an absolute URL' }
    const url = new URL(address)
    if (url.username !== '' || url.password !== '') return { outcome: 'refused', reason: 'credentials in the URL' }
    if (!policy(url)) return { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW' }
    try {
      return await post(url, body, timeoutMs)
    } catch (error) {
      return { outcome: 'failed', reason: reasonOf(error as Error & { cause?: { code?: string } }) }
    }
  }
}

async function post (url: URL, body: JsonObject, timeoutMs: number): Promise<Posted> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs)
  })
  await response.body?.cancel()
  const { status } = response
  return response.ok ? { outcome: 'delivered', status } : { outcome: 'failed', status, reason: 'answered with an error' }
}

/** Only names and codes: an error's message may hold the address. */
function reasonOf ({ name, cause }: { name: string, cause?: { code?: string } }): string {
  return name === 'TimeoutError' ? 'timed out' : cause?.code ?? name
}
