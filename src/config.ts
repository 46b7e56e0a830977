import { systemClock, type Clock } from './clock.ts'
import { certificateWarnings, readOwnCertificates } from './config/certificates.ts'
import { ConfigError, type ConfigFault } from './config/config-error.ts'
import { type MockSettings, toVariables } from './config/mock-settings.ts'
import { readSettings, type Environment } from './config/read.ts'
import { redisUrl } from './config/redis-url.ts'
import { type Rules, toRules } from './config/rules.ts'
import type { Settings } from './config/settings.ts'
import { readSplitSdk, type SplitSdkConfig } from './config/split-sdk.ts'
import { readTls, type ListenerTlsConfig, type OutboundTlsConfig, type TlsConfig } from './config/tls.ts'
import { unknownNameFaults, unknownVariableWarnings } from './config/unknown-variables.ts'
import type { OwnCertificates } from './crypto/certificate-files.ts'
import type { SigningAlg } from './crypto/signing-material.ts'

export { ConfigError }
export type { Environment }

/** `emv`: clean EMV values and everything there is to say. `legacy`: the constants and errors of the original server. */
export type Compatibility = Settings['COMPATIBILITY']

/** What the server was told to be. Read once, frozen, handed to whoever needs it. The settings' table says what each part means. */
export interface Config extends Rules {
  readonly host: Settings['HOST']
  /** 0 for a free one. */
  readonly port: Settings['PORT']
  /** `request`, or an absolute URL without a slash at its end. Absent: what the server listens on. */
  readonly publicUrl?: string
  /** As Fastify takes it; a string is a comma-separated list of addresses and ranges. */
  readonly trustProxy: Settings['TRUST_PROXY']
  readonly logLevel: Settings['LOG_LEVEL']
  /** Absent: a terminal decides. */
  readonly logPretty?: boolean
  readonly useRedis: Settings['USE_REDIS']
  readonly redis: {
    /** Complete, with credentials: show it only through `maskUrl`. */
    readonly url: string
    readonly keyPrefix: Settings['REDIS_KEY_PREFIX']
    readonly connectTimeoutMs: Settings['REDIS_CONNECT_TIMEOUT_MS']
    readonly commandTimeoutMs: Settings['REDIS_COMMAND_TIMEOUT_MS']
  }
  readonly transactionTtlSeconds: Settings['TRANSACTION_TTL_SECONDS']
  readonly memoryMaxTransactions: Settings['MEMORY_MAX_TRANSACTIONS']
  readonly memoryMaxBytes: Settings['MEMORY_MAX_BYTES']
  /** 0 for no limit. */
  readonly rateLimitPerSecond: Settings['RATE_LIMIT_PER_SECOND']
  readonly rateLimitBurst: number
  readonly bodyLimitBytes: Settings['BODY_LIMIT_BYTES']
  readonly responseSpelling: Settings['RESPONSE_SPELLING']
  readonly compatibility: Compatibility
  readonly otp: Settings['OTP']
  readonly otpMaxAttempts: number
  readonly acsSigningAlg: SigningAlg
  /** Given together with `keyPath` or not at all. */
  readonly certPath?: string
  readonly keyPath?: string
  /** What the two files hold: the private key as well. */
  readonly certificates?: OwnCertificates
  /** Present: the listener speaks https. */
  readonly tls?: ListenerTlsConfig
  /** How others are called over https, where that is not as usual. */
  readonly outboundTls?: OutboundTlsConfig
  /** Absent: split-SDK servers have their certificates from the root that the mock gives out. */
  readonly splitSdk?: SplitSdkConfig
  /** Lower case: names, `*.suffix`, addresses, CIDR ranges, `single-label` (any name without a dot), `*` (every host). */
  readonly outboundAllow: readonly string[]
  readonly outboundConnectTimeoutMs: Settings['OUTBOUND_CONNECT_TIMEOUT_MS']
  readonly closeGraceMs: Settings['CLOSE_GRACE_MS']
  readonly metrics: Settings['METRICS']
  readonly docs: Settings['DOCS']
  readonly compression: Settings['COMPRESSION']
  readonly seed?: string
}

/**
 * Reads the settings from the environment.
 * @param env variables by name; an empty one counts as unset
 * @param clock says whether certificates are valid
 * @returns the frozen configuration, and a warning for each variable that looks like a setting and is none, and for a chain without its root
 * @throws ConfigError with every fault at once
 */
export function loadConfig (env: Environment = process.env, clock: Clock = systemClock): { config: Config, warnings: string[] } {
  const config = readConfig(env, clock)
  return { config, warnings: [...unknownVariableWarnings(env), ...certificateWarnings(config.certificates)] }
}

/**
 * Reads settings that were all given to this mock, where every other name is a mistake.
 * @param given settings by the names of their variables
 * @param defaults of settings that are not given, or are empty
 * @param clock says whether certificates are valid
 * @returns the frozen configuration
 * @throws ConfigError with every fault at once, names that are no setting included
 */
export function readMockSettings (given: MockSettings, defaults: Partial<Settings>, clock: Clock = systemClock): Config {
  const { variables, faults } = toVariables(given)
  return readConfig(variables, clock, [...faults, ...unknownNameFaults(given)], defaults)
}

/**
 * Reads `SEED` alone: for a command that needs no other setting, and may come before the files that others name.
 * @param env variables by name
 * @throws ConfigError when it is not allowed
 */
export function readSeed (env: Environment = process.env): string | undefined {
  const { read, faults } = readSettings(env, {})
  const own = faults.filter(({ variable }) => variable === 'SEED')
  if (own.length > 0) throw new ConfigError(own)
  return read.SEED
}

function readConfig (env: Environment, clock: Clock, more: readonly ConfigFault[] = [], defaults: Partial<Settings> = {}): Config {
  const { read, faults } = readSettings(env, defaults)
  const own = readOwnCertificates(read, clock.now())
  const tls = readTls(read, clock.now())
  const splitSdk = readSplitSdk(read, clock.now())
  const all = [...faults, ...own.faults, ...tls.faults, ...splitSdk.faults, ...more]
  if (all.length > 0) throw new ConfigError(all)
  return Object.freeze({ ...toConfig(read, own.certificates, tls.config), ...splitSdk.config })
}

function toConfig (read: Settings, certificates: OwnCertificates | undefined, tls: TlsConfig): Config {
  return {
    host: read.HOST,
    port: read.PORT,
    ...read.PUBLIC_URL !== undefined && { publicUrl: read.PUBLIC_URL },
    trustProxy: read.TRUST_PROXY,
    logLevel: read.LOG_LEVEL,
    ...read.LOG_PRETTY !== undefined && { logPretty: read.LOG_PRETTY },
    useRedis: read.USE_REDIS,
    redis: toRedis(read),
    transactionTtlSeconds: read.TRANSACTION_TTL_SECONDS,
    memoryMaxTransactions: read.MEMORY_MAX_TRANSACTIONS,
    memoryMaxBytes: read.MEMORY_MAX_BYTES,
    rateLimitPerSecond: read.RATE_LIMIT_PER_SECOND,
    rateLimitBurst: read.RATE_LIMIT_BURST ?? 2 * read.RATE_LIMIT_PER_SECOND,
    bodyLimitBytes: read.BODY_LIMIT_BYTES,
    responseSpelling: read.RESPONSE_SPELLING,
    compatibility: read.COMPATIBILITY,
    otp: read.OTP,
    // The original ended a challenge with the first wrong code.
    otpMaxAttempts: read.OTP_MAX_ATTEMPTS ?? (read.COMPATIBILITY === 'legacy' ? 1 : 3),
    acsSigningAlg: read.ACS_SIGNING_ALG ?? certificates?.material.alg ?? 'PS256',
    ...read.CERT_PATH !== undefined && { certPath: read.CERT_PATH },
    ...read.KEY_PATH !== undefined && { keyPath: read.KEY_PATH },
    ...certificates !== undefined && { certificates },
    ...tls,
    outboundAllow: Object.freeze([...read.OUTBOUND_ALLOW]),
    outboundConnectTimeoutMs: read.OUTBOUND_CONNECT_TIMEOUT_MS,
    ...toRules(read),
    closeGraceMs: read.CLOSE_GRACE_MS,
    metrics: read.METRICS,
    docs: read.DOCS,
    compression: read.COMPRESSION,
    ...read.SEED !== undefined && { seed: read.SEED }
  }
}

function toRedis (read: Settings): Config['redis'] {
  return Object.freeze({
    url: redisUrl(read),
    keyPrefix: read.REDIS_KEY_PREFIX,
    connectTimeoutMs: read.REDIS_CONNECT_TIMEOUT_MS,
    commandTimeoutMs: read.REDIS_COMMAND_TIMEOUT_MS
  })
}
