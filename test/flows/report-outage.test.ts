import t from 'tap'
import { RESUME_MS } from '../../src/acs/report-result.ts'
import { createManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { build, START } from '../setup/app.ts'
import { startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq } from '../setup/parties/messages.ts'
import { encoded, postForm } from '../setup/parties/shop.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'

t.test('Redis goes away while the result is sent: as soon as it is back the answer is kept, long before any timer, and the result is sent once (emv3ds §10)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t, { appendonly: true })
  const ds = await startDirectoryServer(t)
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '500', ACS_SIGNING_ALG: 'ES256' }
  const clock = createManualClock(START)
  const app = await build(t, env, { ids: randomIds, clock })
  // With the default a kill may lose what was answered.
  await app.redis.config('SET', 'appendfsync', 'always')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { message: aRes } = await ds.authenticate(`${url}/acs`, aReq({ version: '2.2.0' }, { acctNumber: '4000400040004001', notificationURL: 'https://shop.test/' }))
  await postForm(aRes.acsURL, { creq: encoded(browserCReq(aRes)) })
  const answer = ds.answers['RReq']
  ds.answers['RReq'] = async (arrival) => {
    await redis.kill()
    return answer?.(arrival) ?? 'hang up'
  }
  const page = await postForm(`${aRes.acsURL}/${aRes.acsTransID}`, { otp: '1234' })
  t.match(page, { status: 200, raw: '<h1>Confirmed</h1>' })
  t.equal(ds.of('RReq').length, 1)

  // Not `once()`: until Redis is back each attempt to connect is an error.
  const back = new Promise((resolve) => { app.redis.once('ready', resolve) })
  await redis.restart()
  await back
  clock.advance(RESUME_MS)
  t.equal(await app.ownJobs.runDue(), 1)
  const { challenge } = await app.stateStore.get(aRes.threeDSServerTransID)
  t.match(challenge, { state: 'ended', rReq: { transStatus: 'Y' }, reports: [{ outcome: 'answered', answer: { messageType: 'RRes', resultsStatus: '01' } }] })
  t.equal(ds.of('RReq').length, 1)
})
