import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { loadConfig, ConfigError, type Config, type Environment } from '../../src/config.ts'
import { envExample, helpText, maskedConfig, settingsTable, startLines } from '../../src/config/describe.ts'
import { settings, settingNames, type SettingName } from '../../src/config/settings.ts'
import { version } from '../../src/config/version.ts'
import { createCertificateSource } from '../../src/crypto/certificates.ts'
import type { SigningAlg } from '../../src/crypto/signing-material.ts'
import { maskUrl } from '../../src/masking.ts'

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 8080,
  trustProxy: false,
  logLevel: 'info',
  useRedis: false,
  redis: { url: 'redis://127.0.0.1:6379', keyPrefix: '3ds_transaction', connectTimeoutMs: 5000, commandTimeoutMs: 1000 },
  transactionTtlSeconds: 1800,
  memoryMaxTransactions: 100_000,
  memoryMaxBytes: 512 * 1024 * 1024,
  rateLimitPerSecond: 0,
  rateLimitBurst: 0,
  bodyLimitBytes: 2 * 1024 * 1024,
  responseSpelling: 'as-request',
  compatibility: 'emv',
  otp: '1234',
  otpMaxAttempts: 3,
  maxAttemptsReason: '19',
  eciOnFailure: 'absent',
  fallbackCRes: 'N',
  timers: { firstCReq: 30_000, idle: 600_000, spc: 600_000 },
  acsSigningAlg: 'PS256',
  outboundAllow: ['localhost', '*.localhost', '127.0.0.0/8', '[::1]', '*.test', '*.local', '*.internal', '*.example', 'single-label'],
  outboundConnectTimeoutMs: 2000,
  isStrict: false,
  checksClockSkew: false,
  firstErrorCode: '203',
  erroStatus: 200,
  erroField: 'cres',
  directoryServer: { acsTimeoutMs: 10_000, rResTimeoutMs: 3000, preqIntervalSeconds: 0 },
  acsRResTimeoutMs: 5000,
  closeGraceMs: 10_000,
  metrics: true,
  docs: true,
  compression: false
}

const configOf = (env: Environment): Config => loadConfig(env).config

function faultsOf (env: Environment): ConfigError['faults'] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

/** For each variable: texts that are understood with what they become, and texts that are refused. */
const CASES: Record<SettingName, { pick: (config: Config) => unknown, good: [string, unknown][], bad: string[] }> = {
  HOST: { pick: (config) => config.host, good: [['0.0.0.0', '0.0.0.0'], ['::1', '::1'], ['[::]', '::'], ['my-host.example', 'my-host.example'], [' localhost\r', 'localhost']], bad: ['http://a', 'a:80', '300.1.1.1', '-a', 'a b', '[a]', 'a..b'] },
  PORT: { pick: (config) => config.port, good: [['0', 0], ['65535', 65535]], bad: ['65536', '-1', '1.5', '0x50', '1e3', 'tcp://10.0.0.1:80', '99999999999999999999'] },
  PUBLIC_URL: { pick: (config) => config.publicUrl, good: [['https://a.example', 'https://a.example'], ['http://a.example:81/base//', 'http://a.example:81/base'], ['HTTP://A.example/', 'http://a.example'], ['Request', 'request']], bad: ['a.example', 'ftp://a', 'http://u:p@a', 'http://u@a', 'http://a?b', 'http://a#b', 'http://a?', 'http://0.0.0.0:8080', 'http://[::]/', 'http:a', 'http://', 'http://a b', 'http://a:x'] },
  TRUST_PROXY: { pick: (config) => config.trustProxy, good: [['on', true], ['OFF', false], ['10.0.0.0/8, ::1,[fe80::]/10', '10.0.0.0/8,::1,fe80::/10'], ['loopback,uniquelocal', 'loopback,uniquelocal']], bad: ['2', '10.0.0.0/33', '::1/129', 'proxy.example', '10.0.0.1/', ','] },
  LOG_LEVEL: { pick: (config) => config.logLevel, good: [['DEBUG', 'debug'], ['silent', 'silent']], bad: ['loud', '30'] },
  LOG_PRETTY: { pick: (config) => config.logPretty, good: [['1', true], ['no', false]], bad: ['pretty', '2'] },
  USE_REDIS: { pick: (config) => config.useRedis, good: [['true', true], ['TRUE', true], ['1', true], ['Yes', true], ['oN', true], ['false', false], ['0', false], ['NO', false], ['off', false]], bad: ['2', 'y', 'enabled', 'truely'] },
  REDIS_URL: { pick: (config) => config.redis.url, good: [['redis://r', 'redis://r'], ['rediss://u:p%40ss@r.example:6380/2', 'rediss://u:p%40ss@r.example:6380/2'], ['redis://:p@[::1]:6379/', 'redis://:p@[::1]:6379/']], bad: ['r:6379', 'http://r', 'redis://', 'redis://r/x', 'redis://r/0/1', 'redis://r:0', 'redis://r:x', 'redis://:p#s@r', 'redis://:p?s@r', 'redis://r?family=6', 'redis://:%zz@r', 'redis://%zz@r', 'redis:///1', 'redis://a b'] },
  REDIS_HOST: { pick: (config) => config.redis.url, good: [['r.example', 'redis://r.example:6379'], ['::1', 'redis://[::1]:6379']], bad: ['r:6379', 'redis://r'] },
  REDIS_PORT: { pick: (config) => config.redis.url, good: [['6380', 'redis://127.0.0.1:6380']], bad: ['0', '65536', 'x'] },
  REDIS_USERNAME: { pick: (config) => config.redis.url, good: [['a:b', 'redis://a%3Ab@127.0.0.1:6379']], bad: [] },
  REDIS_PASSWORD: { pick: (config) => config.redis.url, good: [['p@/#?', 'redis://:p%40%2F%23%3F@127.0.0.1:6379']], bad: [] },
  REDIS_DB: { pick: (config) => config.redis.url, good: [['3', 'redis://127.0.0.1:6379/3']], bad: ['-1', 'a'] },
  REDIS_KEY_PREFIX: { pick: (config) => config.redis.keyPrefix, good: [['mine:3ds', 'mine:3ds']], bad: ['a b', 'é', 'x'.repeat(101)] },
  REDIS_CONNECT_TIMEOUT_MS: { pick: (config) => config.redis.connectTimeoutMs, good: [['1', 1]], bad: ['0', '600001'] },
  REDIS_COMMAND_TIMEOUT_MS: { pick: (config) => config.redis.commandTimeoutMs, good: [['250', 250]], bad: ['0', '1s'] },
  TRANSACTION_TTL_SECONDS: { pick: (config) => config.transactionTtlSeconds, good: [['60', 60]], bad: ['0', '-5', 'abc', '31536001'] },
  MEMORY_MAX_TRANSACTIONS: { pick: (config) => config.memoryMaxTransactions, good: [['1', 1]], bad: ['0'] },
  MEMORY_MAX_BYTES: { pick: (config) => config.memoryMaxBytes, good: [['65536', 65536]], bad: ['65535', '512MB'] },
  RATE_LIMIT_PER_SECOND: { pick: (config) => [config.rateLimitPerSecond, config.rateLimitBurst], good: [['0', [0, 0]], ['50', [50, 100]]], bad: ['-1', '1000001'] },
  RATE_LIMIT_BURST: { pick: (config) => config.rateLimitBurst, good: [['7', 7]], bad: ['0'] },
  BODY_LIMIT_BYTES: { pick: (config) => config.bodyLimitBytes, good: [['1024', 1024]], bad: ['1023', '2MB'] },
  RESPONSE_SPELLING: { pick: (config) => config.responseSpelling, good: [['as-request', 'as-request'], ['EMV', 'emv'], ['legacy', 'legacy'], ['both', 'both']], bad: ['all'] },
  COMPATIBILITY: { pick: (config) => config.compatibility, good: [['emv', 'emv'], ['Legacy', 'legacy']], bad: ['strict'] },
  OTP: { pick: (config) => config.otp, good: [['Ab 9é', 'Ab 9é'], ['9'.repeat(45), '9'.repeat(45)]], bad: ['9'.repeat(46), 'a\u0007b', 'a\nb'] },
  OTP_MAX_ATTEMPTS: { pick: (config) => config.otpMaxAttempts, good: [['1', 1], ['99', 99]], bad: ['0', '100'] },
  MAX_ATTEMPTS_REASON: { pick: (config) => config.maxAttemptsReason, good: [['19', '19'], ['01', '01']], bad: ['1', '14', '019'] },
  ECI_ON_FAILURE: { pick: (config) => config.eciOnFailure, good: [['absent', 'absent'], ['07', 'present']], bad: ['7', '00', 'present'] },
  FALLBACK_CRES: { pick: (config) => config.fallbackCRes, good: [['N', 'N'], ['d', 'D']], bad: ['Y', 'U'] },
  FIRST_CREQ_TIMEOUT_SECONDS: { pick: (config) => config.timers, good: [['1', { firstCReq: 1000, idle: 600_000, spc: 600_000 }], ['31536000', { firstCReq: 31_536_000_000, idle: 600_000, spc: 600_000 }]], bad: ['0', '31536001', '30s'] },
  CHALLENGE_IDLE_TIMEOUT_SECONDS: { pick: (config) => config.timers, good: [['1', { firstCReq: 30_000, idle: 1000, spc: 600_000 }], ['31536000', { firstCReq: 30_000, idle: 31_536_000_000, spc: 600_000 }]], bad: ['0', '31536001', '10m'] },
  SPC_TIMEOUT_SECONDS: { pick: (config) => config.timers, good: [['1', { firstCReq: 30_000, idle: 600_000, spc: 1000 }], ['31536000', { firstCReq: 30_000, idle: 600_000, spc: 31_536_000_000 }]], bad: ['0', '31536001', '1.5'] },
  ACS_SIGNING_ALG: { pick: (config) => config.acsSigningAlg, good: [['es256', 'ES256'], ['PS256', 'PS256']], bad: ['RS256', 'none'] },
  // Files: see below, and test/src/config/tls.test.ts.
  CERT_PATH: { pick: (config) => config.certPath, good: [], bad: [] },
  KEY_PATH: { pick: (config) => config.keyPath, good: [], bad: [] },
  TLS_CERT_PATH: { pick: (config) => config.tls?.certPath, good: [], bad: [] },
  TLS_KEY_PATH: { pick: (config) => config.tls?.keyPath, good: [], bad: [] },
  TLS_CLIENT_CA_PATH: { pick: (config) => config.tls?.clientCaPath, good: [], bad: [] },
  TLS_OUTBOUND_CERT_PATH: { pick: (config) => config.outboundTls?.certPath, good: [], bad: [] },
  TLS_OUTBOUND_KEY_PATH: { pick: (config) => config.outboundTls?.keyPath, good: [], bad: [] },
  TLS_OUTBOUND_CA_PATH: { pick: (config) => config.outboundTls?.caPath, good: [], bad: [] },
  OUTBOUND_ALLOW: { pick: (config) => config.outboundAllow, good: [['*', ['*']], ['Shop.example, *.test,10.0.0.0/8,[::1],::1,single-label,', ['shop.example', '*.test', '10.0.0.0/8', '[::1]', '::1', 'single-label']]], bad: ['*.*.a', 'a*', 'http://a', ',', '10.0.0.0/99', 'a:80'] },
  OUTBOUND_CONNECT_TIMEOUT_MS: { pick: (config) => config.outboundConnectTimeoutMs, good: [['1', 1], ['600000', 600_000]], bad: ['0', '600001', '2s'] },
  VALIDATION: { pick: (config) => config.isStrict, good: [['emv', false], ['EMV-Strict', true]], bad: ['strict', 'emvstrict', 'true'] },
  FIRST_ERROR_CODE: { pick: (config) => config.firstErrorCode, good: [['203', '203'], ['201', '201']], bad: ['101', '202'] },
  ERRO_STATUS: { pick: (config) => config.erroStatus, good: [['200', 200], ['400', 400]], bad: ['500', '0200', '2xx'] },
  ERRO_FIELD: { pick: (config) => config.erroField, good: [['cres', 'cres'], ['ERRO', 'erro']], bad: ['creq', 'error'] },
  DS_ACS_URL: { pick: (config) => config.directoryServer.acsURL, good: [['http://127.0.0.1:9000', 'http://127.0.0.1:9000'], ['https://acs.example/areq?as=sent', 'https://acs.example/areq?as=sent'], [' http://[::1]:9000/ ', 'http://[::1]:9000/']], bad: ['acs.example', '/acs', 'ftp://acs.example', 'http://me:swordfish@acs.example', 'http://me@acs.example', 'http://a b', 'http:\\\\acs.example', 'request'] },
  DS_ACS_TIMEOUT_MS: { pick: (config) => config.directoryServer, good: [['1', { acsTimeoutMs: 1, rResTimeoutMs: 3000, preqIntervalSeconds: 0 }], ['600000', { acsTimeoutMs: 600_000, rResTimeoutMs: 3000, preqIntervalSeconds: 0 }]], bad: ['0', '600001', '1s'] },
  DS_RRES_TIMEOUT_MS: { pick: (config) => config.directoryServer, good: [['1', { acsTimeoutMs: 10_000, rResTimeoutMs: 1, preqIntervalSeconds: 0 }], ['600000', { acsTimeoutMs: 10_000, rResTimeoutMs: 600_000, preqIntervalSeconds: 0 }]], bad: ['0', '600001', '1s'] },
  ACS_RRES_TIMEOUT_MS: { pick: (config) => config.acsRResTimeoutMs, good: [['1', 1], ['600000', 600_000]], bad: ['0', '600001', '1s'] },
  // What the file says: below.
  SPLIT_SDK_CA_PATH: { pick: (config) => config.splitSdk?.caPath, good: [], bad: [] },
  CHECK_CLOCK_SKEW: { pick: (config) => config.checksClockSkew, good: [['on', true], ['false', false]], bad: ['30', 'minutes'] },
  // What the file says: test/plugins/card-ranges.test.ts.
  CARD_RANGES: { pick: (config) => config.cardRanges, good: [['ranges.yaml', 'ranges.yaml'], ['/no where/@ranges.json', '/no where/@ranges.json']], bad: [] },
  PREQ_INTERVAL_SECONDS: { pick: (config) => config.directoryServer.preqIntervalSeconds, good: [['0', 0], ['3600', 3600]], bad: ['-1', '31536001', '1h'] },
  CLOSE_GRACE_MS: { pick: (config) => config.closeGraceMs, good: [['1', 1]], bad: ['0', '600001'] },
  METRICS: { pick: (config) => config.metrics, good: [['off', false], ['on', true]], bad: ['maybe'] },
  DOCS: { pick: (config) => config.docs, good: [['no', false], ['yes', true]], bad: ['maybe'] },
  COMPRESSION: { pick: (config) => config.compression, good: [['1', true], ['0', false]], bad: ['gzip'] },
  SEED: { pick: (config) => config.seed, good: [['any text', 'any text']], bad: ['a\u0000b', 'x'.repeat(257)] }
}

t.test('nothing set gives the documented defaults, and no warning', async (t) => {
  t.strictSame(loadConfig({}), { config: DEFAULTS, warnings: [] })
})

t.test('an empty variable, or one of white space, counts as unset', async (t) => {
  const empty = Object.fromEntries(settingNames.map((name, index) => [name, index % 2 === 0 ? '' : ' \t']))
  t.strictSame(loadConfig(empty), { config: DEFAULTS, warnings: [] })
})

t.test('without an argument the environment of the process is read', async (t) => {
  t.strictSame(loadConfig().config, loadConfig(process.env).config)
})

t.test('the configuration cannot be changed', async (t) => {
  const config = configOf({})
  t.ok([config, config.redis, config.outboundAllow, config.timers, config.directoryServer].every((part) => Object.isFrozen(part)))
})

t.test('each variable: what is understood, and what is refused by name with what is allowed', async (t) => {
  for (const name of settingNames) {
    const { pick, good, bad } = CASES[name]
    for (const [text, expected] of good) t.strictSame(pick(configOf({ [name]: text })), expected, `${name}=${JSON.stringify(text)}`)
    for (const text of bad) {
      t.match(faultsOf({ [name]: text }), [{ variable: name, value: String, allowed: /\w{3}/ }], `${name}=${JSON.stringify(text)} is refused`)
    }
  }
})

const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const CERT_ALLOWED = 'the path of a readable PEM file: certificates that are valid now, the signing key\'s own first, then each one\'s issuer'
const KEY_ALLOWED = 'the path of a readable PEM file: an unencrypted private key, RSA of at least 2048 bits (PS256) or EC P-256 (ES256)'

/** Files of one test: by name, with the path of each. */
function files (t: Test, contents: Record<string, string>): Record<string, string> {
  const folder = t.testdir({})
  return Object.fromEntries(Object.entries(contents).map(([name, content]) => {
    const path = join(folder, `${name}.pem`)
    writeFileSync(path, content)
    return [name, path]
  }))
}

/** An operator's own chain and key, made by a test authority. */
async function ownCertificates (alg: SigningAlg): Promise<{ chain: string, key: string }> {
  const { key, x5c } = await createCertificateSource({ seed: 'the operator', alg }).signingMaterial()
  return { chain: x5c.map((der) => `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`).join(''), key: pkcs8(key) }
}

t.test('own certificates: the algorithm is what the key signs, and the configuration shows it without the key', async (t) => {
  for (const alg of ['ES256', 'PS256'] as const) {
    const own = await ownCertificates(alg)
    const { chain: CERT_PATH, key: KEY_PATH } = files(t, { ...own })
    for (const env of [{ CERT_PATH, KEY_PATH }, { CERT_PATH, KEY_PATH, ACS_SIGNING_ALG: alg }]) {
      const config = configOf(env)
      t.match(config, { acsSigningAlg: alg, certPath: CERT_PATH, keyPath: KEY_PATH, certificates: { material: { alg } } })
      t.equal(pkcs8(config.certificates?.material.key as KeyObject), own.key)
      t.strictSame(maskedConfig(config), { ...DEFAULTS, acsSigningAlg: alg, certPath: CERT_PATH, keyPath: KEY_PATH, otp: '***' })
      t.match(startLines(config)[0], new RegExp(`signed content ${alg}$`))
    }
  }
})

t.test('a chain without its root gets a warning: nobody could be given the root then', async (t) => {
  const { chain, key } = await ownCertificates('ES256')
  const { chain: CERT_PATH, key: KEY_PATH, whole = '' } = files(t, { chain, key, whole: chain + await createCertificateSource({ seed: 'the operator', alg: 'ES256' }).rootPem() })
  t.strictSame(loadConfig({ CERT_PATH, KEY_PATH }).warnings, [
    'CERT_PATH ends with a certificate that another one issued: /ds/ca.pem gives this one, and SDKs must trust it or its issuer'
  ])
  t.strictSame(loadConfig({ CERT_PATH: whole, KEY_PATH }).warnings, [])
})

t.test('authorities of split-SDK servers: one or several certificates, shown by path; what is none is refused', async (t) => {
  const roots = await Promise.all(['one', 'two'].map((seed) => createCertificateSource({ seed, alg: 'ES256' }).rootPem()))
  const { several = '', text = '' } = files(t, { several: roots.join('and\n'), text: 'no PEM' })
  const config = configOf({ SPLIT_SDK_CA_PATH: several })
  t.strictSame(config.splitSdk, { caPath: several, files: { roots } })
  t.strictSame(maskedConfig(config).splitSdk, { caPath: several })
  t.match(faultsOf({ SPLIT_SDK_CA_PATH: text }), [{ variable: 'SPLIT_SDK_CA_PATH', value: `"${text}"`, allowed: /this one has no PEM certificate/ }])
})

t.test('an algorithm that the key of KEY_PATH cannot sign is refused, with what the key is', async (t) => {
  for (const [alg, other, kind] of [['ES256', 'PS256', 'an EC key on P-256'], ['PS256', 'ES256', 'an RSA key of 2048 bits']] as const) {
    const { chain: CERT_PATH, key: KEY_PATH } = files(t, await ownCertificates(alg))
    t.strictSame(faultsOf({ CERT_PATH, KEY_PATH, ACS_SIGNING_ALG: other }), [
      { variable: 'ACS_SIGNING_ALG', value: `"${other}"`, allowed: `${alg}, or nothing, with KEY_PATH="${KEY_PATH}", which has ${kind}` }
    ])
  }
})

t.test('certificate and key go together', async (t) => {
  const { chain: CERT_PATH, key: KEY_PATH } = files(t, await ownCertificates('ES256'))
  t.strictSame(faultsOf({ CERT_PATH }), [{ variable: 'KEY_PATH', value: '""', allowed: 'must be set, because CERT_PATH is' }])
  t.strictSame(faultsOf({ KEY_PATH }), [{ variable: 'CERT_PATH', value: '""', allowed: 'must be set, because KEY_PATH is' }])
})

t.test('files that cannot be used are faults among the others, each by variable and path', async (t) => {
  const { chain, key } = await ownCertificates('ES256')
  const paths = files(t, { chain, key, other: (await ownCertificates('PS256')).key, weak: pkcs8(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey) })
  const folder = join(paths['chain'] as string, '..')
  const cert = (path = '', why = '') => ({ variable: 'CERT_PATH', value: JSON.stringify(path), allowed: `${CERT_ALLOWED} (this one ${why})` })
  const keyFault = (path = '', why = '') => ({ variable: 'KEY_PATH', value: JSON.stringify(path), allowed: `${KEY_ALLOWED} (this one ${why})` })
  const faults = (CERT_PATH = '', KEY_PATH = '', env = {}) => faultsOf({ CERT_PATH, KEY_PATH, ...env })
  const port = { variable: 'PORT', value: '"x"', allowed: 'a whole number from 0 to 65535' }
  t.strictSame(faults('/no where/@a.pem', folder, { PORT: 'x' }), [port, cert('/no where/@a.pem', 'does not exist'), keyFault(folder, 'is a directory')])
  t.strictSame(faults(paths['key'], paths['chain']), [cert(paths['key'], 'has no PEM certificate'), keyFault(paths['chain'], 'has no unencrypted PEM private key')])
  t.strictSame(faults(paths['chain'], paths['weak'], { ACS_SIGNING_ALG: 'ES256' }), [keyFault(paths['weak'], 'has an RSA key of 1024 bits')])
  t.strictSame(faults(paths['chain'], paths['other']), [keyFault(paths['other'], 'has another key')])
  t.strictSame(faults(paths['chain'], `${paths['key']}/below`), [keyFault(`${paths['key']}/below`, 'cannot be read: ENOTDIR')])
  t.throws(() => loadConfig({ CERT_PATH: paths['chain'], KEY_PATH: paths['key'] }, createManualClock(Date.UTC(2050, 0, 1))), {
    message: `CERT_PATH="${paths['chain']}" is not allowed: ${CERT_ALLOWED} (this one has a certificate 1 that expired on 2049-12-31)`
  })
})

t.test('a key given instead of its path is not shown', async (t) => {
  const { key } = await ownCertificates('ES256')
  const base64 = key.replace(/-----.*-----|\n/g, '')
  for (const text of [key, key.replaceAll('\n', '\\n'), key.replaceAll('\n', ' '), base64, base64.replace(/.{32}/, '$& ')]) {
    t.match(faultsOf({ KEY_PATH: text, CERT_PATH: text }).map(({ value }) => value), ['***', '***'])
  }
})

t.test('every fault is told at once, each with its variable, value and what is allowed', async (t) => {
  const env = { PORT: '70000', USE_REDIS: 'maybe', RESPONSE_SPELLING: 'x\ny', OTP: '', TRANSACTION_TTL_SECONDS: '0', HOST: 'x'.repeat(300) }
  t.throws(() => loadConfig(env), {
    name: 'ConfigError',
    message: [
      `HOST="${'x'.repeat(100)}…" is not allowed: a host name or an address, without a port`,
      'PORT="70000" is not allowed: a whole number from 0 to 65535',
      'USE_REDIS="maybe" is not allowed: true, 1, yes, on or false, 0, no, off',
      'TRANSACTION_TTL_SECONDS="0" is not allowed: a whole number from 1 to 31536000',
      'RESPONSE_SPELLING="x\\ny" is not allowed: one of as-request, emv, legacy, both'
    ].join('\n')
  })
})

t.test('a Kubernetes service link where a port should be is told for what it is', async (t) => {
  t.match(faultsOf({ REDIS_PORT: 'tcp://10.0.0.1:6379' }), [{ variable: 'REDIS_PORT', value: '"tcp://10.0.0.1:6379"', allowed: /Kubernetes service link: set enableServiceLinks: false/ }])
})

t.test('Redis by parts, by URL, or by both where they agree', async (t) => {
  const parts = { REDIS_HOST: 'r.example', REDIS_PORT: '6380', REDIS_USERNAME: 'me', REDIS_PASSWORD: 'p:w', REDIS_DB: '4' }
  const url = 'redis://me:p%3Aw@r.example:6380/4'
  t.equal(configOf(parts).redis.url, url)
  t.equal(configOf({ ...parts, REDIS_URL: url }).redis.url, url)
  t.equal(configOf({ ...parts, REDIS_URL: 'rediss://r.example' }).redis.url, 'rediss://me:p%3Aw@r.example:6380/4', 'parts complete a URL')
})

t.test('Redis by parts and by URL that say different things is refused, masked', async (t) => {
  const allowed = 'must say the same as REDIS_URL=redis://***@r.example:6380/4, or one of the two must go'
  const env = { REDIS_URL: 'redis://me:secret1@r.example:6380/4', REDIS_HOST: 'other', REDIS_PORT: '6379', REDIS_USERNAME: 'you', REDIS_PASSWORD: 'secret2', REDIS_DB: '5' }
  t.strictSame(faultsOf(env), [
    { variable: 'REDIS_HOST', value: '"other"', allowed },
    { variable: 'REDIS_PORT', value: '"6379"', allowed },
    { variable: 'REDIS_USERNAME', value: '***', allowed },
    { variable: 'REDIS_PASSWORD', value: '***', allowed },
    { variable: 'REDIS_DB', value: '"5"', allowed }
  ])
})

t.test('the overrides of the original are read in both forms; our own variable wins, then the form that worked there', async (t) => {
  for (const prefix of ['APP_', 'APP__']) {
    const { config, warnings } = loadConfig({ [`${prefix}REDIS__URL`]: 'redis://r', [`${prefix}REDIS__TTL_SECONDS`]: '60', [`${prefix}SERVER__HOST`]: '::1', [`${prefix}SERVER__PORT`]: '81' })
    t.strictSame(config, { ...DEFAULTS, host: '::1', port: 81, transactionTtlSeconds: 60, redis: { ...DEFAULTS.redis, url: 'redis://r' } })
    t.strictSame(warnings, [])
  }
  t.equal(configOf({ PORT: '1', APP__SERVER__PORT: '2', APP_SERVER__PORT: '3' }).port, 1)
  t.equal(configOf({ PORT: '', APP__SERVER__PORT: '2', APP_SERVER__PORT: '3' }).port, 2)
  t.strictSame(faultsOf({ APP_REDIS__URL: 'redis://:secret@r/x' }).map(({ variable, value }) => ({ variable, value })), [{ variable: 'APP_REDIS__URL', value: '"redis://***@r/x"' }])
})

t.test('a variable that looks like a setting and is none is told with the nearest name', async (t) => {
  const env = { RATE_LIMIT_PER_SECONDS: '1', TRANSACTION_TTL: '1', USE_REDDIS: '1', PUBLIC_URI: 'x', COMPATABILITY: 'emv', REDIS_PASSWD: 'hunter2', OTP_CODE_THAT_IS_UNLIKE_ANY_OTHER: '1', APP__REDIS__POOL__MAXIMAL_IDLE_CONNECTIONS: '1', APP_REDIS__URI: 'x' }
  t.strictSame(loadConfig(env).warnings, [
    'RATE_LIMIT_PER_SECONDS is not a setting and is ignored: did you mean RATE_LIMIT_PER_SECOND?',
    'TRANSACTION_TTL is not a setting and is ignored: did you mean TRANSACTION_TTL_SECONDS?',
    'USE_REDDIS is not a setting and is ignored: did you mean USE_REDIS?',
    'PUBLIC_URI is not a setting and is ignored: did you mean PUBLIC_URL?',
    'COMPATABILITY is not a setting and is ignored: did you mean COMPATIBILITY?',
    'REDIS_PASSWD is not a setting and is ignored: did you mean REDIS_PASSWORD?',
    'OTP_CODE_THAT_IS_UNLIKE_ANY_OTHER is not a setting and is ignored',
    'APP__REDIS__POOL__MAXIMAL_IDLE_CONNECTIONS is not a setting and is ignored',
    'APP_REDIS__URI is not a setting and is ignored: did you mean APP_REDIS__URL?'
  ])
})

t.test('a setting said in another way is recognised: as a switch, behind APP_, by its first words', async (t) => {
  const meant = {
    METRICS_ENABLED: 'METRICS',
    ENABLE_DOCS: 'DOCS',
    COMPRESSION_ON: 'COMPRESSION',
    DISABLE_COMPRESSION: 'COMPRESSION',
    USE_METRICS: 'METRICS',
    REDIS_ENABLED: 'USE_REDIS',
    APP_PORT: 'PORT',
    APP_HOST: 'HOST',
    APP_LOG_LEVEL: 'LOG_LEVEL',
    APP_REDIS_URL: 'REDIS_URL',
    APP_SERVER_PORT: 'APP_SERVER__PORT',
    APP_REDIS_TTL_SECONDS: 'APP_REDIS__TTL_SECONDS',
    BODY_LIMIT: 'BODY_LIMIT_BYTES',
    BODY_LIMT_BYTES: 'BODY_LIMIT_BYTES',
    RATE_LIMIT: 'RATE_LIMIT_PER_SECOND',
    CLOSE_GRACE: 'CLOSE_GRACE_MS',
    CLOSE_GRACE_PERIOD_MS: 'CLOSE_GRACE_MS',
    KEY_PAHT: 'KEY_PATH',
    METRIC: 'METRICS'
  }
  for (const [name, setting] of Object.entries(meant)) {
    t.strictSame(loadConfig({ [name]: 'x' }).warnings, [`${name} is not a setting and is ignored: did you mean ${setting}?`])
  }
})

t.test('variables of shells, CI, platforms and Kubernetes are not taken for settings', async (t) => {
  const ordinary = {
    PATH: '/bin',
    HOME: '/',
    HOSTNAME: 'h',
    LOGNAME: 'me',
    SHELL: 'sh',
    PWD: '/',
    TERM: 'xterm',
    LANG: 'C',
    EDITOR: 'vi',
    OLDPWD: '/',
    SHLVL: '1',
    TMPDIR: '/tmp',
    USER: 'me',
    CI: '1',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'x',
    RUNNER_OS: 'Linux',
    GITLAB_CI: '1',
    BUILD_ID: '1',
    JOB_NAME: 'j',
    NODE_ENV: 'test',
    NODE_OPTIONS: '',
    npm_config_cache: 'x',
    npm_lifecycle_event: 'test',
    USE_CCACHE: '1',
    USE_GKE_GCLOUD_AUTH_PLUGIN: 'True',
    PUBLIC_API_KEY: 'x',
    APP_ENV: 'dev',
    APP_NAME: 'shop',
    APP_DEBUG: '1',
    APP_KEY: 'x',
    APP_URL: 'x',
    APP_BASE_URL: 'x',
    APP_SERVER: 'x',
    APP_SERVER_NAME: 'x',
    APP_DATABASE_URL: 'x',
    APP: 'x',
    HOST_IP: 'x',
    HOST_PATH: 'x',
    HOSTTYPE: 'x',
    PORTAL: 'x',
    PORTAL_URL: 'x',
    PORT_RANGE: 'x',
    PORTS: 'x',
    DOCS_PATH: 'x',
    DOCS_URL: 'x',
    METRICS_PATH: 'x',
    METRICS_PORT: '9',
    METRICS_TOKEN: 'x',
    COMPRESSION_LEVEL: '9',
    BODY_FONT: 'x',
    BODY: 'x',
    CLOSE_TIMEOUT: '1',
    CLOSE_ON_EXIT: '1',
    RATE: '1',
    RATE_PLAN: 'x',
    SEED_DATA: 'x',
    PUBLIC_KEY: 'x',
    PUBLIC_DIR: 'x',
    PUBLIC: 'x',
    CERT_FILE: 'x',
    CERT_NAME: 'x',
    KEY_FILE: 'x',
    KEY_NAME: 'x',
    KEY_ID: '1',
    KEY: 'x',
    USE_SSL: '1',
    USE_TLS: '1',
    COMPATIBILITY_MODE: 'x',
    MEMORY_PRESSURE_WATCH: '/x',
    MEMORY_AVAILABLE: '512',
    TEST_REDIS_SERVER: '/x',
    TEST_WITHOUT_REDIS: '1',
    REDIS_SERVICE_HOST: '10.0.0.1',
    REDIS_SERVICE_PORT: '6379',
    REDIS_SERVICE_PORT_CLIENT: '6379',
    REDIS_PORT_6379_TCP: 'tcp://10.0.0.1:6379',
    REDIS_PORT_6379_TCP_ADDR: '10.0.0.1',
    REDIS_MASTER_PORT: 'tcp://10.0.0.1:6379',
    OTP_PORT_53_UDP_PROTO: 'udp',
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    LOG_UNDEFINED: undefined
  }
  t.strictSame(loadConfig(ordinary).warnings, [])
})

t.test('a URL is shown without its credentials', async (t) => {
  const cases = {
    'redis://127.0.0.1:6379': 'redis://127.0.0.1:6379',
    'rediss://user:password@r.example:6380/2': 'rediss://***@r.example:6380/2',
    'redis://:password@r.example': 'redis://***@r.example',
    'redis://user@[::1]:6379/0': 'redis://***@[::1]:6379/0',
    'http://user:password@a.example/base': 'http://***@a.example/base',
    'redis://:pass#word@r.example': 'redis://***',
    'redis://user:12/34@r.example': 'redis://***',
    'redis://r.example?password=word': 'redis://***',
    'redis://:pass word@r.example': 'redis://***',
    'user:password@r.example': '***'
  }
  for (const [url, shown] of Object.entries(cases)) t.equal(maskUrl(url), shown)
})

t.test('a password never shows, however it is given, right or wrong', async () => {
  const awkward = fc.array(fc.constantFrom('@', ':', '/', '#', '?', '%', ' ', '\\', '[', 'é', '"', '7', '&', '=', '*'), { maxLength: 6 }).map((parts) => parts.join(''))
  // Pieces that occur nowhere else, with anything awkward around them: whatever is left of a password is seen.
  const password = fc.tuple(awkward, awkward, awkward).map(([a, b, c]) => `${a}hunter${b}swordfish${c}`)
  const shows = (text: string): boolean => /hunter|swordfish/.test(text)
  fc.assert(fc.property(password, fc.constantFrom('redis', 'rediss', 'http', 'REDIS'), fc.constantFrom('', 'me', 'me:'), (secret, scheme, user) => {
    const raw = `${scheme}://${user}:${secret}@r.example:6379/1`
    const encoded = `${scheme}://${user.replace(':', '')}:${encodeURIComponent(secret)}@r.example:6379/1`
    const seen = [raw, encoded, `${user}:${secret}@r.example`, `${scheme}://r.example?password=${secret}`].flatMap((url) => [
      maskUrl(url),
      ...['REDIS_URL', 'APP_REDIS__URL', 'PUBLIC_URL', 'HOST', 'REDIS_HOST', 'OUTBOUND_ALLOW'].flatMap((variable) => url.includes('@') || variable.endsWith('REDIS__URL') ? faultsOf({ [variable]: url }).map(({ value }) => value) : []),
      ...faultsOf({ REDIS_URL: url, REDIS_PASSWORD: 'other', REDIS_DB: '9', PORT: 'x' }).map(({ value, allowed }) => value + allowed)
    ])
    return !seen.some(shows) && !shows(JSON.stringify(maskedConfig(configOf({ REDIS_PASSWORD: secret, OTP: 'hunter', SEED: 'swordfish' }))))
  }), { numRuns: 300 })
})

t.test('a refused PUBLIC_URL is shown without credentials, query and fragment', async (t) => {
  const cases = {
    'https://shop.example/base?token=swordfish': '"https://shop.example/base?***"',
    'https://shop.example#swordfish': '"https://shop.example#***"',
    'shop.example?swordfish#swordfish': '"shop.example?***"',
    'https://me:swordfish@shop.example/base': '"https://***@shop.example/base"',
    'https://swordfish@shop.example': '"https://***@shop.example/"',
    'https://me:sword?swordfish@shop.example': '"https://***"',
    'https://shop.example?back=a@b&token=swordfish': '"https://***"',
    'me:swordfish@shop.example': '"***"',
    'ftp://shop.example': '"ftp://shop.example"'
  }
  for (const [PUBLIC_URL, value] of Object.entries(cases)) t.strictSame(faultsOf({ PUBLIC_URL }).map((fault) => fault.value), [value], PUBLIC_URL)
})

t.test('the printed configuration is whole, with credentials, code and seed masked', async (t) => {
  const config = configOf({ REDIS_PASSWORD: 'p', OTP: '9876', SEED: 's' })
  t.strictSame(maskedConfig(config), { ...config, redis: { ...config.redis, url: 'redis://***@127.0.0.1:6379' }, otp: '***', seed: '***' })
  t.notOk('seed' in maskedConfig(configOf({})))
})

t.test('no setting that is secret is in the printed configuration, whichever it is', async (t) => {
  const secrets = settingNames.filter((name) => settings[name].secret === 'whole' || settings[name].secret === 'credentials')
  t.ok(secrets.length >= 5)
  for (const name of secrets) {
    const value = settings[name].secret === 'credentials' ? 'redis://swordfish:swordfish@r.example' : 'swordfish'
    const config = configOf({ [name]: value })
    t.match(JSON.stringify(config), 'swordfish', `${name} counts`)
    t.notMatch(JSON.stringify(maskedConfig(config)), 'swordfish', name)
  }
})

t.test('the lines at start say what is on', async (t) => {
  t.strictSame(startLines(configOf({})), [
    'Answers: compatibility emv, spelling as-request, signed content PS256',
    'Metrics on, API documents on, compression off, rate limit off',
    'Public URL: where the server listens'
  ])
  t.strictSame(startLines(configOf({ PUBLIC_URL: 'request', RATE_LIMIT_PER_SECOND: '5', METRICS: 'off' })).slice(1), [
    'Metrics off, API documents on, compression off, rate limit 5 per second, at most 10 at once',
    'Public URL: request'
  ])
})

t.test('.env.example is what npm run docs writes, and setting all of it changes nothing', async (t) => {
  const file = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
  t.equal(file, envExample())
  const env = Object.fromEntries([...file.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  t.strictSame(Object.keys(env), settingNames)
  t.strictSame(configOf(env), DEFAULTS)
})

t.test('help and README table name every setting with default, meaning and what is allowed', async (t) => {
  const [help, rows] = [helpText(), settingsTable().split('\n')]
  t.equal(rows.length, settingNames.length + 2)
  for (const [index, name] of settingNames.entries()) {
    t.ok(help.includes(`  ${name}=`) && help.includes(settings[name].description), name)
    t.match(rows[index + 2], new RegExp(`^\\| \`${name}\` \\| [^|]+ \\| [^|]+ \\| [^|]+ \\|$`), name)
  }
})

t.test('the version is that of package.json', async (t) => {
  t.equal(version, JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
})
