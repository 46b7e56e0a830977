import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { Compile } from 'typebox/schema'
import { challenge, press, submit } from '../routes/acs/browser-client.ts'
import { imagePath } from '../../src/acs/ui/images.ts'
import { createManualClock } from '../../src/clock.ts'
import { build, START } from '../setup/app.ts'
import { aReq, forwarded, oReq, pReq } from '../setup/parties/messages.ts'
import { certificatesOf, writeFiles } from '../setup/tls.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, threeRIRequest } from '../setup/requests.ts'
import { AuthenticateAnswerSchema, FinalAnswerSchema } from '../../src/dialects/three-ds-server-api/answer-schemas.ts'
import { listedCodes } from '../../src/protocol/catalogue/listed-codes.ts'

type Json = Record<string, any>

const JSON_TYPE = 'application/json'
const OPERATIONS = [
  'post /3ds/version', 'post /3ds/authenticate', 'post /3ds/results', 'post /3ds/final',
  'post /ds', 'get /ds/ca.pem', 'get /ds/keys', 'get /ds/card-ranges.json',
  'post /acs', 'post /acs/method', 'post /acs/method/{threeDSServerTransID}', 'get /acs/images/{file}',
  'get /acs/challenge/{acsTransID}/status', 'get /acs/oob/{acsTransID}', 'post /acs/oob/{acsTransID}',
  'post /acs/challenge', 'post /acs/challenge/{acsTransID}', 'get /acs/challenge/{acsTransID}',
  'post /processor/mock/acs/trigger-otp', 'post /processor/mock/acs/challenge/{acsTransID}', 'post /processor/mock/acs/verify-otp',
  'post /acs/app', 'post /challenge', 'post /mock/operations',
  'get /health', 'get /health/live', 'get /health/ready', 'get /health/redis', 'get /health/detailed', 'get /metrics'
]

/** The document, with what it refers to in its place. */
async function describe (app: FastifyInstance): Promise<Json> {
  const document = (await app.inject('/openapi.json')).json()
  return { ...document, paths: resolved(document.paths, document.components.schemas) }
}

function resolved (value: any, schemas: Json): any {
  if (typeof value !== 'object' || value === null) return value
  if (typeof value.$ref === 'string') return resolved(schemas[value.$ref.split('/').at(-1)], schemas)
  return Array.isArray(value) ? value.map((item) => resolved(item, schemas)) : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner, schemas)]))
}

function operationsOf ({ paths }: Json): [name: string, operation: Json][] {
  return Object.entries<Json>(paths).flatMap(([path, item]) => Object.entries<Json>(item).map(([method, operation]) => [`${method} ${path}`, operation] as [string, Json]))
}

function examplesOf ({ requestBody }: Json): Json[] {
  const { example, examples = {} } = requestBody?.content[JSON_TYPE] ?? {}
  return [...(example === undefined ? [] : [example]), ...Object.values<Json>(examples).map(({ value }) => value)]
}

/** What a value has against a schema as it stands in the document. */
function faultsOf (schema: Json, value: unknown): unknown[] {
  const [valid, errors] = Compile(schema).Errors(value)
  return valid ? [] : errors
}

/** Sends a request and checks its status, and its answer against what the document says of it. */
async function ask (t: Test, app: FastifyInstance, document: Json, name: string, wanted: number, body?: unknown, parameters: Record<string, string> = {}): Promise<any> {
  const [method, path] = name.split(' ') as [InjectOptions['method'] & string, string]
  const response = await app.inject({
    method: method.toUpperCase() as 'GET' | 'POST', url: path.replace(/\{(\w+)\}/g, (_, parameter) => String(parameters[parameter])), ...(body === undefined ? {} : { headers: { 'content-type': JSON_TYPE }, payload: JSON.stringify(body) })
  })
  t.equal(response.statusCode, wanted, name)
  const described = document['paths'][path][method].responses[response.statusCode]
  t.ok(described, `${name}: ${response.statusCode} is described`)
  t.strictSame(faultsOf(described.content[JSON_TYPE].schema, response.json()), [], `${name}: ${response.statusCode} is as described`)
  return response.json()
}

t.test('/openapi.json is OpenAPI 3.1 with every route in it', async (t) => {
  const app = await build(t)
  const document = await describe(app)
  t.equal(document['openapi'], '3.1.0')
  t.match(document['info'], { title: '3ds-mock-server', version: /^\d+\.\d+\.\d+/, license: { name: 'MIT', identifier: 'MIT' } })
  const operations = operationsOf(document)
  t.strictSame(operations.map(([name]) => name).toSorted(), OPERATIONS.toSorted())
  const tags = document['tags'].map(({ name }: Json) => name)
  for (const [name, { summary, tags: own, parameters = [], responses }] of operations) {
    t.match(summary, /^[A-Z]/, name)
    t.ok(own.length === 1 && tags.includes(own[0]), `${name}: its tag is described`)
    const declared = parameters.filter((parameter: Json) => parameter['in'] === 'path' && parameter['required'] === true).map((parameter: Json) => parameter['name'])
    t.strictSame(declared, [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter), `${name}: path parameters`)
    for (const [status, response] of Object.entries<Json>(responses)) t.ok(/^[1-5]\d\d$/.test(status) && typeof response['description'] === 'string', `${name} ${status}`)
  }
})

t.test('/openapi.json: every schema is written out where it is used, but for the messages of each version, which the catalogue describes', async (t) => {
  const app = await build(t)
  const document: Json = (await app.inject('/openapi.json')).json()
  const names = [...new Set([...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name as string))]
  t.strictSame(names.sort(), Object.keys(document['components']['schemas']).sort())
  const types = ['AReq', 'ARes', 'CReq', 'CRes', 'Erro', 'OReq', 'ORes', 'PReq', 'PRes', 'RReq', 'RRes']
  const versionsOf = (type: string) => type.startsWith('O') ? ['2.3.1'] : ['2.1.0', '2.2.0', '2.3.1']
  t.strictSame(names, types.flatMap((type) => [type, ...versionsOf(type).map((version) => `${type}-${version}`)]).sort())
  t.notMatch(JSON.stringify(document), 'x-messages')
  t.equal([...JSON.stringify(document).matchAll(/"\$ref"/g)].length, [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\//g)].length)
  const { properties, required } = document['components']['schemas']['AReq-2.2.0']
  t.strictSame(properties.messageType, { description: properties.messageType.description, type: 'string', const: 'AReq' })
  t.match(properties.deviceChannel, { description: /^Device Channel\..*- 01 app/s, type: 'string', minLength: 2, maxLength: 2, enum: ['01', '02', '03', '80'] })
  t.match(properties.acctNumber, { type: 'string', pattern: '^[0-9]{13,19}$' })
  t.ok(required.includes('acctNumber') && !required.includes('notificationURL'), 'what only some channels require is told in words')
  t.match(properties.notificationURL.description, 'R, channel 02')
})

t.test('its examples are as described, and work as they are when sent one after the other', async (t) => {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
  const document = await describe(app)
  const operations = new Map(operationsOf(document))
  const examples = (name: string) => examplesOf(operations.get(name) as Json)
  for (const [name, operation] of operations) {
    for (const example of examplesOf(operation)) t.strictSame(faultsOf(operation['requestBody'].content[JSON_TYPE].schema, example), [], name)
  }
  for (const name of OPERATIONS.slice(0, 4)) t.ok(examples(name).length > 0, `${name} has one`)

  for (const example of examples('post /3ds/version')) t.match(await ask(t, app, document, 'post /3ds/version', 200, example), { cardRanges: [{ startRange: String }] })
  const answers = new Map<string, Json>()
  for (const example of examples('post /3ds/authenticate')) {
    answers.set(example['threeDSServerTransID'], await ask(t, app, document, 'post /3ds/authenticate', 200, example))
  }
  t.strictSame([...answers.values()].map(({ transStatus }) => transStatus), ['C', 'Y', 'C'])
  for (const example of examples('post /3ds/final')) t.match(await ask(t, app, document, 'post /3ds/final', 200, example), { transStatus: 'Y' })
  for (const example of examples('post /3ds/results')) {
    const { acsTransID, dsTransID } = answers.get(example['threeDSServerTransID'])?.['authenticationResponse']
    t.match(await ask(t, app, document, 'post /3ds/results', 200, { ...example, acsTransID, dsTransID }), { resultsStatus: '01' })
    t.match(await ask(t, app, document, 'post /3ds/final', 200, { threeDSServerTransID: example['threeDSServerTransID'] }), { transStatus: 'Y' })
  }
})

t.test('what is really answered is what it says: every flow, both spellings, refusals, health', async (t) => {
  for (const compatibility of ['emv', 'legacy']) {
    const app = await build(t, { ACS_SIGNING_ALG: 'ES256', COMPATIBILITY: compatibility })
    const document = await describe(app)
    const asked = (name: string, wanted: number, body?: unknown, parameters = {}) => ask(t, app, document, name, wanted, body, parameters)
    for (const spell of [(body: any) => body, inRuntimeSpelling]) {
      for (const request of [browserRequest, (id: string) => browserRequest(id, FRICTIONLESS_CARD), appRequest, threeRIRequest]) {
        const threeDSServerTransID = randomUUID()
        const body = await asked('post /3ds/authenticate', 200, spell(request(threeDSServerTransID)))
        const { acsTransID = body.authenticationResponse.acsTransId, dsTransID = body.authenticationResponse.dsTransId } = body.authenticationResponse
        const rReq = resultsRequest({ threeDSServerTransID, acsTransID, dsTransID })
        if (body.transStatus === 'C') {
          await asked('post /3ds/final', 400, spell({ threeDSServerTransID }))
          await asked('post /3ds/results', 200, spell(rReq))
          await asked('post /3ds/results', 400, spell({ ...rReq, transStatus: 'N' }))
        }
        await asked('post /3ds/final', 200, spell({ threeDSServerTransID }))
      }
    }
    await asked('post /3ds/version', 200, { cardNumber: '4000400040004001' })
    for (const cardNumber of ['400000', '']) await asked('post /3ds/version', compatibility === 'emv' ? 400 : 200, { cardNumber })
    for (const name of OPERATIONS.slice(0, 4)) for (const body of [{}, [], { threeDSServerTransID: 'x' }]) await asked(name, 400, body)

    const made = await challenge(app, randomUUID())
    if (compatibility === 'emv') await asked('get /acs/challenge/{acsTransID}/status', 409, undefined, made)
    const page = await submit(app, '/acs/challenge', { creq: made.creq })
    t.strictSame(await asked('get /acs/challenge/{acsTransID}/status', 200, undefined, made), { approved: false })
    await asked('get /acs/challenge/{acsTransID}/status', 400, undefined, { acsTransID: 'x' })
    await press(app, page, '', 'cancel')
    t.match(await asked('post /3ds/final', 200, { threeDSServerTransID: made.threeDSServerTransID }), { transStatus: 'N' })
    for (const name of ['get /health', 'get /health/live', 'get /health/ready', 'get /health/redis', 'get /health/detailed', 'get /ds/keys']) await asked(name, 200)
    for (const [name, message, messageType] of [
      ['post /ds', pReq(), 'PRes'], ['post /ds', {}, 'Erro'], ['post /acs', oReq(), 'ORes'], ['post /acs', pReq(), 'Erro'],
      // The authentication value of the original is none of EMV's.
      ...(compatibility === 'emv' ? [['post /ds', aReq(), 'ARes'], ['post /acs', forwarded(aReq(), 'https://ds.test'), 'ARes']] as const : [])
    ] as const) t.match(await asked(name, 200, message), { messageType })
  }
})

interface Answered { statusCode: number, headers: Record<string, unknown>, body: string }

/** Whether the document has an answer: its status, its media type, in JSON its body, and its headers where they are said to be there. */
function checkDescribed (t: Test, { responses }: Json, { statusCode, headers, body }: Answered, name: string): void {
  const described = responses[statusCode]
  if (described === undefined) {
    t.fail(`${name}: ${statusCode} is not in the document: ${body.slice(0, 200)}`)
    return
  }
  const { content = {}, headers: told = {} } = described
  const type = headers['content-type'] === undefined ? undefined : String(headers['content-type']).replace(/;.*/, '')
  t.ok(type === undefined || body === '' || content[type] !== undefined, `${name}: ${statusCode} ${type}`)
  t.strictSame(Object.keys(told).filter((header) => headers[header] === undefined), [], `${name}: ${statusCode}, headers`)
  // The original's authentication value is none of EMV's.
  const value = (text: string) => JSON.parse(text, (member, value) => name.startsWith('legacy') && member === 'authenticationValue' ? undefined : value)
  if (type === JSON_TYPE && statusCode !== 206 && body !== '') t.strictSame(faultsOf(content[type].schema, value(body)), [], `${name}: ${statusCode} is as described`)
}

const FORM = 'application/x-www-form-urlencoded'
const ANY_ID = '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013'

/** A request without fault to each path that needs one to get to the store. */
const SOUND: Readonly<Record<string, () => string>> = {
  'post /3ds/version': () => JSON.stringify({ cardNumber: '4000400040004001' }),
  'post /3ds/authenticate': () => JSON.stringify(browserRequest(randomUUID())),
  'post /3ds/results': () => JSON.stringify(resultsRequest({ threeDSServerTransID: ANY_ID, acsTransID: ANY_ID, dsTransID: ANY_ID })),
  'post /3ds/final': () => JSON.stringify({ threeDSServerTransID: ANY_ID }),
  'post /ds': () => JSON.stringify(aReq()),
  'post /acs': () => JSON.stringify(forwarded(aReq(), 'https://ds.test')),
  'post /acs/challenge': () => `creq=${Buffer.from(JSON.stringify({ messageType: 'CReq', messageVersion: '2.2.0', threeDSServerTransID: ANY_ID, acsTransID: ANY_ID, challengeWindowSize: '01' })).toString('base64url')}`,
  'post /acs/oob/{acsTransID}': () => 'action=approve',
  'post /acs/method': () => `threeDSMethodData=${Buffer.from(JSON.stringify({ threeDSServerTransID: ANY_ID })).toString('base64url')}`,
  'post /acs/method/{threeDSServerTransID}': () => 'browserLanguage=en',
  'post /acs/app': () => JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: ANY_ID }),
  'post /challenge': () => JSON.stringify({ messageType: 'Erro', errorCode: '402', acsTransID: ANY_ID }),
  'post /processor/mock/acs/trigger-otp': () => SOUND['post /acs/challenge']?.() as string
}

t.test('whatever is wrong with a request or with the server, the answer is in the document', async (t) => {
  for (const COMPATIBILITY of ['emv', 'legacy']) {
    const env = { ACS_SIGNING_ALG: 'ES256', COMPATIBILITY }
    const app = await build(t, env)
    const limited = await build(t, { ...env, RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '1' })
    const clock = createManualClock(START)
    // A clock that stands still, and then breaks: all that looks at the time fails with it.
    let isBroken = false
    const broken = await build(t, env, { clock: { ...clock, now () { if (isBroken) throw new Error('no time'); return START } } })
    isBroken = true
    await app.listen({ host: '127.0.0.1', port: 0 })
    const seen = new Set<string>()
    for (const [name, operation] of operationsOf(await describe(app))) {
      const [method, path] = name.split(' ') as ['get' | 'post', string]
      const url = path.replace(/\{\w+\}/g, ANY_ID)
      const type = Object.keys(operation['requestBody']?.content ?? {}).at(-1)
      const headers = { 'x-request-id': 'test', ...(type === undefined ? {} : { 'content-type': type }) }
      const sound = { method, url, headers, ...(method === 'post' ? { payload: SOUND[name]?.() ?? 'otp=1' } : {}) }
      const check = (what: string, answered: Answered) => {
        seen.add(`${what} ${answered.statusCode}`)
        checkDescribed(t, operation, answered, `${COMPATIBILITY}, ${name}, ${what}`)
      }
      check('sound', await app.inject(sound))
      check('compressed', await app.inject({ ...sound, headers: { ...headers, 'content-encoding': 'gzip' } }))
      if (method === 'post') {
        check('too long', await app.inject({ ...sound, payload: 'a'.repeat(2_097_153) }))
        check('another type', await app.inject({ ...sound, headers: { ...headers, 'content-type': 'image/png' } }))
        check('nothing', await app.inject({ method, url }))
        check('nonsense', await app.inject({ ...sound, payload: '{%' }))
      }
      await limited.inject({ url: '/nothing' })
      check('too many', await limited.inject(sound))
      check('broken', await broken.inject(sound))
      check('no host', await withoutHost(app, sound))
    }
    for (const what of ['sound 200', 'compressed 415', 'too long 413', 'another type 415', 'too many 429', 'broken 500', 'no host 400']) t.ok(seen.has(what), what)
  }
})

async function withoutHost (app: FastifyInstance, { method, url }: { method: string, url: string }): Promise<Answered> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`${method.toUpperCase()} ${url} HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  return { statusCode: Number(status.split(' ')[1]), headers: Object.fromEntries(lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]])), body }
}

t.test('what a server asks of its clients is in the document: a certificate, 403', async (t) => {
  const { root, server } = certificatesOf('documents', Date.now())
  const { ca, cert, key } = writeFiles(t, { ca: root, cert: server.cert, key: server.key })
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256', TLS_CERT_PATH: cert, TLS_KEY_PATH: key, TLS_CLIENT_CA_PATH: ca })
  const asking = operationsOf(await describe(app)).filter(([, { responses }]) => responses[403] !== undefined)
  t.strictSame(asking.map(([name]) => name).sort(), [...OPERATIONS.slice(0, 4), 'post /ds', 'post /acs', 'post /mock/operations'].sort())
  for (const [name, operation] of operationsOf(await describe(app))) {
    const [method, path] = name.split(' ') as ['get' | 'post', string]
    const answered = await app.inject({ method, url: path.replace(/\{\w+\}/g, ANY_ID) })
    t.equal(answered.statusCode === 403, asking.some(([asks]) => asks === name), name)
    if (answered.statusCode === 403) checkDescribed(t, operation, answered, name)
  }
})

t.test('pages, images and files are answered with what it says', async (t) => {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
  const operations = new Map(operationsOf(await describe(app)))
  const { acsTransID, threeDSServerTransID, creq } = await challenge(app, randomUUID(), { cardholderAccount: { acctNumber: '4000400040004004' } })
  const data = encodeURIComponent(Buffer.from(JSON.stringify({ threeDSServerTransID })).toString('base64url'))

  for (const [name, url, status, payload, headers] of [
    ['get /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 200],
    ['post /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 400, 'action=x'],
    ['post /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 200, 'action=approve'],
    ['get /acs/challenge/{acsTransID}', `/acs/challenge/${acsTransID}`, 409],
    ['post /acs/challenge/{acsTransID}', `/acs/challenge/${acsTransID}`, 409, 'action=continue'],
    ['post /acs/challenge', '/acs/challenge', 200, `creq=${creq}`],
    ['get /acs/challenge/{acsTransID}/status', `/acs/challenge/${acsTransID}/status`, 200],
    ['post /acs/method', '/acs/method', 200, `threeDSMethodData=${data}`],
    ['post /acs/method', '/acs/method', 400, ''],
    ['post /acs/method/{threeDSServerTransID}', `/acs/method/${threeDSServerTransID}`, 204, 'browserLanguage=en'],
    ['get /acs/images/{file}', `/acs/${imagePath('issuer', 'medium')}`, 200],
    ['get /acs/images/{file}', '/acs/images/none.png', 404],
    ['get /ds/ca.pem', '/ds/ca.pem', 200],
    ['get /ds/card-ranges.json', '/ds/card-ranges.json', 200],
    ['get /ds/card-ranges.json', '/ds/card-ranges.json', 206, undefined, { range: 'bytes=0-99' }],
    ['get /ds/card-ranges.json', '/ds/card-ranges.json', 416, undefined, { range: 'bytes=99999999-' }],
    ['get /metrics', '/metrics', 200]
  ] as [name: string, url: string, status: number, payload?: string, headers?: Record<string, string>][]) {
    const method = name.startsWith('get') ? 'get' : 'post'
    const response = await app.inject({ method, url, headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': FORM }) }, ...(payload === undefined ? {} : { payload }) })
    t.equal(response.statusCode, status, name)
    checkDescribed(t, operations.get(name) as Json, response, name)
  }
})

t.test('the answers name each transStatus that the catalogue has for an ARes, and for a result of a frictionless flow or an RReq (emv3ds-protocol §6)', async (t) => {
  const lettersIn = ({ properties: { transStatus } }: { properties: { transStatus: object } }) => (transStatus as { description: string }).description.match(/\b[A-Z]\b/g)?.toSorted()
  const inARes = [...listedCodes('transStatus', '2.3.1', 'ARes')].toSorted()
  t.strictSame(lettersIn(AuthenticateAnswerSchema), inARes)
  const afterwards = inARes.filter((code) => !['C', 'S'].includes(code as string))
  t.strictSame(lettersIn(FinalAnswerSchema), [...new Set([...afterwards, ...listedCodes('transStatus', '2.3.1', 'RReq')])].toSorted())
})
