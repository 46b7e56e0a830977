import { buildApp } from './app.ts'
import { createLogger, flushLogger } from './plugins/logger.ts'
import { readMockSettings } from './src/config.ts'
import type { MockSettings } from './src/config/mock-settings.ts'

export { ConfigError } from './src/config/config-error.ts'
export type { MockSettings }

/** A running mock. */
export interface MockServer {
  /** Where it listens: `http://127.0.0.1:<port>`, or `https://…` with `TLS_CERT_PATH`. */
  readonly url: string
  /** Ends it: requests in flight are answered first, for at most `CLOSE_GRACE_MS`, and log lines written. */
  close (): Promise<void>
}

/**
 * Starts a mock in this process, for a test suite that wants its own.
 * @param settings by the names of their environment variables: `{ OTP: '4711', USE_REDIS: true }`. The process's own environment
 * is not read. Without a `PORT` a free one is taken, without a `LOG_LEVEL` nothing is logged.
 * @throws ConfigError naming every fault of the settings, names that are no setting included; Error with one line when it
 * cannot start
 */
export async function startMockServer (settings: MockSettings = {}): Promise<MockServer> {
  const config = readMockSettings(settings, { PORT: 0, LOG_LEVEL: 'silent' })
  const logger = await createLogger({ level: config.logLevel, pretty: config.logPretty ?? false })
  const app = await buildApp(config, { logger })
  const close = async (): Promise<void> => {
    const grace = setTimeout(() => { app.server.closeAllConnections() }, config.closeGraceMs)
    await app.close().finally(() => { clearTimeout(grace) })
    await flushLogger(logger)
  }
  try {
    return { url: await app.listen({ host: config.host, port: config.port }), close }
  } catch (error) {
    await close()
    throw error
  }
}
