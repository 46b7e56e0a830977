import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { build, post } from '../../setup/app.ts'
import { browserRequest } from '../../setup/requests.ts'
import { challenge, type Challenged, cresOf, open, type Page, press, submit } from './browser-client.ts'

const app = await build(t, { PUBLIC_URL: 'https://acs.test/mock' })

function start (acctNumber = '4000400040004004'): Promise<Challenged> {
  return challenge(app, randomUUID(), { cardholderAccount: { acctNumber } })
}

const approvalOf = ({ acsTransID }: { acsTransID: string }) => `/acs/oob/${acsTransID}`
const statusOf = async ({ acsTransID }: Challenged) => app.inject(`/acs/challenge/${acsTransID}/status`)

function checkApproval (t: Test, page: Page, title: string, words: string): void {
  t.equal(page.status, 200)
  t.equal(page.title, `${title} - Mock Bank`)
  t.match(page.html, words)
  t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache', 'content-security-policy': /; form-action 'self'$/ })
}

t.test('out of band: nothing until the cardholder approves, then Y (emv3ds §5.6)', async (t) => {
  const challenged = await start()
  const waiting = await submit(app, '/acs/challenge', { creq: challenged.creq })
  t.match(waiting.html, `https://acs.test/mock/acs/oob/${challenged.acsTransID}`)
  t.match(waiting.html, ` data-status="challenge/${challenged.acsTransID}/status"`)
  t.match((await press(app, waiting, '', 'continue')).html, 'Not approved yet.')
  const status = await statusOf(challenged)
  t.strictSame([status.statusCode, status.json(), status.headers['access-control-allow-origin'], status.headers['cache-control']], [200, { approved: false }, '*', 'no-store'])

  const asked = await open(app, approvalOf(challenged))
  checkApproval(t, asked, 'Confirm your payment', 'Is this you?')
  t.equal(asked.form?.action, approvalOf(challenged))
  checkApproval(t, await submit(app, asked.form?.action as string, { action: 'approve' }), 'Approved', 'You may go back')
  checkApproval(t, await submit(app, asked.form?.action as string, { action: 'decline' }), 'Approved', 'You may go back')
  t.strictSame((await statusOf(challenged)).json(), { approved: true })
  t.match(cresOf(await press(app, waiting, '', 'continue')), { transStatus: 'Y' })
  checkApproval(t, await open(app, approvalOf(challenged)), 'Approved', 'You may go back')
  t.match((await post(app, '/3ds/final', challenged)).body, { transStatus: 'Y', resultsRequest: { interactionCounter: '01' } })
})

t.test('out of band: what is declined is N, reason 01, once the cardholder continues (emv3ds §5.6)', async (t) => {
  const challenged = await start()
  const waiting = await submit(app, '/acs/challenge', { creq: challenged.creq })
  checkApproval(t, await submit(app, approvalOf(challenged), { action: 'decline' }), 'Declined', 'Nothing will be paid.')
  t.strictSame((await statusOf(challenged)).json(), { approved: false })
  t.match(cresOf(await press(app, waiting, '', 'continue')), { transStatus: 'N' })
  t.match((await post(app, '/3ds/final', challenged)).body, { transStatus: 'N', resultsRequest: { transStatusReason: '01' } })
})

t.test('when the challenge is over nobody is asked', async (t) => {
  const challenged = await start()
  await press(app, await submit(app, '/acs/challenge', { creq: challenged.creq }), '', 'cancel')
  checkApproval(t, await open(app, approvalOf(challenged)), 'This is over', 'Nobody waits for your decision any more.')
  checkApproval(t, await submit(app, approvalOf(challenged), { action: 'approve' }), 'This is over', 'Nobody waits for your decision any more.')
})

t.test('decoupled: the decision ends it, and is reported at once (emv3ds §5.7)', async (t) => {
  for (const [action, title, result] of [
    ['approve', 'Approved', { transStatus: 'Y', resultsRequest: { transStatus: 'Y' } }],
    ['decline', 'Declined', { transStatus: 'N', resultsRequest: { transStatus: 'N', transStatusReason: '01' } }]
  ] as const) {
    const request = { ...browserRequest(randomUUID(), '4000400040004010'), threeDSRequestorDecReqInd: 'Y', threeDSRequestorDecMaxTime: '00010' }
    const { body } = await post(app, '/3ds/authenticate', request)
    t.match(body, { transStatus: 'D', authenticationResponse: { acsDecConInd: 'Y' } })
    const ids = { threeDSServerTransID: body.threeDSServerTransID }
    t.match(await post(app, '/3ds/final', ids), { status: 400 })
    checkApproval(t, await open(app, approvalOf(body.authenticationResponse)), 'Confirm your payment', 'Is this you?')
    for (let times = 0; times < 2; times++) checkApproval(t, await submit(app, approvalOf(body.authenticationResponse), { action }), title, 'You may go back')
    t.match((await post(app, '/3ds/final', ids)).body, result)
    t.notHas((await post(app, '/3ds/final', ids)).body.resultsRequest, { interactionCounter: String })
  }
})

t.test('where nobody is asked out of band there is nothing to approve, and an answer that is none is refused', async (t) => {
  const [text, asked] = [await start('4000400040004001'), await start()]
  const { body } = await post(app, '/3ds/authenticate', browserRequest(randomUUID(), '4000400040004000'))
  const refused = (page: Page, words: string) => {
    t.equal(page.status, 400)
    t.equal(page.title, 'There is nothing to approve - Mock Bank')
    t.match(page.html, `<p>${words}</p>`)
    t.notOk(page.form)
  }
  for (const id of [text.acsTransID, body.authenticationResponse.acsTransID, randomUUID(), 'x', '%3Cscript%3E']) {
    refused(await open(app, `/acs/oob/${id}`), 'Transaction not found.')
    refused(await submit(app, `/acs/oob/${id}`, { action: 'approve' }), 'Transaction not found.')
  }
  for (const fields of [{}, { action: '' }, { action: 'Approve' }, { action: '__proto__' }]) {
    refused(await submit(app, approvalOf(asked), fields), 'action must be one of approve, decline.')
  }
  refused(await submit(app, approvalOf(asked), [['action', 'approve'], ['action', 'decline']]), 'action must be sent once.')
  checkApproval(t, await open(app, approvalOf(asked)), 'Confirm your payment', 'Is this you?')
  await app.stateStore.update(asked.threeDSServerTransID, (transaction) => ({ ...transaction, parties: { threeDSServer: 'here', ds: 'here', acs: 'elsewhere' } }))
  refused(await open(app, approvalOf(asked)), 'Transaction not found.')
  const creq = JSON.stringify({ ...asked.challengeRequest, messageType: 'x' })
  t.match(cresOf(await submit(app, '/acs/challenge', { creq })), { messageType: 'Erro', errorCode: '101' })
  t.match(await post(app, '/3ds/final', asked), { status: 400 }, 'another ACS\'s challenge is not ended here')
  for (const id of [randomUUID(), 'x']) {
    const { statusCode, body: said } = await app.inject(`/acs/challenge/${id}/status`)
    t.strictSame([statusCode, JSON.parse(said)], [400, { error: 'Transaction not found', code: 'transaction_not_found' }])
  }
})

t.test('the original server\'s path has the address of the bank\'s app too, and asks nobody by itself', async (t) => {
  const challenged = await start()
  const page = await submit(app, '/processor/mock/acs/trigger-otp?redirectUrl=https%3A%2F%2Fshop.test%2F', { creq: challenged.creq })
  t.match(page.html, `https://acs.test/mock/acs/oob/${challenged.acsTransID}`)
  t.notMatch(page.html, 'data-status')
})
