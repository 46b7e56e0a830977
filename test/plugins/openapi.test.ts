import { pathToFileURL } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { compression } from '../../plugins/compression.ts'
import { errors } from '../../plugins/errors.ts'
import { findPages } from '../../plugins/openapi-pages.ts'
import { openApi } from '../../plugins/openapi.ts'
import { requestLog } from '../../plugins/request-log.ts'
import { securityHeaders } from '../../plugins/security-headers.ts'

async function build (t: Test, enabled = true): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(requestLog)
  await app.register(securityHeaders, { https: false })
  await app.register(compression, { enabled: true })
  await app.register(openApi, { enabled, version: '1.2.3' })
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
  t.strictSame(document.tags.map((tag: { name: string }) => tag.name), ['3DS Server API', 'Directory Server', 'ACS', 'Original server\'s paths', 'Operation'])
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

t.test('switched off, there is nothing', async (t) => {
  const app = await build(t, false)
  for (const url of ['/docs', '/docs/static/index.css', '/openapi.json']) {
    t.equal((await app.inject(url)).statusCode, 404)
  }
})
