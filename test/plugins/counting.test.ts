import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createManualClock } from '../../src/clock.ts'
import { answerPage, build, post, START } from '../setup/app.ts'
import { startAcs } from '../setup/parties/acs.ts'
import { resultsRefusedByDs, startDirectoryServer } from '../setup/parties/directory-server.ts'
import { aReq, browserCReq, erro, oReq, pReq } from '../setup/parties/messages.ts'
import { hangUp, silence } from '../setup/parties/party.ts'
import { encoded, postForm, readForms, submit } from '../setup/parties/shop.ts'
import { resultsTaken, resultsWithoutStatus, startThreeDSServer } from '../setup/parties/three-ds-server.ts'
import { startReceiver } from '../setup/receiver.ts'
import { browserRequest, CHALLENGE_CARD } from '../setup/requests.ts'

/** What is counted now, without what only says how long it took. */
async function told (app: FastifyInstance, names: RegExp): Promise<string[]> {
  const { body } = await app.inject('/metrics')
  return body.split('\n').filter((line) => new RegExp(`^threeds_(?:${names.source})(?:\\{| )`).test(line)).map((line) => line.slice('threeds_'.length)).toSorted()
}

const inForms = (payload: string) => ({ method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload } as const)

t.test('a foreign 3DS Server and a foreign ACS: what came, what went out and what came of it, each AReq once', async (t) => {
  const [theirs, acs] = await Promise.all([startThreeDSServer(t), startAcs(t)])
  const app = await build(t, { DS_ACS_URL: acs.url, DS_ACS_TIMEOUT_MS: '300', ACS_SIGNING_ALG: 'ES256' })
  const ds = `${await app.listen({ host: '127.0.0.1', port: 0 })}/ds`
  await theirs.authenticate(ds, aReq())
  await theirs.authenticate(ds, aReq({ channel: '03' }))
  await post(app, '/3ds/authenticate', browserRequest(randomUUID()))
  acs.onAuthentication(silence)
  await theirs.authenticate(ds, aReq())
  acs.onAuthentication(hangUp)
  await theirs.authenticate(ds, aReq())
  await theirs.authenticate(ds, { ...aReq(), mcc: '12' })
  await theirs.prepare(ds, pReq())
  await theirs.post(ds, erro(aReq(), 'S', '203', 'eci'))
  // The complaint about the timeout nobody waits for.
  t.strictSame((await told(app, /transactions_total|messages_(?:received|sent)_total|erros_\w+/)).filter((line) => !line.includes('sent_total{message="Erro"')), [
    'erros_raised_total{component="D",code="203"} 1',
    'erros_received_total{component="S",code="203"} 1',
    'messages_received_total{door="ds",message="AReq"} 5',
    'messages_received_total{door="ds",message="Erro"} 1',
    'messages_received_total{door="ds",message="PReq"} 1',
    'messages_sent_total{message="AReq",outcome="answered"} 3',
    'messages_sent_total{message="AReq",outcome="timed-out"} 1',
    'messages_sent_total{message="AReq",outcome="unreachable"} 2',
    'transactions_total{flow="3ri",status="Y"} 1',
    'transactions_total{flow="browser",status="A"} 2',
    'transactions_total{flow="browser",status="Y"} 2'
  ])
})

t.test('a foreign DS: AReq that came to /acs, and what came of each report', async (t) => {
  const clock = createManualClock(START)
  const [app, ds] = await Promise.all([build(t, { ACS_SIGNING_ALG: 'ES256', ACS_RRES_TIMEOUT_MS: '300' }, { clock }), startDirectoryServer(t)])
  const acs = `${await app.listen({ host: '127.0.0.1', port: 0 })}/acs`
  const end = async () => {
    const { message: ares } = await ds.authenticate(acs, aReq({}, { acctNumber: CHALLENGE_CARD }))
    const [form] = readForms((await postForm(ares.acsURL, { creq: encoded(browserCReq(ares)) })).raw)
    await submit({ ...form as any, fields: { ...form?.fields, otp: '1234', action: 'submit' } }, ares.acsURL)
  }
  for (const behaviour of [resultsTaken(), resultsRefusedByDs('405', 'x'), resultsWithoutStatus, silence]) {
    ds.onResults(behaviour)
    await end()
  }
  ds.onResults(hangUp)
  await end()
  t.strictSame(await told(app, /jobs_waiting/), ['jobs_waiting{when="due"} 0', 'jobs_waiting{when="later"} 6'])
  for (const behaviour of [hangUp, resultsTaken()]) {
    clock.advance(10_000)
    ds.onResults(behaviour)
    await app.jobs.runDue()
  }
  await ds.inform(acs, oReq())
  t.strictSame(await told(app, /transactions_total|challenge_results_total|messages_received_total|result_reports_total|job_runs_total/), [
    'challenge_results_total{channel="browser",status="Y"} 5',
    'job_runs_total{kind="report",outcome="again"} 1',
    'job_runs_total{kind="report",outcome="done"} 1',
    'messages_received_total{door="acs",message="AReq"} 5',
    'messages_received_total{door="acs",message="OReq"} 1',
    'result_reports_total{outcome="erro",retry="false"} 1',
    'result_reports_total{outcome="faulty",retry="false"} 1',
    'result_reports_total{outcome="taken",retry="false"} 1',
    'result_reports_total{outcome="taken",retry="true"} 1',
    'result_reports_total{outcome="timed-out",retry="false"} 1',
    'result_reports_total{outcome="unreachable",retry="false"} 2',
    'result_reports_total{outcome="unreachable",retry="true"} 1',
    'transactions_total{flow="browser",status="C"} 5'
  ])
  t.strictSame((await told(app, /job_lateness_seconds_count/)), ['job_lateness_seconds_count{kind="report"} 2'])
})

t.test('results posted to whoever asked for them, the 3DS Method, and Erro of a DS and an SDK', async (t) => {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
  await method(t, app)
  const { url } = await startReceiver(t)
  for (const address of [url, 'http://nobody.invalid/']) {
    const request = browserRequest(randomUUID()) as any
    const { body } = await post(app, '/3ds/authenticate', { ...request, merchant: { ...request.merchant, resultsResponseNotificationUrl: address } })
    await answerPage(app, body.authenticationResponse, 'action=cancel')
  }
  await app.inject({ method: 'POST', url: '/acs/app', payload: { messageType: 'Erro', errorComponent: 'C', errorCode: '402' } })
  await post(app, '/3ds/version', {})
  await app.inject({ method: 'POST', url: '/3ds/results', payload: { messageType: 'Erro', errorComponent: 'D', errorCode: '305' } })
  t.strictSame(await told(app, /result_\w+_total|erros_\w+/), [
    'erros_received_total{component="C",code="402"} 1',
    'erros_received_total{component="D",code="305"} 1',
    'result_deliveries_total{outcome="delivered"} 1',
    'result_deliveries_total{outcome="refused"} 1',
    'result_reports_total{outcome="taken",retry="false"} 2'
  ])
})

async function method (t: Test, app: FastifyInstance): Promise<void> {
  const run = randomUUID()
  await app.inject({ url: '/acs/method', ...inForms(`threeDSMethodData=${Buffer.from(JSON.stringify({ threeDSServerTransID: run })).toString('base64url')}`) })
  await app.inject({ url: '/acs/method', ...inForms('threeDSMethodData=x') })
  await app.inject({ url: `/acs/method/${run}`, ...inForms('browserLanguage=en') })
  t.strictSame(await told(app, /method_\w+/), ['method_steps_total{step="data"} 1', 'method_steps_total{step="page"} 1'])
}
