import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { randomIds } from '../../src/ids.ts'
import { build, START } from '../setup/app.ts'
import type { Version } from '../setup/parties/messages.ts'
import { commonMembers } from '../setup/parties/named.ts'
import { hangUp } from '../setup/parties/party.ts'
import { resultsTaken } from '../setup/parties/three-ds-server.ts'
import { redisIsLeftOut, startRedisServer } from '../setup/redis-server.ts'
import { type Authenticated, DECOUPLED_VERSIONS, Stage, startStage } from './stage.ts'

/* Timers and reports are in Redis: emv3ds-protocol §10, §11. */

const SECOND = 1000

/** Another instance on the same Redis, with the same clock, for the same foreign parties. */
async function another (t: Test, stage: Stage, env: Record<string, string>): Promise<Stage> {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', ...env }, { ids: randomIds, clock: stage.clock })
  return new Stage({ ...stage, app, url: await app.listen({ host: '127.0.0.1', port: 0 }) })
}

/** Ways to wait for something, how they begin, and what is reported in the end. */
const WAITS: readonly { name: string, begin: (stage: Stage, version: Version) => Promise<Authenticated>, length: number, result: (version: Version) => Record<string, unknown> }[] = [
  {
    name: 'the first CReq',
    begin: (stage, version) => stage.authenticate({ version, card: '4000400040004001' }),
    length: 30 * SECOND,
    result: (version) => ({ transStatus: 'N', transStatusReason: '14', challengeCancel: '05', ...method(version, '02'), interactionCounter: '00' })
  },
  {
    name: 'an answer on the page',
    begin: async (stage, version) => {
      const done = await stage.authenticate({ version, card: '4000400040004001' })
      await stage.open(done)
      return done
    },
    length: 600 * SECOND,
    result: (version) => ({ transStatus: 'N', transStatusReason: '14', challengeCancel: '04', ...method(version, '02'), interactionCounter: '00' })
  },
  {
    name: 'the cardholder, decoupled',
    begin: (stage, version) => stage.authenticate({ version, card: '4000400040004010' }, { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00060' }),
    length: 3600 * SECOND,
    result: () => ({ transStatus: 'U', transStatusReason: '24', challengeCancel: '03' })
  },
  {
    name: 'the second AReq of a payment confirmation',
    begin: (stage) => stage.authenticate({ version: '2.3.1', card: '4000400040004012' }, { threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.test' }),
    length: 600 * SECOND,
    result: () => ({ messageVersion: '2.3.1', transStatus: 'N', transStatusReason: '14', challengeCancel: '04', authenticationMethod: ['14'], interactionCounter: '00' })
  },
  {
    name: 'a DS that is away',
    begin: async (stage, version) => {
      stage.onResults(hangUp)
      const done = await stage.authenticate({ version, card: '4000400040004001' })
      await stage.press(await stage.open(done), done, { otp: '1234', action: 'submit' })
      stage.onResults(resultsTaken())
      return done
    },
    length: 10 * SECOND,
    result: () => ({ transStatus: 'U', transStatusReason: '22', interactionCounter: '01' })
  }
]

function method (version: Version, code: string): Record<string, unknown> {
  return version === '2.3.1' ? { authenticationMethod: [code] } : { authenticationType: code }
}

t.test('what is waited for is waited for by the next server as well: RReq at the time that was set, whole; a late CReq gets A/402', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url, SEED: 'shared', TRANSACTION_TTL_SECONDS: '86400' }
  let stage = await startStage(t, 'DS', env)
  // It lasts longer than the test in which it begins.
  const next = () => another(t, stage, env)
  for (const { name, begin, length, result } of WAITS) {
    for (const version of DECOUPLED_VERSIONS) {
      await t.test(`${name}, ${version}`, async (t) => {
        const done = await begin(stage, version)
        const before = stage.results(done).length
        await stage.app.close()
        stage.clock.advance(length - 1)
        stage = await next()
        await stage.later(0)
        t.equal(stage.results(done).length, before, 'not yet')
        await stage.later(1)
        t.strictSame(stage.results(done).slice(before), [{ ...commonMembers('RReq', version), messageCategory: '01', ...result(version) }])
        t.match(await stage.challenge(done), { state: 'ended' })
        if (name === 'the first CReq') t.match(await stage.atShop(await stage.open(done), done), { messageType: 'Erro', errorCode: '402', errorComponent: 'A' })
      })
    }
  }
  t.strictSame(stage.faults, [])
})

t.test('of three servers one reports, once (§10, §11)', { skip: redisIsLeftOut }, async (t) => {
  const redis = await startRedisServer(t)
  const env = { USE_REDIS: 'true', REDIS_URL: redis.url, SEED: 'shared' }
  const one = await startStage(t, 'DS', env, createManualClock(START))
  const [two, three] = [await another(t, one, env), await another(t, one, env)]
  const all: Authenticated[] = []
  for (let index = 0; index < 12; index++) {
    const stage = [one, two, three][index % 3] as Stage
    all.push(await stage.authenticate({ version: index % 2 === 0 ? '2.2.0' : '2.3.1', card: '4000400040004001' }))
  }
  one.clock.advance(30 * SECOND)
  await Promise.all([one, two, three].map(({ app }) => app.jobs.runDue()))
  for (const done of all) t.match(one.results(done), [{ transStatus: 'N', transStatusReason: '14', challengeCancel: '05' }])
  t.equal(one.peer.of('RReq').length, all.length)
  t.strictSame(one.faults, [])
})
