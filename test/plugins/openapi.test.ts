import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { compression } from '../../plugins/compression.ts'
import type { Compatibility } from '../../src/config.ts'
import { errors } from '../../plugins/errors.ts'
import { findPages, openPages } from '../../plugins/openapi-pages.ts'
import { openApi } from '../../plugins/openapi.ts'
import { requestLog } from '../../plugins/request-log.ts'
import { securityHeaders } from '../../plugins/security-headers.ts'
import { GATHERED } from '../../src/acs/method/browser-data.ts'
import { build as buildServer } from '../setup/app.ts'

async function build (t: Test, enabled = true, compatibility: Compatibility = 'emv'): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(requestLog)
  await app.register(securityHeaders, { https: false })
  await app.register(compression, { enabled: true })
  await app.register(openApi, { enabled, version: '1.2.3', compatibility })
  app.addSchema({ $id: 'shared', type: 'object', properties: { s: { type: 'string' } } })
  app.post('/things/:id', {
    schema: {
      tags: ['ACS'],
      summary: 'Makes a thing',
      consumes: ['application/x-www-form-urlencoded'],
      params: Type.Object({ id: Type.String() }),
      body: Type.Object({ kind: Type.Union([Type.Literal('a'), Type.Null()]) }, { examples: [{ kind: 'a' }] }),
      response: { 200: Type.Object({ ok: Type.Boolean() }), 400: { $ref: 'shared#' } }
    }
  }, async () => ({ ok: true }))
  app.get('/hidden', { schema: { hide: true } }, async () => 'x')
  app.get('/bare', async () => 'x')
  return app
}

t.test('/openapi.json is OpenAPI 3.1 made of the schemas of the routes, without those that hide', async (t) => {
  const app = await build(t)
  const response = await app.inject('/openapi.json')
  t.equal(response.statusCode, 200)
  t.match(response.headers['content-type'], /^application\/json/)
  const document = response.json()
  t.equal(document.openapi, '3.1.0')
  t.match(document.info, { title: '3ds-mock-server', version: '1.2.3', license: { name: 'MIT' } })
  t.strictSame(document.tags.map((tag: { name: string }) => tag.name), ['3DS Server API', 'Directory Server', 'ACS', 'Original server\'s paths', 'Mock', 'Operation'])
  t.strictSame(Object.keys(document.paths), ['/things/{id}'])
  t.strictSame(Object.keys(document.paths['/things/{id}']), ['post'])
  const { tags, summary, requestBody, responses } = document.paths['/things/{id}'].post
  t.strictSame([tags, summary, Object.keys(requestBody.content), Object.keys(responses)],
    [['ACS'], 'Makes a thing', ['application/x-www-form-urlencoded'], ['200', '400']])
  t.strictSame(requestBody.content['application/x-www-form-urlencoded'].schema.required, ['kind'])
  t.match(responses[400].content['application/json'].schema, { $ref: '#/components/schemas/def-0' })
  t.strictSame((await app.inject('/docs/json')).json(), document)
})

t.test('/docs shows it, with a policy of its own, the request id, and nothing from elsewhere', async (t) => {
  const app = await build(t)
  for (const url of ['/docs', '/docs/']) {
    const page = await app.inject({ url, headers: { 'x-request-id': 'x', 'accept-encoding': 'br' } })
    t.equal(page.statusCode, 200)
    t.match(page.headers['content-type'], /^text\/html/)
    t.match(page.headers['content-security-policy'], /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none';$/)
    t.equal(page.headers['x-content-type-options'], 'nosniff')
    t.ok(page.headers['x-request-id'])
    t.match(page.body, /<title>3ds-mock-server<\/title>/)
    t.notMatch(page.body, /https?:\/\//)
  }
  for (const file of ['swagger-ui.css', 'index.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-initializer.js', 'favicon-32x32.png']) {
    const response = await app.inject(`/docs/static/${file}`)
    t.equal(response.statusCode, 200)
    t.ok(response.rawPayload.length > 0)
  }
  t.equal((await app.inject({ method: 'HEAD', url: '/docs' })).statusCode, 200)
})

t.test('under /docs nothing else is served', async (t) => {
  const app = await build(t)
  for (const url of ['/docs/static/../../package.json', '/docs/static/%2e%2e/%2e%2e/package.json', '/docs/nothing', '/docs/static/nothing.js']) {
    const response = await app.inject(url)
    t.equal(response.statusCode, 404)
    t.strictSame(response.json(), { error: 'Not found', code: 'not_found' })
  }
  t.equal((await app.inject({ method: 'POST', url: '/docs' })).statusCode, 404)
})

t.test('a path that leads out of the pages is told the same as one that leads nowhere', async (t) => {
  for (const compatibility of ['emv', 'legacy'] as const) {
    const app = await build(t, true, compatibility)
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    // Written as it is: clients tidy a path up before they send it.
    for (const path of ['/docs/static/../../package.json', '/docs/static/..', '/docs/static/%2e%2e%5c..%2f..%2fpackage.json', '/docs/static/a%00b', `/docs/static/${'x'.repeat(300)}`]) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
      t.match(head, /^HTTP\/1\.1 404 Not Found\r\n[^]*\r\ncontent-type: application\/json; charset=utf-8(\r\n|$)/i, path)
      t.strictSame(JSON.parse(body), compatibility === 'emv' ? { error: 'Not found', code: 'not_found' } : { error: 'Not found' }, path)
    }
  }
})

t.test('a document that cannot be made is 500, without any detail', async (t) => {
  const pages = await openPages([{ method: 'POST', url: '/x', schema: { querystring: 'not a schema' } }], {}, { version: '1.2.3', compatibility: 'emv' })
  t.teardown(() => pages.close())
  const response = await pages.inject('/openapi.json')
  t.equal(response.statusCode, 500)
  t.strictSame(response.json(), { error: 'Internal server error', code: 'internal_error' })
})

t.test('the same over a real connection, asked for by several at once', async (t) => {
  const app = await build(t)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${address}/openapi.json`)))
  const documents = await Promise.all(answers.map((answer) => answer.text()))
  t.equal(new Set(documents).size, 1)
  t.equal((await (await fetch(`${address}/docs`)).text()).includes('swagger-ui'), true)
})

t.test('the files of the pages are those a bundle carries beside it or one folder up, else those of their package', async (t) => {
  const folder = t.testdir({ 'swagger-ui': {}, chunks: {}, else: { where: {} } })
  for (const file of ['server.js', 'chunks/pages.js']) t.equal(findPages(pathToFileURL(`${folder}/${file}`).href), `${folder}/swagger-ui/`)
  t.match(findPages(pathToFileURL(`${folder}/else/where/pages.js`).href), /@fastify\/swagger-ui\/static\/$/)
})

t.test('a server whose documents cannot be made answers 500 for them, and still closes', async (t) => {
  const app = Fastify()
  await app.register(errors, { compatibility: 'emv' })
  await app.register(openApi, { enabled: true, version: '1.2.3', compatibility: 'emv' })
  // One path for two hosts: the pages know no hosts.
  for (const host of ['a.test', 'b.test']) app.get('/twice', { constraints: { host }, schema: { summary: 'A route' } }, async () => 'x')
  for (let asked = 0; asked < 2; asked++) {
    t.match((await app.inject('/openapi.json')).json(), { code: 'internal_error' })
  }
  await t.resolves(app.close())
})

t.test('switched off, there is nothing', async (t) => {
  const app = await build(t, false)
  for (const url of ['/docs', '/docs/static/index.css', '/openapi.json']) {
    t.equal((await app.inject(url)).statusCode, 404)
  }
})

t.test('the document of the whole server', async (t) => {
  const app = await buildServer(t)
  const { paths } = (await app.inject('/openapi.json')).json()

  /** What one operation says: types of the body with their fields, required ones first, and types of each answer. */
  function told (path: string, method = 'post') {
    const { requestBody = { content: {} }, responses, parameters = [] } = paths[path][method]
    const fieldsOf = ({ properties = {}, required = [] }: any) => [required, Object.keys(properties).filter((name) => !required.includes(name))]
    return {
      takes: Object.fromEntries(Object.entries<any>(requestBody.content).map(([type, { schema }]) => [type, fieldsOf(schema)])),
      parameters: parameters.map(({ name, in: place }: any) => `${place} ${name}`),
      answers: Object.fromEntries(Object.entries<any>(responses).map(([status, { content = {}, headers = {} }]) => [status, [...Object.keys(content), ...Object.keys(headers)]]))
    }
  }
  const FORM = 'application/x-www-form-urlencoded'
  const onGet = (type: string) => ({ 400: [type], 415: [type], 429: [type, 'retry-after'], 500: [type], 503: [type, 'retry-after'] })
  const errors = (type: string) => ({ ...onGet(type), 413: [type] })
  const page = { 200: ['text/html'], ...errors('text/html') }
  const shown = { 200: ['text/html'], ...onGet('text/html') }
  const entry = [[], ['otp', 'choice', 'consents', 'trustList', 'deviceBinding', 'action', 'attempt']]

  await t.test('has every route in it', async (t) => {
    const routes: string[] = []
    const stack: string[] = []
    for (const line of app.printRoutes({ commonPrefix: false, includeHooks: false }).split('\n')) {
      const [, indent = '', path = '', methods = ''] = /^([│├└─\s]*)(\S*) \((.*)\)$/.exec(line) ?? []
      if (methods === '') continue
      const level = indent.length / 4
      stack.length = level - 1
      stack.push(path)
      for (const method of methods.split(', ')) routes.push(`${method.toLowerCase()} ${stack.join('')}`)
    }
    t.ok(routes.length > 20)
    const described = Object.entries<object>(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`))
    t.strictSame(routes.filter((route) => !/^head |^get \/(docs|openapi\.json)|^(?!post).* \/(?:ds|acs)$/.test(route)).toSorted(), described.toSorted())
  })

  await t.test('tells the forms and the answers of the ACS in a browser', async (t) => {
    t.strictSame(told('/acs/challenge'), { takes: { [FORM]: [['creq'], ['threeDSSessionData']] }, parameters: [], answers: page })
    t.strictSame(told('/acs/challenge/{acsTransID}'), { takes: { [FORM]: entry }, parameters: ['path acsTransID'], answers: { ...page, 409: ['text/html'] } })
    t.strictSame(told('/acs/challenge/{acsTransID}', 'get'), { takes: {}, parameters: ['path acsTransID'], answers: { ...shown, 409: ['text/html'] } })
    t.strictSame(paths['/acs/challenge/{acsTransID}'].post.requestBody.content[FORM].schema.properties.action.anyOf.map(({ enum: [value] }: any) => value),
      ['submit', 'resend', 'continue', 'cancel'])
    t.strictSame(told('/acs/challenge/{acsTransID}/status', 'get'), {
      takes: {}, parameters: ['path acsTransID'], answers: { 200: ['application/json', 'access-control-allow-origin'], ...onGet('application/json'), 409: ['application/json'] }
    })
  })

  await t.test('tells those of the bank\'s app, the 3DS Method and the images', async (t) => {
    const parameters = ['path acsTransID']
    t.strictSame(told('/acs/oob/{acsTransID}', 'get'), { takes: {}, parameters, answers: shown })
    t.strictSame(told('/acs/oob/{acsTransID}'), { takes: { [FORM]: [['action'], []] }, parameters, answers: page })
    t.strictSame(told('/acs/method'), { takes: { [FORM]: [['threeDSMethodData'], []] }, parameters: ['query notify'], answers: page })
    t.strictSame(told('/acs/method/{threeDSServerTransID}'), {
      takes: { [FORM]: [[], Object.keys(GATHERED)] }, parameters: ['path threeDSServerTransID'], answers: { 204: [], ...errors('text/html') }
    })
    t.strictSame(told('/acs/images/{file}', 'get'), { takes: {}, parameters: ['path file'], answers: { 200: ['image/png'], ...onGet('application/json'), 404: ['application/json'] } })
  })

  await t.test('tells what the parties send each other, and what the Directory Server publishes', async (t) => {
    const json = 'application/json'
    const messagesOf = ({ content }: any) => content[json].schema.anyOf.map(({ $ref }: any) => $ref?.split('/').at(-1))
    for (const [path, taken, given] of [
      ['/ds', ['AReq', 'PReq', 'RReq', 'Erro'], ['ARes', 'PRes', 'RRes', 'Erro']], ['/acs', ['AReq', 'OReq', 'Erro'], ['ARes', 'ORes', 'Erro']]
    ] as const) {
      t.strictSame(told(path), { takes: { [json]: [[], []] }, parameters: [], answers: { 200: [json], ...onGet(json), 403: [json] } })
      const { requestBody, responses } = paths[path].post
      t.strictSame(messagesOf(requestBody), taken)
      const [answer, ...faults] = Object.values(responses).map(messagesOf)
      t.strictSame(answer, given)
      for (const fault of faults) t.strictSame(fault, ['Erro', undefined], 'or what is wrong with the request, in words')
    }
    t.strictSame(told('/ds/keys', 'get'), { takes: {}, parameters: [], answers: { 200: [json], ...onGet(json) } })
    t.strictSame(told('/ds/ca.pem', 'get'), { takes: {}, parameters: [], answers: { 200: ['application/x-pem-file'], ...onGet(json) } })
    const file = [json, 'accept-ranges', 'etag', 'content-length']
    t.strictSame(told('/ds/card-ranges.json', 'get'), {
      takes: {}, parameters: ['header range', 'header if-range'], answers: { 200: file, 206: [...file, 'content-range'], ...onGet(json), 416: [json, 'content-range'] }
    })
  })

  await t.test('tells those of the original server\'s paths', async (t) => {
    const redirect = { 302: ['location'], ...errors('application/json') }
    const parameters = ['query redirectUrl']
    t.strictSame(told('/processor/mock/acs/trigger-otp'), { takes: { [FORM]: [['creq'], []] }, parameters, answers: { 200: ['text/html'], ...redirect } })
    t.strictSame(told('/processor/mock/acs/challenge/{acsTransID}'), { takes: { [FORM]: entry }, parameters: [...parameters, 'path acsTransID'], answers: { 200: ['text/html'], ...redirect } })
    t.strictSame(told('/processor/mock/acs/verify-otp'), { takes: { [FORM]: [['otp', 'threeDSServerTransID'], []] }, parameters, answers: redirect })
  })

  await t.test('tells what a 3DS SDK sends and gets', async (t) => {
    for (const path of ['/acs/app', '/challenge']) {
      t.strictSame(told(path), {
        takes: { 'application/jose': [[], []], 'application/json': [['errorCode', 'errorDescription'], []] },
        parameters: [],
        answers: { 200: ['application/jose', 'application/json'], 404: ['application/json'], ...errors('application/json') }
      })
    }
  })

  await t.test('names an element that the mode judges as it is judged', async (t) => {
    const legacy = (await (await buildServer(t, { COMPATIBILITY: 'legacy' })).inject('/openapi.json')).json()
    const patterns = ({ paths }: any) => ['version', 'authenticate'].map((name) => {
      const { properties } = paths[`/3ds/${name}`].post.requestBody.content['application/json'].schema
      return (properties.cardNumber ?? properties.purchase.properties.purchaseCurrency).pattern
    })
    t.strictSame([patterns({ paths }), patterns(legacy)], [['^[0-9]{13,19}$', '^[0-9]{3}$'], [undefined, undefined]])
  })
})
