import { Type, type Static } from 'typebox'

const wholeNumber = (minimum: number, maximum: number, rest: object) => Type.Integer({ ...rest, minimum, maximum })

const MILLISECONDS = 600_000
const YEAR_SECONDS = 31_536_000

/**
 * Every setting, by variable name: the one source of the type, the parsing, `--help`, `.env.example` and README's table.
 * Besides JSON Schema's own keywords: `allowed` says in words what a value may be where the keywords do not,
 * `defaultText` what happens without one, `secret` what must be masked (`whole` value, `credentials` in a URL, or the `content`
 * of a file given instead of its path).
 */
export const SettingsSchema = Type.Object({
  HOST: Type.String({ format: 'host', default: '127.0.0.1', allowed: 'a host name or an address, without a port', description: 'Address to listen on. 0.0.0.0 listens on every interface.' }),
  PORT: wholeNumber(0, 65_535, { default: 8080, description: 'Port to listen on. 0 picks a free one.' }),
  PUBLIC_URL: Type.Optional(Type.String({ format: 'public-url', allowed: 'an absolute http or https URL that clients can reach (no user, query or fragment; not 0.0.0.0), or the word request', defaultText: 'the address the server listens on', description: 'Base of every URL given to a client. `request` takes it from each request.' })),
  TRUST_PROXY: Type.Union([Type.Boolean(), Type.String()], { format: 'proxies', default: false, allowed: 'a boolean, or a comma-separated list of addresses, CIDR ranges, loopback, linklocal, uniquelocal', description: 'Proxies whose X-Forwarded-* headers are trusted.' }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info', description: 'Lowest level that is logged.' }),
  LOG_PRETTY: Type.Optional(Type.Boolean({ defaultText: 'on at a terminal', description: 'Human-readable log lines instead of JSON.' })),
  USE_REDIS: Type.Boolean({ default: false, description: 'Keep transactions in Redis instead of in memory.' }),
  REDIS_URL: Type.Optional(Type.String({ format: 'redis-url', secret: 'credentials', allowed: 'redis:// or rediss:// with optional user, password (percent-encoded), port and database number, no query or fragment', defaultText: 'redis://127.0.0.1:6379', description: 'Address of Redis. rediss:// uses TLS.' })),
  REDIS_HOST: Type.Optional(Type.String({ format: 'host', allowed: 'a host name or an address, without a port', defaultText: 'from REDIS_URL', description: 'Host of Redis, if not given in REDIS_URL.' })),
  REDIS_PORT: Type.Optional(wholeNumber(1, 65_535, { defaultText: 'from REDIS_URL', description: 'Port of Redis, if not given in REDIS_URL.' })),
  REDIS_USERNAME: Type.Optional(Type.String({ secret: 'whole', defaultText: 'from REDIS_URL', description: 'User name for Redis, if not given in REDIS_URL.' })),
  REDIS_PASSWORD: Type.Optional(Type.String({ secret: 'whole', defaultText: 'from REDIS_URL', description: 'Password for Redis, if not given in REDIS_URL. Not percent-encoded.' })),
  REDIS_DB: Type.Optional(wholeNumber(0, 9_999, { defaultText: 'from REDIS_URL', description: 'Database number in Redis, if not given in REDIS_URL.' })),
  REDIS_KEY_PREFIX: Type.String({ pattern: '^[\\x21-\\x7e]{1,100}$', default: '3ds_transaction', allowed: '1 to 100 printable ASCII characters without spaces', description: 'Prefix of the keys in Redis: a transaction is kept under PREFIX:threeDSServerTransID.' }),
  REDIS_CONNECT_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 5000, description: 'How long to wait for a connection to Redis, in milliseconds.' }),
  REDIS_COMMAND_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 1000, description: 'How long to wait for an answer from Redis, in milliseconds.' }),
  TRANSACTION_TTL_SECONDS: wholeNumber(1, YEAR_SECONDS, { default: 1800, description: 'How long a transaction is kept after its last use, in seconds.' }),
  // Room for each is set aside at the start, about 40 bytes; a million of them take gigabytes when they come.
  MEMORY_MAX_TRANSACTIONS: wholeNumber(1, 1_000_000, { default: 100_000, description: 'Maximum number of transactions kept in memory. The oldest are dropped first.' }),
  MEMORY_MAX_BYTES: wholeNumber(65_536, Number.MAX_SAFE_INTEGER, { default: 536_870_912, description: 'Maximum size of the transactions kept in memory, in bytes. The oldest are dropped first.' }),
  RATE_LIMIT_PER_SECOND: wholeNumber(0, 1_000_000, { default: 0, description: 'Requests allowed per second and client. 0 means no limit.' }),
  RATE_LIMIT_BURST: Type.Optional(wholeNumber(1, 1_000_000, { defaultText: '2 × RATE_LIMIT_PER_SECOND', description: 'Requests that one client may send at once.' })),
  BODY_LIMIT_BYTES: wholeNumber(1024, 1_073_741_824, { default: 2_097_152, description: 'Maximum size of a request body, in bytes.' }),
  RESPONSE_SPELLING: Type.Enum(['as-request', 'emv', 'legacy', 'both'], { default: 'as-request', description: 'Spelling of element names in answers: that of the request, EMV\'s, the original mock\'s, or both.' }),
  COMPATIBILITY: Type.Enum(['emv', 'legacy'], { default: 'emv', description: 'emv: values as EMV 3-D Secure defines them. legacy: the literal values and errors of the original mock.' }),
  OTP: Type.String({ pattern: '^\\P{C}{1,45}$', secret: 'whole', default: '1234', allowed: '1 to 45 printable characters', description: 'Code that passes a challenge.' }),
  OTP_MAX_ATTEMPTS: Type.Optional(wholeNumber(1, 99, { defaultText: '3; 1 with COMPATIBILITY=legacy', description: 'Number of wrong codes after which a challenge fails.' })),
  MAX_ATTEMPTS_REASON: Type.Enum(['19', '01'], { default: '19', description: 'transStatusReason after the last wrong code: 19 (too many challenges) as EMV has it, 01 (card authentication failed) as seen in production.' }),
  ECI_ON_FAILURE: Type.Enum(['absent', '07'], { default: 'absent', description: 'ECI of payments that end with N, U or R: absent, or 07 (00 with Mastercard). Both are in use.' }),
  FALLBACK_CRES: Type.Enum(['N', 'D'], { default: 'N', description: 'transStatus of the final CRes where a challenge goes on decoupled (2.3.1), whose RReq says D.' }),
  FIRST_CREQ_TIMEOUT_SECONDS: wholeNumber(1, YEAR_SECONDS, { default: 30, description: 'How long the ACS waits for the first CReq of a challenge, in seconds.' }),
  CHALLENGE_IDLE_TIMEOUT_SECONDS: wholeNumber(1, YEAR_SECONDS, { default: 600, description: 'How long the ACS waits for the cardholder, or the next CReq of an app, in seconds.' }),
  SPC_TIMEOUT_SECONDS: wholeNumber(1, YEAR_SECONDS, { default: 600, description: 'How long the ACS waits for the second AReq of a Secure Payment Confirmation, in seconds.' }),
  ACS_SIGNING_ALG: Type.Optional(Type.Enum(['PS256', 'ES256'], { defaultText: 'matches the key in KEY_PATH, otherwise PS256', description: 'Signature algorithm of acsSignedContent.' })),
  CERT_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now, the signing key\'s own first, then each one\'s issuer', defaultText: 'generated at start', description: 'Certificate chain of the ACS signing key. Set it together with KEY_PATH.' })),
  KEY_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: an unencrypted private key, RSA of at least 2048 bits (PS256) or EC P-256 (ES256)', defaultText: 'generated at start', description: 'The ACS signing key. Set it together with CERT_PATH.' })),
  TLS_CERT_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now, the key\'s own first, then each one\'s issuer', defaultText: 'plain http', description: 'Certificate chain of the listener, which then speaks https. Set it together with TLS_KEY_PATH.' })),
  TLS_KEY_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: the unencrypted private key of the certificate', defaultText: 'plain http', description: 'Private key of the listener. Set it together with TLS_CERT_PATH.' })),
  TLS_CLIENT_CA_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now', defaultText: 'clients need no certificate', description: 'Authorities of client certificates. With it, messages between servers (/3ds/..., POST /ds, POST /acs) and /mock/... need a client certificate; pages and apps do not.' })),
  TLS_OUTBOUND_CERT_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now, the key\'s own first, then each one\'s issuer', defaultText: 'no client certificate', description: 'Certificate chain that this server shows when a server that it calls asks for one. Set it together with TLS_OUTBOUND_KEY_PATH.' })),
  TLS_OUTBOUND_KEY_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: the unencrypted private key of the certificate', defaultText: 'no client certificate', description: 'Private key of that certificate. Set it together with TLS_OUTBOUND_CERT_PATH.' })),
  TLS_OUTBOUND_CA_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now', defaultText: 'the public authorities', description: 'Authorities that are trusted when this server calls others, besides the public ones.' })),
  OUTBOUND_ALLOW: Type.Array(Type.String(), { format: 'host-patterns', default: ['localhost', '*.localhost', '127.0.0.0/8', '[::1]', '*.test', '*.local', '*.internal', '*.example', 'single-label'], allowed: 'a comma-separated list of host names, *.suffix, addresses, CIDR ranges, single-label (any name without a dot), or * for every host', description: 'Hosts that this server may call. Addresses where clouds keep credentials (link-local, metadata) must be listed themselves, or *.' }),
  OUTBOUND_CONNECT_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 2000, description: 'How long this server waits for a connection to another, in milliseconds. One that does not come about in time counts as unreachable, not as slow.' }),
  VALIDATION: Type.Enum(['emv', 'emv-strict'], { default: 'emv', description: 'emv: what real servers send is tolerated (empty optional elements, ISO codes that are not assigned, a 3DS Requestor that leaves elements out). emv-strict: it is refused.' }),
  FIRST_ERROR_CODE: Type.Enum(['203', '201'], { default: '203', description: 'Which error is answered where a message has both: elements that are wrong (203) or missing (201).' }),
  ERRO_STATUS: Type.Enum(['200', '400'], { default: '200', description: 'HTTP status of an Erro at /ds and /acs.' }),
  ERRO_FIELD: Type.Enum(['cres', 'erro'], { default: 'cres', description: 'Form field in which an Erro goes through the browser to the notificationURL.' }),
  DS_ACS_URL: Type.Optional(Type.String({ format: 'web-url', allowed: 'an absolute http or https URL', defaultText: 'the ACS of this server', description: 'Where the Directory Server sends an AReq: an ACS of your own in place of ours.' })),
  DS_ACS_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 10_000, description: 'How long the Directory Server waits for an ARes of that ACS, in milliseconds.' }),
  DS_RRES_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 3000, description: 'How long the Directory Server waits for an RRes of a 3DS Server, in milliseconds.' }),
  ACS_RRES_TIMEOUT_MS: wholeNumber(1, MILLISECONDS, { default: 5000, description: 'How long the ACS waits for an RRes of a Directory Server, in milliseconds.' }),
  SPLIT_SDK_CA_PATH: Type.Optional(Type.String({ secret: 'content', allowed: 'the path of a readable PEM file: certificates that are valid now', defaultText: 'the root at /ds/ca.pem alone', description: 'Authorities of split-SDK servers (2.3.1) that the Directory Server trusts, besides the root at /ds/ca.pem: sdkServerSignedContent has to be signed below one of them, else Erro 308.' })),
  CHECK_CLOCK_SKEW: Type.Boolean({ default: false, description: 'Refuse an AReq of 2.3.1 whose purchaseDate or sdkSignatureTimestamp is more than 30 minutes off, with Erro 203.' }),
  CARD_RANGES: Type.Optional(Type.String({ allowed: 'the path of a readable JSON or YAML file of card ranges, or several with commas between them', defaultText: 'every card takes part, in all versions', description: 'Card ranges: which cards take part, in which versions, and what a PRes says. Of several files the last one counts; a 3DS Server that knows the ranges of an earlier one is told what has changed.' })),
  PREQ_INTERVAL_SECONDS: wholeNumber(0, YEAR_SECONDS, { default: 0, description: 'How long a 3DS Server has to wait between two PReq, in seconds, else Erro 103. 0 means no limit.' }),
  CLOSE_GRACE_MS: wholeNumber(1, MILLISECONDS, { default: 10_000, description: 'How long requests in flight may take after the process is told to stop, in milliseconds.' }),
  METRICS: Type.Boolean({ default: true, description: 'Prometheus metrics at /metrics.' }),
  DOCS: Type.Boolean({ default: true, description: 'API documentation at /docs and /openapi.json.' }),
  COMPRESSION: Type.Boolean({ default: false, description: 'Compress answers for clients that accept it.' }),
  SEED: Type.Optional(Type.String({ pattern: '^\\P{C}{1,256}$', secret: 'whole', allowed: '1 to 256 printable characters', defaultText: 'random', description: 'Makes the test root and intermediate certificates, the ES256 key, the keys of the Directory Server and the derivation of authentication values repeatable.' }))
})

/** What the environment said, parsed, with the defaults that do not depend on another setting. */
export type Settings = Static<typeof SettingsSchema>
export type SettingName = keyof Settings

/** How one setting is described: the part of JSON Schema used here, and our own keywords. */
export interface Setting {
  type?: 'string' | 'integer' | 'boolean' | 'array'
  enum?: readonly string[]
  format?: 'host' | 'public-url' | 'web-url' | 'proxies' | 'redis-url' | 'host-patterns'
  pattern?: string
  minimum?: number
  maximum?: number
  default?: string | number | boolean | readonly string[]
  defaultText?: string
  allowed?: string
  secret?: 'whole' | 'credentials' | 'content'
  description: string
}

export const settings = SettingsSchema.properties as unknown as Readonly<Record<SettingName, Setting>>
export const settingNames = Object.keys(settings) as SettingName[]

/** Names under which a setting is also read, as the mock that this one replaces had them. The setting's own name wins. */
export const aliases: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  HOST: ['APP__SERVER__HOST', 'APP_SERVER__HOST'],
  PORT: ['APP__SERVER__PORT', 'APP_SERVER__PORT'],
  REDIS_URL: ['APP__REDIS__URL', 'APP_REDIS__URL'],
  TRANSACTION_TTL_SECONDS: ['APP__REDIS__TTL_SECONDS', 'APP_REDIS__TTL_SECONDS']
}
