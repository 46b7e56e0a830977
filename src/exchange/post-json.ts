import { promises as dns } from 'node:dns'
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as overHttps } from 'node:https'
import type { LookupFunction, TcpNetConnectOpts } from 'node:net'
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

/** @returns every address of a host; rejects with an error that has a code. */
export type Resolve = (host: string) => Promise<{ address: string, family: number }[]>

const resolveBySystem: Resolve = (host) => dns.lookup(host, { all: true })

type SendOptions = RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily'>

/** None of the addresses that a host's name leads to may be called. */
class RefusedAddress extends Error {}

/**
 * Posts over HTTP: no redirect is followed, the answer's body is not read, and all is over after `timeoutMs`. A name is
 * resolved once, and what is connected to is what the policy has seen.
 * @param policy which hosts may be called
 */
export function createPostJson ({ policy, timeoutMs, resolve = resolveBySystem }: {
  policy: OutboundPolicy
  timeoutMs: number
  resolve?: Resolve
}): PostJson {
  const lookup = lookupWithin(policy, resolve)
  return async (address, body) => {
    if (!URL.canParse(address)) return { outcome: 'refused', reason: 'not an absolute URL' }
    const url = new URL(address)
    if (url.username !== '' || url.password !== '') return { outcome: 'refused', reason: 'credentials in the URL' }
    if (!policy.allows(url)) return { outcome: 'refused', reason: 'host not in OUTBOUND_ALLOW' }
    try {
      // With autoSelectFamily a lookup is asked for all addresses, whatever the process's default is.
      return await post(url, body, { lookup, autoSelectFamily: true, signal: AbortSignal.timeout(timeoutMs) })
    } catch (error) {
      if (error instanceof RefusedAddress) return { outcome: 'refused', reason: 'the host\'s address is not in OUTBOUND_ALLOW' }
      return { outcome: 'failed', reason: reasonOf(error as NodeJS.ErrnoException) }
    }
  }
}

/** A lookup for sockets that leaves out what may not be connected to. */
function lookupWithin (policy: OutboundPolicy, resolve: Resolve): LookupFunction {
  return (host, _, done) => {
    resolve(host).then((addresses) => {
      const allowed = addresses.filter(({ address }) => policy.allowsAddress(host, address))
      done(allowed.length === 0 ? new RefusedAddress() : null, allowed)
    }, (error: NodeJS.ErrnoException) => { done(error, []) })
  }
}

async function post (url: URL, body: JsonObject, options: SendOptions): Promise<Posted> {
  const send = url.protocol === 'https:' ? overHttps : overHttp
  const { statusCode: status } = await new Promise<IncomingMessage & { statusCode: number }>((resolve, reject) => {
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    send(url, { ...options, method: 'POST', headers })
      .on('response', (response) => { resolve(response.destroy() as IncomingMessage & { statusCode: number }) })
      // Nobody asked for another protocol. Without these two nothing would be heard of it, nor of the time limit.
      .on('upgrade', (response, socket) => { resolve(response as IncomingMessage & { statusCode: number }); socket.destroy() })
      .on('close', () => { reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })) })
      .on('error', reject)
      .end(JSON.stringify(body))
  })
  return status >= 200 && status < 300 ? { outcome: 'delivered', status } : { outcome: 'failed', status, reason: 'answered with an error' }
}

/** Only codes, which every error of DNS, sockets, TLS and HTTP has: the message may hold the address. */
function reasonOf ({ name, code }: NodeJS.ErrnoException): string {
  return name === 'AbortError' ? 'timed out' : String(code)
}
