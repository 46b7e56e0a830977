import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { buildApp } from '../../app.ts'
import { loadConfig } from '../../src/config.ts'
import { decodeTransaction } from '../../src/dialects/stored-transaction.ts'
import { randomIds } from '../../src/ids.ts'
import { build } from '../setup/app.ts'
import { aReq } from '../setup/parties/messages.ts'
import { browserRequest } from '../setup/requests.ts'
import { challengedSdk, fetchFrom } from '../setup/sdk-client.ts'
import { type RedisServer, redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'

/** Longer than any answer may take here, far shorter than the test. */
const UNANSWERED_MS = 20_000

/** What one request came to. */
interface Told { path: string, status: number, retryAfter: string | null, text: string }

interface Server { app: FastifyInstance, url: string, redis: RedisServer }

async function listen (t: Test, redis: RedisServer): Promise<Server> {
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '2000', ACS_SIGNING_ALG: 'ES256' }
  const app = await build(t, env, { ids: randomIds })
  // While it waits for the disk, "everysec" answers before it writes, and a kill then loses what was answered.
  await app.redis.config('SET', 'appendfsync', 'no')
  return { app, redis, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

/** Many shoppers at once, whole authentications one after the other. Who is told to come back later does so when the server is ready. */
class Load {
  readonly told: Told[] = []
  /** What shoppers were told at the very end, by threeDSServerTransID. */
  readonly results = new Map<string, string>()
  private readonly server: Server
  private recovery: Promise<void> | undefined
  private waiting: { holds: () => boolean, resolve: () => void } | undefined

  constructor (server: Server) {
    this.server = server
  }

  /** Runs `flows` authentications, `shoppers` at a time. Rejects when a request is not answered. */
  async run (shoppers: number, flows: number): Promise<void> {
    let left = flows
    await Promise.all(Array.from({ length: shoppers }, async () => {
      while (left-- > 0) await this.authenticate()
    }))
    this.waiting?.resolve()
  }

  /** Resolves when something is true of what was told, or nothing more will be. */
  until (holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = { holds, resolve }
      if (holds()) resolve()
    })
  }

  private async authenticate (): Promise<void> {
    const threeDSServerTransID = randomUUID()
    const { status, text } = await this.post('/3ds/authenticate', JSON.stringify(browserRequest(threeDSServerTransID)))
    if (status !== 200) return this.recovered()
    const { base64EncodedChallengeRequest: creq, authenticationResponse: { acsTransID } } = JSON.parse(text)
    await this.post('/acs/challenge', new URLSearchParams({ creq, threeDSSessionData: 's' }))
    await this.post(`/acs/challenge/${acsTransID}`, new URLSearchParams({ otp: '0000' }))
    await this.post(`/acs/challenge/${acsTransID}`, new URLSearchParams({ otp: '1234' }))
    const final = await this.post('/3ds/final', JSON.stringify({ threeDSServerTransID }))
    if (final.status === 200) this.results.set(threeDSServerTransID, JSON.parse(final.text).transStatus)
  }

  private recovered (): Promise<void> {
    this.recovery ??= untilReady(this.server).finally(() => { this.recovery = undefined })
    return this.recovery
  }

  private async post (path: string, body: string | URLSearchParams): Promise<Told> {
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const response = await fetch(this.server.url + path, { method: 'POST', body, headers, signal: AbortSignal.timeout(UNANSWERED_MS) })
    const told = { path, status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
    this.told.push(told)
    if (this.waiting?.holds() === true) this.waiting.resolve()
    return told
  }
}

/** Asks until the server says that it is ready, each time after Redis has answered it again. */
async function untilReady ({ app, url }: Server): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${url}/health/ready`)
    if (status === 200) return
    // Not `events.once`, which takes a failed attempt to reconnect for the end.
    if (app.redis.status !== 'ready') await new Promise((resolve) => app.redis.once('ready', resolve))
  }
}

function count (told: readonly Told[], status: number): number {
  return told.filter((answer) => answer.status === status).length
}

/** Each answer is a whole one of those that are allowed. */
function checkAnswers (t: Test, told: readonly Told[]): void {
  for (const { path, status, retryAfter, text } of told) {
    if (status === 200 || status === 400) t.equal(retryAfter, null)
    else t.strictSame([status, retryAfter], [503, '1'], path)
    const isPage = path.startsWith('/acs/')
    if (isPage) t.ok(text.startsWith('<!doctype html>') && text.endsWith('</html>\n'), path)
    else t.ok(JSON.parse(text), path)
    if (status === 503 && !isPage) t.match(JSON.parse(text).code, /^store_(?:connection|timeout)$/)
  }
}

/** Each record is whole; what a shopper was told is in it. */
async function checkRecords (t: Test, { redis }: Server, results: ReadonlyMap<string, string>): Promise<void> {
  const client = new Redis(redis.url)
  const told = new Map(results)
  for (const key of await client.keys('3ds_transaction:*')) {
    const { threeDSServerTransID, aRes, challenge, rReq } = decodeTransaction(await client.get(key) as string)
    t.equal(key, `3ds_transaction:${threeDSServerTransID}`)
    t.equal(aRes?.transStatus, 'C')
    if (rReq !== undefined) t.equal(rReq.interactionCounter, String(challenge?.interactionCounter).padStart(2, '0'))
    if (told.has(threeDSServerTransID)) t.equal(rReq?.transStatus, told.get(threeDSServerTransID))
    told.delete(threeDSServerTransID)
  }
  t.strictSame([...told], [], 'no result that somebody was told of is lost')
  await client.quit()
}

t.test('under load Redis freezes, dies and comes back: every request is answered, no record is half-written, recovery needs nobody', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { appendonly: true })
  const server = await listen(t, redis)

  for (const [how, end, mend] of [
    ['frozen', () => redis.freeze(), async () => redis.thaw()],
    ['killed', () => redis.kill(), () => redis.restart()]
  ] as const) {
    await t.test(how, async (t) => {
      const load = new Load(server)
      const { told } = load
      const healthy = load.until(() => count(told, 200) >= 50)
      const running = load.run(10, 80)
      await healthy
      t.equal(count(told, 200), told.length, 'all is well before')
      await end()
      await load.until(() => count(told, 503) >= 5)
      t.equal((await fetch(`${server.url}/health/live`)).status, 200)
      t.equal((await fetch(`${server.url}/health/ready`)).status, 503)
      await mend()
      await untilReady(server)
      const { length } = told
      await running
      t.ok(told.length > length, 'the load outlives it')

      const after = new Load(server)
      await after.run(10, 20)
      t.equal(count(after.told, 200), 100, 'all is well afterwards')
      checkAnswers(t, [...told, ...after.told])
      await checkRecords(t, server, new Map([...load.results, ...after.results]))
    })
  }
})

t.test('an SDK is told by an Erro that it may try again, and may (emv3ds §12.2, 403)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { appendonly: true })
  const server = await listen(t, redis)
  const sdk = await challengedSdk(fetchFrom(server.url))
  await sdk.start()
  const outage = async (errorDetail: RegExp) => {
    const { status, contentType, headers, body } = await sdk.postCReq({ challengeDataEntry: '1234' })
    t.strictSame([status, contentType, headers['retry-after']], [503, 'application/json; charset=UTF-8', '1'])
    const { errorDetail: detail, ...erro } = JSON.parse(body)
    t.match(detail, errorDetail)
    t.strictSame(erro, {
      messageType: 'Erro',
      messageVersion: '2.3.1',
      errorCode: '403',
      errorComponent: 'A',
      errorDescription: 'Passing system fault, try again',
      errorMessageType: 'CReq'
    })
    const erroOfSdk = await sdk.post(JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: sdk.acsTransID }))
    t.equal(erroOfSdk.status, 503)
  }
  redis.freeze()
  await outage(/^The transaction store (?:did not answer in time|cannot be reached)$/)
  redis.thaw()
  await untilReady(server)
  await redis.kill()
  await outage(/^The transaction store cannot be reached$/)
  await redis.restart()
  await untilReady(server)
  t.match(await sdk.enter('1234'), { transStatus: 'Y', acsCounterAtoS: '001' })
})

t.test('a DS and a 3DS Server are told so in the version of their message, with its type and ids (emv3ds §4, §12.1)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const { url } = await listen(t, redis)
  await redis.kill()
  const ids = ({ threeDSServerTransID, dsTransID }: Record<string, string>) => ({ threeDSServerTransID, ...(dsTransID === undefined ? {} : { dsTransID }) })
  for (const version of ['2.1.0', '2.2.0', '2.3.1'] as const) {
    const atDs = aReq({ version })
    const atAcs = { ...aReq({ version }), dsTransID: randomUUID(), dsReferenceNumber: 'DS', dsURL: 'https://ds.test' }
    for (const [path, message, errorComponent] of [['/ds', atDs, 'D'], ['/acs', atAcs, 'A']] as const) {
      const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) })
      const { errorDetail, ...erro } = await response.json() as Record<string, unknown>
      t.strictSame([response.status, erro], [503, {
        messageType: 'Erro', messageVersion: version, errorCode: '403', errorComponent, errorDescription: 'Passing system fault, try again', errorMessageType: 'AReq', ...ids(message)
      }], `${path} ${version}`)
      t.equal(errorDetail, 'The transaction store cannot be reached')
    }
  }
})

t.test('a record that cannot be read is our fault, and stays as it is', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const { app, url } = await listen(t, redis)
  const sdk = await challengedSdk(fetchFrom(url))
  const record = `3ds_transaction:${sdk.threeDSServerTransID}`
  await app.redis.set(record, '{"acs_trans_id":')
  const { status, body } = await sdk.postCReq({ challengeDataEntry: '1234' })
  t.match([status, JSON.parse(body)], [500, { messageType: 'Erro', errorCode: '404', errorDetail: 'The stored transaction cannot be read' }])
  const page = await fetch(`${url}/acs/challenge/${sdk.acsTransID}`)
  t.equal(page.status, 500)
  t.match(await page.text(), '<p>The stored transaction cannot be read.</p>')
  t.equal(await app.redis.get(record), '{"acs_trans_id":')
})

t.test('a start with a Redis that cannot be reached fails with one line, without credentials', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { password: 'swordfish' })
  const start = (url: string) => buildApp(loadConfig({ USE_REDIS: '1', REDIS_URL: url, REDIS_CONNECT_TIMEOUT_MS: '300', REDIS_COMMAND_TIMEOUT_MS: '300' }).config)
  const refusal = async (url: string): Promise<string> => {
    try {
      const app = await start(url)
      await app.close()
      return 'started'
    } catch (error) {
      return (error as Error).message
    }
  }
  const address = `127.0.0.1:${redis.port}`
  const said = [await refusal(`redis://joe:wrong-one@${address}/2`)]
  redis.freeze()
  said.push(await refusal(redis.url))
  redis.thaw()
  await redis.stop()
  said.push(await refusal(redis.url))
  for (const message of said) {
    t.match(message, new RegExp(`^Redis at redis://.*@?${address}(?:/2)? cannot be reached: [^\n]+$`))
    t.notMatch(message, /swordfish|wrong-one/)
  }
})
