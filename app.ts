import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { acceptance } from './plugins/acceptance.ts'
import { compression } from './plugins/compression.ts'
import { errorOptions, errors } from './plugins/errors.ts'
import { jobs } from './plugins/jobs.ts'
import { jsonBodies } from './plugins/json-bodies.ts'
import { metrics } from './plugins/metrics.ts'
import { noteStore } from './plugins/note-store.ts'
import { openApi } from './plugins/openapi.ts'
import { publicUrl } from './plugins/public-url.ts'
import { rateLimit } from './plugins/rate-limit.ts'
import { createRequestIds, requestLog } from './plugins/request-log.ts'
import { roles } from './plugins/roles.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import { spelling } from './plugins/spelling.ts'
import stateStore from './plugins/state-store.ts'
import { tls, withTls } from './plugins/tls.ts'
import { validation } from './plugins/validation.ts'
import { acsRoutes } from './routes/acs/index.ts'
import { directoryServerRoutes } from './routes/directory-server/index.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoute } from './routes/metrics.ts'
import { mockRoutes } from './routes/mock/index.ts'
import { threeDSServerRoutes } from './routes/three-ds-server/index.ts'
import { type Clock, systemClock } from './src/clock.ts'
import type { Config } from './src/config.ts'
import { version } from './src/config/version.ts'
import { type IdSource, randomIds } from './src/ids.ts'

/** For everything but Redis. */
const PLUGIN_TIMEOUT_MS = 10_000

/** What a caller may bring along instead of the real thing. */
export interface AppParts {
  /** A pino logger; without one nothing is logged. */
  logger?: FastifyBaseLogger
  clock?: Clock
  ids?: IdSource
}

/**
 * The whole server, ready to listen: the one that production runs and the one that tests inject into.
 * @throws Error with one clear line when Redis is asked for and cannot be reached, or a certificate cannot be used
 */
export async function buildApp (config: Config, { logger, clock = systemClock, ids = randomIds }: AppParts = {}): Promise<FastifyInstance> {
  const { compatibility } = config
  const app = Fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    ...withTls(errorOptions({ compatibility }), config),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(ids),
    bodyLimit: config.bodyLimitBytes,
    // Opening Redis has time limits of its own, and says more about it.
    pluginTimeout: config.redis.connectTimeoutMs + config.redis.commandTimeoutMs + PLUGIN_TIMEOUT_MS,
    trustProxy: config.trustProxy,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: { maxParamLength: 256 }
  })
  try {
    await registerAll(app, config, clock, ids)
    await app.ready()
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}

async function registerAll (app: FastifyInstance, config: Config, clock: Clock, ids: IdSource): Promise<void> {
  const { compatibility } = config
  await app.register(errors, { compatibility })
  await app.register(tls, config)
  await app.register(jsonBodies)
  await app.register(validation)
  await app.register(requestLog)
  await app.register(metrics, { enabled: config.metrics })
  await app.register(stateStore, { config, clock, ids, events: app.meters.storeEvents })
  await app.register(jobs, { config, clock, onRun: app.meters.jobRan })
  await app.register(noteStore, { config, clock })
  await app.register(rateLimit, { ...config, keyPrefix: `${config.redis.keyPrefix}_rate_limit:` })
  await app.register(compression, { enabled: config.compression })
  await app.register(securityHeaders, { https: config.publicUrl?.startsWith('https:') === true })
  await app.register(acceptance)
  await app.register(publicUrl, config)
  await app.register(spelling, config)
  await app.register(roles, { config, clock, ids })
  await app.register(openApi, { enabled: config.docs, version, compatibility })

  await app.register(threeDSServerRoutes, { prefix: '/3ds' })
  await app.register(directoryServerRoutes, { prefix: '/ds' })
  await app.register(acsRoutes)
  await app.register(mockRoutes, { prefix: '/mock' })
  await app.register(healthRoutes, { clock, version, compatibility })
  await app.register(metricsRoute)
}
