import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { MockError } from '../src/errors.ts'
import type { Config } from '../src/config.ts'

export type PublicUrlOptions = Pick<Config, 'publicUrl' | 'port' | 'tls'>

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * The base of every URL that is given to a client: absolute, without a slash at its end.
     * @throws MockError `invalid_request` when it is to be taken from the request and the request's host is no host
     */
    publicUrl: (request: FastifyRequest) => string
  }
}

/** What a host may be written with; whether it is one, its port included, is for `URL` to say. */
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/**
 * Tells under which address clients reach this server: the one configured, the one they used (`request`; forwarded headers
 * count only for trusted proxies), or the one it listens on.
 */
export const publicUrl = fp(async function publicUrl (app: FastifyInstance, options: PublicUrlOptions) {
  app.decorate('publicUrl', choose(app, options))
}, { name: 'public-url', fastify: '5.x' })

function choose (app: FastifyInstance, { publicUrl: configured, port, tls }: PublicUrlOptions): (request: FastifyRequest) => string {
  if (configured === 'request') return fromRequest
  if (configured !== undefined) return () => configured
  const scheme = tls === undefined ? 'http' : 'https'
  let listening: string | undefined
  return () => {
    listening ??= whereListening(app)
    return `${scheme}://${listening ?? `127.0.0.1:${port}`}`
  }
}

function fromRequest (request: FastifyRequest): string {
  const { protocol, host: given } = request
  if ((protocol !== 'http' && protocol !== 'https') || !HOST.test(given) || !URL.canParse(`http://${given}`)) {
    throw new MockError('invalid_request', 'The request does not tell a valid host')
  }
  return `${protocol}://${given.toLowerCase()}`
}

function whereListening (app: FastifyInstance): string | undefined {
  const address = app.server.address()
  if (address === null || typeof address === 'string') return undefined
  return `${reachable(address.address)}:${address.port}`
}

/** A name under which an address to listen on can be reached: the addresses that mean "every interface" cannot. */
export function reachable (address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  if (address === '::') return 'localhost'
  return address.includes(':') ? `[${address}]` : address
}
