import { buildApp } from './app.ts'
import { createLogger } from './plugins/logger.ts'
import { loadConfig } from './src/config.ts'

export { ConfigError } from './src/config/config-error.ts'

/** A running mock. */
export interface MockServer {
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly url: string
  /** Ends it: requests in flight are answered first. */
  close (): Promise<void>
}

/**
 * Starts a mock in this process, for a test suite that wants its own.
 * @param settings as environment variables, by name: `{ OTP: '4711', USE_REDIS: 'true' }`. The process's own environment is
 * not read. Without a `PORT` a free one is taken, without a `LOG_LEVEL` nothing is logged.
 * @throws ConfigError naming every fault of the settings; Error with one line when it cannot start
 */
export async function startMockServer (settings: Readonly<Record<string, string>> = {}): Promise<MockServer> {
  const { config } = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...settings })
  const logger = await createLogger({ level: config.logLevel, pretty: config.logPretty ?? false })
  const app = await buildApp(config, { logger })
  const url = await app.listen({ host: config.host, port: config.port })
  return { url, close: () => app.close() }
}
