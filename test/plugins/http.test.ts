import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import { compression } from '../../plugins/compression.ts'
import { errors } from '../../plugins/errors.ts'
import { forms, parseForm } from '../../plugins/forms.ts'
import { publicUrl, reachable } from '../../plugins/public-url.ts'
import { pageSecurityHeaders, securityHeaders } from '../../plugins/security-headers.ts'

async function build (t: Test, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(options)
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  return app
}

function headersOf (headers: object, names: string[]) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)))
}

t.test('security headers', async (t) => {
  const all = [
    'content-security-policy', 'cross-origin-embedder-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy',
    'origin-agent-cluster', 'referrer-policy', 'strict-transport-security', 'x-content-type-options', 'x-dns-prefetch-control',
    'x-download-options', 'x-frame-options', 'x-permitted-cross-domain-policies', 'x-xss-protection'
  ]

  t.test('every answer, also to an unknown path, forbids loading, framing and guessing types', async (t) => {
    const app = await build(t)
    await app.register(securityHeaders, { https: false })
    app.get('/', async () => ({}))
    for (const url of ['/', '/unknown']) {
      t.strictSame(headersOf((await app.inject(url)).headers, all), {
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer'
      })
    }
  })

  t.test('HSTS is asked for only where clients come by https', async (t) => {
    const app = await build(t)
    await app.register(securityHeaders, { https: true })
    t.equal((await app.inject('/')).headers['strict-transport-security'], 'max-age=31536000')
  })

  t.test('pages decide about framing and forms, are not cut off from the site around them, and their forms keep Origin', async (t) => {
    const app = await build(t)
    await app.register(securityHeaders, { https: true })
    await app.register(async (scope) => {
      await scope.register(pageSecurityHeaders)
      scope.get('/page', async (_request, reply) => reply.header('content-security-policy', "frame-ancestors *; form-action 'self'").type('text/html').send('x'))
      scope.get('/forgetful', async (_request, reply) => reply.type('text/html').send('x'))
    })
    app.get('/json', async () => ({}))
    t.strictSame(headersOf((await app.inject('/page')).headers, all), {
      'content-security-policy': "frame-ancestors *; form-action 'self'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin',
      'strict-transport-security': 'max-age=31536000',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0'
    })
    t.equal((await app.inject('/forgetful')).headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'")
    t.equal((await app.inject('/json')).headers['x-xss-protection'], undefined)
  })
})

t.test('forms', async (t) => {
  const plain = (fields: object) => ({ ...fields })

  t.test('fields are decoded; a field sent twice is a list; no name is special', async (t) => {
    t.strictSame(plain(parseForm('a=1+2%2B%C3%A9&b=&c&=d&&e=x=y')), { a: '1 2+é', b: '', c: '', '': 'd', e: 'x=y' })
    t.strictSame(plain(parseForm('a=1&a=2&a=3')), { a: ['1', '2', '3'] })
    t.equal(parseForm('a&'.repeat(2 ** 19))['a']?.length, 2 ** 19, 'in a time that grows with their number, not with its square')
    t.strictSame(plain(parseForm('')), {})
    const hostile = parseForm('__proto__=1&constructor=2&toString=3&hasOwnProperty=4')
    t.equal(Object.getPrototypeOf(hostile), null)
    t.strictSame(Object.keys(hostile), ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    t.equal(({} as { 1?: unknown })[1], undefined)
  })

  t.test('what is not percent-encoded UTF-8 is refused with 400, and the next request is served', async (t) => {
    const app = await build(t)
    await app.register(forms)
    app.post('/', async (request) => request.body)
    const send = (payload: string) => app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    for (const broken of ['a=%', 'a=%zz', '%c3=1', 'a=%ff%fe', 'a=1&b=%e2%28%a1']) {
      const response = await send(broken)
      t.equal(response.statusCode, 400)
      t.strictSame(response.json(), { error: 'The form is not URL-encoded UTF-8', code: 'invalid_request' })
    }
    t.strictSame((await send('a=1')).json(), { a: '1' })
  })
})

t.test('compression', async (t) => {
  const long = { text: 'x'.repeat(5000) }

  async function ask (app: FastifyInstance, url: string) {
    return app.inject({ url, headers: { 'accept-encoding': 'br' } })
  }

  t.test('is honoured where it is switched on, but never for encrypted messages (compatibility B44)', async (t) => {
    const app = await build(t)
    await app.register(compression, { enabled: true })
    app.get('/json', async () => long)
    app.get('/page', async (_request, reply) => reply.type('text/html; charset=utf-8').send(long.text))
    app.get('/jose', async (_request, reply) => reply.type('application/jose; charset=UTF-8').send(long.text))
    for (const url of ['/json', '/page']) {
      const response = await ask(app, url)
      t.equal(response.headers['content-encoding'], 'br')
      t.match(brotliDecompressSync(response.rawPayload).toString(), /x{5000}/)
    }
    const encrypted = await ask(app, '/jose')
    t.equal(encrypted.headers['content-encoding'], undefined)
    t.equal(encrypted.body, long.text)
  })

  t.test('is off otherwise, and compressed requests are never unpacked', async (t) => {
    const app = await build(t)
    await app.register(compression, { enabled: false })
    app.get('/json', async () => long)
    t.equal((await ask(app, '/json')).headers['content-encoding'], undefined)
    const on = await build(t)
    await on.register(compression, { enabled: true })
    on.post('/json', async (request) => request.body)
    const packed = await on.inject({ method: 'POST', url: '/json', payload: '{"a":1}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } })
    t.strictSame(packed.json(), { a: 1 })
  })
})

t.test('public URL', async (t) => {
  async function ask (app: FastifyInstance, headers: Record<string, string> = {}) {
    app.get('/', async (request) => ({ url: app.publicUrl(request) }))
    return (await app.inject({ url: '/', headers })).json()
  }

  t.test('is the one configured', async (t) => {
    const app = await build(t)
    await app.register(publicUrl, { publicUrl: 'https://mock.example/3ds', port: 1 })
    t.strictSame(await ask(app, { host: 'evil.example' }), { url: 'https://mock.example/3ds' })
  })

  t.test('is the address listened on, never "every interface"', async (t) => {
    const app = await build(t)
    await app.register(publicUrl, { port: 8080 })
    t.strictSame(await ask(app), { url: 'http://127.0.0.1:8080' })
    await app.listen({ host: '0.0.0.0', port: 0 })
    const { port } = app.server.address() as AddressInfo
    for (let i = 0; i < 2; i++) t.strictSame((await app.inject('/')).json(), { url: `http://127.0.0.1:${port}` })
    t.strictSame(['0.0.0.0', '::', '::1', '10.0.0.1'].map(reachable), ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1'])
  })

  t.test('is taken from the request where that is wanted; forwarded headers count only for trusted proxies', async (t) => {
    const forwarded = { host: 'inner:80', 'x-forwarded-host': 'Outer.example', 'x-forwarded-proto': 'https' }
    for (const [trustProxy, expected] of [[false, 'http://inner:80'], [true, 'https://outer.example']] as const) {
      const app = await build(t, { trustProxy })
      await app.register(publicUrl, { publicUrl: 'request', port: 1 })
      t.strictSame(await ask(app, forwarded), { url: expected })
    }
  })

  t.test('a host that is none is refused without being repeated', async (t) => {
    const app = await build(t, { trustProxy: true })
    await app.register(publicUrl, { publicUrl: 'request', port: 1 })
    app.get('/', async (request) => ({ url: app.publicUrl(request) }))
    const send = (headers: Record<string, string>) => app.inject({ url: '/', headers })
    for (const host of ['[::1]:8080', 'a', 'a.b-c_d.example:65535', '10.0.0.1']) t.equal((await send({ host })).json().url, `http://${host}`)
    for (const headers of [
      ...['a b', 'a/b', 'a@b', '"><script>', 'a:b', 'a:123456', '-a', '[zz]', 'a?b', 'a#b'].map((host) => ({ host })),
      { host: 'a', 'x-forwarded-proto': 'javascript' }
    ]) {
      const response = await send(headers)
      t.equal(response.statusCode, 400)
      t.strictSame(response.json(), { error: 'The request does not tell a valid host', code: 'invalid_request' })
    }
  })

  t.test('a server on a socket file falls back to the configured port', async (t) => {
    const app = await build(t)
    await app.register(publicUrl, { port: 8080 })
    app.get('/', async (request) => ({ url: app.publicUrl(request) }))
    // Not in the test's own folder: the path of a socket is 107 characters at most.
    const folder = mkdtempSync(join(tmpdir(), 'sock-'))
    t.teardown(() => { rmSync(folder, { recursive: true }) })
    await app.listen({ path: join(folder, 'http') })
    t.strictSame((await app.inject('/')).json(), { url: 'http://127.0.0.1:8080' })
  })
})
