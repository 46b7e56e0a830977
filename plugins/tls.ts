import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Config } from '../src/config.ts'
import { listenerOptions } from '../src/crypto/tls.ts'
import { Refusal } from './error-answer.ts'

/**
 * Where servers send messages to each other, which EMV does over mutual TLS (emv3ds-protocol §2), the 3DS Server API, and what
 * makes this server send messages, with its own certificate. All else is for browsers, apps, operators and whoever needs a public
 * key: none of them has a client certificate.
 */
const SERVER_DOORS = /^\/(?:ds\/?|acs\/?|(?:3ds|mock)\/.*)$/

/**
 * @param options of `Fastify()`, with those of an HTTP server
 * @returns the same; with TLS configured, for an HTTPS server. Fastify's types take that for a server of another kind, but what
 * is used of the two is the same
 */
export function withTls<Options extends { http?: ServerOptions | null }> (options: Options, { tls }: Pick<Config, 'tls'>): Options {
  return tls === undefined ? options : { ...options, https: { ...options.http, ...listenerOptions(tls.files) } }
}

/**
 * What https has besides http: handshakes, and doors that are closed to who shows no client certificate. Register it before
 * the routes.
 */
export const tls = fp(async function tls (app: FastifyInstance, { tls: settings }: Pick<Config, 'tls'>) {
  if (settings === undefined) return
  watchHandshakes(app)
  if (settings.files.clientCa === undefined) return
  app.addHook('onRoute', function closeDoor (route) {
    if (SERVER_DOORS.test(route.url)) route.onRequest = [requireClientCertificate, ...[route.onRequest ?? []].flat()]
  })
}, { name: 'tls', fastify: '5.x', dependencies: ['errors'] })

function requireClientCertificate ({ raw }: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const socket = raw.socket as Partial<TLSSocket>
  if (socket.authorized === true) return done()
  const isShown = socket.getPeerX509Certificate?.() !== undefined
  done(new Refusal(403, isShown ? `The client certificate is not accepted: ${String(socket.authorizationError)}` : undefined))
}

/** Node closes only what has become a connection of HTTP, and waits two minutes for a handshake. */
function watchHandshakes (app: FastifyInstance): void {
  const shaking = new Map<string, Socket>()
  const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
  app.server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    shaking.set(name, socket)
    socket.once('close', () => { shaking.delete(name) })
  })
  app.server.on('secureConnection', (socket: TLSSocket) => { shaking.delete(nameOf(socket)) })
  app.server.on('tlsClientError', ({ code }: NodeJS.ErrnoException) => { app.log.debug({ code }, 'TLS handshake failed') })
  app.addHook('preClose', async function endHandshakes () {
    for (const socket of shaking.values()) socket.destroy()
  })
}
