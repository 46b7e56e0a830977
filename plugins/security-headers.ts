import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'

export interface SecurityHeadersOptions {
  /** Whether clients reach the server by https; only then may it ask them to insist on it. */
  https: boolean
}

const YEAR_SECONDS = 31_536_000

/**
 * Headers of every answer. They suit JSON: nothing in it may be loaded, run or framed. They are fixed, so they cost a copy;
 * helmet, which works its headers out for each request, takes half as long as bare Fastify for a whole request and is left
 * to the pages (`pageSecurityHeaders`).
 */
export const securityHeaders = fp(async function securityHeaders (app: FastifyInstance, { https }: SecurityHeadersOptions) {
  const headers = {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...https ? { 'strict-transport-security': `max-age=${YEAR_SECONDS}` } : {}
  }
  app.addHook('onRequest', function setHeaders (_request, reply, done) {
    reply.headers(headers)
    done()
  })
}, { name: 'security-headers', fastify: '5.x' })

/**
 * Headers of HTML pages, by helmet; for the scope of the routes that serve them. Framing and forms are the pages' own
 * affair: each sets its own `content-security-policy`, and one that forgets keeps the strict one of `securityHeaders`.
 * A challenge page lives in an iframe of another site, so nothing here isolates it from that site; its form goes to that
 * site too, which may look at `Origin`, so the referrer policy leaves the origin.
 */
export const pageSecurityHeaders = fp(async function pageSecurityHeaders (app: FastifyInstance) {
  const options: FastifyHelmetOptions = {
    contentSecurityPolicy: false,
    frameguard: false,
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    originAgentCluster: false,
    hsts: false,
    noSniff: false,
    referrerPolicy: false
  }
  await app.register(helmet, options)
  app.addHook('onRequest', function leaveOrigin (_request, reply, done) {
    reply.header('referrer-policy', 'strict-origin')
    done()
  })
}, { name: 'page-security-headers', fastify: '5.x', dependencies: ['security-headers'] })
