#!/usr/bin/env node
import { parseArgs } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Config } from './src/config.ts'
import { NAME } from './src/config/name.ts'
import { version } from './src/config/version.ts'
import { maskText } from './src/masking.ts'

const FAILED = 1
const MISUSED = 2

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Ctrl-C reaches the server from the terminal, and again from npm or npx, which pass it on. */
const ONE_WISH_MS = 1000

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use, choose another one with PORT',
  EACCES: 'not permitted, choose another one with PORT',
  EADDRNOTAVAIL: 'HOST is no address of this machine',
  ENOTFOUND: 'HOST is no name that this machine knows'
}

type Flags = { help?: boolean, version?: boolean, 'print-config'?: boolean }

function readFlags (argv: string[]): Flags {
  return parseArgs({
    args: argv,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      'print-config': { type: 'boolean' }
    }
  }).values
}

/** Says why in words for people, without a stack, and ends the process. */
function stop (code: number, why: string): never {
  process.stderr.write(`${NAME}: ${why}\n`)
  process.exit(code)
}

/** What may be shown of an error that nobody foresaw. */
function messageOf (error: unknown): string {
  return maskText(error instanceof Error ? error.message : String(error))
}

async function readConfig (): Promise<{ config: Config, warnings: string[] }> {
  const { loadConfig, ConfigError } = await import('./src/config.ts')
  try {
    return loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const lines = error.message.split('\n').map((line) => `\n  ${line}`)
    return stop(FAILED, `cannot start, see ${NAME} --help:${lines.join('')}`)
  }
}

async function printConfig (): Promise<void> {
  const { config, warnings } = await readConfig()
  const { maskedConfig } = await import('./src/config/describe.ts')
  for (const warning of warnings) process.stderr.write(`${NAME}: ${warning}\n`)
  process.stdout.write(`${JSON.stringify(maskedConfig(config), null, 2)}\n`)
}

async function listen (app: FastifyInstance, { host, port }: Config, logger: FastifyBaseLogger): Promise<void> {
  // Fastify has a line of its own for every address of a wildcard host; there is to be one, and it comes last.
  const { level } = logger
  logger.level = 'silent'
  const url = await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot listen on ${host}:${port}: ${LISTEN_FAILURES[error.code ?? ''] ?? error.message}`)
  })
  logger.level = level
  logger.info(`${NAME} ${version} listening on ${url.replace('[::]', '[::1]')}`)
}

/**
 * @param stop called once, at the first signal
 * @param insist called when another SIGINT or SIGTERM follows that is no echo of the first
 */
function onStopSignal (stop: (signal: string) => void, insist: (signal: string) => void): void {
  let since: number | undefined
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (since === undefined) {
        since = performance.now()
        stop(signal)
      } else if (signal !== 'SIGHUP' && performance.now() - since > ONE_WISH_MS) insist(signal)
    })
  }
}

async function closeOnSignal (app: FastifyInstance, { closeGraceMs }: Config, logger: FastifyBaseLogger): Promise<void> {
  const [{ default: closeWithGrace }, { flushLogger }] = await Promise.all([import('close-with-grace'), import('./plugins/logger.ts')])
  let stopSignal: string | undefined
  const error = (why: unknown): void => { logger.error(why) }
  const { close } = closeWithGrace({ delay: closeGraceMs, logger: { error }, skip: [...STOP_SIGNALS] }, async ({ signal = stopSignal, err }) => {
    if (err !== undefined) logger.fatal({ err }, 'uncaught error, stopping')
    else logger.info(`${signal ?? 'asked'}: closing, with ${closeGraceMs} ms for requests in flight`)
    await app.close()
    await flushLogger(logger)
  })
  onStopSignal((signal) => {
    stopSignal = signal
    close()
  }, (signal) => stop(FAILED, `${signal} again: not waiting for requests in flight`))
}

async function serve (): Promise<void> {
  const { config, warnings } = await readConfig()
  const [{ createLogger, flushLogger }, { buildApp }, { startLines }] = await Promise.all([
    import('./plugins/logger.ts'), import('./app.ts'), import('./src/config/describe.ts')
  ])
  const logger = await createLogger({ level: config.logLevel, pretty: config.logPretty ?? process.stdout.isTTY })
  for (const warning of warnings) logger.warn(warning)
  for (const line of startLines(config)) logger.info(line)
  const app = await buildApp(config, { logger })
  await closeOnSignal(app, config, logger)
  await listen(app, config, logger)
  await flushLogger(logger)
}

async function certificates (argv: string[]): Promise<void> {
  const { writeCertificates, UsageError } = await import('./src/commands/certificates.ts')
  try {
    process.stdout.write(await writeCertificates(argv))
  } catch (error) {
    stop(error instanceof UsageError ? MISUSED : FAILED, messageOf(error))
  }
}

async function main (argv: string[]): Promise<void> {
  if (argv[0] === 'certificates') return certificates(argv.slice(1))
  let flags: Flags
  try {
    flags = readFlags(argv)
  } catch (error) {
    return stop(MISUSED, `${messageOf(error).split('. ')[0]}. Settings are environment variables, see ${NAME} --help`)
  }
  if (flags.help) process.stdout.write((await import('./src/config/describe.ts')).helpText())
  else if (flags.version) process.stdout.write(`${version}\n`)
  else if (flags['print-config']) await printConfig()
  else await serve().catch((error: unknown) => stop(FAILED, `cannot start: ${messageOf(error)}`))
}

await main(process.argv.slice(2))
