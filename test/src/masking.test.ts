import t from 'tap'
import { MockError } from '../../src/errors.ts'
import { describeError, holdsCardNumber, maskText, withoutSecrets } from '../../src/masking.ts'
import { catalogue } from '../../src/protocol/catalogue/elements.ts'

t.test('texts lose card numbers and credentials, and keep ids and times', async (t) => {
  t.equal(maskText('card 4111111111111111 refused'), 'card [masked] refused')
  t.equal(maskText('rediss://user:pass@redis.example:6379/0'), 'rediss://[masked]@redis.example:6379/0')
  t.equal(maskText('r://u:p@h'), 'r://[masked]@h')
  t.equal(maskText('//u:p@h/x'), '//[masked]@h/x')
  for (const written of ['4111 1111 1111 1111', '4111-1111-1111-1111', '4111+1111+1111+1', '4111%201111%201111%201111', '3400 000000 03961']) {
    t.equal(maskText(`card=${written}.`), 'card=[masked].')
    t.ok(holdsCardNumber(written))
  }
  for (const harmless of ['8a880dc0-d2d2-4067-bcb1-000000000000', '12345678-1234-4234-8234-123456789012', '2026-11-21T02:57:27.123Z', 'https://acs.example/x', '']) {
    t.equal(maskText(harmless), harmless)
    t.notOk(holdsCardNumber(harmless))
  }
})

t.test('members with secret names are masked at any depth and in any case, and the value stays as it was', async (t) => {
  const value = {
    outer: [{ acctNumber: '4', inner: { challengeDataEntry: 'x', OTP: 1, Authorization: 'Basic x', 'set-cookie': ['a'] } }],
    authenticationValue: 'x',
    amount: 12345,
    words: 'plain',
    ratio: 0.25,
    suspicious: 4111111111111111,
    big: 4111111111111111n,
    when: new Date(0),
    nothing: null,
    flag: true
  }
  const before = structuredClone(value)
  t.strictSame(withoutSecrets(value), {
    outer: [{ acctNumber: '[masked]', inner: { challengeDataEntry: '[masked]', OTP: '[masked]', Authorization: '[masked]', 'set-cookie': '[masked]' } }],
    authenticationValue: '[masked]',
    amount: 12345,
    words: 'plain',
    ratio: 0.25,
    suspicious: '[masked]',
    big: '[masked]',
    when: new Date(0),
    nothing: null,
    flag: true
  })
  t.strictSame(value, before)
})

t.test('what the catalogue calls sensitive is masked, in whatever message and however deep it is', async (t) => {
  const sensitive = catalogue().flatMap(({ name, sensitive, children = [] }) => [
    ...(sensitive === true ? [[name]] : []), ...children.filter((child) => child.sensitive === true).map((child) => [name, child.name])
  ])
  t.strictSame(sensitive.map((path) => path.join('.')).sort(), [
    'acctNumber', 'authenticationValue', 'cardExpiryDate', 'cardSecurityCode', 'challengeDataEntry', 'challengeDataEntryTwo',
    'challengeHTMLDataEntry', 'creq', 'cres', 'deviceInfo', 'payTokenInfo.token', 'payTokenInfo.tokenCryptogram', 'sdkEncData',
    'threeDSRequestorAuthenticationInfo.threeDSReqAuthData', 'threeDSRequestorPriorAuthenticationInfo.threeDSReqPriorAuthData'
  ])
  for (const path of sensitive) {
    const nested = (value: string) => path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
    t.strictSame(withoutSecrets({ message: nested('plain') }), { message: nested('[masked]') })
  }
})

t.test('names that are card numbers, bytes, errors and what is nested too deep or in a circle do no harm', async (t) => {
  t.strictSame(withoutSecrets({ 4000000000001091: 1 }), { '[masked]': 1 })
  t.strictSame(withoutSecrets({ a: Buffer.from('secret'), b: new ArrayBuffer(4) }), { a: '[masked]', b: '[masked]' })
  t.strictSame(withoutSecrets({ fault: new Error('card 4111111111111111') }), { fault: { type: 'Error', message: 'card [masked]' } })
  const circle: { self?: unknown } = {}
  circle.self = circle
  t.match(JSON.stringify(withoutSecrets(circle)), /\[masked\]/)
})

t.test('of an error are told type, code, message and causes, and calls only where wanted', async (t) => {
  const cause = Object.assign(new Error('SET 3ds:1 failed at redis://u:p@h'), { command: { args: ['4111111111111111'] }, code: 'ECONNREFUSED' })
  const error = new MockError('store_connection', 'The store is away', { cause })
  t.strictSame(describeError(error, false), {
    type: 'MockError',
    message: 'The store is away',
    code: 'store_connection',
    cause: { type: 'Error', message: 'SET 3ds:1 failed at redis://[masked]@h', code: 'ECONNREFUSED' }
  })
  const { stack } = describeError(new Error('line one 4111111111111111\nline two'), true)
  t.match(stack, /^\s+at .*masking\.test/)
  t.notMatch(stack, /line (one|two)/)
  const silent = new Error('x')
  delete silent.stack
  t.equal(describeError(silent, true).stack, '')
})

t.test('what a parser could not read is not quoted', async (t) => {
  let error: unknown
  try { JSON.parse('{"cardSecurityCode":123x}') } catch (thrown) { error = thrown }
  t.strictSame(describeError(error as Error, false), { type: 'SyntaxError', message: 'cannot be parsed' })
  t.notMatch(JSON.stringify(describeError(error as Error, true)), /123/)
})
