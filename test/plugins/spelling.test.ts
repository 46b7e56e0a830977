import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { errorOptions, errors } from '../../plugins/errors.ts'
import { bodyFaults, refuseFaulty, respellBodies, spelling } from '../../plugins/spelling.ts'
import { faultsOf, invalidRequest, validation } from '../../plugins/validation.ts'
import { MockError } from '../../src/errors.ts'
import type { Config } from '../../src/config.ts'

const body = Type.Object({ threeDSServerTransID: Type.String({ minLength: 3 }) })

async function build (t: Test, responseSpelling: Config['responseSpelling'] = 'as-request'): Promise<FastifyInstance> {
  const app = Fastify(errorOptions({ compatibility: 'emv' }))
  t.teardown(() => app.close())
  await app.register(errors, { compatibility: 'emv' })
  await app.register(validation)
  await app.register(spelling, { responseSpelling })
  app.addHook('preValidation', respellBodies)
  app.post('/told', { schema: { body, response: { 200: Type.Object({}) } }, attachValidation: true }, async (request) => ({
    body: request.body, spelling: request.spelling, answer: app.answerSpelling(request.spelling), faults: bodyFaults(request)
  }))
  app.post('/judged', { schema: { body } }, async () => ({ fine: true }))
  app.post('/refused', { schema: { body }, attachValidation: true }, async (request) => {
    refuseFaulty(request)
    return { fine: true }
  })
  return app
}

const post = async (app: FastifyInstance, url: string, payload: any) => (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })).json()

t.test('bodies come to the route in EMV\'s spelling, with the spelling they had; answers are not filtered by their schema', async (t) => {
  const app = await build(t)
  t.strictSame(await post(app, '/told', { threeDsServerTransId: 'abc', more: 1 }), {
    body: { threeDSServerTransID: 'abc', more: 1 }, spelling: 'legacy', answer: 'legacy', faults: []
  })
  t.strictSame(await post(app, '/told', { threeDSServerTransID: 'ab', threeDsServerTransId: 'cd' }), {
    body: { threeDSServerTransID: 'cd' },
    spelling: 'emv',
    answer: 'emv',
    faults: [
      { element: 'threeDSServerTransID', message: 'is given twice, in two spellings and with different values' },
      { element: 'threeDSServerTransID', message: 'must not have fewer than 3 characters' }
    ]
  })
  t.strictSame(await post(app, '/told', '[]'), { body: [], spelling: 'emv', answer: 'emv', faults: [{ element: '', message: 'must be object' }] })
})

t.test('the configured spelling of answers wins over the request\'s', async (t) => {
  for (const configured of ['emv', 'legacy', 'both'] as const) {
    const app = await build(t, configured)
    for (const asked of ['emv', 'legacy'] as const) t.equal(app.answerSpelling(asked), configured)
  }
})

t.test('a faulty body is refused by the framework or by the route, each element named once', async (t) => {
  const app = await build(t)
  const refused = { error: 'threeDSServerTransID is required', code: 'invalid_request', faults: [{ element: 'threeDSServerTransID', message: 'is required' }] }
  t.strictSame(await post(app, '/judged', {}), refused)
  t.strictSame(await post(app, '/refused', {}), refused)
  t.strictSame(await post(app, '/refused', { threeDSServerTransID: 'ab', threeDsServerTransId: 'cd' }), {
    error: 'threeDSServerTransID is given twice, in two spellings and with different values',
    code: 'invalid_request',
    faults: [{ element: 'threeDSServerTransID', message: 'is given twice, in two spellings and with different values' }]
  })
  t.strictSame(await post(app, '/judged', { threeDSServerTransID: 'abc' }), { fine: true })
  t.strictSame(await post(app, '/refused', { threeDSServerTransID: 'abc' }), { fine: true })
})

t.test('faults keep their order, the first word on an element stays', async (t) => {
  const error = invalidRequest([{ element: 'a', message: 'is 1' }, { element: '', message: 'must be object' }, { element: 'a', message: 'is 2' }])
  t.equal(error.message, 'a is 1; must be object')
  t.strictSame(error.faults, [{ element: 'a', message: 'is 1' }, { element: '', message: 'must be object' }])
  t.strictSame(faultsOf(undefined), [])
  t.strictSame(faultsOf(error), error.faults)
  t.throws(() => faultsOf(new Error('something else')), new Error('something else'))
  t.ok(error instanceof MockError)
})
