import { promises as dns } from 'node:dns'
import { type Agent, type ClientRequest, request as overHttp, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http'
import { request as overHttps } from 'node:https'
import type { LookupFunction, TcpNetConnectOpts } from 'node:net'
import type { JsonObject } from '../protocol/messages.ts'
import type { OutboundPolicy } from './outbound-policy.ts'

/** An address that the mock may not call. */
export class RefusedAddress extends Error {
  /** In words without addresses. */
  readonly reason: string

  constructor (reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** @returns every address of a host; rejects with an error that has a code. */
export type Resolve = (host: string) => Promise<{ address: string, family: number }[]>

const resolveBySystem: Resolve = (host) => dns.lookup(host, { all: true })

/** What calling other servers takes. */
export interface OutboundParts {
  policy: OutboundPolicy
  resolve?: Resolve
  /** For https: the client certificate, and whom to trust. */
  agent?: Agent | undefined
  /** How long to wait for a connection, TLS included, milliseconds. Absent: as long as the caller waits for all of it. */
  connectTimeoutMs?: number
}

/** The head of an answer, whose body is still to be read. */
export type Response = IncomingMessage & { statusCode: number }

/**
 * Posts JSON: resolves with the head of the answer; rejects with `RefusedAddress`, or with an error that has a code.
 * @param headers in addition to the content type
 */
export type OutboundPost = (address: string, body: JsonObject, options: { signal: AbortSignal, headers?: OutgoingHttpHeaders }) => Promise<Response>

type SendOptions = RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily'>

/**
 * Posts over HTTP: no redirect is followed. A name is resolved once, and what is connected to is what the policy has seen.
 */
export function createOutboundPost ({ policy, resolve = resolveBySystem, agent, connectTimeoutMs }: OutboundParts): OutboundPost {
  const lookup = lookupWithin(policy, resolve)
  return async (address, body, { signal, headers }) => {
    const url = allowedUrl(address, policy)
    const isSecure = url.protocol === 'https:'
    // With autoSelectFamily a lookup is asked for all addresses, whatever the process's default is.
    const options: SendOptions = { lookup, autoSelectFamily: true, signal, headers: { ...headers, 'content-type': 'application/json; charset=UTF-8' } }
    return post(isSecure ? overHttps : overHttp, url, body, isSecure && agent !== undefined ? { ...options, agent } : options, connectTimeoutMs)
  }
}

function allowedUrl (address: string, policy: OutboundPolicy): URL {
  if (!URL.canParse(address)) throw new RefusedAddress('not an absolute URL')
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') throw new RefusedAddress('credentials in the URL')
  if (!policy.allows(url)) throw new RefusedAddress('host not in OUTBOUND_ALLOW')
  return url
}

/** A lookup for sockets that leaves out what may not be connected to. */
function lookupWithin (policy: OutboundPolicy, resolve: Resolve): LookupFunction {
  return (host, _, done) => {
    resolve(host).then((addresses) => {
      const allowed = addresses.filter(({ address }) => policy.allowsAddress(host, address))
      done(allowed.length === 0 ? new RefusedAddress('the host\'s address is not in OUTBOUND_ALLOW') : null, allowed)
    }, (error: NodeJS.ErrnoException) => { done(error, []) })
  }
}

async function post (send: typeof overHttp, url: URL, body: JsonObject, options: SendOptions, connectTimeoutMs?: number): Promise<Response> {
  const text = JSON.stringify(body)
  return new Promise<Response>((resolve, reject) => {
    const request = send(url, { ...options, method: 'POST', headers: { ...options.headers as OutgoingHttpHeaders, 'content-length': Buffer.byteLength(text) } })
    const isConnected = limitConnecting(request, url, connectTimeoutMs)
    request
      .on('response', (response) => { resolve(response as Response) })
      // Nobody asked for another protocol. Without these two nothing would be heard of it, nor of the time limit.
      .on('upgrade', (response, socket) => { resolve(response as Response); socket.destroy() })
      .on('close', () => { reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })) })
      .on('error', (error) => { reject(isTimeOut(error) && !isConnected() ? notConnected() : error) })
      .end(text)
  })
}

/**
 * Gives up a request whose connection does not come about in time.
 * @returns what tells whether it has: a time limit that ends before is none of the answer's
 */
function limitConnecting (request: ClientRequest, { protocol }: URL, connectTimeoutMs?: number): () => boolean {
  let isConnected = false
  const timer = connectTimeoutMs === undefined ? undefined : setTimeout(() => { request.destroy(notConnected()) }, connectTimeoutMs)
  const connected = (): void => {
    isConnected = true
    clearTimeout(timer)
  }
  request.on('socket', (socket) => {
    // One that served a request before.
    if (request.reusedSocket) connected()
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', connected)
  }).on('close', () => { clearTimeout(timer) })
  return () => isConnected
}

function notConnected (): Error {
  return Object.assign(new Error('not connected in time'), { code: NOT_CONNECTED })
}

function isTimeOut ({ name }: Error): boolean {
  return name === 'AbortError' || name === 'TimeoutError'
}

/** Only codes, which every error of DNS, sockets, TLS and HTTP has: the message may hold the address. */
export function reasonOf (error: NodeJS.ErrnoException): string {
  return isTimeOut(error) ? TIMED_OUT : String(error.code)
}

/** The reason of a call that took too long. */
export const TIMED_OUT = 'timed out'

/** The reason of a call that got no connection in time. */
export const NOT_CONNECTED = 'CONNECT_TIMEOUT'
