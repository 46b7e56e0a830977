import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { takeBrowserEvent } from '../../src/acs/browser-challenge.ts'
import { createManualClock } from '../../src/clock.ts'
import { decodeTransaction } from '../../src/dialects/stored-transaction.ts'
import { randomIds } from '../../src/ids.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'
import { createSignal } from '../contracts/job-queue.ts'
import { build, post, START } from '../setup/app.ts'
import { startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq } from '../setup/parties/messages.ts'
import { encoded } from '../setup/parties/shop.ts'
import { challengedSdk, injectInto } from '../setup/sdk-client.ts'
import { type RedisServer, redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { challenge, cresOf, open, type Page, press, submit } from '../routes/acs/browser-client.ts'

const PATH = '/acs/challenge'

/** Settings of one of several servers on one Redis. */
function settings ({ url }: RedisServer): Record<string, string> {
  return { USE_REDIS: 'true', REDIS_URL: url, SEED: 'shared', ACS_SIGNING_ALG: 'ES256', PUBLIC_URL: 'https://mock.test' }
}

/** One instance, as behind a load balancer: it has nothing in common with others but Redis and the settings. */
function instance (t: Test, env: Record<string, string>): Promise<FastifyInstance> {
  return build(t, env, { ids: randomIds })
}

function final (app: FastifyInstance, { threeDSServerTransID }: { threeDSServerTransID: string }) {
  return post(app, '/3ds/final', { threeDSServerTransID })
}

t.test('three instances on one Redis', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const env = settings(redis)
  const [one, two, three] = [await instance(t, env), await instance(t, env), await instance(t, env)]

  await t.test('in a browser: authenticated, challenged, answered and read, each on another', async (t) => {
    const challenged = await challenge(one, randomUUID())
    const { creq } = challenged
    const wrong = await press(three, await submit(two, PATH, { creq, threeDSSessionData: 's' }), '0000')
    t.match(wrong.html, '2 attempts left')
    const ended = await press(one, await open(two, `${PATH}/${challenged.acsTransID}`), '1234')
    t.match(cresOf(ended), { acsTransID: challenged.acsTransID, transStatus: 'Y' })
    t.equal(ended.form?.fields['threeDSSessionData'], 's')
    const results = await Promise.all([one, two, three].map((app) => final(app, challenged)))
    for (const result of results) t.strictSame(result, results[0])
    t.match(results[0], { status: 200, body: { transStatus: 'Y', resultsRequest: { interactionCounter: '02' } } })
  })

  await t.test('in an app: the key is agreed on one and used on the others, the root is the same on all', async (t) => {
    for (const enc of ['A128CBC-HS256', 'A128GCM'] as const) {
      const sdk = await challengedSdk(injectInto(one), { enc })
      sdk.send = injectInto(two)
      await sdk.start()
      sdk.send = injectInto(three)
      await sdk.enter('0000')
      t.match(await sdk.enter('1234'), { challengeCompletionInd: 'Y', transStatus: 'Y', acsCounterAtoS: '002' })
      t.match(await final(two, sdk), { status: 200, body: { transStatus: 'Y' } })
    }
    const roots = await Promise.all([one, two, three].map(async (app) => (await app.inject('/ds/ca.pem')).body))
    t.equal(new Set(roots).size, 1)
  })

  await t.test('forty answers at once, spread over all of them: one result, and all say the same afterwards', async (t) => {
    const apps = [one, two, three]
    const finished = () => apps.reduce((sum, app) => sum + app.meters.totals().challengeResults, 0)
    for (const otps of [['0000', '1234', 'cancel', '9999'], ['cancel', '1234'], ['0000']]) {
      const challenged = await challenge(one, randomUUID())
      // Answers of their own each: without the number of the page, by which one form sent forty times is one answer.
      const { form: { action: url = '' } = {} } = await submit(two, PATH, { creq: challenged.creq })
      const before = finished()
      const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => {
        const otp = otps[index % otps.length] as string
        return submit(apps[index % 3] as FastifyInstance, url, { otp, action: otp === 'cancel' ? 'cancel' : 'submit' })
      }))
      for (const { status } of answers) t.equal(status, 200)
      t.equal(finished() - before, 1)
      const pages = await Promise.all(apps.map((app) => open(app, `${PATH}/${challenged.acsTransID}`)))
      const { transStatus } = cresOf(pages[0] as (typeof pages)[number])
      const ends = answers.filter(({ title }) => title === 'Confirmed - Mock Bank' || title === 'Not confirmed - Mock Bank')
      t.ok(ends.length >= 38, 'at most two were asked again before the end')
      for (const { html } of [...ends, ...pages]) t.equal(html, pages[0]?.html)
      for (const app of apps) t.match(await final(app, challenged), { status: 200, body: { transStatus } })
    }
  })

  await t.test('forty CReqs at once with the same counter, spread over all of them: one counts, and the others end the challenge (emv3ds-protocol §13.5)', async (t) => {
    const sends = [one, two, three].map(injectInto)
    const sdk = await challengedSdk(injectInto(one))
    await sdk.start()
    const jwe = await sdk.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '0000' })))
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => (sends[index % 3] as typeof sdk.send)('POST', sdk.path, jwe, 'application/jose')))
    t.equal(answers.filter(({ contentType }) => contentType === 'application/jose; charset=UTF-8').length, 1)
    t.equal(answers.filter(({ body }) => body.includes('"errorCode":"302"')).length, 39)
    sdk.sdkCounter = 2
    t.match(JSON.parse((await sdk.postCReq({ challengeDataEntry: '1234' })).body), { errorCode: '305', errorDetail: 'The challenge is over' })
    t.match(await final(three, sdk), { body: { resultsRequest: { transStatus: 'U', challengeCancel: '06', interactionCounter: '01' } } })
  })

  await t.test('what is in Redis is the records, under their ids, and reads as JSON (compatibility §4.2)', async (t) => {
    const client = new Redis(redis.url)
    t.teardown(() => client.quit())
    const browser = await challenge(one, randomUUID())
    await press(two, await submit(two, PATH, { creq: browser.creq }), '1234')
    const sdk = await challengedSdk(injectInto(three))
    await sdk.challenge({ challengeCancel: '01' })
    for (const [{ threeDSServerTransID, acsTransID }, transStatus] of [[browser, 'Y'], [sdk, 'N']] as const) {
      const record = await client.get(`3ds_transaction:${threeDSServerTransID}`)
      t.match(decodeTransaction(record as string), { threeDSServerTransID, acsTransID, rReq: { transStatus } })
    }
    for (const key of await client.keys('3ds_transaction:*')) {
      t.equal(key, `3ds_transaction:${decodeTransaction(await client.get(key) as string).threeDSServerTransID}`)
    }
  })
})

t.test('a challenge survives a restart of the server, and of a Redis that keeps its data', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { appendonly: true })
  const env = settings(redis)
  const first = await instance(t, env)
  // While it waits for the disk, "everysec" answers before it writes, and a kill then loses what was answered.
  await first.redis.config('SET', 'appendfsync', 'no')
  const browser = await challenge(first, randomUUID())
  const question = await press(first, await submit(first, PATH, { creq: browser.creq, threeDSSessionData: 's' }), '0000')
  const sdk = await challengedSdk(injectInto(first))
  await sdk.start()
  await first.close()

  const second = await instance(t, env)
  t.match((await press(second, question, '')).html, '1 attempt left')
  sdk.send = injectInto(second)
  await sdk.enter('0000')
  await second.close()
  await redis.restart()

  const third = await instance(t, env)
  const ended = await press(third, question, '1234')
  t.match(cresOf(ended), { transStatus: 'Y' })
  t.equal(ended.form?.fields['threeDSSessionData'], 's')
  sdk.send = injectInto(third)
  t.match(await sdk.enter('1234'), { transStatus: 'Y', acsCounterAtoS: '002' })
  t.match(await final(third, browser), { body: { transStatus: 'Y', resultsRequest: { interactionCounter: '03' } } })
  t.match(await final(third, sdk), { body: { transStatus: 'Y', resultsRequest: { interactionCounter: '02' } } })
})

t.test('to Redis, back to memory and to Redis again by the environment alone', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const { USE_REDIS, ...rest } = settings(redis)
  const whole = async (env: Record<string, string>, store: string) => {
    const app = await instance(t, env)
    t.match((await app.inject('/health')).json(), { store })
    const challenged = await challenge(app, randomUUID())
    const question = await submit(app, PATH, { creq: challenged.creq })
    return { app, challenged, question }
  }
  const onRedis = await whole({ ...rest, USE_REDIS: 'on' }, 'redis')
  await onRedis.app.close()

  const inMemory = await whole({ ...rest, USE_REDIS: 'off' }, 'memory')
  t.strictSame(await final(inMemory.app, onRedis.challenged), { status: 400, body: { error: 'Transaction not found', code: 'transaction_not_found' } })
  t.match(cresOf(await press(inMemory.app, inMemory.question, '1234')), { transStatus: 'Y' })
  await inMemory.app.close()

  const back = await instance(t, { ...rest, USE_REDIS: 'YES' })
  t.match(cresOf(await press(back, onRedis.question, '1234')), { transStatus: 'Y' })
  t.match(await final(back, inMemory.challenged), { status: 400 })
})

t.test('the CRes waits for the RRes on every instance, whichever reports: page, reload, answer, cancel, and the CReq once more (emv3ds-protocol §10)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const ds = await startDirectoryServer(t)
  const env = { ...settings(redis), PUBLIC_URL: '' }
  const [one, two] = [await instance(t, env), await instance(t, env)]
  const url = await one.listen({ host: '127.0.0.1', port: 0 })
  const { message: aRes } = await ds.authenticate(`${url}/acs`, aReq({ version: '2.2.0' }, { acctNumber: '4000400040004001', notificationURL: 'https://shop.test/' }))
  const creq = encoded(browserCReq(aRes))
  const page = `${PATH}/${aRes.acsTransID}`
  await submit(one, PATH, { creq })
  const [asked, answered] = [createSignal(), createSignal()]
  const answer = ds.answers['RReq']
  let isAnswered = false
  ds.answers['RReq'] = async (arrival) => {
    asked.give()
    await answered.given
    isAnswered = true
    return answer?.(arrival) ?? 'hang up'
  }
  const early: string[] = []
  const watched = async (name: string, asking: Promise<Page>) => {
    const came = await asking
    if (!isAnswered) early.push(name)
    return came
  }
  const pages = [watched('answer', submit(one, page, { otp: '1234' }))]
  await asked.given
  pages.push(...[one, two].flatMap((app) => [
    watched('page', open(app, page)), watched('answer', submit(app, page, { otp: '1234' })), watched('cancel', submit(app, page, { action: 'cancel' })), watched('CReq', submit(app, PATH, { creq }))
  ]))
  // Whatever has to be looked up has been by then.
  for (let count = 0; count < 20; count++) t.match(await two.stateStore.get(aRes.threeDSServerTransID), { challenge: { state: 'reporting', reports: undefined } })
  await open(two, '/health')
  answered.give()
  for (const each of await Promise.all(pages)) t.match(cresOf(each), { transStatus: 'Y' })
  t.strictSame(early, [])
  t.equal(ds.of('RReq').length, 1)
})

t.test('a result whose process was killed before it reported is reported before its CRes, by the instance that finds it, once (emv3ds-protocol §10)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const ds = await startDirectoryServer(t)
  const env = { ...settings(redis), PUBLIC_URL: '' }
  const clock = createManualClock(START)
  const another = () => build(t, env, { ids: randomIds, clock })
  const [one, two, three] = [await another(), await another(), await another()]
  const url = await one.listen({ host: '127.0.0.1', port: 0 })
  const { message: aRes } = await ds.authenticate(`${url}/acs`, aReq({ version: '2.2.0' }, { acctNumber: '4000400040004001', notificationURL: 'https://shop.test/' }))
  await submit(one, PATH, { creq: encoded(browserCReq(aRes)) })
  await killedBeforeReporting(one, aRes.acsTransID)
  clock.advance(3000)
  t.strictSame(ds.of('RReq'), [])
  const pages = await Promise.all([one, two, three].map((app) => open(app, `${PATH}/${aRes.acsTransID}`).then((page) => ({ page, reported: ds.of('RReq').length }))))
  for (const { page, reported } of pages) t.strictSame([cresOf(page)['transStatus'], reported], ['Y', 1])
  t.match(await one.stateStore.get(aRes.threeDSServerTransID), { challenge: { state: 'ended', reports: [{ outcome: 'answered' }] } })
})

/** Leaves what a process does that dies after it has stored the result. */
async function killedBeforeReporting ({ roles: { challenge } }: FastifyInstance, acsTransID: string): Promise<void> {
  const reporting = { ...challenge.reporting, report: async (transaction: Transaction) => transaction }
  await takeBrowserEvent(acsTransID, { type: 'entry', value: '1234' }, { ...challenge, reporting })
}
