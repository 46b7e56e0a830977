import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { build, keepLog, post, START } from '../../setup/app.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest } from '../../setup/requests.ts'
import { challenge, type Challenged, cresOf, open, type Page, press, submit } from './browser-client.ts'

const app = await build(t)
const PATH = '/acs/challenge'

function start (members: Record<string, any> = {}): Promise<Challenged> {
  return challenge(app, randomUUID(), members)
}

function openChallenge ({ creq }: Pick<Challenged, 'creq'>, threeDSSessionData?: string): Promise<Page> {
  return submit(app, PATH, { creq, ...(threeDSSessionData === undefined ? {} : { threeDSSessionData }) })
}

function checkQuestion (t: Test, page: Page, { acsTransID }: Challenged, attempts: number, notice?: string): void {
  t.equal(page.status, 200)
  t.match(page, { title: `${notice === 'Wrong code' ? 'Wrong code: ' : ''}Confirm your payment - Mock Bank`, form: { action: `${PATH}/${acsTransID}`, fields: {} } })
  t.match(page.html, attempts === 1 ? '1 attempt left' : `${attempts} attempts left`)
  for (const text of ['Wrong code. Please try again.', 'We sent the code again.']) t.equal(page.html.includes(text), notice !== undefined && text.includes(notice), text)
}

function checkEnd (t: Test, page: Page, { threeDSServerTransID, acsTransID }: Challenged, transStatus: string, threeDSSessionData?: string): void {
  t.equal(page.status, 200)
  t.equal(page.form?.action, 'https://shop.test/3ds/return')
  t.strictSame(Object.keys(page.form?.fields ?? {}), threeDSSessionData === undefined ? ['cres'] : ['cres', 'threeDSSessionData'])
  t.equal(page.form?.fields['threeDSSessionData'], threeDSSessionData)
  t.strictSame(cresOf(page), {
    messageType: 'CRes', messageVersion: '2.2.0', threeDSServerTransID, acsTransID, challengeCompletionInd: 'Y', transStatus
  })
}

async function checkFinal (t: Test, { threeDSServerTransID, acsTransID, dsTransID }: Challenged, result: Record<string, string>): Promise<void> {
  const { body } = await post(app, '/3ds/final', { threeDSServerTransID })
  const proof = result['transStatus'] === 'Y' ? { eci: '05', authenticationValue: body.authenticationValue } : {}
  if (result['transStatus'] === 'Y') t.match(body.authenticationValue, /^AAAB[A-Za-z0-9+/]{23}=$/)
  const ids = { threeDSServerTransID, acsTransID, dsTransID }
  t.strictSame(body, {
    ...proof,
    threeDSServerTransID,
    transStatus: result['transStatus'],
    resultsResponse: { messageType: 'RRes', messageVersion: '2.2.0', ...ids, resultsStatus: '01' },
    resultsRequest: {
      messageType: 'RReq', messageVersion: '2.2.0', ...ids, messageCategory: '01', ...(result['transStatus'] === 'U' ? {} : { authenticationType: '02' }), ...proof, ...result
    }
  })
}

/** What is reported of a challenge whose CReq could not be used. */
const REFUSED = { transStatus: 'U', transStatusReason: '22', challengeCancel: '06', interactionCounter: '00' }

t.test('the right code: Y, told to the shop through the browser and by /3ds/final (emv3ds §5.3)', async (t) => {
  const challenged = await start()
  t.equal(new URL(challenged.acsURL).pathname, PATH)
  const question = await openChallenge(challenged, 'c2Vzc2lvbg')
  checkQuestion(t, question, challenged, 3)
  for (const text of ['Harbor Books', '€45.99', 'Nov 20, 2026', 'Visa', '4001', 'code <b>1234</b> passes']) t.match(question.html, text)
  t.notMatch(question.html, '4000400040004001')
  checkEnd(t, await press(app, question, '1234', 'submit'), challenged, 'Y', 'c2Vzc2lvbg')
  await checkFinal(t, challenged, { transStatus: 'Y', interactionCounter: '01' })
})

t.test('an amount in a currency that ISO 4217 has not assigned is shown with the bare code', async (t) => {
  const { html } = await openChallenge(await start({ purchase: { purchaseCurrency: '000' } }))
  t.match(html, '<dd class="amount">45.99 (currency 000)</dd>')
})

t.test('a wrong code asks again, until OTP_MAX_ATTEMPTS: N, reason 19 (emv3ds §10)', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  const second = await press(app, question, '0000')
  checkQuestion(t, second, challenged, 2, 'Wrong code')
  t.match(await post(app, '/3ds/final', { threeDSServerTransID: challenged.threeDSServerTransID }), { status: 400 })
  const third = await press(app, second, '', 'submit')
  checkQuestion(t, third, challenged, 1, 'Wrong code')
  checkQuestion(t, await openChallenge(challenged), challenged, 1)
  checkEnd(t, await press(app, third, '1234 '), challenged, 'N')
  await checkFinal(t, challenged, { transStatus: 'N', transStatusReason: '19', interactionCounter: '03' })
})

t.test('resend is no attempt; wrong, then right is Y with two answers', async (t) => {
  const challenged = await start()
  const resent = await press(app, await openChallenge(challenged), '', 'resend')
  checkQuestion(t, resent, challenged, 3, 'sent the code again')
  checkEnd(t, await press(app, await press(app, resent, '1'), '1234'), challenged, 'Y')
  await checkFinal(t, challenged, { transStatus: 'Y', interactionCounter: '02' })
})

t.test('cancel: N in the CRes, challengeCancel 01 in the RReq (emv3ds §9.1)', async (t) => {
  const challenged = await start()
  checkEnd(t, await press(app, await openChallenge(challenged, 'x'), '1234', 'cancel'), challenged, 'N', 'x')
  await checkFinal(t, challenged, { transStatus: 'N', transStatusReason: '01', challengeCancel: '01', interactionCounter: '00' })
})

t.test('creq is read raw, in base64 and base64url, padded or not, in either spelling', async (t) => {
  const challenged = await start()
  // Bytes that the two alphabets write differently.
  const emv = { ...challenged.challengeRequest, messageExtension: [{ name: '>>>???ÿÿ', id: 'x', criticalityIndicator: false, data: { a: 'b' } }] }
  const mixed = { ...emv, acsTransId: challenged.acsTransID.toUpperCase(), acsTransID: undefined }
  for (const value of [emv, inRuntimeSpelling(emv), mixed]) {
    const json = JSON.stringify(value)
    const padded = Buffer.from(json).toString('base64')
    t.match(padded, /[+/]/)
    const unpadded = padded.replace(/=+$/, '')
    const url = Buffer.from(json).toString('base64url')
    const forms = [
      json, ` ${JSON.stringify(value, null, 2)}\n`, padded, unpadded, url, url.padEnd(padded.length, '='),
      padded.replace(/.{76}/g, '$&\r\n')
    ]
    for (const creq of forms) checkQuestion(t, await openChallenge({ creq }), challenged, 3)
  }
  checkQuestion(t, await openChallenge(challenged), challenged, 3)
})

t.test('threeDSSessionData comes back byte for byte, and not at all when none came (emv3ds §5.3)', async (t) => {
  const long = Buffer.from('session '.repeat(96)).toString('base64url')
  for (const sent of ['a+b/c==', '', ' lead and  trail ', 'ünï😀\u202e', '100%', '%41%2B%zz', '<b>"\'&amp;&#13;', 'C:\\n\\\\u0000\\"', '\u00a0\ufeff\u2028\ufffd', 'undefined', long]) {
    const challenged = await start()
    const question = await openChallenge(challenged, sent)
    checkEnd(t, await press(app, question, '1234'), challenged, 'Y', sent)
    checkEnd(t, await openChallenge(challenged, sent), challenged, 'Y', sent)
    checkEnd(t, await openChallenge(challenged), challenged, 'Y', sent)
  }
})

t.test('threeDSSessionData that no browser would take back unchanged is refused: Erro A/203, without it, and the challenge is over', async (t) => {
  for (const sent of ['a\r\nb', 'a\rb', '\n', 'a\u0000', 'a\tb', '\u001b[0m', '\u007f', '\u0085', '\r\n']) {
    const challenged = await start()
    const { threeDSServerTransID, acsTransID, dsTransID } = challenged
    const page = await openChallenge(challenged, sent)
    t.equal(page.status, 200)
    t.equal(page.form?.action, 'https://shop.test/3ds/return')
    t.strictSame(Object.keys(page.form?.fields ?? {}), ['cres'])
    t.strictSame(cresOf(page), {
      messageType: 'Erro',
      messageVersion: '2.2.0',
      errorCode: '203',
      errorComponent: 'A',
      errorDescription: 'An element has an invalid format or value',
      errorDetail: 'threeDSSessionData',
      errorMessageType: 'CReq',
      threeDSServerTransID,
      acsTransID,
      dsTransID
    })
    const faulty = await openChallenge({ creq: JSON.stringify({ ...challenged.challengeRequest, messageType: 'x' }) }, sent)
    t.strictSame(Object.keys(faulty.form?.fields ?? {}), ['cres'], 'nor does it come back with another fault')
    checkEnd(t, await openChallenge(challenged), challenged, 'N')
    await checkFinal(t, challenged, REFUSED)
  }
  const unknown = JSON.stringify({ ...(await start()).challengeRequest, threeDSServerTransID: randomUUID(), acsTransID: randomUUID() })
  checkErrorPage(t, await openChallenge({ creq: unknown }, 'a\nb'), 400, 'The challenge request cannot be used.')
})

t.test('a challenge in an app is not for browsers (emv3ds §5.4): refused, and still open for the app', async (t) => {
  const { body } = await post(app, '/3ds/authenticate', appRequest(randomUUID()))
  const { acsTransID } = body.authenticationResponse
  const creq = JSON.stringify(body.challengeRequest)
  const refused = 'The challenge of this transaction is in an app.'
  const action = `${PATH}/${acsTransID}`
  for (const page of [await openChallenge({ creq }, 's'), await submit(app, action, { otp: '1234' }), await submit(app, action, { action: 'cancel' }), await open(app, action)]) {
    checkErrorPage(t, page, 400, refused)
  }
  t.match(await post(app, '/3ds/final', { threeDSServerTransID: body.threeDSServerTransID }), { status: 400, body: { code: 'results_not_found' } })

  const returning = { ...appRequest(randomUUID()), merchant: { notificationURL: 'https://shop.test/3ds/return' } }
  const { body: { challengeRequest } } = await post(app, '/3ds/authenticate', returning)
  const page = await openChallenge({ creq: JSON.stringify(challengeRequest) }, 's')
  t.match(page.form, { action: 'https://shop.test/3ds/return', fields: { threeDSSessionData: 's' } })
  t.match(cresOf(page), { messageType: 'Erro', errorCode: '305', errorDetail: 'acsTransID' })
})

t.test('a form that is sent again, by a reload or a second click, is no second attempt', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  t.strictSame(question.form?.fields, { attempt: '0' })
  const second = await press(app, question, '0000')
  t.strictSame(second.form?.fields, { attempt: '1' })
  for (let reload = 0; reload < 5; reload++) t.equal((await press(app, question, '0000')).html, second.html)
  const third = await press(app, second, '0000')
  checkQuestion(t, third, challenged, 1, 'Wrong code')
  for (const older of [question, second]) t.equal((await press(app, older, '0000')).html, third.html)
  const ended = await press(app, third, '0000')
  checkEnd(t, ended, challenged, 'N')
  for (const again of [question, second, third]) t.equal((await press(app, again, '0000')).html, ended.html)
  await checkFinal(t, challenged, { transStatus: 'N', transStatusReason: '19', interactionCounter: '03' })
})

t.test('an earlier form with another code is an attempt, so that a script with one page cannot try them all', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  checkQuestion(t, await press(app, question, '0000'), challenged, 2, 'Wrong code')
  const third = await press(app, question, '0001')
  checkQuestion(t, third, challenged, 1, 'Wrong code')
  t.equal((await press(app, question, '0001')).html, third.html, 'loaded again it is none')
  checkEnd(t, await press(app, question, '0002'), challenged, 'N')
  await checkFinal(t, challenged, { transStatus: 'N', transStatusReason: '19', interactionCounter: '03' })
})

t.test('the right code passes from an earlier page too, and a form without a usable number is an attempt', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  await press(app, question, '0000')
  for (const [attempt, left] of [['x', '1 attempt left'], ['-1', undefined]] as const) {
    const page = await submit(app, `${PATH}/${challenged.acsTransID}`, { otp: '0000', attempt })
    if (left === undefined) checkEnd(t, page, challenged, 'N')
    else t.match(page.html, left)
  }
  const other = await start()
  const first = await openChallenge(other)
  await press(app, first, '0000')
  checkEnd(t, await press(app, first, '1234'), other, 'Y')
  await checkFinal(t, other, { transStatus: 'Y', interactionCounter: '02' })
  const third = await start()
  const asked = await openChallenge(third)
  await press(app, asked, '0000')
  checkEnd(t, await press(app, asked, '', 'cancel'), third, 'N')
  checkErrorPage(t, await submit(app, `${PATH}/${other.acsTransID}`, [['otp', '1'], ['attempt', '0'], ['attempt', '1']]), 400, 'attempt must be sent once.')
})

t.test('a form as browsers really write it: plus for a space, percent for what is not ASCII', async (t) => {
  const challenged = await start()
  const payload = `creq=${challenged.creq}&threeDSSessionData=a+b%20c%2Bd%C3%BC%3D%3d&&x`
  const { statusCode } = await app.inject({ method: 'POST', url: PATH, headers: { 'content-type': 'Application/x-www-form-urlencoded; charset=UTF-8' }, payload })
  t.equal(statusCode, 200)
  checkEnd(t, await press(app, await open(app, `${PATH}/${challenged.acsTransID}`), '1234'), challenged, 'Y', 'a b c+dü==')
})

t.test('after the end every way back shows the same cres: reload, another creq, the page\'s own path', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged, 's')
  const ended = await press(app, question, '1234')
  for (const again of [
    await press(app, question, '1234'),
    await press(app, question, '0000'),
    await press(app, question, '', 'cancel'),
    await press(app, question, '', 'resend'),
    await openChallenge(challenged, 's'),
    await openChallenge({ creq: JSON.stringify(challenged.challengeRequest) }),
    await open(app, `${PATH}/${challenged.acsTransID}`),
    await open(app, `${PATH}/${challenged.acsTransID.toUpperCase()}`)
  ]) t.equal(again.html, ended.html)
  await checkFinal(t, challenged, { transStatus: 'Y', interactionCounter: '01' })
})

t.test('a challenge that is open is shown where it stands', async (t) => {
  const challenged = await start()
  await openChallenge(challenged)
  checkQuestion(t, await open(app, `${PATH}/${challenged.acsTransID}`), challenged, 3)
  await press(app, await openChallenge(challenged), '0')
  for (const page of [await openChallenge(challenged), await open(app, `${PATH}/${challenged.acsTransID.toUpperCase()}`)]) {
    t.match(page.html, '2 attempts left')
    checkEnd(t, await press(app, page, '', 'cancel'), challenged, 'N')
  }
})

t.test('a result that was posted to /3ds/results ends it too', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  t.match(await post(app, '/3ds/results', resultsRequest(challenged)), { status: 200 })
  checkEnd(t, await press(app, question, '0000'), challenged, 'Y')
})

t.test('a record that another server wrote tells of no ARes and no progress: its challenge begins here', async (t) => {
  const challenged = await start()
  await app.stateStore.update(challenged.threeDSServerTransID, ({ aRes, challenge, ...transaction }) => transaction)
  checkQuestion(t, await openChallenge(challenged), challenged, 3)
  checkEnd(t, await press(app, await openChallenge(challenged, 's'), '1234'), challenged, 'Y', 's')
})

t.test('a faulty creq of a known transaction: an Erro through the browser, with the session data, and an RReq (emv3ds §10, §12.3)', async (t) => {
  const frictionless = browserRequest(randomUUID(), FRICTIONLESS_CARD)
  const { body } = await post(app, '/3ds/authenticate', frictionless)
  const without: Challenged = { ...body.authenticationResponse, challengeRequest: body.challengeRequest }
  const other = await start()
  const faults: [Challenged, Record<string, unknown>, string, string][] = [
    [await start(), { challengeWindowSize: '06' }, '203', 'challengeWindowSize'],
    [await start(), { messageVersion: 5 }, '102', '2.1.0,2.2.0,2.3.1'],
    [await start(), { challengeWindowSize: '06', messageType: 'CRes', messageVersion: '9.9.9' }, '101', 'messageType'],
    [await start(), { challengeWindowSize: '06', messageVersion: '9.9.9' }, '102', '2.1.0,2.2.0,2.3.1'],
    [await start(), { messageVersion: '2.1.0' }, '203', 'messageVersion'],
    [await start(), { messageVersion: 'x' }, '102', '2.1.0,2.2.0,2.3.1'],
    [await start(), { messageVersion: undefined, challengeWindowSize: '' }, '201', 'challengeWindowSize,messageVersion'],
    [await start(), { threeDSServerTransID: undefined }, '201', 'threeDSServerTransID'],
    [await start(), { threeDSServerTransID: '' }, '201', 'threeDSServerTransID'],
    [await start(), { threeDSServerTransID: 'x', challengeWindowSize: undefined }, '203', 'threeDSServerTransID'],
    [await start(), { threeDSServerTransID: randomUUID() }, '301', 'threeDSServerTransID'],
    [await start(), { threeDSServerTransID: other.threeDSServerTransID }, '301', 'threeDSServerTransID'],
    [await start({ preferredProtocolVersion: '2.1.0' }), { messageVersion: '2.2.0' }, '203', 'messageVersion'],
    [await start(), { messageExtension: 'x' }, '203', 'messageExtension'],
    [await start(), { messageExtension: [{ name: 'x', id: 'A000000004-x', criticalityIndicator: true, data: { a: 'b' } }] }, '202', 'A000000004-x'],
    [without, {}, '305', 'acsTransID']
  ]
  for (const [challenged, members, errorCode, errorDetail] of faults) {
    const { threeDSServerTransID, acsTransID, dsTransID, challengeRequest } = challenged
    const page = await openChallenge({ creq: JSON.stringify({ ...challengeRequest, ...members }) }, 'a+b=')
    t.equal(page.status, 200)
    t.match(page.form, { action: 'https://shop.test/3ds/return', fields: { threeDSSessionData: 'a+b=' } })
    const { errorDescription, ...erro } = cresOf(page)
    t.match(errorDescription, /^[A-Z][a-z ,]+$/)
    t.strictSame(erro, {
      messageType: 'Erro',
      messageVersion: challengeRequest['messageVersion'],
      errorCode,
      errorComponent: 'A',
      errorDetail,
      errorMessageType: 'CReq',
      threeDSServerTransID,
      acsTransID,
      dsTransID
    })
  }
  for (const [challenged, , errorCode] of faults) {
    if (errorCode === '305') t.match(await post(app, '/3ds/final', { threeDSServerTransID: challenged.threeDSServerTransID }), { body: { transStatus: 'Y' } })
    else t.match((await post(app, '/3ds/final', { threeDSServerTransID: challenged.threeDSServerTransID })).body, { transStatus: 'U', resultsRequest: { challengeCancel: '06' } })
  }
  checkQuestion(t, await openChallenge(other), other, 3)
  await checkFinal(t, faults[0]?.[0] as Challenged, REFUSED)
  checkEnd(t, await openChallenge(faults[0]?.[0] as Challenged), faults[0]?.[0] as Challenged, 'N')

  const later = await start()
  await openChallenge(later, 'first')
  const creq = JSON.stringify({ ...later.challengeRequest, messageType: 'x' })
  t.equal((await openChallenge({ creq })).form?.fields['threeDSSessionData'], 'first')

  const nowhere = await start()
  await app.stateStore.update(nowhere.threeDSServerTransID, ({ aReq, ...transaction }) => ({ ...transaction, aReq: { ...aReq, notificationURL: 'ftp://shop.test/' } }))
  checkErrorPage(t, await openChallenge({ creq: JSON.stringify({ ...nowhere.challengeRequest, messageType: 'x' }) }), 400, 'The challenge request cannot be used.')
  await checkFinal(t, nowhere, REFUSED)
})

/** An error page: no form, nothing of the request. */
function checkErrorPage (t: Test, page: Page, status: number, text: string): void {
  t.equal(page.status, status)
  t.equal(page.title, 'This challenge cannot be shown - Mock Bank')
  t.match(page.html, `<p>${text}</p>\n<p>Error ${status}</p>`)
  t.notOk(page.form)
  t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-cache', 'content-security-policy': /; form-action 'none'$/ })
}

t.test('everything else that is wrong is a page, and nothing is repeated on it (emv3ds §12.3)', async (t) => {
  const challenged = await start()
  const known = challenged.challengeRequest
  const json = (members: Record<string, unknown>) => JSON.stringify({ ...known, ...members })
  const unreadable = 'Invalid JSON in challenge request.'
  const script = '<script>alert(1)</script>'
  const cases: [Record<string, string> | [string, string][], number, string][] = [
    [{}, 400, unreadable],
    [{ creq: '' }, 400, unreadable],
    [{ creq: script }, 400, unreadable],
    [{ creq: '{' }, 400, unreadable],
    [{ creq: '[]' }, 400, unreadable],
    [{ creq: 'bnVsbA' }, 400, unreadable],
    [{ creq: Buffer.from('{"a":').toString('base64') }, 400, unreadable],
    [{ creq: 'A'.repeat(131_073) }, 400, unreadable],
    [{ creq: `{${' '.repeat(131_072)}}` }, 400, unreadable],
    [{ creq: '{}' }, 400, 'The challenge request cannot be used.'],
    [{ creq: json({ threeDSServerTransID: script, acsTransID: script }) }, 400, 'The challenge request cannot be used.'],
    [{ creq: json({ threeDSServerTransID: { toString: 1 }, acsTransID: [] }) }, 400, 'The challenge request cannot be used.'],
    [{ creq: json({ threeDSServerTransID: undefined, acsTransID: undefined }) }, 400, 'The challenge request cannot be used.'],
    [{ creq: json({ threeDSServerTransID: randomUUID(), acsTransID: randomUUID(), messageType: script }) }, 400, 'The challenge request cannot be used.'],
    [{ creq: json({ threeDSServerTransID: randomUUID(), acsTransID: randomUUID() }) }, 400, 'Transaction not found.'],
    [[['creq', challenged.creq], ['creq', challenged.creq]], 400, 'creq must be sent once.'],
    [[['creq', challenged.creq], ['threeDSSessionData', 'a'], ['threeDSSessionData', 'b']], 400, 'threeDSSessionData must be sent once.']
  ]
  for (const [fields, status, text] of cases) {
    const page = await submit(app, PATH, fields)
    checkErrorPage(t, page, status, text)
    t.notMatch(page.html, '<script')
  }
  checkQuestion(t, await openChallenge(challenged), challenged, 3)
})

t.test('an entry for no challenge, or sent twice, is refused with a page', async (t) => {
  const challenged = await start()
  const action = `${PATH}/${challenged.acsTransID}`
  for (const id of [randomUUID(), 'x', '%3Cscript%3E', '..%2f..%2fhealth', 'javascript:alert(1)', '__proto__', '%00', '*']) {
    checkErrorPage(t, await submit(app, `${PATH}/${id}`, { otp: '1234' }), 400, 'Transaction not found.')
    checkErrorPage(t, await open(app, `${PATH}/${id}`), 400, 'Transaction not found.')
  }
  checkErrorPage(t, await submit(app, action, [['otp', '1234'], ['otp', '1234']]), 400, 'otp must be sent once.')
  checkErrorPage(t, await submit(app, action, [['otp', '1234'], ['action', 'cancel'], ['action', 'submit']]), 400, 'action must be sent once.')

  const { body } = await post(app, '/3ds/authenticate', browserRequest(randomUUID(), FRICTIONLESS_CARD))
  const without = `${PATH}/${body.authenticationResponse.acsTransID}`
  for (const page of [await submit(app, without, { otp: '1234' }), await open(app, without)]) {
    t.match(cresOf(page), { messageType: 'Erro', errorCode: '305' })
  }
  checkQuestion(t, await openChallenge(challenged), challenged, 3)
  const empty = await app.inject({ method: 'POST', url: action })
  t.match(empty.body, '2 attempts left', 'a form without fields is an empty code')
})

t.test('other content types are 415, long bodies 413, broken encodings 400', async (t) => {
  const { creq, acsTransID } = await start()
  for (const url of [PATH, `${PATH}/${acsTransID}`]) {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const response = await app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload: `creq=${creq}` })
      t.equal(response.statusCode, 415, `${url} ${type}`)
      t.match(response.body, '<p>Content type must be application/x-www-form-urlencoded.</p>')
    }
    for (const payload of ['creq=%', 'creq=%ff', '%zz=1']) {
      const { statusCode } = await app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload })
      t.equal(statusCode, 400)
    }
  }
  checkErrorPage(t, await submit(app, PATH, { creq: 'A'.repeat(262_144) }), 413, 'The request body is too large.')
  checkErrorPage(t, await submit(app, `${PATH}/${acsTransID}`, { otp: '1'.repeat(16_384) }), 413, 'The request body is too large.')
  t.equal((await submit(app, PATH, { creq: `x${'A'.repeat(262_138)}` })).status, 400, 'the limit itself is allowed')
})

t.test('pages bring a policy that names their own style and script, may be framed, and are kept by nobody', async (t) => {
  const challenged = await start()
  const question = await openChallenge(challenged)
  const ended = await press(app, question, '1234')
  const error = await open(app, `${PATH}/x`)
  for (const [page, forms] of [[question, "; form-action 'self'"], [ended, ''], [error, "; form-action 'none'"]] as const) {
    const hash = (tag: string) => {
      const [, inside] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page.html) ?? []
      return inside === undefined ? undefined : `'sha256-${createHash('sha256').update(inside).digest('base64')}'`
    }
    const script = hash('script')
    t.equal(script !== undefined, page === ended)
    t.equal(page.headers['content-security-policy'],
      `default-src 'none'; style-src ${hash('style')}; img-src data:; base-uri 'none'${script === undefined ? '' : `; script-src ${script}`}${forms}`)
    t.match(page.headers, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin'
    })
    for (const name of ['x-frame-options', 'set-cookie', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'cross-origin-embedder-policy']) {
      t.notOk(name in page.headers, name)
    }
  }
})

t.test('in a frame the page does not ask for the focus, which browsers refuse there with an error in the console', async (t) => {
  const { creq } = await start()
  for (const url of [PATH, '/processor/mock/acs/trigger-otp']) {
    for (const [destination, asks] of [[undefined, true], ['document', true], ['iframe', false], ['frame', false]] as const) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(destination === undefined ? {} : { 'sec-fetch-dest': destination }) }
      const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload: new URLSearchParams({ creq }).toString() })
      t.strictSame([statusCode, body.includes(' autofocus ')], [200, asks], `${url} ${destination}`)
    }
  }
})

t.test('records with hostile values, however they got into the store, do no harm', async (t) => {
  const script = '"><script>alert(1)</script><img src=x onerror=alert(1)>\''
  const poison = (change: (transaction: Transaction) => Transaction, { threeDSServerTransID }: Challenged) => app.stateStore.update(threeDSServerTransID, change)

  const html = await start()
  await poison((transaction) => ({
    ...transaction,
    dsTransID: script,
    aReq: { ...transaction.aReq, ...Object.fromEntries(['merchantName', 'purchaseAmount', 'purchaseCurrency', 'purchaseExponent', 'purchaseDate', 'acctNumber'].map((name) => [name, script])) }
  }), html)
  const page = await openChallenge(html, script)
  t.equal(page.status, 200)
  t.notMatch(page.html, /<script|<img|onerror=alert\(1\)>/)
  t.match(page.html, '&lt;script&gt;')
  const ended = await press(app, page, '1234')
  t.equal(ended.html.match(/<script/g)?.length, 1)
  t.equal(ended.form?.fields['threeDSSessionData'], script)
  t.equal(cresOf(await openChallenge({ creq: JSON.stringify({ ...html.challengeRequest, messageType: 'x' }) })).dsTransID, script)

  for (const notificationURL of [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'https://shop.test/\r\nSet-Cookie: a=b',
    'https://shop.test/\tx', '//shop.test/', 'ftp://shop.test/', '', `https://shop.test/${'x'.repeat(2048)}`
  ]) {
    const challenged = await start()
    await poison((transaction) => ({ ...transaction, aReq: { ...transaction.aReq, notificationURL } }), challenged)
    const last = await press(app, await openChallenge(challenged), '1234')
    t.match(last, { status: 200, title: 'Confirmed - Mock Bank', html: 'The shop gave no address to return to' })
    t.notMatch(last.html, /<script|<form|<a |javascript:|shop\.test/i)
    t.notOk('set-cookie' in last.headers)
    const erro = await openChallenge({ creq: JSON.stringify({ ...challenged.challengeRequest, messageType: 'x' }) })
    t.notMatch(erro.html, /<script|<form/)
  }
  const quoted = await start()
  await poison((transaction) => ({ ...transaction, aReq: { ...transaction.aReq, notificationURL: 'https://shop.test/"><script>x' } }), quoted)
  t.equal((await press(app, await openChallenge(quoted), '1234')).form?.action, 'https://shop.test/%22%3E%3Cscript%3Ex')

  const id = 'javascript:alert(1)//'
  const renamed = await start()
  await openChallenge(renamed)
  await poison((transaction) => ({ ...transaction, acsTransID: id }), renamed)
  const served = await open(app, `${PATH}/${encodeURIComponent(id)}`)
  t.equal(served.status, 200)
  t.notMatch(served.form?.action ?? '', /^javascript:/)
})

async function race (t: Test, app: FastifyInstance, path: string, challenged: Challenged, answers: [string, ('submit' | 'cancel')?][]) {
  // Answers of their own each, and not one form forty times.
  const { form: { action: url = '' } = {} } = await submit(app, path, { creq: challenged.creq })
  const before = app.meters.totals().challengeResults
  await Promise.all(answers.map(([otp, action = 'submit']) => submit(app, url, { otp, action })))
  t.equal(app.meters.totals().challengeResults - before, 1, 'exactly one result')
  const pages = await Promise.all(Array.from({ length: 10 }, () => open(app, `${PATH}/${challenged.acsTransID}`)))
  for (const page of pages) t.equal(page.html, pages[0]?.html)
  return cresOf(pages[0] as Page)
}

t.test('of forty answers at once one decides, and all who come later are told the same', async (t) => {
  const mixed = Array.from({ length: 40 }, (_, index) => [['0000'], ['1234'], ['', 'cancel'], ['9999', 'submit']][index % 4] as [string, 'cancel'?])
  for (const answers of [mixed, mixed.toReversed(), mixed.filter(([otp]) => otp === '0000')]) {
    const challenged = await start()
    const cres = await race(t, app, PATH, challenged, answers)
    const { body } = await post(app, '/3ds/final', { threeDSServerTransID: challenged.threeDSServerTransID })
    t.equal(body.transStatus, cres.transStatus)
  }
})

t.test('a CReq that comes after the time for it is refused: A/402 (emv3ds §11, §12.3)', async (t) => {
  const clock = createManualClock(START)
  const timed = await build(t, {}, { clock })
  const [never, idle] = [await challenge(timed, randomUUID()), await challenge(timed, randomUUID())]
  await submit(timed, PATH, { creq: idle.creq })
  const status = (acsTransID: string) => timed.inject(`${PATH}/${acsTransID}/status`).then((response) => response.json())
  for (const [challenged, seconds] of [[never, 31], [idle, 601]] as const) {
    clock.advance(seconds * 1000)
    await timed.jobs.runDue()
    t.match(cresOf(await submit(timed, PATH, { creq: challenged.creq })), { messageType: 'Erro', errorCode: '402', acsTransID: challenged.acsTransID })
    t.strictSame(await status(challenged.acsTransID), { approved: false })
    t.match((await post(timed, '/3ds/final', { threeDSServerTransID: challenged.threeDSServerTransID })).body, { transStatus: 'N', resultsRequest: { transStatusReason: '14' } })
  }
})

/** A challenge with one of the mock's cards. */
function startWith (card: string, members: Record<string, any> = {}): Promise<Challenged> {
  return start({ cardholderAccount: { acctNumber: card }, ...members })
}

t.test('a choice, and several: wrong ones ask again (emv3ds §5.3)', async (t) => {
  for (const [card, wrong, right] of [
    ['4000400040004002', [['choice', 'none']], [['choice', 'mail']]],
    ['4000400040004003', [['choice', 'sms']], [['choice', 'mail'], ['choice', 'sms']]]
  ] as [string, [string, string][], [string, string][]][]) {
    const challenged = await startWith(card)
    const page = await openChallenge(challenged)
    t.match(page.html, 'Text message to ** *** **24')
    const answer = (choices: [string, string][]) => submit(app, page.form?.action as string, [...Object.entries(page.form?.fields ?? {}), ...choices])
    t.match((await answer(wrong)).html, /Wrong choice. Please try again.[\s\S]*2 attempts left/)
    t.match((await answer([])).html, '1 attempt left', 'none is one too')
    checkEnd(t, await answer(right), challenged, 'Y')
    t.match((await post(app, '/3ds/final', challenged)).body, { resultsRequest: { interactionCounter: '03' } })
  }
})

t.test('one screen after another: Y is at the end of the last one (emv3ds §5.3)', async (t) => {
  const informed = await startWith('4000400040004007')
  const information = await openChallenge(informed)
  t.match(information.html, 'There is nothing to enter here.')
  t.match((await press(app, information, '1234', 'submit')).html, 'There is nothing to enter here.', 'an answer that nobody asked for')
  checkEnd(t, await press(app, await press(app, information, '', 'continue'), '1234'), informed, 'Y')

  const chosen = await startWith('4000400040004013')
  const { form } = await openChallenge(chosen)
  checkEnd(t, await press(app, await submit(app, form?.action as string, { ...form?.fields, choice: 'sms' }), '1234'), chosen, 'Y')
})

t.test('consents are reported, given or not (emv3ds §16); where the page asked for none a form cannot give one', async (t) => {
  const unasked = await start()
  const { form: plain } = await openChallenge(unasked)
  await submit(app, plain?.action as string, { ...plain?.fields, otp: '1234', consents: 'trustList,deviceBinding', trustList: 'Y', deviceBinding: 'Y' })
  await checkFinal(t, unasked, { transStatus: 'Y', interactionCounter: '01' })
  for (const [preferredProtocolVersion, ticks, reported] of [
    ['2.1.0', { trustList: 'Y' }, {}],
    ['2.2.0', { trustList: 'Y' }, { whiteListStatus: 'Y', whiteListStatusSource: '03' }],
    ['2.2.0', {}, { whiteListStatus: 'R', whiteListStatusSource: '03' }],
    ['2.3.1', { deviceBinding: 'Y' }, { trustListStatus: 'R', trustListStatusSource: '03', deviceBindingStatus: '15', deviceBindingStatusSource: '03' }]
  ] as const) {
    const challenged = await startWith('4000400040004008', { preferredProtocolVersion })
    const { form } = await openChallenge(challenged)
    t.match(cresOf(await submit(app, form?.action as string, { ...form?.fields, ...ticks, otp: '1234' })), { transStatus: 'Y' })
    const { body: { resultsRequest } } = await post(app, '/3ds/final', challenged)
    const names = ['whiteListStatus', 'whiteListStatusSource', 'trustListStatus', 'trustListStatusSource', 'deviceBindingStatus', 'deviceBindingStatusSource']
    t.strictSame(Object.fromEntries(Object.entries(resultsRequest).filter(([name]) => names.includes(name))), reported, preferredProtocolVersion)
  }
})

t.test('before the first CReq nothing is shown and nothing counts: a plain page, and the time for it goes on (emv3ds §5.3, §11)', async (t) => {
  const clock = createManualClock(START)
  const timed = await build(t, {}, { clock })
  const challenged = await challenge(timed, randomUUID())
  const action = `${PATH}/${challenged.acsTransID}`
  const before = await timed.stateStore.get(challenged.threeDSServerTransID)
  clock.advance(29_000)
  for (const page of [
    await open(timed, action),
    ...await Promise.all([{ otp: '1234' }, { otp: '0000', attempt: '0' }, { action: 'resend' }, { action: 'continue' }, { action: 'cancel' }, {}].map((form) => submit(timed, action, form)))
  ]) {
    checkErrorPage(t, page, 409, 'The challenge request (CReq) has not come yet.')
    t.notMatch(page.html, /Harbor|45\.99|4001|1234|Visa/)
  }
  t.match(await timed.inject(`${action}/status`).then((response) => [response.statusCode, response.json()]), [409, { code: 'illegal_event' }])
  t.strictSame(await timed.stateStore.get(challenged.threeDSServerTransID), before)
  clock.advance(2000)
  await timed.jobs.runDue()
  t.match((await post(timed, '/3ds/final', challenged)).body, { transStatus: 'N', resultsRequest: { transStatusReason: '14', challengeCancel: '05', interactionCounter: '00' } })
})

t.test('COMPATIBILITY=legacy: an answer opens the challenge as well, as with the original server', async (t) => {
  const legacy = await build(t, { COMPATIBILITY: 'legacy', OTP_MAX_ATTEMPTS: '3' })
  const shown = await challenge(legacy, randomUUID())
  t.match((await open(legacy, `${PATH}/${shown.acsTransID}`)).html, '3 attempts left')
  t.match((await submit(legacy, `${PATH}/${shown.acsTransID}`, { otp: '0' })).html, '2 attempts left')
  const answered = await challenge(legacy, randomUUID())
  t.match(cresOf(await submit(legacy, `${PATH}/${answered.acsTransID}`, { otp: '1234' })), { transStatus: 'Y' })
})

t.test('who knows the threeDSServerTransID only is told so through the browser, but ends nothing and learns no other id (emv3ds §12.1, §12.3)', async (t) => {
  for (const [members, errorCode, errorDetail] of [
    [{ acsTransID: randomUUID() }, '301', 'acsTransID'],
    [{ acsTransID: undefined }, '201', 'acsTransID'],
    [{ acsTransID: 'x' }, '203', 'acsTransID'],
    [{ acsTransID: randomUUID(), messageType: 'x' }, '101', 'messageType']
  ] as const) {
    const challenged = await start()
    const { threeDSServerTransID, challengeRequest } = challenged
    const page = await openChallenge({ creq: JSON.stringify({ ...challengeRequest, ...members }) }, 's')
    t.match(page.form, { action: 'https://shop.test/3ds/return', fields: { threeDSSessionData: 's' } })
    const { errorDescription, ...erro } = cresOf(page)
    t.strictSame(erro, { messageType: 'Erro', messageVersion: '2.2.0', errorCode, errorComponent: 'A', errorDetail, errorMessageType: 'CReq', threeDSServerTransID })
    checkQuestion(t, await openChallenge(challenged), challenged, 3)
  }
})

/** A challenge on another server: a strict one wants more of an authentication than these tests bring. */
async function startOn (on: FastifyInstance, members: Record<string, any> = {}): Promise<Challenged> {
  const challenged = await start(members)
  if (on !== app) await on.stateStore.insert(await app.stateStore.get(challenged.threeDSServerTransID))
  return challenged
}

t.test('ids in another form than EMV\'s are taken, and strictly refused: A/203, and the challenge is over (emv3ds §1, §3)', async (t) => {
  const strict = await build(t, { VALIDATION: 'emv-strict' })
  const write = [(id: string) => id.replaceAll('-', ''), (id: string) => `{${id}}`, (id: string) => `urn:uuid:${id}`]
  for (const [name, to] of [...write.map((to) => ['acsTransID', to] as const), ['threeDSServerTransID', write[0] as (id: string) => string] as const]) {
    for (const on of [app, strict]) {
      const challenged = await startOn(on)
      const creq = JSON.stringify({ ...challenged.challengeRequest, [name]: to(String(challenged.challengeRequest[name])) })
      const page = await submit(on, PATH, { creq })
      if (on === app) checkQuestion(t, page, challenged, 3)
      else {
        t.match(cresOf(page), { messageType: 'Erro', errorCode: '203', errorDetail: name, acsTransID: challenged.acsTransID })
        t.match((await post(on, '/3ds/final', challenged)).body, { transStatus: 'U' })
      }
    }
  }
  const capitals = await startOn(strict)
  const { status, title } = await submit(strict, PATH, { creq: JSON.stringify({ ...capitals.challengeRequest, acsTransID: capitals.acsTransID.toUpperCase() }) })
  t.match([status, title], [200, 'Confirm your payment - Mock Bank'])
})

t.test('of CReqs that come at once one opens the challenge; another shows it again, and strictly ends it (emv3ds §5.3, §17)', async (t) => {
  const challenged = await start()
  for (const page of await Promise.all([1, 2, 3].map(() => openChallenge(challenged)))) checkQuestion(t, page, challenged, 3)
  checkEnd(t, await press(app, await openChallenge(challenged), '1234'), challenged, 'Y')

  const strict = await build(t, { VALIDATION: 'emv-strict' })
  for (const [preferredProtocolVersion, codes] of [['2.2.0', ['305', '305']], ['2.3.1', ['314', '315']]] as [string, string[]][]) {
    const { creq, threeDSServerTransID } = await startOn(strict, { preferredProtocolVersion })
    const before = strict.meters.totals().challengeResults
    const pages = await Promise.all([1, 2, 3].map(() => submit(strict, PATH, { creq })))
    t.equal(pages.filter(({ title }) => title === 'Confirm your payment - Mock Bank').length, 1, 'one page')
    t.strictSame(pages.filter(({ form }) => form?.fields['cres'] !== undefined).map((page) => cresOf(page).errorCode).filter((code) => !codes.includes(code)), [])
    t.equal(strict.meters.totals().challengeResults - before, 1, 'one result')
    t.match(cresOf(await submit(strict, PATH, { creq })), { errorCode: codes[1] })
    t.match((await post(strict, '/3ds/final', { threeDSServerTransID })).body, { transStatus: 'U' })
  }
})

t.test('the button decides what counts: a code beside resend is none, and a button that no page has is refused (emv3ds §9.1)', async (t) => {
  const challenged = await start()
  const action = `${PATH}/${challenged.acsTransID}`
  await openChallenge(challenged)
  for (const button of ['nope', '', 'Submit', 'other-method', '__proto__']) {
    checkErrorPage(t, await submit(app, action, { otp: '1234', action: button }), 400, 'action must be one of submit, resend, continue, cancel.')
  }
  checkQuestion(t, await submit(app, action, { otp: '1234', action: 'resend' }), challenged, 3, 'sent the code again')
  checkQuestion(t, await submit(app, action, { otp: '1234', action: 'continue' }), challenged, 3)
  checkEnd(t, await submit(app, action, { otp: '1234', action: 'submit' }), challenged, 'Y')
  await checkFinal(t, challenged, { transStatus: 'Y', interactionCounter: '01' })
})

t.test('what is found in a CReq is logged as what is found in an AReq: elements, no values (emv3ds §3)', async (t) => {
  const { logger, lines } = await keepLog()
  const heard = await build(t, {}, { logger })
  const { challengeRequest, threeDSServerTransID } = await challenge(heard, randomUUID())
  await submit(heard, PATH, { creq: JSON.stringify({ ...challengeRequest, messageExtension: [] }) })
  t.match(lines.map((line) => JSON.parse(line)).filter(({ messageType }) => messageType === 'CReq'), [{
    threeDSServerTransID, findings: [{ errorCode: '203', element: 'messageExtension', refused: false }]
  }])
})
