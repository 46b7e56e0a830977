import { randomUUID } from 'node:crypto'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { buildApp } from '../../app.ts'
import { loadConfig } from '../../src/config.ts'
import { randomIds } from '../../src/ids.ts'
import { challenge, open, press, submit } from '../routes/acs/browser-client.ts'
import { answerPage, build, keepLog, post } from '../setup/app.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { appRequest, browserRequest, CHALLENGE_CARD, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, threeRIRequest } from '../setup/requests.ts'
import { challengedSdk, type Enc, injectInto, type Sdk } from '../setup/sdk-client.ts'

// Values that stand nowhere by chance.
const OTP = '83647291'
const WRONG_OTP = '19283746'
const SECURITY_CODE = 'cvv7Qx'
const EXPIRY = 'exp29Qx'
const SEED = 'seed-of-Zk42'
const PASSWORD = 'swordfish-9KmP'
const CARDS = [CHALLENGE_CARD, FRICTIONLESS_CARD, '4111111111111111', '5200000000001005', '4000000000001091']
const [, , PAN = ''] = CARDS
/** As people write it, and as some paste it. */
const PAN_WRITTEN = ['4111 1111 1111 1111', '4111-1111-1111-1111', '4111%201111%201111%201111', '4111+1111+1111+1111']

const OPERATIONS = ['/health', '/health/live', '/health/ready', '/health/redis', '/health/detailed', '/docs', '/openapi.json', '/ds/ca.pem', '/nowhere']

/** A server that is listened to: what it logs, and what it answers when something is wrong. */
class Overheard {
  readonly app: FastifyInstance
  readonly lines: string[]
  readonly errors: string[] = []
  readonly metrics: string[] = []
  readonly statuses = new Set<number>()
  /** What must never be heard, by what it is. */
  readonly secrets = new Map<string, string>()

  constructor (app: FastifyInstance, lines: string[]) {
    this.app = app
    this.lines = lines
    const inject = app.inject.bind(app) as (options: InjectOptions | string) => Promise<LightMyRequestResponse>
    const listening = async (options: InjectOptions | string) => {
      const response = await inject(options)
      const { statusCode, body } = response
      this.statuses.add(statusCode)
      if (statusCode >= 400 || body.includes('"messageType":"Erro"')) this.errors.push(body)
      return response
    }
    Object.assign(app, { inject: listening })
    CARDS.forEach((card) => this.keep('card number', card))
    PAN_WRITTEN.forEach((card) => this.keep('card number as it is written', card))
    for (const [what, secret] of Object.entries({ OTP, WRONG_OTP, SECURITY_CODE, EXPIRY, SEED, PASSWORD })) this.keep(what, secret)
    this.keep('most of a card number', CARDS[2]?.slice(0, 12))
    this.keep('private key', 'PRIVATE KEY-----')
  }

  keep (what: string, secret: unknown): void {
    if (typeof secret === 'string' && secret.length > 5) this.secrets.set(secret, what)
  }

  keepBytes (what: string, bytes: Buffer): void {
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) this.keep(`${what}, ${encoding}`, bytes.toString(encoding))
    this.keep(`${what}, as numbers`, [...bytes].join(','))
  }

  /** Authentication values, private keys, JWS and other members that must not be heard of, wherever they stand. */
  keepAll (body: unknown): void {
    if (typeof body !== 'object' || body === null) return
    for (const [name, value] of Object.entries(body)) {
      if (/^(?:authenticationValue|privateKey|acsSignedContent|base64EncodedChallengeRequest)$/.test(name)) this.keep(name, value)
      this.keepAll(value)
    }
  }

  async post (url: string, body: unknown): Promise<{ status: number, body: any }> {
    const answer = await post(this.app, url, body)
    this.keepAll(answer.body)
    this.keepAll(body)
    return answer
  }

  /** Everything that was heard and should not have been; the secrets themselves are not in it. */
  leaks (): string[] {
    const heard = { 'a log line': this.lines, 'an error body': this.errors, metrics: this.metrics }
    return Object.entries(heard).flatMap(([where, texts]) => texts.flatMap((text) =>
      [...this.secrets].filter(([secret]) => text.includes(secret)).map(([secret, what]) => `${what} in ${where}: ${text.replaceAll(secret, '…').slice(0, 300)}`)))
  }
}

async function overhear (t: Test, env: Record<string, string> = {}): Promise<Overheard> {
  const { logger, lines } = await keepLog()
  return new Overheard(await build(t, { OTP, SEED, ACS_SIGNING_ALG: 'ES256', ...env }, { logger, ids: randomIds }), lines)
}

/** A request with every secret that it may carry. */
function full (request: any): any {
  Object.assign(request.cardholderAccount, { cardSecurityCode: SECURITY_CODE, cardExpiryDate: EXPIRY })
  request.cardholder = { cardholderName: 'Maria Silva', email: `${PAN}@shop.test` }
  return request
}

async function challenged (heard: Overheard) {
  const cardholderAccount = { cardSecurityCode: SECURITY_CODE, cardExpiryDate: EXPIRY }
  const made = await challenge(heard.app, randomUUID(), { cardholderAccount })
  heard.keep('creq', made.creq)
  return made
}

async function final (heard: Overheard, { threeDSServerTransID }: { threeDSServerTransID: string }): Promise<number> {
  return (await heard.post('/3ds/final', { threeDSServerTransID })).status
}

async function browserFlows (t: Test, heard: Overheard): Promise<void> {
  const { app } = heard
  for (const path of ['/acs/challenge', '/processor/mock/acs/trigger-otp']) {
    for (const entries of [[WRONG_OTP, OTP], [WRONG_OTP, WRONG_OTP, WRONG_OTP], ['cancel']]) {
      const made = await challenged(heard)
      let page = await submit(app, `${path}?redirectUrl=https://shop.test/${PAN}`, { creq: made.creq, threeDSSessionData: `${PAN} ${OTP}` })
      for (const entry of entries) page = await press(app, page, entry, entry === 'cancel' ? 'cancel' : 'submit')
      heard.keep('cres', page.form?.fields['cres'])
      t.equal(await final(heard, made), 200)
      await open(app, `/acs/challenge/${made.acsTransID}?otp=${OTP}`)
    }
  }
  for (const otp of [OTP, WRONG_OTP]) {
    const made = await challenged(heard)
    await submit(app, `/processor/mock/acs/verify-otp?redirectUrl=https://shop.test/${PAN}?otp=${OTP}`, { otp, threeDSServerTransID: made.threeDSServerTransID })
    t.equal(await final(heard, made), 200)
  }
}

async function appFlow (t: Test, heard: Overheard, enc: Enc): Promise<Sdk> {
  const { app } = heard
  const direct = injectInto(app)
  const { cardholderAccount } = full(appRequest(randomUUID()))
  const sdk = await challengedSdk(async (method, path, body, type) => {
    const answer = await direct(method, path, body, type)
    for (const text of [String(body), answer.body]) {
      if (text.split('.').length === 5) text.split('.').filter((part) => part.length > 60).forEach((part) => heard.keep('part of a JWE', part))
    }
    heard.keep('public key signed by the ACS', /"acsSignedContent":"([^"]+)"/.exec(answer.body)?.[1])
    return answer
  }, { enc }, { cardholderAccount })
  heard.keepBytes('session key', sdk.key)
  heard.keepBytes('half of a session key', sdk.key.subarray(0, 16))
  heard.keepBytes('half of a session key', sdk.key.subarray(16))
  const { ephemeralKeys } = await app.stateStore.get(sdk.threeDSServerTransID)
  heard.keepBytes('stored private key', Buffer.from(String(ephemeralKeys?.privateKey), 'base64url'))
  await sdk.start()
  await sdk.enter(WRONG_OTP)
  await sdk.challenge({ resendChallenge: 'Y' })
  t.match(await sdk.enter(OTP), { transStatus: 'Y' })
  t.equal(await final(heard, sdk), 200)
  return sdk
}

/** What an SDK can get wrong. */
async function appRefusals (heard: Overheard, sdk: Sdk): Promise<void> {
  const json = JSON.stringify
  const sealed = await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })))
  const [header, , iv, ciphertext] = sealed.split('.')
  for (const body of [
    sealed,
    await sdk.seal(json(sdk.creq({ sdkCounterStoA: PAN, challengeDataEntry: `${OTP}${PAN}`.repeat(9) }))),
    await sdk.seal(json(sdk.creq({ [PAN]: OTP, challengeDataEntry: OTP }))),
    await sdk.seal(`{"challengeDataEntry":"${OTP}`),
    await sdk.seal(OTP),
    await sdk.seal(json(sdk.creq({ threeDSServerTransID: PAN, acsTransID: PAN, sdkTransID: PAN }))),
    await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })), { kid: PAN }),
    await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })), { kid: `${'x'.repeat(52)}${PAN}` }),
    await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })), { kid: PAN.padEnd(32, '0') }),
    await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })), { kid: randomUUID() }),
    await sdk.seal(json(sdk.creq()), { [PAN]: PAN }),
    await sdk.seal(json(sdk.creq({ challengeDataEntry: OTP })), {}, Buffer.alloc(32, 1)),
    [header, '', iv, ciphertext, PAN].join('.'),
    [Buffer.from(json({ alg: PAN, enc: PAN, kid: PAN })).toString('base64url'), PAN, PAN, PAN, PAN].join('.'),
    [Buffer.from(json({ alg: 'dir', enc: PAN, kid: PAN })).toString('base64url'), '', PAN, PAN, PAN].join('.'),
    json({ messageType: 'Erro', errorCode: PAN, errorDetail: PAN, acsTransID: PAN }),
    json({ messageType: 'CReq', challengeDataEntry: OTP, acctNumber: PAN }),
    `${PAN}.${OTP}`,
    `{"acctNumber":"${PAN}"`
  ]) {
    for (const path of ['/acs/app', '/challenge']) {
      heard.keep('JWE', body.split('.').length === 5 && body.length > 200 ? body : undefined)
      await heard.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/jose' }, payload: body })
    }
  }
}

async function serverFlows (t: Test, heard: Overheard): Promise<void> {
  for (const acctNumber of CARDS) {
    const made = full(browserRequest(randomUUID(), acctNumber))
    made.merchant.resultsResponseNotificationUrl = `http://127.0.0.1:1/${PAN}`
    const { status, body } = await heard.post('/3ds/authenticate', made)
    t.equal(status, 200)
    const rReq = resultsRequest(body.authenticationResponse)
    await heard.post('/3ds/results', rReq)
    await heard.post('/3ds/results', { ...rReq, authenticationValue: 'BBECAwQFBgcICQoLDA0ODxAREhM=' })
    await final(heard, made)
    await heard.post('/3ds/authenticate', made)
    await heard.post('/3ds/version', { cardNumber: acctNumber })
    await heard.post('/3ds/authenticate', full(threeRIRequest(randomUUID(), acctNumber)))
    await heard.post('/3ds/authenticate', inRuntimeSpelling(full(browserRequest(randomUUID(), acctNumber))))
  }
  for (const resultsResponseNotificationUrl of [`http://127.0.0.1:1/${PAN}?card=${PAN}`, `http://me:${PASSWORD}@127.0.0.1:1/`, `http://${PAN}.bank.example/`]) {
    const { threeDSServerTransID, acsTransID } = await challenged(heard)
    // However it got there: with credentials it is refused at the door, in legacy it is not.
    await heard.app.stateStore.update(threeDSServerTransID, (kept) => ({ ...kept, preferences: { ...kept.preferences, resultsResponseNotificationUrl } }))
    await answerPage(heard.app, { threeDSServerTransID, acsTransID }, `otp=${OTP}`)
    t.equal(await final(heard, { threeDSServerTransID }), 200)
  }
}

/** Requests that are wrong, with secrets where nobody expects them. */
async function refusals (heard: Overheard): Promise<void> {
  const base = () => full(browserRequest(randomUUID()))
  const bodies: any[] = [
    PAN, [PAN], { [PAN]: PAN }, { ...base(), [PAN]: PAN, threeDSServerTransID: PAN }, { ...base(), deviceChannel: PAN, messageCategory: OTP },
    { ...base(), cardholderAccount: { acctNumber: Number(PAN), cardSecurityCode: { [SECURITY_CODE]: PAN }, [PAN]: { [PAN]: 1 } } },
    { ...base(), cardholderAccount: { acctNumber: `${PAN}${PAN}`, cardSecurityCode: SECURITY_CODE } },
    { ...base(), cardholderAccount: { acctNumber: PAN, acct_number: CHALLENGE_CARD, ACCTNUMBER: FRICTIONLESS_CARD } },
    { ...base(), merchant: { notificationURL: `javascript:${PAN}` } }, { ...base(), merchant: { notificationURL: `https://shop.test/${PAN} ${PAN}` } },
    { ...base(), merchant: { notificationURL: 'https://shop.test/', resultsResponseNotificationUrl: `file:///${PAN}` } }, { ...base(), merchant: { notificationURL: 'https://shop.test/', resultsResponseNotificationUrl: PAN } }, { ...base(), merchant: { notificationURL: 'https://shop.test/', resultsResponseNotificationUrl: `http://me:${PASSWORD}@127.0.0.1:1/` } },
    { ...base(), sdkInformation: { sdkTransID: PAN }, deviceChannel: '01', sdkTransID: PAN, kty: PAN, crv: PAN, x: PAN, y: PAN },
    { ...base(), cardholder: JSON.parse(`${`{"${PAN}":`.repeat(40)}1${'}'.repeat(40)}`) },
    { ...base(), browserInformation: { browserTZ: Number(PAN), browserJavaEnabled: PAN, challengeWindowSize: { [PAN]: OTP } } },
    { cardNumber: Number(PAN) }, { cardNumber: { [PAN]: 1 } }, { threeDSServerTransID: PAN, threeDsServerTransId: OTP },
    { messageType: 'RReq', messageVersion: PAN, threeDSServerTransID: PAN, acsTransID: PAN, dsTransID: PAN, transStatus: PAN, authenticationValue: PAN },
    { ...resultsRequest({ threeDSServerTransID: randomUUID(), acsTransID: randomUUID(), dsTransID: randomUUID() }), [PAN]: PAN, transStatusReason: Number(PAN) }
  ]
  for (const path of ['/3ds/version', '/3ds/authenticate', '/3ds/results', '/3ds/final']) {
    const raw = (payload: string, type = 'application/json') => heard.app.inject({ method: 'POST', url: `${path}?card=${PAN}`, headers: { 'content-type': type, 'x-request-id': PAN }, payload })
    for (const body of bodies) await raw(JSON.stringify(body))
    for (const payload of ['', `{"acctNumber":"${PAN}","cardSecurityCode":"${SECURITY_CODE}`, `{"acctNumber":${PAN}${SECURITY_CODE}}`, `{"__proto__":"${PAN}"}`, PAN, OTP, `"${SECURITY_CODE}`]) await raw(payload)
    await raw(JSON.stringify(base()), `application/${PAN}`)
    await raw(JSON.stringify(base()), `text/plain; card=${PAN}`)
  }
  const { creq, acsTransID, challengeRequest } = await challenged(heard)
  const changed = (members: object) => JSON.stringify({ ...challengeRequest, ...members })
  for (const path of ['/acs/challenge', `/acs/challenge/${acsTransID}`, `/acs/challenge/${PAN}`, '/processor/mock/acs/trigger-otp', `/processor/mock/acs/challenge/${PAN}`, '/processor/mock/acs/verify-otp', `/processor/mock/acs/${PAN}`]) {
    for (const fields of [
      `creq=${PAN}`, `creq=${encodeURIComponent(`{"acctNumber":"${PAN}`)}`, `creq=${creq}&creq=${PAN}`, `otp=${OTP}&otp=${OTP}`, `otp=${OTP}&%`, `otp=${OTP}&action=${PAN}&action=${OTP}`, `${PAN}=${OTP}`,
      `otp=${OTP}&threeDSServerTransID=${PAN}`, ...[{ acsTransID: PAN }, { threeDSServerTransID: PAN }, { messageVersion: PAN }, { messageType: PAN, [PAN]: OTP }, { challengeWindowSize: PAN }, { acsTransID: randomUUID() }]
        .map((members) => new URLSearchParams({ creq: changed(members), threeDSSessionData: PAN }).toString())
    ]) {
      await heard.app.inject({ method: 'POST', url: `${path}?redirectUrl=javascript:${PAN}&otp=${OTP}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: fields })
    }
    await heard.app.inject({ method: 'POST', url: path, headers: { 'content-type': `multipart/form-data; boundary=${PAN}` }, payload: OTP })
  }
}

/** Card numbers in everything of a request that is not its body. */
async function outsideBodies (heard: Overheard): Promise<void> {
  const { app } = heard
  for (const pan of [PAN, ...PAN_WRITTEN.map((text) => text.replaceAll(' ', '%20'))]) {
    for (const url of [`/${pan}`, `/cards/${pan}/x?pan=${pan}#${pan}`, `/acs/challenge/${pan}`, `/${'x'.repeat(187)}${pan}`, `/acs/challenge/${`${pan}.`.repeat(20)}`, `/%${pan}`, `/${pan}%`, `/docs/${pan}`, `//me:${PASSWORD}@host/${pan}`]) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'] as const) await app.inject({ method, url })
    }
  }
  const headers = (pan: string) => ({ 'x-request-id': pan, authorization: `Bearer ${PASSWORD}`, cookie: `pan=${pan}`, 'user-agent': pan, host: pan, 'x-forwarded-for': pan, referer: `https://shop.test/${pan}` })
  for (const pan of [PAN, PAN_WRITTEN[1] as string, `id-${PAN}`, `4111_${PAN}`]) for (const url of OPERATIONS) await app.inject({ url, headers: headers(pan) })
}

async function operations (heard: Overheard): Promise<void> {
  for (const url of OPERATIONS) await heard.app.inject(url)
  heard.metrics.push((await heard.app.inject('/metrics')).body)
}

/** A record that is not one, with secrets in it: what reads it fails in its own way. */
async function brokenRecords (t: Test, heard: Overheard): Promise<void> {
  const { app } = heard
  const { threeDSServerTransID, acsTransID } = await challenged(heard)
  const { get, findByAcsTransId } = app.stateStore
  const broken = async () => { throw Object.assign(new TypeError(`cannot read ${PAN}`, { cause: new Error(PAN) }), { command: { args: [PASSWORD, OTP] }, aReq: { acctNumber: PAN } }) }
  Object.assign(app.stateStore, { get: broken, findByAcsTransId: broken })
  await final(heard, { threeDSServerTransID })
  await open(app, `/acs/challenge/${acsTransID}`)
  await submit(app, `/acs/challenge/${acsTransID}`, { otp: OTP })
  await submit(app, '/processor/mock/acs/verify-otp?redirectUrl=https://shop.test/', { otp: OTP, threeDSServerTransID })
  const kid = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A128GCM', kid: acsTransID })).toString('base64url')
  await app.inject({ method: 'POST', url: '/acs/app', payload: `${kid}..AAAA.AAAA.AAAA` })
  Object.assign(app.stateStore, { get, findByAcsTransId })
  t.ok(heard.statuses.has(500))
}

async function allFlows (t: Test, heard: Overheard): Promise<void> {
  await browserFlows(t, heard)
  for (const enc of ['A128CBC-HS256', 'A128GCM'] as const) await appRefusals(heard, await appFlow(t, heard, enc))
  await serverFlows(t, heard)
  await refusals(heard)
  await outsideBodies(heard)
  await operations(heard)
}

function checkSilence (t: Test, heard: Overheard, statuses: number[]): void {
  t.strictSame(heard.leaks().slice(0, 10), [])
  t.ok(heard.lines.length > 500 && heard.errors.length > 100 && heard.secrets.size > 30, 'there was something to hear')
  t.ok(heard.lines.some((line) => line.includes('"level":"debug"')), 'lines of all levels')
  for (const status of statuses) t.ok(heard.statuses.has(status), `${status} was among the answers`)
}

t.test('no secret is in any log line at trace, error body or metric', async (t) => {
  await t.test('memory', async (t) => {
    const heard = await overhear(t)
    await allFlows(t, heard)
    await brokenRecords(t, heard)
    await operations(heard)
    checkSilence(t, heard, [200, 302, 400, 404, 414, 415, 500])
  })

  await t.test('memory, COMPATIBILITY=legacy, rate limited', async (t) => {
    const heard = await overhear(t, { COMPATIBILITY: 'legacy', OTP_MAX_ATTEMPTS: '3', RATE_LIMIT_PER_SECOND: '1000000', RATE_LIMIT_BURST: '100000' })
    await browserFlows(t, heard)
    await serverFlows(t, heard)
    await refusals(heard)
    await outsideBodies(heard)
    await brokenRecords(t, heard)
    await operations(heard)
    checkSilence(t, heard, [200, 302, 400, 404, 500])
  })

  await t.test('Redis with a password, killed, restarted, and with records that nobody can read', { skip: redisIsLeftOut }, async (t) => {
    const redis = await startRedisServer(t, { password: PASSWORD })
    const heard = await overhear(t, { USE_REDIS: 'true', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '2000' })
    const { app } = heard
    await allFlows(t, heard)

    const made = await challenged(heard)
    const client = new Redis(redis.url)
    const key = `3ds_transaction:${made.threeDSServerTransID}`
    const readAll = async () => {
      await final(heard, made)
      await open(app, `/acs/challenge/${made.acsTransID}`)
      await submit(app, `/acs/challenge/${made.acsTransID}`, { otp: OTP })
      await submit(app, '/processor/mock/acs/verify-otp?redirectUrl=https://shop.test/', { otp: OTP, threeDSServerTransID: made.threeDSServerTransID })
      await heard.post('/3ds/results', resultsRequest(made))
    }
    for (const value of [`{"acctNumber":"${PAN}","cardSecurityCode":"${SECURITY_CODE}`, JSON.stringify({ acs_trans_id: made.acsTransID, authenticate_request: { cardholderAccount: { acctNumber: PAN } } }), PAN, SECURITY_CODE]) {
      await client.set(key, value)
      await readAll()
    }
    await client.del(key)
    await client.lpush(key, PAN)
    await readAll()
    t.ok(heard.statuses.has(500))
    client.disconnect()

    await redis.kill()
    await readAll()
    await heard.post('/3ds/authenticate', full(browserRequest(randomUUID())))
    await operations(heard)
    const back = new Promise((resolve) => { app.redis.once('ready', resolve) })
    await redis.restart()
    await back
    t.match(await heard.post('/3ds/authenticate', full(browserRequest(randomUUID()))), { status: 200 })
    await operations(heard)
    checkSilence(t, heard, [200, 302, 400, 404, 500, 503])
  })

  await t.test('a Redis that refuses the password, or is not there', { skip: redisIsLeftOut }, async (t) => {
    const redis = await startRedisServer(t, { password: 'another' })
    const { logger, lines } = await keepLog()
    for (const url of [redis.url.replace('another', PASSWORD), `redis://me:${PASSWORD}@127.0.0.1:${redis.port}/3`, `redis://:${PASSWORD}@127.0.0.1:1`]) {
      const { config } = loadConfig({ USE_REDIS: 'true', REDIS_URL: url, REDIS_CONNECT_TIMEOUT_MS: '2000' })
      const error = await buildApp(config, { logger }).then(() => undefined, (error: Error) => error)
      t.match(error?.message, /^Redis at redis:\/\/\*\*\*@127\.0\.0\.1:\d+.* cannot be reached: /)
      t.notMatch(error?.message, PASSWORD)
    }
    t.strictSame(lines.filter((line) => line.includes(PASSWORD)), [])
  })
})
