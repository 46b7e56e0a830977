import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { build, keepLog, post, START } from '../setup/app.ts'
import { authenticated, startAcs } from '../setup/parties/acs.ts'
import { aReq, type Version } from '../setup/parties/messages.ts'
import { startThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { browserRequest, CHALLENGE_CARD } from '../setup/requests.ts'
import { DECOUPLED_VERSIONS } from './stage.ts'

/* Decoupled authentication by an ACS of somebody else: who waits for its result, and for how long (emv3ds-protocol §5.7, §11). */

const SECOND = 1000
const MINUTE = 60 * SECOND
const GRACE: Readonly<Record<string, number>> = { '2.2.0': 30 * SECOND, '2.3.1': 60 * MINUTE + 30 * SECOND }
const LATE = 'no result of a decoupled authentication came in time: it has failed'

/** 3DS Server and Directory Server, with an ACS elsewhere that answers D. Transactions are kept for five minutes. */
async function start (t: Test) {
  const [clock, acs, { logger, lines }] = [createManualClock(START), await startAcs(t), await keepLog()]
  acs.onAuthentication(authenticated({ transStatus: 'D' }))
  const app = await build(t, { DS_ACS_URL: acs.url, TRANSACTION_TTL_SECONDS: '300', MAX_TRANSACTIONS: '10' }, { clock, logger })
  return {
    app,
    acs,
    /** Time goes by, and what is due then is done. */
    async later (milliseconds: number): Promise<void> {
      for (let left = milliseconds; left > 0; left -= 2 * MINUTE) {
        clock.advance(Math.min(left, 2 * MINUTE))
        await app.jobs.runDue()
      }
    },
    late: () => lines.filter((line) => line.includes(LATE)).length
  }
}

function request (version: Version, minutes: string) {
  const { threeDSRequestor, ...rest } = browserRequest(randomUUID(), CHALLENGE_CARD) as any
  const wish = { threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: minutes }
  return { ...rest, threeDSRequestor: { ...threeDSRequestor, ...wish }, preferredProtocolVersion: version, enforcePreferredProtocolVersion: true }
}

t.test('the 3DS Server waits the time that was given and 30 s, in 2.3.1 1 h 30 s; then it has failed: final says U, and what comes later is S/402 (§5.7, §11)', async (t) => {
  const { app, acs, later, late } = await start(t)
  for (const version of DECOUPLED_VERSIONS) {
    for (const minutes of ['00001', '00061']) {
      const { body } = await post(app, '/3ds/authenticate', request(version, minutes))
      t.match(body, { transStatus: 'D', authenticationResponse: { messageVersion: version } })
      const { threeDSServerTransID } = body
      const before = late()
      await later(Number(minutes) * MINUTE + (GRACE[version] as number) - 1)
      t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 400, body: { code: 'results_not_found' } }, `${version} ${minutes}`)
      t.equal(late(), before)
      await later(1)
      const failed = { status: 200, body: { threeDSServerTransID, transStatus: 'U' } }
      t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), failed)
      t.equal(late(), before + 1, 'once')
      const { areq, ares } = acs.transaction(threeDSServerTransID)
      const { body: erro } = await post(app, '/ds', resultOf(areq, ares))
      t.match(erro, { messageType: 'Erro', errorCode: '402', errorComponent: 'S', errorDetail: 'The time of the decoupled authentication is over', messageVersion: version })
      t.strictSame(await post(app, '/3ds/final', { threeDSServerTransID }), failed, 'and that stands')
    }
  }
})

t.test('a result that comes in the last moment counts, and nobody waits any more (§5.7)', async (t) => {
  const { app, acs, later, late } = await start(t)
  for (const version of DECOUPLED_VERSIONS) {
    const { body: { threeDSServerTransID } } = await post(app, '/3ds/authenticate', request(version, '00010'))
    await later(10 * MINUTE + (GRACE[version] as number) - 1)
    const { areq, ares } = acs.transaction(threeDSServerTransID)
    t.match((await post(app, '/ds', resultOf(areq, ares))).body, { messageType: 'RRes', resultsStatus: '01' })
    await later(2 * MINUTE)
    t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 200, body: { transStatus: 'Y' } })
    t.equal((await app.jobs.waiting()).later, 0)
  }
  t.equal(late(), 0)
})

t.test('a DS between two others keeps the transaction as long, and relays what comes; whoever repeats the id ends the wait (§5.7)', async (t) => {
  const { app, acs, later, late } = await start(t)
  const theirs = await startThreeDSServer(t)
  const message = aReq({ version: '2.2.0' }, { acctNumber: CHALLENGE_CARD, threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00060', threeDSServerURL: theirs.url })
  t.match((await post(app, '/ds', message)).body, { transStatus: 'D' })
  await later(59 * MINUTE)
  const { areq, ares } = acs.transaction(message.threeDSServerTransID)
  t.match((await post(app, '/ds', resultOf(areq, ares))).body, { messageType: 'RRes' })
  await later(3 * MINUTE)
  t.equal((await app.jobs.waiting()).later, 0)

  const again = aReq({ version: '2.2.0' }, { ...message, threeDSServerTransID: randomUUID() })
  await post(app, '/ds', again)
  acs.onAuthentication(authenticated())
  t.match((await post(app, '/ds', again)).body, { transStatus: 'Y' })
  await later(3 * MINUTE)
  t.strictSame([(await app.jobs.waiting()).later, late()], [0, 0])
})

function resultOf ({ messageVersion, threeDSServerTransID, dsTransID }: any, { acsTransID }: any) {
  const method = messageVersion === '2.3.1' ? { authenticationMethod: ['12'] } : { authenticationType: '04' }
  return {
    messageType: 'RReq', messageVersion, threeDSServerTransID, dsTransID, acsTransID, messageCategory: '01', transStatus: 'Y', eci: '05', authenticationValue: 'AAECAwQFBgcICQoLDA0ODxAREhM=', ...method
  }
}
