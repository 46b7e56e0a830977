import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { build, post } from '../../setup/app.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, inRuntimeSpelling } from '../../setup/requests.ts'
import { challenge, type Challenged, open, press, submit } from './browser-client.ts'

const emv = await build(t)
const legacy = await build(t, { COMPATIBILITY: 'legacy', OTP_MAX_ATTEMPTS: '3' })
const TRIGGER = '/processor/mock/acs/trigger-otp'
const VERIFY = '/processor/mock/acs/verify-otp'
const SHOP = 'https://shop.test/3ds/return'

const YES = 'eci=02&authenticationValue=AgF5ipusvc7f8AESIzRFVmd4iZo%3D'
const NO = 'eci=07&authenticationValue=AAAAAAAAAAAAAAAAAAAAAA%3D%3D'
const FAILED = 'transStatus=U&error=processing_error'

function start (app: FastifyInstance, members: Record<string, any> = {}): Promise<Challenged> {
  return challenge(app, randomUUID(), members)
}

/** Where verify-otp sends the browser; everything else about the answer must be as the original's. */
async function verify (app: FastifyInstance, fields: Record<string, string>, query = ''): Promise<string> {
  const { status, headers, html } = await submit(app, VERIFY + query, fields)
  if (status !== 302 || html !== '') throw new Error(`${status} ${html}`)
  return String(headers['location'])
}

t.test('verify-otp: one code, one redirect, parameters in the original\'s order, its constants (compatibility §1.6, §2.3)', async (t) => {
  for (const [otp, transStatus, proof] of [['1234', 'Y', YES], ['0000', 'N', NO], ['', 'N', NO]] as const) {
    const { threeDSServerTransID, acsURL } = await start(legacy)
    t.equal(new URL(acsURL).pathname, TRIGGER)
    const result = `transStatus=${transStatus}&threeDSServerTransID=${threeDSServerTransID}&${proof}`
    t.equal(await verify(legacy, { otp, threeDSServerTransID }), `${SHOP}?${result}`, 'the default is where the transaction says')
    t.equal(await verify(legacy, { otp: '1234', threeDSServerTransID }, '?redirectUrl=https%3A%2F%2Fother.test%2Fx'), `https://other.test/x?${result}`, 'the first try decides')
    t.match((await post(legacy, '/3ds/final', { threeDSServerTransID })).body, { transStatus, resultsRequest: { transStatus, interactionCounter: '01', messageVersion: '2.2.0' } })
  }
})

t.test('verify-otp: EMV\'s values without legacy constants; what a status has none of is left out', async (t) => {
  const [right, wrong] = [await start(emv), await start(emv)]
  const { threeDSServerTransID } = right
  const location = await verify(emv, { otp: '1234', threeDSServerTransID })
  const { body: { authenticationValue } } = await post(emv, '/3ds/final', { threeDSServerTransID })
  t.equal(location, `${SHOP}?${new URLSearchParams({ transStatus: 'Y', threeDSServerTransID, eci: '05', authenticationValue })}`)
  t.equal(await verify(emv, { otp: '1', threeDSServerTransID: wrong.threeDSServerTransID }), `${SHOP}?transStatus=N&threeDSServerTransID=${wrong.threeDSServerTransID}`)
})

t.test('verify-otp: a query that is there stays, and the result is appended (compatibility B21)', async (t) => {
  for (const [redirectUrl, expected] of [
    ['https://other.test/x?order=7&transStatus=old', 'https://other.test/x?order=7&transStatus=old&transStatus=N&'],
    ['http://127.0.0.1:9/?a#part', /^http:\/\/127\.0\.0\.1:9\/\?a=?&transStatus=N&.*#part$/],
    ['https://other.test', 'https://other.test/?transStatus=N&']
  ] as const) {
    const { threeDSServerTransID } = await start(emv)
    t.match(await verify(emv, { otp: '0', threeDSServerTransID }, `?redirectUrl=${encodeURIComponent(redirectUrl)}`), expected)
  }
})

t.test('verify-otp: either name of the id, in any form (compatibility B2)', async (t) => {
  for (const name of ['threeDSServerTransID', 'threeDsServerTransId']) {
    for (const write of [(id: string) => id, (id: string) => id.toUpperCase(), (id: string) => id.replaceAll('-', ''), (id: string) => `{${id}}`]) {
      const { threeDSServerTransID } = await start(legacy)
      t.equal(await verify(legacy, { otp: '1234', [name]: write(threeDSServerTransID) }), `${SHOP}?transStatus=Y&threeDSServerTransID=${threeDSServerTransID}&${YES}`)
    }
  }
})

t.test('verify-otp: what cannot be done is U (compatibility §1.6)', async (t) => {
  const { body } = await post(legacy, '/3ds/authenticate', browserRequest(randomUUID(), FRICTIONLESS_CARD))
  for (const id of ['x', '', randomUUID(), '<script>', body.threeDSServerTransID]) {
    t.equal(await verify(legacy, { otp: '1234', threeDSServerTransID: id }), `https://juspay.api.in.end/?${FAILED}`, id)
    t.equal(await verify(emv, { otp: '1234', threeDSServerTransID: id }, `?redirectUrl=${encodeURIComponent(`${SHOP}?a=1`)}`), `${SHOP}?a=1&${FAILED}`, id)
  }
  const nowhere = await submit(emv, VERIFY, { otp: '1234', threeDSServerTransID: 'x' })
  t.strictSame([nowhere.status, JSON.parse(nowhere.html)], [400, { error: 'redirectUrl must be an absolute http or https URL of at most 2048 characters, without credentials, spaces and backslashes', code: 'invalid_request' }])
})

t.test('verify-otp: nobody is sent to what is no web address, and no header is split', async (t) => {
  for (const redirectUrl of ['javascript:alert(1)', 'data:text/html,x', '//other.test', '/x', 'https://other.test/\r\nSet-Cookie: a=b', 'https://other.test/ x', '', 'x'.repeat(3000)]) {
    for (const app of [emv, legacy]) {
      const { threeDSServerTransID, creq } = await start(app)
      for (const [path, fields] of [[VERIFY, { otp: '1234', threeDSServerTransID }], [TRIGGER, { creq }]] as const) {
        const { status, headers } = await submit(app, `${path}?redirectUrl=${encodeURIComponent(redirectUrl)}`, fields)
        t.equal(status, 400)
        t.notOk('location' in headers || 'set-cookie' in headers)
      }
    }
  }
  const { threeDSServerTransID } = await start(emv)
  t.equal((await submit(emv, `${VERIFY}?redirectUrl=${SHOP}&redirectUrl=${SHOP}`, { otp: '1234', threeDSServerTransID })).status, 400)
})

t.test('an address that nobody can be sent to is noticed before anything is done: the challenge stays open', async (t) => {
  const bad = '?redirectUrl=javascript%3Aalert(1)'
  for (const app of [emv, legacy]) {
    const { threeDSServerTransID, acsTransID } = await start(app)
    const own = `/processor/mock/acs/challenge/${acsTransID}`
    for (const [path, fields] of [[VERIFY, { otp: '1234', threeDSServerTransID }], [own, { otp: '1234' }], [own, { action: 'cancel' }]] as const) {
      t.equal((await submit(app, path + bad, fields)).status, 400)
      t.match(await post(app, '/3ds/final', { threeDSServerTransID }), { status: 400, body: { error: 'Results not found for this transaction' } })
    }
  }
  const { body: { threeDSServerTransID, authenticationResponse: { acsTransID } } } = await post(emv, '/3ds/authenticate', appRequest(randomUUID()))
  for (const [path, fields] of [[VERIFY, { otp: '1234', threeDSServerTransID }], [`/processor/mock/acs/challenge/${acsTransID}`, { otp: '1234' }]] as const) {
    t.equal((await submit(emv, path, fields)).status, 400, 'nor where no address is given at all')
  }
  t.match(await post(emv, '/3ds/final', { threeDSServerTransID }), { status: 400 })
})

t.test('verify-otp: two names of the id with two values are refused; with one value they are one', async (t) => {
  const [one, other] = [await start(emv), await start(emv)]
  const { status, html } = await submit(emv, VERIFY, { otp: '1234', threeDSServerTransID: one.threeDSServerTransID, threeDsServerTransId: other.threeDSServerTransID })
  const message = 'is given twice, in two spellings and with different values'
  t.strictSame([status, JSON.parse(html)], [400, {
    error: `threeDSServerTransID ${message}`, code: 'invalid_request', faults: [{ element: 'threeDSServerTransID', message }]
  }])
  for (const { threeDSServerTransID } of [one, other]) t.match(await post(emv, '/3ds/final', { threeDSServerTransID }), { status: 400 })
  const { threeDSServerTransID } = one
  t.match(await verify(emv, { otp: '1234', threeDSServerTransID, threeDsServerTransId: threeDSServerTransID }), `transStatus=Y&threeDSServerTransID=${threeDSServerTransID}`)
})

t.test('verify-otp: a field that is missing or doubled is 400, text starting with Parse error (compatibility §0.3)', async (t) => {
  for (const fields of [{}, { otp: '1234' }, { threeDSServerTransID: randomUUID() }]) {
    const { status, html } = await submit(legacy, VERIFY, fields)
    t.equal(status, 400)
    t.strictSame(JSON.parse(html), { error: 'Parse error: otp and threeDSServerTransID are required' })
  }
  const { status } = await submit(emv, VERIFY, [['otp', '1234'], ['otp', '1'], ['threeDSServerTransID', randomUUID()]])
  t.equal(status, 400)
})

t.test('trigger-otp: the page, then a redirect with the result (compatibility §1.5, B18, B19)', async (t) => {
  for (const [app, proof] of [[legacy, YES], [emv, /eci=05&authenticationValue=AAAB[^&]+$/]] as const) {
    const { threeDSServerTransID, acsTransID, creq } = await start(app)
    const page = await submit(app, TRIGGER, { creq, threeDSSessionData: 'ignored' })
    t.match(page, { status: 200, title: 'Confirm your payment - Mock Bank', form: { action: `/processor/mock/acs/challenge/${acsTransID}` } })
    t.notMatch(page.headers['content-security-policy'], 'form-action', 'a browser would hold it against the redirect')
    t.match(page.headers, { 'cache-control': 'private, no-cache', 'content-type': 'text/html; charset=utf-8' })
    const again = await press(app, page, '0000')
    t.match(again, { status: 200, html: 'Wrong code', form: { action: page.form?.action, fields: { attempt: '1' } } })
    t.equal((await press(app, page, '0000')).html, again.html, 'a reload is no second attempt')
    const { status, headers } = await press(app, again, '1234')
    t.equal(status, 302)
    const location = String(headers['location'])
    t.ok(location.startsWith(`${SHOP}?transStatus=Y&threeDSServerTransID=${threeDSServerTransID}&`))
    t.match(location, proof)
    for (const later of [await press(app, page, '', 'cancel'), await submit(app, TRIGGER, { creq })]) {
      t.match(later, { status: 302, headers: { location } }, 'a finished challenge goes back at once')
    }
  }
})

t.test('in legacy one wrong code ends a challenge, unless OTP_MAX_ATTEMPTS says otherwise (compatibility B23)', async (t) => {
  const app = await build(t, { COMPATIBILITY: 'legacy' })
  const { creq } = await start(app)
  const { status, headers } = await press(app, await submit(app, TRIGGER, { creq }), '0000')
  t.equal(status, 302)
  t.match(headers['location'], /transStatus=N/)
})

t.test('trigger-otp: redirectUrl is carried through the page; cancel is N', async (t) => {
  const { threeDSServerTransID, creq } = await start(legacy)
  const redirectUrl = 'https://other.test/x?a=1&b="<é>'
  const page = await submit(legacy, `${TRIGGER}?redirectUrl=${encodeURIComponent(redirectUrl)}`, { creq })
  t.equal(new URL(`http://acs.test${page.form?.action}`).searchParams.get('redirectUrl'), redirectUrl)
  const resent = await press(legacy, page, '', 'resend')
  t.match(resent, { html: 'We sent the code again.', form: page.form })
  const { status, headers } = await press(legacy, resent, '', 'cancel')
  t.equal(status, 302)
  const location = new URL(String(headers['location']))
  t.equal(location.searchParams.get('b'), '"<é>')
  t.ok(location.search.endsWith(`&transStatus=N&threeDSServerTransID=${threeDSServerTransID}&${NO}`))
  t.match((await post(legacy, '/3ds/final', { threeDSServerTransID })).body, { transStatus: 'N', resultsRequest: { challengeCancel: '01' } })
})

t.test('trigger-otp: creq raw or encoded, in either spelling (compatibility B20)', async (t) => {
  const { challengeRequest, acsTransID, creq } = await start(legacy)
  const runtime = JSON.stringify(inRuntimeSpelling(challengeRequest))
  for (const form of [creq, runtime, JSON.stringify(challengeRequest), Buffer.from(runtime).toString('base64'), Buffer.from(runtime).toString('base64url')]) {
    t.match(await submit(legacy, TRIGGER, { creq: form }), { status: 200, form: { action: `/processor/mock/acs/challenge/${acsTransID}` } })
  }
})

t.test('trigger-otp: an unknown transaction, or one without a challenge, is a page all the same (compatibility §1.5)', async (t) => {
  const { body } = await post(emv, '/3ds/authenticate', browserRequest(randomUUID(), FRICTIONLESS_CARD))
  const { challengeRequest } = await start(emv)
  for (const creq of [{ ...challengeRequest, threeDSServerTransID: randomUUID() }, { ...challengeRequest, acsTransID: randomUUID() }, body.challengeRequest]) {
    const page = await submit(emv, TRIGGER, { creq: JSON.stringify(creq) })
    t.match(page, { status: 200, title: 'No such challenge - Mock Bank', html: 'There is no challenge for this transaction.' })
    t.notOk(page.form)
  }
})

t.test('trigger-otp: a creq that cannot be read is the original\'s 400', async (t) => {
  const { challengeRequest } = await start(emv)
  const without = (name: string) => JSON.stringify({ ...challengeRequest, [name]: undefined })
  for (const fields of [{}, { creq: '' }, { creq: 'x' }, { creq: '<script>' }, ...Object.keys(challengeRequest).map((name) => ({ creq: without(name) }))]) {
    const [strict, lenient] = [await submit(emv, TRIGGER, fields as Record<string, string>), await submit(legacy, TRIGGER, fields as Record<string, string>)]
    t.strictSame([strict.status, JSON.parse(strict.html)], [400, { error: 'Invalid JSON in challenge request', code: 'invalid_challenge_request' }])
    t.strictSame([lenient.status, JSON.parse(lenient.html)], [400, { error: 'Invalid JSON in challenge request' }])
  }
})

t.test('trigger-otp: no creq ends a challenge, and one of another version than its transaction shows it (compatibility §1.5)', async (t) => {
  for (const app of [emv, legacy]) {
    const { challengeRequest } = await start(app)
    const send = async (changes: object) => submit(app, TRIGGER, { creq: JSON.stringify({ ...challengeRequest, ...changes }) })
    t.match(await send({ messageVersion: '1.0.2' }), { status: 400, form: undefined })
    t.match(await send({ challengeWindowSize: '06' }), { status: 400, form: undefined })
    for (const messageVersion of ['2.1.0', '2.2.0', '2.3.1']) t.match(await send({ messageVersion }), { status: 200, form: Object })
  }
})

t.test('a transaction that names no address needs a redirectUrl, or the original\'s own', async (t) => {
  const { body } = await post(emv, '/3ds/authenticate', appRequest(randomUUID()))
  const creq = JSON.stringify(body.challengeRequest)
  t.equal((await submit(emv, TRIGGER, { creq })).status, 400)
  t.equal((await submit(emv, `${TRIGGER}?redirectUrl=${SHOP}`, { creq })).status, 200)
  const threeDSServerTransID = randomUUID()
  await post(legacy, '/3ds/authenticate', appRequest(threeDSServerTransID))
  t.equal(await verify(legacy, { otp: '1234', threeDSServerTransID }), `https://juspay.api.in.end/?transStatus=Y&threeDSServerTransID=${threeDSServerTransID}&${YES}`)
})

t.test('other content types are 415, forms over 16384 bytes 413, paths of other methods 404 (compatibility §0.3)', async (t) => {
  const { acsTransID } = await start(emv)
  for (const url of [TRIGGER, VERIFY, `/processor/mock/acs/challenge/${acsTransID}`]) {
    const wrong = await emv.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: '{}' })
    t.strictSame([wrong.statusCode, wrong.json()], [415, { error: 'Content type must be application/x-www-form-urlencoded', code: 'unsupported_media_type' }])
    const long = await submit(emv, url, { creq: 'A'.repeat(16_380) })
    t.strictSame([long.status, JSON.parse(long.html)], [413, { error: 'The request body is too large', code: 'payload_too_large' }])
    t.equal((await open(emv, url)).status, 404)
  }
  const unknown = await submit(emv, `/processor/mock/acs/challenge/${randomUUID()}`, { otp: '1234' })
  t.strictSame([unknown.status, JSON.parse(unknown.html)], [400, { error: 'Transaction not found', code: 'transaction_not_found' }])
})

t.test('of forty codes at once one decides', async (t) => {
  const { threeDSServerTransID } = await start(legacy)
  const before = legacy.meters.totals().challengeResults
  const locations = await Promise.all(Array.from({ length: 40 }, (_, index) => verify(legacy, { otp: index % 2 === 0 ? '0000' : '1234', threeDSServerTransID })))
  t.equal(new Set(locations).size, 1)
  t.equal(legacy.meters.totals().challengeResults - before, 1)
})
