import { randomUUID } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { Compile } from 'typebox/schema'
import { challenge, open, press } from '../routes/acs/browser-client.ts'
import { imagePath } from '../../src/acs/ui/images.ts'
import { build } from '../setup/app.ts'
import { aReq, forwarded, oReq, pReq } from '../setup/parties/messages.ts'
import { appRequest, browserRequest, FRICTIONLESS_CARD, inRuntimeSpelling, resultsRequest, threeRIRequest } from '../setup/requests.ts'

type Json = Record<string, any>

const JSON_TYPE = 'application/json'
const OPERATIONS = [
  'post /3ds/version', 'post /3ds/authenticate', 'post /3ds/results', 'post /3ds/final',
  'post /ds', 'get /ds/ca.pem', 'get /ds/keys', 'get /ds/card-ranges.json',
  'post /acs', 'post /acs/method', 'post /acs/method/{threeDSServerTransID}', 'get /acs/images/{file}',
  'get /acs/challenge/{acsTransID}/status', 'get /acs/oob/{acsTransID}', 'post /acs/oob/{acsTransID}',
  'post /acs/challenge', 'post /acs/challenge/{acsTransID}', 'get /acs/challenge/{acsTransID}',
  'post /processor/mock/acs/trigger-otp', 'post /processor/mock/acs/challenge/{acsTransID}', 'post /processor/mock/acs/verify-otp',
  'post /acs/app', 'post /challenge',
  'get /health', 'get /health/live', 'get /health/ready', 'get /health/redis', 'get /health/detailed', 'get /metrics'
]

async function describe (app: FastifyInstance): Promise<Json> {
  const response = await app.inject('/openapi.json')
  return response.json()
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
  t.notMatch(JSON.stringify(document), '"$ref"', 'every schema is written out where it is used')
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
    t.strictSame(await asked('get /acs/challenge/{acsTransID}/status', 200, undefined, made), { approved: false })
    await asked('get /acs/challenge/{acsTransID}/status', 400, undefined, { acsTransID: 'x' })
    await press(app, await open(app, `/acs/challenge/${made.acsTransID}`), '', 'cancel')
    t.match(await asked('post /3ds/final', 200, { threeDSServerTransID: made.threeDSServerTransID }), { transStatus: 'N' })
    for (const name of ['get /health', 'get /health/live', 'get /health/ready', 'get /health/redis', 'get /health/detailed', 'get /ds/keys']) await asked(name, 200)
    for (const [name, message, messageType] of [
      ['post /ds', pReq(), 'PRes'], ['post /ds', {}, 'Erro'], ...(compatibility === 'emv' ? [['post /ds', aReq(), 'ARes']] as const : []),
      ['post /acs', forwarded(aReq(), 'https://ds.test'), 'ARes'], ['post /acs', oReq(), 'ORes'], ['post /acs', pReq(), 'Erro']
    ] as const) t.match(await asked(name, 200, message), { messageType })
  }
})

t.test('pages, images and files are answered with what it says', async (t) => {
  const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
  const { paths } = await describe(app)
  const { acsTransID, threeDSServerTransID } = await challenge(app, randomUUID(), { cardholderAccount: { acctNumber: '4000400040004004' } })
  const FORM = 'application/x-www-form-urlencoded'
  const data = encodeURIComponent(Buffer.from(JSON.stringify({ threeDSServerTransID })).toString('base64url'))

  for (const [name, url, status, payload] of [
    ['get /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 200],
    ['post /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 400, 'action=x'],
    ['post /acs/oob/{acsTransID}', `/acs/oob/${acsTransID}`, 200, 'action=approve'],
    ['post /acs/method', '/acs/method', 200, `threeDSMethodData=${data}`],
    ['post /acs/method', '/acs/method', 400, ''],
    ['post /acs/method/{threeDSServerTransID}', `/acs/method/${threeDSServerTransID}`, 204, 'browserLanguage=en'],
    ['get /acs/images/{file}', `/acs/${imagePath('issuer', 'medium')}`, 200]
  ] as [name: string, url: string, status: number, payload?: string][]) {
    const [method, path] = name.split(' ') as ['get' | 'post', string]
    const response = await app.inject({ method, url, ...(payload === undefined ? {} : { headers: { 'content-type': FORM }, payload }) })
    t.equal(response.statusCode, status, name)
    const { content = {} } = paths[path][method].responses[status]
    const type = response.headers['content-type']
    t.strictSame(Object.keys(content), type === undefined ? [] : [String(type).replace(/;.*/, '')], `${name}: ${status}`)
  }
  t.equal((await app.inject('/ds/card-ranges.json')).statusCode, 200)
})
