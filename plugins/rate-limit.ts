import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type {} from '@fastify/rate-limit'
import type {} from '@fastify/redis'
import type { Config } from '../src/config.ts'

export type RateLimitOptions = Pick<Config, 'rateLimitPerSecond' | 'rateLimitBurst'> & {
  /** How the limiter's Redis keys begin. */
  keyPrefix: string
}

/**
 * Limits what one client address may ask. A window lasts as long as the burst takes at the allowed rate and lets the burst
 * through: `burst` requests per `burst / perSecond` seconds. So no more than `perSecond` come through in the long run, and
 * `burst` may come at once. Counted in Redis where `app.redis` is, so that instances share it.
 *
 * While Redis is away nothing is limited: what needs Redis is answered 503 by the store, and the limiter must not take the
 * rest down. Routes with `config.rateLimit` false are exempt; unknown paths are not. The `errors` plugin writes the 429.
 */
export const rateLimit = fp(async function rateLimit (app: FastifyInstance, options: RateLimitOptions) {
  const { rateLimitPerSecond: perSecond, rateLimitBurst: burst, keyPrefix } = options
  if (perSecond === 0) return
  const { default: limiter } = await import('@fastify/rate-limit')
  await app.register(limiter, {
    global: false,
    max: burst,
    timeWindow: Math.ceil(1000 * burst / perSecond),
    skipOnError: true,
    nameSpace: keyPrefix,
    ...app.hasDecorator('redis') ? { redis: app.redis } : {},
    allowList: (request) => request.routeOptions.config.rateLimit === false,
    errorResponseBuilder: () => Object.assign(new Error('Too many requests'), { statusCode: 429 })
  })
  app.addHook('onRequest', app.rateLimit())
}, { name: 'rate-limit', fastify: '5.x', dependencies: ['errors'] })
