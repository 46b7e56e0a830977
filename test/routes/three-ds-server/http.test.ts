import t from 'tap'
import { build, keepLog } from '../../setup/app.ts'
import { browserRequest, resultsRequest } from '../../setup/requests.ts'

const id = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'
const PATHS = ['/3ds/version', '/3ds/authenticate', '/3ds/results', '/3ds/final']
const { logger, lines } = await keepLog()
const app = await build(t, {}, { logger })

/** Posts a body as it is. */
async function raw (url: string, payload?: string | Buffer, contentType: string | undefined = 'application/json'): Promise<{ status: number, type: unknown, text: string, body: any }> {
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  const response = await app.inject({ method: 'POST', url, headers, ...(payload === undefined ? {} : { payload }) })
  return { status: response.statusCode, type: response.headers['content-type'], text: response.body, body: response.json() }
}

/** A valid authentication whose JSON holds `content` for the member `name`. */
function holding (name: string, content: string): string {
  return JSON.stringify({ ...browserRequest(id), [name]: 'HERE' }).replace('"HERE"', () => content)
}

for (const path of PATHS) {
  t.test(`${path} takes JSON and nothing else (compatibility §0.3)`, async (t) => {
    const notJson = { error: 'Content type must be application/json', code: 'invalid_request' }
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonx', 'json']) {
      const { status, body } = await raw(path, '{}', type)
      t.equal(status, 400, type)
      t.strictSame(body, notJson, type)
    }
    const wanted = await raw(path, '{}')
    t.equal(wanted.status, 400)
    for (const type of ['application/json; charset=utf-8', 'application/JSON', 'application/vnd.x+json', 'application/problem+json; charset=utf-8']) {
      t.strictSame((await raw(path, '{}', type)).body, wanted.body, type)
    }
  })

  t.test(`${path} refuses what is no object`, async (t) => {
    for (const payload of ['null', '[]', '"text"', '1', 'true', '[{}]']) {
      const { status, type, body } = await raw(path, payload)
      t.equal(status, 400, payload)
      t.equal(type, 'application/json; charset=utf-8')
      if (path === '/3ds/results') t.match(body, { messageType: 'Erro', errorCode: '101', errorDetail: 'messageType', error: 'The RReq cannot be used: Message is not readable or not meant for this component: messageType' })
      else t.strictSame(body, { error: 'must be object', code: 'invalid_request', faults: [{ element: '', message: 'must be object' }] }, payload)
    }
    t.equal((await app.inject({ method: 'POST', url: path })).statusCode, 400, 'no body and no content type')
  })

  t.test(`${path} refuses what is no JSON, what is empty, and what would change prototypes`, async (t) => {
    const told = (error: string) => ({ error, code: 'invalid_request' })
    const unreadable = (error: string) => path !== '/3ds/results'
      ? told(error)
      : {
          messageType: 'Erro',
          messageVersion: '2.3.1',
          errorCode: '101',
          errorComponent: 'S',
          errorDescription: 'Message is not readable or not meant for this component',
          errorDetail: error,
          errorMessageType: 'RReq',
          error,
          code: 'protocol_error'
        }
    t.strictSame((await raw(path, '')).body, unreadable('The request body is empty'))
    const [broken, forbidden] = [unreadable('The request body is not valid JSON'), told('The request body has a member __proto__ or constructor.prototype, which is not taken')]
    for (const [wanted, ...payloads] of [
      [broken, '{', '{"a":}', 'secret-4111111111111111', Buffer.from([0x7b, 0xff, 0x7d])],
      [forbidden, '{"__proto__":{"a":1}}', '{"cardholder":{"__proto__":null}}', '{"constructor":{"prototype":{"a":1}}}']
    ] as const) {
      for (const payload of payloads) {
        for (const type of ['application/json', 'application/x+json']) {
          const { status, body } = await raw(path, payload, type)
          t.equal(status, 400)
          t.strictSame(body, wanted)
        }
      }
    }
    t.equal(({} as any).a, undefined)
  })

  t.test(`${path} takes 2 MiB and not a byte more (compatibility §0.3)`, async (t) => {
    const limit = 2_097_152
    const empty = JSON.stringify({ filler: '' })
    const filled = (bytes: number) => JSON.stringify({ filler: 'x'.repeat(bytes - empty.length) })
    t.equal((await raw(path, filled(limit))).status, 400)
    const { status, body } = await raw(path, filled(limit + 1))
    t.equal(status, 413)
    t.strictSame(body, { error: 'The request body is too large', code: 'payload_too_large' })
  })

  t.test(`${path} has no other method`, async (t) => {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) t.equal((await app.inject({ method, url: path })).statusCode, 404)
    t.equal((await app.inject({ method: 'POST', url: `${path}/`, payload: {} })).statusCode, 404)
  })
}

t.test('what is nested too deeply is refused, wherever it is and whatever it is called', async (t) => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const message = 'is nested too deeply'
  const refused = (element: string) => ({ error: `${element} ${message}`.trim(), code: 'invalid_request', faults: [{ element, message }] })
  for (const levels of [17, 200_000]) {
    t.strictSame((await raw('/3ds/authenticate', holding('acctInfo', deep(levels)))).body, refused('acctInfo'))
    t.strictSame((await raw('/3ds/authenticate', holding('purchase', `{"purchaseAmount":1,"purchaseCurrency":"978","acct_info":${deep(levels)}}`))).body, refused('purchase.acctInfo'))
    t.strictSame((await raw('/3ds/authenticate', holding('4111111111111111', deep(levels)))).body, refused(''), 'a name that is no element is not repeated')
  }
  const purchase = '{"purchase":'.repeat(100_000) + '1' + '}'.repeat(100_000)
  t.strictSame((await raw('/3ds/authenticate', holding('cardholder', purchase))).body, refused(`cardholder${'.purchase'.repeat(15)}`))
  const rReq = JSON.stringify(resultsRequest({ threeDSServerTransID: id, acsTransID: id, dsTransID: id }, { unknown: 'HERE' }))
  t.match((await raw('/3ds/results', rReq.replace('"HERE"', deep(100_000)))).body, { errorCode: '203', errorDetail: 'The RReq is nested too deeply' })
  t.strictSame((await raw('/3ds/version', `{"cardNumber":"4000400040004001","other":${deep(100_000)}}`)).body, refused(''))
  t.strictSame((await raw('/3ds/final', `{"threeDSServerTransID":"${id}","other":${deep(100_000)}}`)).body, refused(''))
  const twice = holding('acctInfo', `${deep(200_000)},"acct_info":${deep(200_000)}`)
  t.strictSame((await raw('/3ds/authenticate', twice)).body, refused('acctInfo'), 'and not compared with its double')
  t.equal((await raw('/3ds/authenticate', holding('acctInfo', deep(16)))).status, 200)
})

t.test('odd texts and names do no harm and are not repeated', async (t) => {
  const { merchant } = browserRequest(id)
  const surrogate = await raw('/3ds/authenticate', holding('merchant', JSON.stringify({ ...merchant, merchantName: '\ud800\u0000</script>' })))
  t.equal(surrogate.status, 200)
  t.equal(surrogate.body.authenticationRequest.merchantName, '\ud800\u0000</script>')
  t.equal((await raw('/3ds/final', `{"threeDSServerTransID":"${id}"}`)).body.code, 'results_not_found', 'it can be read again')

  const huge = 'k'.repeat(500_000)
  t.equal((await raw('/3ds/authenticate', holding(huge, '1'))).text.includes('kkkk'), false)
  for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', '', '.', '/', '~1']) {
    t.equal((await raw('/3ds/authenticate', holding(name, '{"a":1}'))).status, 200, name)
  }
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`member${index}`, index])))
  for (const path of PATHS) t.equal((await raw(path, many)).status, 400)
})

t.test('no answer to a faulty request repeats what was sent', async (t) => {
  const secret = 'unmistakable-4111111111111111'
  const wrong = JSON.stringify({
    threeDSServerTransID: secret,
    deviceChannel: secret,
    messageCategory: secret,
    messageType: 'RReq',
    messageVersion: secret,
    transStatus: secret,
    acsTransID: secret,
    cardholderAccount: { acctNumber: secret, [secret]: secret },
    cardNumber: { [secret]: secret },
    purchase: { purchaseAmount: secret },
    [secret]: secret
  })
  for (const path of PATHS) {
    const { status, text } = await raw(path, wrong)
    t.equal(status, 400)
    t.notMatch(text, /unmistakable|4111/)
  }
  t.notMatch(lines.join('\n'), /unmistakable|4111111111111111/)
})
